"""How many people of the directory could join, by the rules that the directory can answer. One query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trellis.people.models import Person
from trellis.programmes.choices import Side
from trellis.programmes.eligibility import Condition, unmet


@dataclass(frozen=True)
class Eligible:
    people: int
    mentees: int
    mentors: int


def count_eligible(conditions: Sequence[Condition], today: date) -> Eligible:
    """Active people in all, and how many of them no computed rule keeps out on either side."""
    facts = ("hired_on", "level", "unit", "location", "languages", "full_time", "organisation_id")
    people = list(Person.objects.active().only(*facts).order_by())
    by_side = {side: [rule for rule in conditions if rule.side == side] for side in Side.values}
    free = {side: sum(not unmet(person, rules, today) for person in people) for side, rules in by_side.items()}
    return Eligible(len(people), free[Side.MENTEE], free[Side.MENTOR])
