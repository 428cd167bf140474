"""What a pair may talk about in its current stage: the suggested agenda and three questions."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from trellis.journeys.guide import Prompt, agendas_for, prompts_for, stage_name
from trellis.journeys.models import Journey
from trellis.journeys.queries.material import timeline_of
from trellis.meetings.queries import meeting_counts
from trellis.mentorships.choices import MentorshipState, PartyRole
from trellis.mentorships.models import Mentorship, Transition
from trellis.mentorships.queries.partners import Partner
from trellis.programmes.plan import Agenda

BEFORE_ANY_STAGE = "connection"  # a pair exists, so the first meeting is the one to prepare
OPPOSITE = {PartyRole.MENTOR.value: PartyRole.MENTEE.value, PartyRole.MENTEE.value: PartyRole.MENTOR.value}


@dataclass(frozen=True)
class Item:
    """One point of an agenda, and its place on the bar of minutes, in per cent, as SVG takes it."""

    minutes: int
    topic: str
    start: str
    width: str


@dataclass(frozen=True)
class Guide:
    stage: str
    title: str
    minutes: int
    items: tuple[Item, ...]
    questions: tuple[Prompt, ...]


def guide_for(mentorship: Mentorship, partner: Partner, now: datetime) -> Guide:
    """The guide of the stage in which the pair is, as the one opposite `partner` sees it; at most three queries."""
    stage = Journey.objects.filter(mentorship=mentorship).values_list("stage", flat=True).first() or BEFORE_ANY_STAGE
    held = meeting_counts([mentorship.pk])[mentorship.pk].held_by_anyone
    week = timeline_of(mentorship, _pause(mentorship), now).week(timezone.localdate(now))
    agenda = agendas_for(mentorship.programme, stage, week)[0]
    role = OPPOSITE.get(partner.role, partner.role)
    questions = prompts_for(mentorship.programme, stage, role, meetings_held=held)
    title = agenda.title.rsplit(" (", 1)[0]
    return Guide(stage_name(stage), title, _minutes(agenda), _items(agenda), questions)


def _pause(mentorship: Mentorship) -> tuple[Transition, ...]:
    """What the calendar needs to stand still during a pause that lasts."""
    if mentorship.state != MentorshipState.PAUSED:
        return ()
    return tuple(Transition.objects.filter(mentorship=mentorship).defer("words").order_by("id"))


def _minutes(agenda: Agenda) -> int:
    return sum(item.minutes for item in agenda.items)


def _items(agenda: Agenda) -> tuple[Item, ...]:
    items, start, total = [], 0.0, max(1, _minutes(agenda))
    for item in agenda.items:
        width = 100 * item.minutes / total
        items.append(Item(item.minutes, item.topic, f"{start + 0.4:.1f}", f"{max(0.0, width - 0.8):.1f}"))
        start += width
    return tuple(items)
