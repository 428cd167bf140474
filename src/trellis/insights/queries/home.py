"""Everything on a person's home page, in a number of queries that does not depend on how much there is.

One mentorship is featured: its next step is worked out in full. The others get a line from facts read for all at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trellis.conversations.queries import unread_counts
from trellis.goals.queries import GoalRow, active_goals, overdue_steps
from trellis.insights.queries.home_card import (
    Card,
    enrolment_card,
    join_card,
    offer_card,
    overdue_card,
    overview_card,
    report_card,
    step_card,
    waiting_card,
)
from trellis.insights.queries.home_past import PastPair, past_pairs
from trellis.journeys.addresses import address
from trellis.journeys.guide import agendas_for, prompts_for, stage_name
from trellis.journeys.models import Journey
from trellis.journeys.queries import StageLine
from trellis.journeys.queries.material import Material, gather, timeline_of
from trellis.journeys.queries.page import stage_lines, waiting_check_ins
from trellis.journeys.queries.steps import choose_step, view_of
from trellis.matching.queries.board import shared_words
from trellis.matching.queries.offers import open_offers
from trellis.meetings.queries import MeetingRow, next_meetings, suggested_slots, waiting_for_word
from trellis.mentorships.choices import MentorshipState, PartyRole
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries.partners import Partner, partners_in
from trellis.people.models import Person
from trellis.programmes.models import Programme
from trellis.programmes.queries import managed_programmes
from trellis.programmes.queries.participant import OpenProgramme, OwnEnrolment, open_programmes, own_enrolments
from trellis.surveys.packs import Pack, all_packs

GOALS_SHOWN = 3
PROGRAMMES_SHOWN = 6
WEAK_STEPS = ("prepare_meeting",)  # an overdue step of one's own comes before these


@dataclass(frozen=True)
class PairLine:
    """One mentorship in the list: who, where they stand, and what is next with them."""

    id: int
    partner: Partner
    programme: str
    stage: str
    step: str
    path: str
    unread: int
    paused: bool
    reasons: tuple[str, ...]

    @property
    def is_mentor(self) -> bool:
        """The reader is the mentor here."""
        return self.partner.role == PartyRole.MENTEE


@dataclass(frozen=True)
class Home:
    card: Card | None
    stages: tuple[StageLine, ...]
    featured: PairLine | None
    pairs: list[PairLine]
    meeting: MeetingRow | None
    agenda: tuple[str, ...]
    check_ins: tuple[Pack, ...]  # waiting for this person in the featured mentorship
    question: str  # one to bring to the next meeting
    waiting: int  # past meetings that wait for this person's word
    goals: list[GoalRow]
    unread: int
    enrolments: list[OwnEnrolment]
    programmes: list[OpenProgramme]
    managed: list[Programme]
    past: list[PastPair]

    @property
    def mentees(self) -> list[PairLine]:
        return [pair for pair in self.pairs if pair.is_mentor]

    @property
    def mentors(self) -> list[PairLine]:
        return [pair for pair in self.pairs if not pair.is_mentor]

    @property
    def stage(self) -> StageLine | None:
        return next((line for line in self.stages if line.state == "now"), None)


def home_of(person: Person, now: datetime) -> Home:
    """The home page of `person`; the number of queries depends on the kind of card alone."""
    today = timezone.localdate(now)
    mentorships = list(Mentorship.objects.of(person).live().select_related("programme").order_by("id"))
    waiting, soon, unread = waiting_for_word(person, now), next_meetings(person, now), unread_counts(person)
    stages = dict(Journey.objects.filter(mentorship__in=mentorships).values_list("mentorship", "stage"))
    pairs = _pairs(person, mentorships, stages, waiting, soon, unread)
    featured = _featured(mentorships, waiting, soon)
    material = gather(featured, now) if featured else None
    enrolments = own_enrolments(person)
    meeting = soon[0] if soon else None
    by_id = {mentorship.pk: mentorship for mentorship in mentorships}
    programmes = [] if mentorships else open_programmes(person, today)[:PROGRAMMES_SHOWN]
    managed = list(managed_programmes(person).order_by("-id")[:PROGRAMMES_SHOWN])
    return Home(
        card=_card(person, now, today, material, enrolments, waiting, managed, programmes),
        stages=stage_lines(material) if material else (),
        featured=next((pair for pair in pairs if featured and pair.id == featured.pk), None),
        pairs=pairs,
        meeting=meeting,
        agenda=_agenda(by_id[meeting.mentorship_id], stages, now) if meeting else (),
        check_ins=_check_ins(material, person),
        question=_question(material, person),
        waiting=len(waiting),
        goals=active_goals(person, today)[:GOALS_SHOWN],
        unread=sum(unread.values()),
        enrolments=[one for one in enrolments if one.live],
        programmes=programmes,
        managed=managed,
        past=past_pairs(person),
    )


def _card(
    person: Person, now: datetime, today: date, material: Material | None, enrolments: Sequence[OwnEnrolment],
    waiting: Sequence[MeetingRow], managed: Sequence[Programme], programmes: Sequence[OpenProgramme],
) -> Card | None:  # fmt: skip
    """Offers first, then sign-ups begun, then the featured pair's step, unless it is weak and something is overdue.

    Somebody in no pair is led to the programmes they run, or to the report, rather than to one that they could join.
    """
    card = offer_card(open_offers(person), person) or enrolment_card(enrolments)
    if card or material is None:
        led = overview_card(managed) or report_card(person)
        return card or waiting_card(enrolments) or led or join_card(programmes)
    step = choose_step(view_of(material, person))
    overdue = overdue_steps(person, today, at_most=1)
    if step.key in WEAK_STEPS and overdue:
        return overdue_card(overdue[0], today)
    mentorship = material.mentorship
    minutes = mentorship.programme.meeting_minutes
    slots = suggested_slots(mentorship, person, now, minutes=minutes) if step.key == "plan_meeting" else []
    return step_card(step, mentorship.pk, slots, waiting)


def _check_ins(material: Material | None, person: Person) -> tuple[Pack, ...]:
    if material is None:
        return ()
    return tuple(all_packs()[pack] for pack in waiting_check_ins(material, view_of(material, person).me))


def _question(material: Material | None, person: Person) -> str:
    """One of the questions that this side asks in the pair's stage; another one after each meeting."""
    if material is None:
        return ""
    role, held = view_of(material, person).me.role, material.facts.meetings_held
    prompts = prompts_for(material.mentorship.programme, material.standing.stage, role, meetings_held=held)
    return prompts[0].text if prompts else ""


