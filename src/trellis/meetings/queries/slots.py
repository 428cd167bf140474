"""Three times that suit both, worked out from zones, the half days named at sign-up, and meetings already planned."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trellis.meetings.models import Meeting, MeetingState
from trellis.mentorships.models import Mentorship, Party
from trellis.people.models import Person
from trellis.programmes.models import Enrolment
from trellis_engine.cadence.slots import Diary, Slot, best_slots

LOOK_AHEAD = 14  # days


@dataclass(frozen=True)
class SlotRow:
    """One suggested time: on the planner's clock, on the partner's, and how it falls in both days."""

    day: date
    at: str  # "10:00", what the form takes
    starts_at: datetime
    there: datetime  # the partner's wall clock
    partner: str
    minutes: int
    words: str
    tone: str  # in, bit, far: the mock-up's three tones

    @property
    def other_day_there(self) -> bool:
        return self.there.date() != self.day


def suggested_slots(
    mentorship: Mentorship, person: Person, now: datetime, *, minutes: int, count: int = 3
) -> list[SlotRow]:
    """Up to `count` times in the two weeks from tomorrow, soonest first; three queries."""
    parties = Party.objects.filter(mentorship=mentorship).select_related("person").order_by("id")
    people = sorted((party.person for party in parties), key=lambda one: one.pk != person.pk)
    named: dict[int, frozenset[str]] = {}
    for one, half_days in Enrolment.objects.filter(programme=mentorship.programme_id, person__in=people).values_list(
        "person", "availability"
    ):
        named[one] = named.get(one, frozenset()) | frozenset(half_days)
    busy = _busy(people, now)
    diaries = [
        Diary(one.time_zone, named.get(one.pk, frozenset()), tuple(busy[one.pk])) for one in people
    ]  # fmt: skip
    first_day = now.astimezone(ZoneInfo(person.time_zone)).date() + timedelta(days=1)
    slots = best_slots(diaries, first_day=first_day, days=LOOK_AHEAD, minutes=minutes, count=count)
    return [_row(slot, people[0], people[1], minutes) for slot in slots]


def _busy(people: list[Person], now: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    rows = Meeting.objects.filter(
        mentorship__parties__person__in=people, state=MeetingState.PLANNED,
        starts_at__gt=now - timedelta(days=1), starts_at__lt=now + timedelta(days=LOOK_AHEAD + 2),
    ).values_list("mentorship__parties__person", "starts_at", "minutes")  # fmt: skip
    busy: dict[int, list[tuple[datetime, datetime]]] = {person.pk: [] for person in people}
    for person, starts_at, minutes in rows:
        busy[person].append((starts_at, starts_at + timedelta(minutes=minutes)))
    return busy


def _row(slot: Slot, me: Person, partner: Person, minutes: int) -> SlotRow:
    here = slot.starts_at.astimezone(ZoneInfo(me.time_zone))
    words, tone = _judgement(slot, partner.first_name)
    return SlotRow(
        day=here.date(), at=f"{here:%H:%M}", starts_at=slot.starts_at,
        there=slot.starts_at.astimezone(ZoneInfo(partner.time_zone)).replace(tzinfo=None),
        partner=partner.first_name, minutes=minutes, words=words, tone=tone,
    )  # fmt: skip


def _judgement(slot: Slot, partner: str) -> tuple[str, str]:
    """How far the slot falls outside each day, in words, and its tone by the largest stretch."""
    if slot.good_for_all:
        return _("Good for both"), "in"
    stretches = [
        (slot.early[0], _("%(stretch)s before your day")), (slot.late[0], _("%(stretch)s past your day")),
        (slot.early[1], _("%(stretch)s before %(name)s’s day")), (slot.late[1], _("%(stretch)s past %(name)s’s day")),
    ]  # fmt: skip
    words = [say % {"stretch": _stretch(minutes), "name": partner} for minutes, say in stretches if minutes]
    return ", ".join(words), "far" if max(minutes for minutes, _say in stretches) >= 60 else "bit"


def _stretch(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join([*([_("%d h") % hours] if hours else []), *([_("%d min") % rest] if rest else [])])
