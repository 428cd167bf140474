import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models import DurationField, ExpressionWrapper, F, IntegerField, QuerySet
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan, LessThanOrEqual
from django.utils.translation import gettext as _

from trellis.meetings.models import Confirmation, Meeting, MeetingState
from trellis.mentorships.choices import LIVE_STATES
from trellis.mentorships.queries.partners import Partner, partners_in
from trellis.people.models import Person

PAGE = 20
SOON_AT_MOST = 50  # planned meetings shown; a pair plans a handful


@dataclass(frozen=True)
class MeetingRow:
    """One meeting as one of its parties sees it. `there` times are the partner's wall clock."""

    id: int
    mentorship_id: int
    partner: Partner
    live: bool  # its mentorship is, so that it may still be changed
    starts_at: datetime
    ends_at: datetime
    minutes: int
    there_starts: datetime
    there_ends: datetime
    my_zone: str
    topic: str
    place: str
    state: str
    mine: bool | None  # my word on whether it took place
    theirs: bool | None
    theirs_at: datetime | None  # on the partner's wall clock

    @property
    def here(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.my_zone))

    @property
    def my_place(self) -> str:
        return self.my_zone.rsplit("/", 1)[-1].replace("_", " ")

    @property
    def title(self) -> str:
        return self.topic or _("Meeting with %(name)s") % {"name": self.partner.first_name}

    @property
    def words(self) -> str:
        """The state for people: who has said what."""
        name = {"name": self.partner.first_name}
        if self.state == MeetingState.HELD_ONE:
            return _("Held: you say yes") if self.mine else _("Held: %(name)s says yes") % name
        if self.state == MeetingState.CANCELLED:
            return _("Called off") if self.mine is None and self.theirs is None else _("Did not take place")
        if self.state == MeetingState.PLANNED and False in {self.mine, self.theirs}:
            return _("Not held: you say no") if self.mine is False else _("Not held: %(name)s says no") % name
        return {
            MeetingState.PLANNED.value: _("Planned"),
            MeetingState.HELD_BOTH.value: _("Confirmed by both"),
            MeetingState.DISPUTED.value: _("Disputed: one yes, one no"),
        }[self.state]

    @property
    def tone(self) -> str:
        return {"held_both": "ok", "held_one": "ok", "disputed": "late"}.get(self.state, "")

    @property
    def other_day_there(self) -> bool:
        return self.here.date() != self.there_starts.date()

    @property
    def place_is_link(self) -> bool:
        return self.place.startswith(("https://", "http://"))


@dataclass(frozen=True)
class MeetingLists:
    soon: list[MeetingRow]
    to_confirm: list[MeetingRow]
    past: list[MeetingRow]
    page: int
    pages: int


def of_person(person: Person) -> QuerySet[Meeting]:
    """Meetings of mentorships to which `person` is a party."""
    return Meeting.objects.filter(mentorship__parties__person=person)


# The cast is for SQLite, where only plain integers may multiply a duration.
LENGTH = ExpressionWrapper(Cast("minutes", IntegerField()) * timedelta(minutes=1), output_field=DurationField())
ENDS = F("starts_at") + LENGTH


def not_over_at(moment: datetime) -> GreaterThan[datetime]:
    return GreaterThan(ENDS, moment)


def over_at(moment: datetime) -> LessThanOrEqual[datetime]:
    return LessThanOrEqual(ENDS, moment)


def next_meetings(person: Person, now: datetime, *, at_most: int = SOON_AT_MOST) -> list[MeetingRow]:
    """Planned meetings that are not over, soonest first; three queries."""
    rows = of_person(person).filter(not_over_at(now), state=MeetingState.PLANNED, mentorship__state__in=LIVE_STATES)
    return _rows(list(rows.select_related("mentorship").order_by("starts_at", "id")[:at_most]), person)


def waiting_for_word(person: Person, now: datetime, *, at_most: int = SOON_AT_MOST) -> list[MeetingRow]:
    """Meetings that are over and about which `person` has not said whether they took place; three queries."""
    mine = Confirmation.objects.filter(person=person).values("meeting")
    rows = (
        of_person(person)
        .filter(over_at(now), mentorship__state__in=LIVE_STATES)
        .exclude(state=MeetingState.CANCELLED)
        .exclude(pk__in=mine)
    )
    return _rows(list(rows.select_related("mentorship").order_by("-starts_at", "-id")[:at_most]), person)


def meeting_lists(person: Person, now: datetime, page: int) -> MeetingLists:
    """The page of meetings: next, waiting for my word, and past ones with their state; a fixed number of queries."""
    waiting = waiting_for_word(person, now)
    over = (
        of_person(person)
        .filter(over_at(now))
        .exclude(pk__in=[row.id for row in waiting])
        .select_related("mentorship")
        .order_by("-starts_at", "-id")
    )
    pages = Paginator(over, PAGE)
    shown = list(pages.page(page).object_list) if page <= pages.num_pages else []
    return MeetingLists(
        next_meetings(person, now), waiting, _rows(shown, person), page=page, pages=pages.num_pages
    )  # fmt: skip


def meeting_seen_by(person: Person, meeting: Meeting) -> MeetingRow:
    """One meeting as `person`, a party of it, sees it; two queries."""
    return _rows([meeting], person)[0]


def notes_mark(notes: str) -> str:
    """Tells one state of shared notes from another, so that nobody overwrites what they have not seen."""
    return hashlib.sha256(notes.encode()).hexdigest()[:16]


def _rows(meetings: Sequence[Meeting], person: Person) -> list[MeetingRow]:
    partners = partners_in([meeting.mentorship_id for meeting in meetings], person)
    words: dict[int, dict[bool, Confirmation]] = {}
    for word in Confirmation.objects.filter(meeting__in=[meeting.pk for meeting in meetings]).order_by("id"):
        words.setdefault(word.meeting_id, {})[word.person_id == person.pk] = word
    return [_row(meeting, person, partners[meeting.mentorship_id], words.get(meeting.pk, {})) for meeting in meetings]


def _row(meeting: Meeting, person: Person, partner: Partner, words: dict[bool, Confirmation]) -> MeetingRow:
    ends_at = meeting.starts_at + timedelta(minutes=meeting.minutes)
    mine, theirs = words.get(True), words.get(False)
    return MeetingRow(
        id=meeting.pk,
        mentorship_id=meeting.mentorship_id,
        partner=partner,
        live=meeting.mentorship.state in LIVE_STATES,
        starts_at=meeting.starts_at,
        ends_at=ends_at,
        minutes=meeting.minutes,
        there_starts=_wall(meeting.starts_at, partner.zone),
        there_ends=_wall(ends_at, partner.zone),
        my_zone=person.time_zone,
        topic=meeting.topic,
        place=meeting.place,
        state=meeting.state,
        mine=mine.took_place if mine else None,
        theirs=theirs.took_place if theirs else None,
        theirs_at=_wall(theirs.at, partner.zone) if theirs else None,
    )


def _wall(moment: datetime, zone: str) -> datetime:
    """What the clock there shows, without a zone, so that a template prints it as it stands."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
