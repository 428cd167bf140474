"""What this app can tell. First names, programme names and dates; never a reason and never what somebody wrote."""

from datetime import date, datetime

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_noop

from trellis.mentorships.models import Mentorship
from trellis.notifications.actions import Parameters, tell
from trellis.notifications.registry import NoticeKind
from trellis.people.models import Person

STARTED = NoticeKind(
    name="mentorships.started",
    subject=gettext_noop("You and %(name)s are connected"),
    lines=(
        gettext_noop("Your mentoring in %(programme)s begins today."),
        gettext_noop("Your page shows the first step. Most pairs meet within ten days."),
    ),
    action=gettext_noop("Open your page"),
)
WITHDRAWN = NoticeKind(
    name="mentorships.withdrawn",
    subject=gettext_noop("A correction about your match in %(programme)s"),
    lines=(
        gettext_noop("We told you that you and %(name)s are connected. That was taken back by the programme team."),
        gettext_noop("You need not do anything. You will hear from us when there is a match."),
    ),
    action=gettext_noop("Open Trellis"),
)
PAUSED = NoticeKind(
    name="mentorships.paused",
    subject=gettext_noop("%(name)s has paused your mentoring"),
    lines=(
        gettext_noop("The pause lasts until %(until)s at most. All later dates move with it."),
        gettext_noop("Nothing is expected of you meanwhile."),
    ),
    action=gettext_noop("See the new dates"),
)
RESUMED = NoticeKind(
    name="mentorships.resumed",
    subject=gettext_noop("Your mentoring with %(name)s goes on"),
    lines=(gettext_noop("The pause is over. Your page shows the next step and the new dates."),),
    action=gettext_noop("Open your page"),
)
EXTENDED = NoticeKind(
    name="mentorships.extended",
    subject=gettext_noop("Your mentoring with %(name)s now runs until %(until)s"),
    lines=(gettext_noop("If that does not suit you, you can close it at any time, without giving a reason."),),
    action=gettext_noop("See the new dates"),
)
ENDED = NoticeKind(
    name="mentorships.ended",
    subject=gettext_noop("Your mentoring with %(name)s has ended"),
    lines=(
        gettext_noop("Mentoring ends early for many reasons, and most have nothing to do with either person."),
        gettext_noop(
            "If you like, leave %(name)s a thank-you, and tell us whether you would like a new match or a break."
        ),
    ),
    action=gettext_noop("Say what you would like next"),
)
PARTED = NoticeKind(
    name="mentorships.parted",
    subject=gettext_noop("Your mentoring with %(name)s in %(programme)s has ended"),
    lines=(
        gettext_noop(
            "The programme team has looked at all pairs again and made new ones. Nobody did anything wrong, and "
            "neither of you has to explain anything."
        ),
        gettext_noop(
            "Everything you wrote stays where it is and you can read it at any time. Meetings that were still planned "
            "are called off. If you like, leave %(name)s a thank-you."
        ),
    ),
    action=gettext_noop("Open your page"),
)
RESTORED = NoticeKind(
    name="mentorships.restored",
    subject=gettext_noop("Your mentoring with %(name)s goes on after all"),
    lines=(
        gettext_noop("We told you that it had ended. The programme team has taken that back; please disregard it."),
        gettext_noop(
            "Your goals and messages are as they were. Meetings that lie ahead are planned again as they were, unless "
            "one of you has another one then: please look at yours."
        ),
    ),
    action=gettext_noop("Open your page"),
)
DID_YOU_MEET = NoticeKind(
    name="mentorships.did_you_meet",
    subject=gettext_noop("Did you and %(name)s meet?"),
    lines=(
        gettext_noop("The time for your meeting in %(programme)s is over, and none is noted."),
        gettext_noop("If you met, note it with one tap. If you still want to, plan a time."),
        gettext_noop("Otherwise your place is free for somebody else in three days. You need not explain anything."),
    ),
    action=gettext_noop("Note the meeting"),
)
SINGLE_OVER = NoticeKind(
    name="mentorships.single_over",
    subject=gettext_noop("Your meeting with %(name)s is over, and its place is free again"),
    lines=(
        gettext_noop("A match in %(programme)s is one meeting, and nobody had closed yours."),
        gettext_noop("You can still leave %(name)s a thank-you, and meet somebody else."),
    ),
    action=gettext_noop("Open your page"),
)
COMPLETED = NoticeKind(
    name="mentorships.completed",
    subject=gettext_noop("%(name)s has closed this round with you"),
    lines=(gettext_noop("Your certificate is ready. Look back, say thank you, and say whether you stay in touch."),),
    action=gettext_noop("Open the closing page"),
)
REMATCH_WANTED = NoticeKind(
    name="mentorships.rematch_wanted",
    subject=gettext_noop("%(name)s would like a new match in %(programme)s"),
    lines=(gettext_noop("We promise an answer within two working days: a new match, or a pause."),),
    action=gettext_noop("Open the programme"),
)
WANTS_TO_TALK = NoticeKind(
    name="mentorships.wants_to_talk",
    subject=gettext_noop("%(name)s would like to talk to you in confidence"),
    lines=(gettext_noop("Please get in touch with them directly. Nobody else has been told."),),
)
AGREEMENT_DRAFTED = NoticeKind(
    name="mentorships.agreement_drafted",
    subject=gettext_noop("%(name)s wrote down your agreement"),
    lines=(gettext_noop("Read it, change what you like, and sign it when it is right for both of you."),),
    action=gettext_noop("Read the agreement"),
)
AGREEMENT_SIGNED = NoticeKind(
    name="mentorships.agreement_signed",
    subject=gettext_noop("You and %(name)s have both signed your agreement"),
    lines=(gettext_noop("You can read it at any time, and change it together."),),
    action=gettext_noop("Open your page"),
)


HOME = "/"


def page_of(mentorship: Mentorship) -> str:
    return reverse("mentorship", args=[mentorship.pk])


def day_words(day: date | datetime, reader: Person) -> str:
    """A day in the reader's language, for a notice that keeps it as text."""
    with translation.override(reader.account.language if reader.account and reader.account.language else None):
        return date_format(day, "j F Y")


def tell_party(
    reader: Person,
    other: Person,
    kind: NoticeKind,
    mentorship: Mentorship,
    *,
    now: datetime,
    step: str = "",
    path: str = "",
    more: Parameters | None = None,
) -> None:
    """Tell one party about something the other did. `step` tells repeated ones apart (two pauses are two notices)."""
    tell(
        person=reader, kind=kind, key=f"mentorship:{mentorship.pk}:{kind.name}:{step}", now=now,
        path=path or page_of(mentorship),
        parameters={"name": other.first_name, "programme": mentorship.programme.name} | dict(more or {}),
    )  # fmt: skip


def agreement_page(mentorship: Mentorship) -> str:
    return reverse("agreement", args=[mentorship.pk])
