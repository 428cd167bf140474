"""One question about the same people under several plans, side by side: every column is shown, or none is.

Two columns are two tables about the same people, so whoever stands differently in them could be read off by
subtraction. Groups are merged until each column may be shown by itself, in the same way in all of them; then all sets
that any column counts are looked at together, and together with what was shown before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from trellis_engine.matching.fairness import Kind, Row, corrected, counts_of, judged, sides_of, stands_in
from trellis_engine.matching.fairness_groups import joined_as, merged, singles_out
from trellis_engine.matching.fairness_outcomes import Measure, Outcome

MATCHED = Measure("matched", None, lambda outcome: outcome.matched)


@dataclass(frozen=True)
class Columns:
    """A row of groups for each plan, the same groups in each; or why there are none. `counted`: the sets of people
    whose groups are told."""

    kind: str
    columns: tuple[tuple[Row, ...], ...] = ()
    counted: tuple[frozenset[str], ...] = ()
    withheld: str = ""


def all_side_by_side(plans: Sequence[Sequence[Outcome]], kinds: Iterable[Kind]) -> tuple[Columns, ...]:
    """Every kind of group; chances are corrected together for all kinds under all plans."""
    found = [side_by_side(plans, kind) for kind in kinds]
    fresh = iter(corrected([rows for each in found for rows in each.columns]))
    return tuple(replace(each, columns=tuple(next(fresh) for _ in each.columns)) for each in found)


def side_by_side(plans: Sequence[Sequence[Outcome]], kind: Kind) -> Columns:
    """Who is matched in each plan, by groups of one kind. The plans are about the same people, in any order."""
    if kind.changed:
        return Columns(kind.name, withheld="changed")
    counts = [counts_of(people, kind, MATCHED.asked) for people in plans]
    shape = merged(counts_of(plans[0], kind, lambda _: True), ordered=kind.ordered)
    groups = 0
    while shape is not None and len(shape) != groups:
        groups = len(shape)
        for finest in counts:
            shape = shape and merged(joined_as(finest, shape), ordered=kind.ordered)
    if not shape:
        return Columns(kind.name, withheld="few")
    sides = [side for people in plans for side in sides_of(people, MATCHED)]
    counted = tuple(dict.fromkeys([frozenset(person.id for person in plans[0]), *(each for each in sides if each)]))
    if singles_out(stands_in([*kind.earlier, *counted])):
        return Columns(kind.name, withheld="together")
    return Columns(kind.name, tuple(judged(joined_as(finest, shape)) for finest in counts), counted)