def _featured(
    mentorships: Sequence[Mentorship], waiting: Sequence[MeetingRow], soon: Sequence[MeetingRow]
) -> Mentorship | None:
    """Where something waits: a meeting to confirm, then no meeting planned; a pause comes last."""
    unanswered, planned = {row.mentorship_id for row in waiting}, {row.mentorship_id for row in soon}
    return min(
        mentorships,
        key=lambda one: (one.state == MentorshipState.PAUSED, one.pk not in unanswered, one.pk in planned, one.pk),
        default=None,
    )


def _pairs(
    person: Person, mentorships: Sequence[Mentorship], stages: dict[int, str], waiting: Sequence[MeetingRow],
    soon: Sequence[MeetingRow], unread: dict[int, int],
) -> list[PairLine]:  # fmt: skip
    partners = partners_in([mentorship.pk for mentorship in mentorships], person)
    lines = []
    for one in mentorships:
        step, path = _line(one, waiting, soon)
        stage = stages.get(one.pk)
        lines.append(
            PairLine(
                one.pk, partners[one.pk], one.programme.name, stage_name(stage) if stage else "", step, path,
                unread.get(one.pk, 0), one.state == MentorshipState.PAUSED, shared_words(one.match_reasons)[0],
            )
        )  # fmt: skip
    return lines


def _line(one: Mentorship, waiting: Sequence[MeetingRow], soon: Sequence[MeetingRow]) -> tuple[str, str]:
    """What is next with this pair, in a few words, and where to do it."""
    if one.state == MentorshipState.PAUSED:
        return _("On a pause"), address("mentorship", one.pk)
    if asked := next((row for row in waiting if row.mentorship_id == one.pk), None):
        day = {"day": date_format(asked.here, "j F")}
        return _("Say whether you met on %(day)s") % day, address("meeting", asked.id)
    if planned := next((row for row in soon if row.mentorship_id == one.pk), None):
        return _("Meeting on %(when)s") % {"when": date_format(planned.here, "j F, H:i")}, address(
            "meeting", planned.id
        )
    return _("Plan the next meeting"), address("meeting_plan", one.pk)


def _agenda(mentorship: Mentorship, stages: dict[int, str], now: datetime) -> tuple[str, ...]:
    """The topics suggested for the next meeting of this pair."""
    week = timeline_of(mentorship, (), now).week(timezone.localdate(now))
    agenda = agendas_for(mentorship.programme, stages.get(mentorship.pk, "connection"), week)[0]
    return tuple(item.topic for item in agenda.items)
