"""Plans side by side: whatever is shown in all columns together tells about nobody."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.engine.matching.test_fairness import by_gender, exposed, population
from trellis_engine.matching.fairness import sides_of
from trellis_engine.matching.fairness_columns import MATCHED, Columns, all_side_by_side, side_by_side
from trellis_engine.matching.fairness_groups import LEAST
from trellis_engine.matching.fairness_outcomes import Outcome


def moved(people: Sequence[Outcome], chance: random.Random, count: int) -> list[Outcome]:
    """The same people under another plan, in which this many are matched otherwise."""
    others = set(chance.sample(range(len(people)), count))
    return [replace(each, matched=each.matched ^ (at in others)) for at, each in enumerate(people)]


def published(plans: Sequence[Sequence[Outcome]]) -> Iterator[list[int]]:
    """Every set that is counted, as the attacker of test_fairness takes it."""
    yield [1] * len(plans[0])
    for people in plans:
        yield [int(person.matched) for person in people]


def test_every_column_is_shown_alike_or_none_is() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        people = population(seed, size=chance.choice((40, 80, 160)))
        plans = [people, moved(people, chance, chance.choice((0, 1, 9, 10, 30)))]

        found = side_by_side(plans, by_gender(people))

        assert (len(found.columns) == 2) != bool(found.withheld)
        assert len({tuple(row.group.members for row in rows) for rows in found.columns}) <= 1
        for rows in found.columns:
            for outcome in ([row.group.yes for row in rows], [row.group.no for row in rows]):
                assert min(outcome) >= LEAST or not any(outcome)


def test_two_plans_that_differ_by_few_are_hidden_in_both_columns() -> None:
    people = population(5, size=200)
    chance = random.Random(5)
    for count, withheld in ((0, ""), (1, "together"), (9, "together"), (40, "")):
        found = side_by_side([people, moved(people, chance, count)], by_gender(people))
        assert (found.withheld, bool(found.columns)) == (withheld, not withheld)


def test_nobody_can_be_worked_out_of_four_columns() -> None:
    shown = naive = 0
    for seed in range(120):
        chance = random.Random(seed)
        people = population(seed, size=60, women=0.5, men=0.5)
        plans = [people, *(moved(people, chance, chance.randint(0, 30)) for _ in range(3))]
        naive += exposed(list(published(plans)), len(people))
        if side_by_side(plans, by_gender(people)).columns:
            shown += 1
            assert exposed(list(published(plans)), len(people)) == 0
    assert naive > 0
    assert shown > 0


def test_what_was_shown_before_and_changed_answers_hold_it_back() -> None:
    people = population(1)
    matched, _ = sides_of(people, MATCHED)
    nearly = frozenset(sorted(matched)[1:])

    assert side_by_side([people], by_gender(people, earlier=(matched,))).withheld == ""
    assert side_by_side([people], by_gender(people, earlier=(nearly,))).withheld == "together"
    assert side_by_side([people], by_gender(people, changed=True)) == Columns("gender", withheld="changed")
    assert side_by_side([population(1, size=12)], by_gender(population(1, size=12))).withheld == "few"


def test_chances_are_corrected_over_every_kind_and_every_plan() -> None:
    people = population(2, women=0.4, men=0.9)
    fair = population(2)
    kinds = [by_gender(people), replace(by_gender(people), name="again")]

    (alone,) = all_side_by_side([people], kinds[:1])
    both = all_side_by_side([people, fair], kinds)

    (row, best), (same, _) = alone.columns[0], both[0].columns[0]
    assert (row.verdict, best.verdict, row.corrected) == ("gap", "even", row.p)
    assert (same.p, same.corrected) == (row.p, 4 * row.p)
    assert {each.verdict for found in both for each in found.columns[1]} <= {"even", "chance"}
    assert row.interval is not None
    assert row.interval.low < row.group.yes / row.group.size < row.interval.high
    assert [each.group for each in side_by_side([people], kinds[0]).columns[0]] == [row.group, best.group]
