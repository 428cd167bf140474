"""The circles of a round: its pairs grouped by who leads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from trellis.matching.choices import ProposalState
from trellis.matching.models import Round
from trellis.matching.queries.board import OFF_THE_BOARD
from trellis.matching.queries.solving import smallest_in
from trellis.people.models import Person


@dataclass(frozen=True)
class Circle:
    """`people`: those with a pair that stands, beside whoever leads it."""

    leader: int  # the person
    led_by: str
    people: tuple[str, ...]
    smallest: int

    @property
    def lacks(self) -> int:
        """How many are missing to the smallest size, since somebody was declined or said no."""
        return max(self.smallest - len(self.people), 0)


def circles_of(found: Round, states: Sequence[str] = ()) -> list[Circle]:
    """In the order of the leaders' names; empty for a round that forms no circles. `states`: of the pairs that count,
    if not all that stand. One query."""
    smallest = smallest_in(found.settings)
    if not smallest or found.certificate is None:
        return []
    led: dict[Person, list[Person]] = {}
    off = [*OFF_THE_BOARD, ProposalState.REFUSED, ProposalState.EXPIRED]
    rows = found.proposals.filter(state__in=states) if states else found.proposals.exclude(state__in=off)
    for proposal in rows.select_related("mentee__person", "mentor__person").defer(*_PRIVATE):
        led.setdefault(proposal.mentor.person, []).append(proposal.mentee.person)
    return [
        Circle(leader.pk, leader.full_name, tuple(each.full_name for each in sorted(people, key=_by_name)), smallest)
        for leader, people in sorted(led.items(), key=lambda item: item[0].sort_name)
    ]


def _by_name(person: Person) -> str:
    return person.sort_name


_PRIVATE = [f"{side}__{name}" for side in ("mentee", "mentor") for name in ("goal", "no_match")]
