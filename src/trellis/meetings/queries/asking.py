from dataclasses import dataclass
from datetime import datetime, timedelta

from trellis.meetings.models import Confirmation, Meeting, MeetingState
from trellis.meetings.queries.lists import not_over_at, over_at
from trellis.mentorships.choices import LIVE_STATES
from trellis.mentorships.models import Party
from trellis.notifications.models import Notice
from trellis.people.models import Person


@dataclass(frozen=True)
class Ask:
    """One person to be asked about one meeting. `key` makes asking again harmless."""

    person: Person
    partner: str
    meeting_id: int
    starts_at: datetime
    key: str


def asks_due(*, now: datetime, first: timedelta, second: timedelta, at_most: timedelta) -> list[Ask]:
    """Who is to be asked now whether a meeting took place; four queries for the whole organisation.

    Once from `first` after the planned end, once more from `second`, not later than `at_most`; only parties of
    live mentorships who have not answered.
    """
    due = Meeting.objects.filter(
        over_at(now - first), not_over_at(now - at_most), mentorship__state__in=LIVE_STATES
    ).exclude(state=MeetingState.CANCELLED)
    meetings = {meeting.pk: meeting for meeting in due.order_by("starts_at", "id")}
    answered = set(Confirmation.objects.filter(meeting__in=meetings).values_list("meeting", "person"))
    people: dict[int, list[Person]] = {}
    mentorships = {meeting.mentorship_id for meeting in meetings.values()}
    for party in Party.objects.filter(mentorship__in=mentorships).select_related("person__account").order_by("id"):
        people.setdefault(party.mentorship_id, []).append(party.person)
    asks = []
    for meeting in meetings.values():
        turn = 2 if meeting.starts_at + timedelta(minutes=meeting.minutes) <= now - second else 1
        parties = people[meeting.mentorship_id]
        for person in parties:
            if (meeting.pk, person.pk) in answered:
                continue
            partner = next(other.first_name for other in parties if other is not person)
            key = f"meetings.ask_held:{meeting.pk}:{meeting.starts_at:%Y%m%dT%H%M%S}:{turn}"
            asks.append(Ask(person, partner, meeting.pk, meeting.starts_at, key))
    asked = set(Notice.objects.filter(key__in={ask.key for ask in asks}).values_list("person", "key"))
    return [ask for ask in asks if (ask.person.pk, ask.key) not in asked]
