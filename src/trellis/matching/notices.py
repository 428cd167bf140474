from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext_noop

from trellis.notifications.registry import NoticeKind
from trellis.people.models import Person

OFFER_TO_MENTEE = NoticeKind(
    name="matching.offer_to_mentee",
    subject=gettext_noop("%(partner)s could be your mentor"),
    lines=(
        gettext_noop("In %(programme)s we suggest %(partner)s as your mentor. You both see the same reasons."),
        gettext_noop("Please answer by %(until)s. If it does not feel right, say no: no reason is needed."),
    ),
    action=gettext_noop("See why, and answer"),
)
OFFER_TO_MENTOR = NoticeKind(
    name="matching.offer_to_mentor",
    subject=gettext_noop("Would you mentor %(partner)s?"),
    lines=(
        gettext_noop("In %(programme)s we suggest %(partner)s as your mentee. You both see the same reasons."),
        gettext_noop("Please answer by %(until)s. If it does not feel right, say no: no reason is needed."),
    ),
    action=gettext_noop("See why, and answer"),
)
OFFER_INSTEAD = NoticeKind(
    name="matching.offer_instead",
    subject=gettext_noop("%(partner)s could be your mentor from now on"),
    lines=(
        gettext_noop(
            "The team of %(programme)s has looked at all pairs again and suggests %(partner)s. The mentoring you have "
            "goes on as it is until everybody who is asked has said yes, and stays if anybody says no."
        ),
        gettext_noop(
            "Please answer by %(until)s. If you would rather stay with whom you have, say no: no reason needed."
        ),
    ),
    action=gettext_noop("See why, and answer"),
)
OFFER_TO_PEER = NoticeKind(
    name="matching.offer_to_peer",
    subject=gettext_noop("You and %(partner)s could work together"),
    lines=(
        gettext_noop("In %(programme)s we suggest %(partner)s as your partner. You both see the same reasons."),
        gettext_noop("Please answer by %(until)s. If it does not feel right, say no: no reason is needed."),
    ),
    action=gettext_noop("See why, and answer"),
)
OFFER_REMINDER = NoticeKind(
    name="matching.offer_reminder",
    subject=gettext_noop("%(partner)s is waiting for your answer"),
    lines=(gettext_noop("The offer in %(programme)s stays open until %(until)s. A no is fine too."),),
    action=gettext_noop("Answer now"),
)
OFFER_LAST_NOTICE = NoticeKind(
    name="matching.offer_last_notice",
    subject=gettext_noop("Last reminder: %(partner)s is waiting for your answer"),
    lines=(gettext_noop("The offer in %(programme)s closes by itself on %(until)s. We will not remind you again."),),
    action=gettext_noop("Answer now"),
)
TURN_OF_MENTEE = NoticeKind(
    name="matching.turn_of_mentee",
    subject=gettext_noop("%(partner)s could be your mentor and would be glad to"),
    lines=(
        gettext_noop(
            "In %(programme)s we suggest %(partner)s as your mentor. They have said yes; now it is your turn."
        ),
        gettext_noop("Please answer by %(until)s. If it does not feel right, say no: no reason is needed."),
    ),
    action=gettext_noop("See why, and answer"),
)
TURN_OF_MENTOR = NoticeKind(
    name="matching.turn_of_mentor",
    subject=gettext_noop("%(partner)s would be glad to have you as mentor"),
    lines=(
        gettext_noop(
            "In %(programme)s we suggest %(partner)s as your mentee. They have said yes; now it is your turn."
        ),
        gettext_noop("Please answer by %(until)s. If it does not feel right, say no: no reason is needed."),
    ),
    action=gettext_noop("See why, and answer"),
)
MEET_FIRST = NoticeKind(
    name="matching.meet_first",
    subject=gettext_noop("You and %(partner)s are both interested: meet once"),
    lines=(
        gettext_noop("Half an hour is enough, and it binds neither of you. The page says how to reach each other."),
        gettext_noop("Afterwards each of you says yes or no, by %(until)s. No reason is needed."),
    ),
    action=gettext_noop("See how to meet"),
)
MEETING_REMINDER = NoticeKind(
    name="matching.meeting_reminder",
    subject=gettext_noop("Have you met %(partner)s?"),
    lines=(
        gettext_noop("If so, say yes or no in %(programme)s. The page stays open until %(until)s. A no is fine too."),
    ),
    action=gettext_noop("Say yes or no"),
)
OFFER_WITHDRAWN = NoticeKind(
    name="matching.offer_withdrawn",
    subject=gettext_noop("Please disregard our last mail about %(programme)s"),
    lines=(
        gettext_noop("The programme team took the published matches back to look at them again."),
        gettext_noop("You need not do anything. You will hear from us with a new suggestion."),
    ),
)
OFFER_NOT_TAKEN = NoticeKind(
    name="matching.offer_not_taken",
    subject=gettext_noop("Your match in %(programme)s did not come about"),
    lines=(
        gettext_noop("This happens, and it says nothing about you. No reasons are passed on."),
        gettext_noop("The programme team is looking at the next choice for you."),
    ),
    action=gettext_noop("See where you stand"),
)
STAYS_AS_IT_IS = NoticeKind(
    name="matching.stays_as_it_is",
    subject=gettext_noop("Your mentoring in %(programme)s stays as it is"),
    lines=(
        gettext_noop("The new match that we suggested did not come about. It says nothing about you."),
        gettext_noop("Nothing changes between you and the mentor you have. You need not do anything."),
    ),
    action=gettext_noop("See where you stand"),
)
PARTNER_AWAY = NoticeKind(
    name="matching.partner_away",
    subject=gettext_noop("Your match in %(programme)s did not come about"),
    lines=(
        gettext_noop("%(partner)s is not taking part at the moment. That has nothing to do with you."),
        gettext_noop("The programme team is looking at the next choice for you."),
    ),
    action=gettext_noop("See where you stand"),
)
NEXT_CHOICE_LOOKED_AT = NoticeKind(
    name="matching.next_choice_looked_at",
    subject=gettext_noop("A new match for you in %(programme)s"),
    lines=(
        gettext_noop("%(partner)s is no longer taking part. That has nothing to do with you."),
        gettext_noop("The programme team has your next choice before it. You need not do anything."),
    ),
    action=gettext_noop("See where you stand"),
)
ROUND_READY = NoticeKind(
    name="matching.round_ready",
    subject=gettext_noop("The matches for %(programme)s are ready to review"),
    lines=(gettext_noop("%(matched)s pairs are proposed and %(unmatched)s people have a reason why not."),),
    action=gettext_noop("Review the matches"),
)
ROUND_PUBLISHED = NoticeKind(
    name="matching.round_published",
    subject=gettext_noop("The matches for %(programme)s are published"),
    lines=(
        gettext_noop("Pairs that are out: %(pairs)s. Pairs that could not begin: %(left_out)s."),
        gettext_noop("You can take everything back for %(minutes)s minutes."),
    ),
    action=gettext_noop("See the round"),
)
REQUEST_TO_MENTOR = NoticeKind(
    name="matching.request_to_mentor",
    subject=gettext_noop("%(partner)s would like you as mentor"),
    lines=(
        gettext_noop("%(partner)s found you in %(programme)s and asked for you."),
        gettext_noop("Please answer by %(until)s. A no is fine; no reason is needed."),
    ),
    action=gettext_noop("See why, and answer"),
)
REQUEST_TO_MENTEE = NoticeKind(
    name="matching.request_to_mentee",
    subject=gettext_noop("%(partner)s would like to be your mentor"),
    lines=(
        gettext_noop("%(partner)s found you in %(programme)s, as you allowed, and asked you."),
        gettext_noop("Please answer by %(until)s. A no is fine; no reason is needed."),
    ),
    action=gettext_noop("See why, and answer"),
)
REQUEST_NOT_TAKEN = NoticeKind(
    name="matching.request_not_taken",
    subject=gettext_noop("Your request in %(programme)s did not come about"),
    lines=(
        gettext_noop("This happens, and it says nothing about you. No reasons are passed on."),
        gettext_noop("Others in the programme have a free place."),
    ),
    action=gettext_noop("See who else there is"),
)

REQUEST_PASSED_ON = NoticeKind(
    name="matching.request_passed_on",
    subject=gettext_noop("We have asked %(partner)s for you"),
    lines=(
        gettext_noop("Your last request in %(programme)s did not come about. It says nothing about you."),
        gettext_noop("As you wanted, the next of your wishes has been asked. You can take the request back."),
    ),
    action=gettext_noop("See the request"),
)
PLACE_OPEN = NoticeKind(
    name="matching.place_open",
    subject=gettext_noop("%(partner)s has a free place"),
    lines=(
        gettext_noop("You wanted to know when %(partner)s can take somebody in %(programme)s."),
        gettext_noop("The place is not kept for you: it goes to whoever asks first."),
    ),
    action=gettext_noop("Ask now"),
)


def last_day(until: datetime, reader: Person) -> str:
    """The day on which an offer runs out, by the reader's own calendar."""
    return date_format(until.astimezone(ZoneInfo(reader.time_zone)), "j F")
