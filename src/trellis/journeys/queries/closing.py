"""Half-time, the closing page and the certificate, each for one person."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from trellis.goals.models import GoalStatus
from trellis.journeys import rules
from trellis.journeys.guide import Prompt, stage_prompts
from trellis.journeys.models import Certificate, Reflection, ReviewChoice
from trellis.journeys.queries.material import Material, gather
from trellis.journeys.queries.page import outcome_of
from trellis.journeys.queries.steps import view_of
from trellis.meetings.models import MeetingState
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries.contacts import programme_team
from trellis.mentorships.rules import can_extend, is_live
from trellis.people.models import Person


@dataclass(frozen=True)
class ReviewPage:
    """`mine` and `barriers` are the reader's own; of the other’s choice nothing is here."""

    partner: Person
    open: bool
    mine: str
    barriers: str
    outcome: str
    prompts: tuple[Prompt, ...]


def review_of(mentorship: Mentorship, person: Person, now: datetime) -> ReviewPage:
    material = gather(mentorship, now)
    view = view_of(material, person)
    own = ReviewChoice.objects.filter(journey__mentorship=mentorship, person=person).first()
    return ReviewPage(
        partner=view.partner, open=is_live(mentorship) and not outcome_of(material), mine=own.choice if own else "",
        barriers=own.barriers if own else "", outcome=outcome_of(material),
        prompts=stage_prompts("review", view.me.role)[:3],
    )  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """Meetings are counted twice over: confirmed by both, and by one alone; never added in silence."""

    held_both: int
    held_one: int
    hours: float  # of those confirmed by both
    goals_reached: int
    goals: int
    weeks: int
    from_day: date
    to_day: date


def figures_of(material: Material) -> Figures:
    both = [meeting for meeting in material.meetings if meeting.state == MeetingState.HELD_BOTH]
    return Figures(
        held_both=len(both),
        held_one=sum(meeting.state == MeetingState.HELD_ONE for meeting in material.meetings),
        hours=round(sum(meeting.minutes for meeting in both) / 60, 1),
        goals_reached=sum(goal.status == GoalStatus.REACHED for goal in material.goals), goals=len(material.goals),
        weeks=min(material.timeline.week(material.today), material.timeline.weeks),
        from_day=timezone.localdate(material.mentorship.started_at), to_day=material.today,
    )  # fmt: skip


@dataclass(frozen=True)
class ClosingPage:
    """`body` is the reader's own; `partner_thanks` is what the other wrote for them to read."""

    partner: Person
    is_mentor: bool
    figures: Figures
    number: int  # of the stage
    stages: int
    body: str
    thanks: str
    partner_thanks: str
    questions: tuple[Prompt, ...]
    can_close: bool
    can_extend: bool
    closed: bool
    said_touch: bool | None
    both_stay: bool
    certificate: str


def closing_of(mentorship: Mentorship, person: Person, now: datetime) -> ClosingPage:
    material = gather(mentorship, now)
    view, stage = view_of(material, person), material.standing.stage
    words = {each.person_id: each for each in Reflection.objects.filter(journey__mentorship=mentorship)}
    mine, theirs = words.get(person.pk), words.get(view.partner.pk)
    issued = Certificate.objects.filter(journey__mentorship=mentorship, person=person).values_list("number", flat=True)
    return ClosingPage(
        partner=view.partner, is_mentor=view.is_mentor, figures=figures_of(material),
        number=material.plan.index(stage) + 1, stages=len(material.plan.stages), body=mine.body if mine else "",
        thanks=mine.thanks if mine else "", partner_thanks=theirs.thanks if theirs else "",
        questions=stage_prompts("closure", view.me.role)[:3],
        can_close=is_live(mentorship) and rules.is_closing(material.plan, stage, material.facts.elapsed_share),
        can_extend=can_extend(mentorship), closed=mentorship.state == MentorshipState.COMPLETED,
        said_touch=view.me.stays_in_touch, both_stay=mentorship.continues_informally, certificate=issued.first() or "",
    )  # fmt: skip


@dataclass(frozen=True)
class CertificatePage:
    """What a certificate says. It names nobody but its owner and the programme's."""

    number: str
    organisation: str
    person: str
    is_mentor: bool
    programme: str
    owner: str
    figures: Figures
    issued_at: datetime


def certificate_of(certificate: Certificate, now: datetime) -> CertificatePage:
    mentorship = certificate.journey.mentorship
    material, team = gather(mentorship, now), programme_team(mentorship.programme)
    me = next(party for party in material.parties if party.person_id == certificate.person_id)
    return CertificatePage(
        number=certificate.number, organisation=mentorship.organisation.name, person=me.person.full_name,
        is_mentor=view_of(material, me.person).is_mentor, programme=mentorship.programme.name,
        owner=team[0].full_name if team else "", figures=figures_of(material), issued_at=certificate.issued_at,
    )  # fmt: skip
