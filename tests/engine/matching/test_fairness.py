"""The audit of whole rounds: planted bias is found, fair rounds are left alone, nobody is singled out."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.matching.worlds import FACTOR_WEIGHTS, TAXONOMY, TRIALS, score_table, worlds
from trellis_engine.matching import Settings, solve
from trellis_engine.matching.fairness import VERDICTS, WITHHELD, Kind, Report, Sample, audit, audits, spreads
from trellis_engine.matching.fairness_groups import LEAST, NOT_SAID, Group, may_be_shown, merged, singles_out
from trellis_engine.matching.fairness_outcomes import (
    Outcome,
    measures,
    measures_of_mentors,
    outcomes,
    outcomes_of_mentors,
    outcomes_of_peers,
)
from trellis_engine.matching.peer_plan import crowd_pool
from trellis_engine.matching.peers import solve_peers

OPTIONS = ("woman", "man", "other")


def population(seed: int, *, size: int = 400, women: float = 0.7, men: float = 0.7) -> list[Outcome]:
    """Half women, half men, matched at these rates; everything else has nothing to do with the group."""
    chance = random.Random(seed)
    people = []
    for number in range(size):
        matched = chance.random() < (women if number < size // 2 else men)
        score = chance.randint(20_000, 99_000) if matched else None
        first = chance.choice((True, False, None)) if matched else chance.choice((False, None))
        factors = {"distance": chance.randint(0, 900)}
        people.append(
            Outcome(f"p{number}", chance.randint(5, 60), matched, first, score, chance.randint(1, 90), factors)
        )
    return people


def by_gender(people: Sequence[Outcome], **more: object) -> Kind:
    half = len(people) // 2
    said = {person.id: OPTIONS[int(number >= half)] for number, person in enumerate(people)}
    return replace(Kind("gender", OPTIONS, said), **more)


def verdicts(report: Report) -> set[str]:
    return {row.verdict for _, _, row in report.rows}


def test_a_planted_bias_of_sixty_percent_is_flagged(record_property: Callable[[str, object], None]) -> None:
    found = []
    for seed in range(100):
        people = population(seed, women=0.51, men=0.85)
        rows = {(table.measure, row.group.members): row for _, table, row in audit(people, [by_gender(people)]).rows}
        found.append(rows["matched", ("woman",)].verdict)

    record_property("planted_biases", len(found))
    record_property("found", found.count("gap"))
    assert found == ["gap"] * 100


def test_a_fair_round_is_rarely_called_unfair(record_property: Callable[[str, object], None]) -> None:
    """At most one report in twenty, over all its questions; measured far below, because exact tests are careful."""
    trials = TRIALS // 10
    false = 0
    for seed in range(trials):
        people = population(seed, size=200)
        false += bool(verdicts(audit(people, [by_gender(people)])) & {"gap", "difference"})
    record_property("fair_rounds", trials)
    record_property("called_unfair", false)

    assert false / trials <= 0.05


def test_a_small_difference_that_is_no_chance_is_called_a_difference() -> None:
    people = population(1, size=8000, women=0.80, men=0.90)
    rows = {(table.measure, row.group.members): row for _, table, row in audit(people, [by_gender(people)]).rows}

    row = rows["matched", ("woman",)]

    assert (row.verdict, row.below_four_fifths) == ("difference", False)
    assert row.ratio_interval is not None
    assert row.ratio_interval.high < 1


def test_ratios_are_in_their_intervals_and_the_best_group_has_none() -> None:
    people = population(3)
    report = audit(people, [by_gender(people)])

    for _, _, row in report.rows:
        assert row.verdict in VERDICTS
        assert row.interval is not None
        assert row.interval.low <= row.group.yes / row.group.size <= row.interval.high
        if row.ratio_interval:
            assert row.ratio is not None
            assert row.ratio_interval.low <= row.ratio <= row.ratio_interval.high
    assert sum(row.ratio_interval is None for _, _, row in report.rows) == len(report.kinds[0].tables)


def test_a_proxy_is_told_in_three_steps() -> None:
    people = population(5)
    half = len(people) // 2
    told = [
        replace(person, factors={"noise": n % 7, "tells": int(n < half), "leans": int(n < half) * 40 + n % 100})
        for n, person in enumerate(people)
    ]

    assert dict(audit(told, [by_gender(told)]).kinds[0].proxies) == {
        "leans": "clearly", "noise": "hardly", "tells": "clearly",
    }  # fmt: skip


# --- small groups


def test_no_table_is_shown_with_a_small_or_empty_cell() -> None:
    chance = random.Random(1)
    shown = 0
    for _ in range(5000):
        cells = [(chance.choice((0, 3, 10, 30)), chance.choice((0, 0, 9, 12, 40))) for _ in range(chance.randint(1, 6))]
        groups = [Group((str(n),), *cell) for n, cell in enumerate(cells[:-1])] + [Group((NOT_SAID,), *cells[-1])]
        found = merged(groups, ordered=chance.random() < 0.5)
        if found is None:
            continue
        shown += 1
        assert may_be_shown(found)
        assert sum(g.yes for g in found) == sum(g.yes for g in groups)
        assert sum(g.no for g in found) == sum(g.no for g in groups)
        assert sorted(m for g in found for m in g.members) == sorted(g.members[0] for g in groups if g.size)
    assert shown > 500


def test_neighbours_are_merged_where_there_is_an_order() -> None:
    ages = [Group(("20",), 30, 30), Group(("30",), 40, 30), Group(("40",), 4, 4), Group(("50",), 12, 12)]
    genders = [Group(("woman",), 30, 30), Group(("another",), 4, 4), Group((NOT_SAID,), 12, 12)]

    assert merged(ages, ordered=True) == (*ages[:2], Group(("40", "50"), 16, 16))
    assert merged(genders, ordered=False) == (genders[0], Group(("another", NOT_SAID), 16, 16))


def test_a_table_that_cannot_be_helped_is_withheld() -> None:
    assert merged([Group(("woman",), 40, 9), Group((NOT_SAID,), 40, 9)], ordered=False) is None
    assert merged([Group(("woman",), 40, 40)], ordered=False) is None
    assert merged([Group(("woman",), 40, 0), Group(("man",), 40, 12)], ordered=False) is None
    assert merged([Group(("woman",), 40, 0), Group(("man",), 40, 0)], ordered=False) is not None
    assert merged([], ordered=False) is None


def test_sets_that_differ_by_few_single_people_out() -> None:
    everybody = np.ones(40, np.bool_)
    half, nearly_half = np.arange(40) < 20, np.arange(40) < 19

    assert not singles_out(np.column_stack([everybody, half]))
    assert singles_out(np.column_stack([everybody, half, nearly_half]))
    # three sets of ten and more whose sums isolate one: {0..14}, {15..29}, and all but number 30 of 31
    assert singles_out(
        np.column_stack([np.arange(31) < 15, (np.arange(31) > 14) & (np.arange(31) < 30), np.arange(31) < 31])
    )


def published(report: Report, people: Sequence[Outcome]) -> Iterator[np.ndarray]:
    """For one answer of a kind, the equations that a reader has: who is counted together (rows are people's own)."""
    yield np.ones(len(people))
    asked = {measure.name: measure.asked for measure in measures(people)}
    for table in report.kinds[0].tables:
        for answer in (True, False):
            if not table.withheld:
                yield np.array([float(asked[table.measure](person) is answer) for person in people])


def exposed(equations: list[np.ndarray], people: int) -> int:
    """How many people's answers follow from the sums: their own unit vector lies in the row space."""
    system = np.array(equations)
    rank = np.linalg.matrix_rank(system)
    alike: dict[bytes, list[int]] = {}
    for person in range(people):
        alike.setdefault(system[:, person].tobytes(), []).append(person)
    alone = [members[0] for members in alike.values() if len(members) == 1]
    return sum(np.linalg.matrix_rank(np.vstack([system, np.eye(people)[person]])) == rank for person in alone)


def test_all_figures_together_expose_nobody(record_property: Callable[[str, object], None]) -> None:
    """The linear attack of an insider who knows every outcome of everybody, beside what showing every table gives."""
    naive = shown = ours = 0
    for seed in range(150):
        chance = random.Random(seed)
        people = population(seed, size=chance.choice((24, 40, 80, 160)), women=0.6, men=0.6)
        if seed % 3 == 0:  # outcomes that nearly coincide
            people = [replace(p, waited=1 + int(p.eligible < 30), eligible=p.eligible // 30) for p in people]
            people[0] = replace(people[0], waited=people[0].eligible)
        report = audit(people, [by_gender(people)])
        if report.kinds[0].withheld:
            continue
        shown += sum(not table.withheld for table in report.kinds[0].tables)
        ours += exposed(list(published(report, people)), len(people))
        everything = replace(
            report.kinds[0], tables=tuple(replace(table, withheld="") for table in report.kinds[0].tables)
        )
        naive += exposed(list(published(replace(report, kinds=(everything,)), people)), len(people))

    record_property("tables_attacked", int(shown))
    record_property("people_exposed", int(ours))
    record_property("people_exposed_if_every_table_were_shown", int(naive))
    assert ours == 0
    assert shown > 200
    assert naive > 0


def test_a_second_look_at_nearly_the_same_people_is_withheld() -> None:
    people = population(1)
    everybody = frozenset(person.id for person in people)
    again = by_gender(people, earlier=(everybody,))
    one_less = by_gender(people, earlier=(everybody - {"p3"},))
    others = by_gender(people, earlier=(frozenset(f"q{n}" for n in range(50)),))
    fresh = by_gender(people, changed=True)

    found = audit(people, [again, one_less, others, fresh]).kinds

    assert [kind.withheld for kind in found] == ["", "together", "", "changed"]
    assert {table.withheld for kind in found for table in kind.tables} <= {"", *WITHHELD}


def test_few_people_give_no_figures() -> None:
    people = population(1, size=2 * LEAST - 2)

    assert audit(people, [by_gender(people)]).kinds[0].withheld == "few"
    assert audit([], [Kind("gender", OPTIONS, {})]).kinds[0].withheld == "few"


def test_spreads_are_for_groups_of_ten() -> None:
    people = population(2)
    found = spreads(people, by_gender(people), lambda person: person.waited)
    women = [person.waited for person in people[:200]]

    assert [spread.group.members for spread in found] == [("woman",), ("man",)]
    assert (found[0].mean, found[0].median, found[0].worst) == (sum(women) / 200, float(np.median(women)), min(women))
    assert min(spread.p for spread in found) > 0.05
    assert spreads(people[:30], by_gender(people), lambda person: person.score) == ()


# --- from plans to outcomes


def test_outcomes_are_those_of_the_plan() -> None:
    settings = Settings(weights=FACTOR_WEIGHTS)
    for pool, _ in worlds(min(TRIALS, 100)):
        plan = solve(pool, settings, TAXONOMY, "salt")
        scores = score_table(pool, settings)
        open_now = [column for column, mentor in enumerate(pool.mentors) if mentor.places]

        found = {each.id: each for each in outcomes(pool, settings, TAXONOMY, plan.pairs, {"e0": 7})}

        assert list(found) == [mentee.id for mentee in pool.mentees if mentee.places]
        for row, mentee in enumerate(pool.mentees):
            if not mentee.places:
                continue
            mine = {pair.mentor: pair.score for pair in plan.pairs if pair.mentee == mentee.id}
            outcome = found[mentee.id]
            assert outcome.eligible == sum(scores[row, column] > 0 for column in open_now)
            assert (outcome.matched, outcome.score) == (bool(mine), max(mine.values(), default=None))
            assert outcome.first_choice == (mentee.ranked[0] in mine if mentee.ranked else None)
            assert outcome.waited == (7 if mentee.id == "e0" else 0)


def test_outcomes_of_mentors_are_those_of_the_plan() -> None:
    settings = Settings(weights=FACTOR_WEIGHTS)
    for pool, _ in worlds(min(TRIALS, 100)):
        plan = solve(pool, settings, TAXONOMY, "salt")
        scores = score_table(pool, settings)
        looking = [row for row, mentee in enumerate(pool.mentees) if mentee.places]
        ranked = {mentor for row in looking for mentor in pool.mentees[row].ranked}

        found = {each.id: each for each in outcomes_of_mentors(pool, settings, TAXONOMY, plan.pairs, {})}

        assert list(found) == [mentor.id for mentor in pool.mentors if mentor.places]
        for column, mentor in enumerate(pool.mentors):
            if mentor.places:
                outcome = found[mentor.id]
                assert outcome.eligible == sum(scores[row, column] > 0 for row in looking)
                assert outcome.load == sum(pair.mentor == mentor.id for pair in plan.pairs)
                assert outcome.matched == (outcome.load > 0)
                assert outcome.wished == (mentor.id in ranked if ranked else None)


def test_outcomes_of_peers_count_both_directions() -> None:
    settings = Settings(weights=FACTOR_WEIGHTS)
    for pool, _ in worlds(min(TRIALS, 60)):
        crowd = crowd_pool(pool.mentees)
        plan = solve_peers(crowd, settings, TAXONOMY, "salt")
        there = score_table(crowd, settings)

        found = outcomes_of_peers(crowd, settings, TAXONOMY, plan.pairs, {}, plan.symmetric)

        looking = [at for at, person in enumerate(crowd.mentees) if person.places]
        assert [each.id for each in found] == [crowd.mentees[at].id for at in looking]
        for at, outcome in zip(looking, found, strict=True):
            assert outcome.eligible == sum(bool(there[at, other] and there[other, at]) for other in looking)
            assert outcome.matched == any(outcome.id in (pair.mentee, pair.mentor) for pair in plan.pairs)


def test_a_second_sample_is_held_against_the_first_and_corrected_with_it() -> None:
    """The same people but one, as mentees and as mentors: the second table would tell about that one."""
    people = population(3)
    kind, fewer = by_gender(people), people[1:]

    one, two = audits([Sample(people, [kind], measures(people)), Sample(fewer, [kind], measures_of_mentors(fewer))])
    apart = [replace(person, id=f"m{person.id}") for person in people]
    theirs = replace(kind, said={f"m{person}": group for person, group in kind.said.items()})
    _, free = audits([Sample(people, [kind], measures(people)), Sample(apart, [theirs], measures_of_mentors(apart))])

    assert (one.kinds[0].withheld, two.kinds[0].withheld, free.kinds[0].withheld) == ("", "together", "")
    alone = {row.p: row.corrected for _, _, row in audit(people, [kind]).rows}
    assert all(row.corrected >= alone[row.p] for _, _, row in one.rows)


def test_where_nobody_was_scored_no_match_is_the_better_one() -> None:
    people = [replace(person, score=None) for person in population(1)]

    assert [ask.name for ask in measures(people)] == ["access", "matched", "first_choice", "waiting"]


@pytest.mark.parametrize("ordered", [False, True])
def test_the_report_does_not_depend_on_the_order_of_people(ordered: bool) -> None:
    people = population(4, size=120)
    kind = by_gender(people, ordered=ordered)

    assert audit(people, [kind]) == audit(people[::-1], [kind])
