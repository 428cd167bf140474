"""What was changed on the board by hand: the last rearrangement, which can be taken back, and what all of it cost."""

from dataclasses import dataclass, field

from django.db.models import Q

from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.cost_words import short_words
from trellis.matching.models import BoardEdit, Proposal, Round
from trellis.matching.queries.pool import engine_settings
from trellis.matching.queries.promises import planned_rows
from trellis.matching.queries.rearranging import Rearrangement, choices_for, people_of
from trellis.matching.queries.swaps import STANDING
from trellis.people.directory.names import folded
from trellis.people.models import Person

_NAMES = ("external_id", "given_name", "preferred_name", "family_name", "sort_name", "job_title")
_PRIVATE = [f"{side}__{name}" for side in ("mentee", "mentor") for name in ("goal", "no_match")]


@dataclass
class Move:
    """Somebody with other mentors than before, by name; nobody is an empty list."""

    mentee: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Done:
    """The last rearrangement of the round. `moved` counts mentees, whoever was put together not among them."""

    mentee: str
    mentor: str
    moved: int


@dataclass(frozen=True)
class ByHand:
    """How the board differs from the plan that was proven: pairs that are other ones, mentees and points less."""

    pairs: int
    matched: int
    points: int


def moves_of(found: Round, plan: Rearrangement) -> list[Move]:
    """Everybody who would have other mentors, in the order of their names; the one who was asked for comes first.

    Two queries.
    """
    gone = found.proposals.filter(pk__in=plan.gone).select_related("mentee__person", "mentor__person").defer(*_PRIVATE)
    pairs = [(each.mentee.person, each.mentor.person) for each in gone]
    codes = {code for pair in plan.new for code in pair}
    people = {person.external_id: person for person in Person.objects.filter(external_id__in=codes)}
    moves: dict[Person, Move] = {}
    for mentee, mentor in pairs:
        moves.setdefault(mentee, Move(mentee.full_name)).before.append(mentor.full_name)
    for one, other in plan.new:
        moves.setdefault(people[one], Move(people[one].full_name)).after.append(people[other].full_name)
    first = people[plan.mentee]
    return [moves[each] for each in sorted(moves, key=lambda each: (each != first, each.sort_name, each.pk))]


def last_edit(found: Round) -> BoardEdit | None:
    """The last rearrangement that is still to be taken back. One query, if any."""
    edits = found.edits.select_related("forced__mentee__person", "forced__mentor__person").order_by("pk")
    return edits.defer(*(f"forced__{name}" for name in _PRIVATE)).last() if found.state == RoundState.REVIEW else None


def done_last(found: Round) -> Done | None:
    """None where nothing was rearranged, or it was taken back. One query, if any."""
    edit = last_edit(found)
    if edit is None:
        return None
    return Done(edit.forced.mentee.person.full_name, edit.forced.mentor.person.full_name, edit.moved)


def by_hand(found: Round) -> ByHand | None:
    """None while the pairs of the round are those of the plan, but for some that were declined. One query."""
    if found.certificate is None:
        return None
    planned = {(row["mentee"], row["mentor"]) for row in planned_rows(found.certificate)}
    never_offered = Q(state=ProposalState.WITHDRAWN, offered_at=None)
    rows = Proposal.objects.filter(~never_offered, round=found).exclude(state=ProposalState.DECLINED)
    rows = rows.exclude(origin=ProposalOrigin.FALL_THROUGH)
    fields = ("mentee__person__external_id", "mentor__person__external_id", "score")
    now = {(mentee, mentor): score for mentee, mentor, score in rows.values_list(*fields)}
    if set(now) <= planned:
        return None
    scored = bool(engine_settings(found.settings).weights)
    return ByHand(
        pairs=len(set(now) - planned),
        matched=int(found.certificate["matched"]) - len({mentee for mentee, _ in now}),
        points=(found.total or 0) - sum(now.values()) if scored else 0,
    )


@dataclass(frozen=True)
class ChoiceRow:
    """A mentor to choose for somebody, as the page lists them."""

    id: int  # of the person
    name: str
    job_title: str
    cost: str
    exact: bool
    now_with: list[str]


def choice_rows(found: Round, mentee: Person, name: str, most: int) -> tuple[list[ChoiceRow], int]:
    """The first of the mentors whose name begins like that, best for the whole plan first, and how many there are.

    A fixed number of queries.
    """
    choices = choices_for(found, mentee)
    people = {
        person.external_id: person
        for person in Person.objects.filter(external_id__in=[each.mentor for each in choices]).only(*_NAMES)
    }
    shown = [each for each in choices if each.mentor in people and _begins(people[each.mentor], name)]
    with_them = _now_with(found, [people[each.mentor].pk for each in shown[:most]])
    rows = []
    for each in shown[:most]:
        person, cost = people[each.mentor], short_words(each.matched, each.points, exact=each.exact)
        now = with_them.get(person.pk, [])
        rows.append(ChoiceRow(person.pk, person.full_name, person.job_title, cost, each.exact, now))
    return rows, len(shown)


def _begins(person: Person, name: str) -> bool:
    start = folded(name)
    words = (person.sort_name, folded(person.given_name), folded(person.preferred_name))
    return not start or any(word.startswith(start) for word in words)


def _now_with(found: Round, mentors: list[int]) -> dict[int, list[str]]:
    """Mentor to the names of those they stand with. One query."""
    rows = found.proposals.filter(mentor__person__in=mentors, state__in=STANDING).order_by("id")
    now: dict[int, list[str]] = {}
    for each in rows.select_related("mentee__person", "mentor").defer(*_PRIVATE):
        now.setdefault(each.mentor.person_id, []).append(each.mentee.person.full_name)
    return now


def mentee_rows(found: Round, name: str, most: int) -> tuple[list[Person], int]:
    """The first mentees of the round whose name begins like that, and how many there are."""
    codes, _mentors = people_of(found)
    rows = Person.objects.filter(external_id__in=codes).only(*_NAMES).order_by("sort_name", "pk")
    shown = [person for person in rows if _begins(person, name)]
    return shown[:most], len(shown)
