"""What may happen to an enrolment, and where an application goes. Pure: facts in, answer out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from trellis.programmes.choices import EnrolmentState, ProgrammeStatus, Side
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.settings_model import MatchingSettings
from trellis.programmes.standard_answers import most_places

State = EnrolmentState

LEGAL_MOVES: Mapping[str, frozenset[str]] = {
    State.INVITED: frozenset({State.STARTED, State.APPROVED, State.WITHDRAWN}),
    State.STARTED: frozenset({State.APPLIED, State.APPROVED, State.WAITING, State.WITHDRAWN}),
    State.APPLIED: frozenset({State.APPROVED, State.WAITING, State.REJECTED, State.WITHDRAWN}),
    State.WAITING: frozenset({State.APPROVED, State.REJECTED, State.APPLIED, State.WITHDRAWN}),
    State.APPROVED: frozenset({State.PAUSED, State.COMPLETED, State.APPLIED, State.WITHDRAWN}),
    State.PAUSED: frozenset({State.APPROVED, State.COMPLETED, State.WITHDRAWN}),
    State.REJECTED: frozenset({State.APPLIED, State.STARTED}),
    State.WITHDRAWN: frozenset({State.STARTED}),
    State.COMPLETED: frozenset({State.STARTED}),
}
LIVE = frozenset({State.STARTED, State.APPLIED, State.WAITING, State.APPROVED, State.PAUSED})
TAKES_PART = (State.APPLIED, State.WAITING, State.APPROVED, State.PAUSED)  # asked when the terms change
HOLDS_A_PLACE = (State.APPROVED, State.PAUSED)  # a mentee who pauses keeps the place
EDITABLE = LIVE

SELF_MATCH = ("self_chosen", "self_booking")
FIRST_COME, RANDOM = "first_come", "random"


def can_move(before: str, after: str) -> bool:
    return after in LEGAL_MOVES[before]


def is_over(programme: Programme) -> bool:
    """Nobody comes in any more, and nobody new is matched."""
    return programme.status in {ProgrammeStatus.CLOSED, ProgrammeStatus.ARCHIVED}


def is_open_for_sign_up(programme: Programme, today: date) -> bool:
    """Between the first and the last day of sign-up, in a programme that is enrolling or running."""
    if programme.status not in {ProgrammeStatus.ENROLLING, ProgrammeStatus.RUNNING}:
        return False
    closes = programme.enrolment_closes_on
    return programme.enrolment_opens_on <= today and (closes is None or today <= closes)


def lets_people_ask(programme: Programme) -> bool:
    """The programme's method is self-match: mentees and mentors ask each other instead of waiting for a round. Not
    among equals, where everybody's partner moves with everybody else's."""
    return MatchingSettings.of(programme.matching).method in SELF_MATCH and not programme.of_equals


def can_be_findable(programme: Programme, side: str) -> bool:
    """Mentors are found wherever mentees look for one; a mentee only by their own choice."""
    return side == Side.MENTEE and lets_people_ask(programme)


def most_places_of(programme: Programme, side: str) -> int:
    return most_places(
        side=side,
        mentor_capacity_default=programme.mentor_capacity_default,
        mentors_per_mentee=programme.mentors_per_mentee,
    )


def usual_places(programme: Programme, side: str) -> int:
    """What the form proposes: the programme's own default."""
    return programme.mentors_per_mentee if side == Side.MENTEE else programme.mentor_capacity_default


def priority_rule(programme: Programme) -> str:
    """Who gets a place first when there are more people than places: a draw, unless the programme says otherwise."""
    return FIRST_COME if programme.matching.get("priority_rule") == FIRST_COME else RANDOM


def needs_decision(programme: Programme, side: str, unmet: Collection[str]) -> bool:
    """Whether a person decides: mentors where the programme wants it, and anybody who misses a condition."""
    return bool(unmet) or (side == Side.MENTOR and programme.mentors_need_approval)


def destination(*, accepted: bool, training_open: bool, side: str, free_places: int | None) -> EnrolmentState:
    """Where an application stands. `free_places` None means that the programme has no limit."""
    if not accepted or training_open:
        return State.APPLIED
    if side == Side.MENTEE and free_places is not None and free_places < 1:
        return State.WAITING
    return State.APPROVED


@dataclass(frozen=True)
class Gap:
    """Something the form still needs. `section` is the page of the form it is on."""

    section: str
    field: str
    words: str


def gaps_of(enrolment: Enrolment, *, skills: int, unanswered: Mapping[str, str]) -> tuple[Gap, ...]:
    """What is missing before the form can be sent; `unanswered` is key and text of required questions."""
    found = []
    if not enrolment.goal:
        found.append(Gap("goal", "goal", _("Say in a sentence or two what it is about for you.")))
    if not skills:
        found.append(Gap("goal", "skills", _("Name at least one skill, with your level.")))
    if not enrolment.working_style:
        found.append(Gap("style", "working_style", _("Choose the way of working that is nearest to yours.")))
    if not enrolment.values:
        found.append(Gap("style", "values", _("Choose at least one value.")))
    if not enrolment.availability:
        found.append(Gap("style", "availability", _("Tick at least one half-day.")))
    found += [
        Gap("questions", f"q_{key}", _("“%(question)s” has no answer yet.") % {"question": text})
        for key, text in unanswered.items()
    ]
    return tuple(found)
