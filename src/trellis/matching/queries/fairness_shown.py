"""What has been shown about groups of people so far in the organisation: on rounds' pages and beside plans.

Later figures are held against all of it, whoever looks: two tables that differ by few people tell about those few.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trellis.matching.choices import ScenarioState
from trellis.matching.models import FairnessAudit, Round, Scenario
from trellis_engine.matching.fairness_groups import LEAST

COMPARED = "fairness"  # the kind of Scenario that keeps what was shown beside plans
EVERYBODY = "everybody"
MENTORS = "mentors"  # what is kept about them stands under names that begin so
Ids = frozenset[str]
Answers = Mapping[str, Mapping[str, int]]  # kind -> person -> the row of their answer


@dataclass(frozen=True)
class Shown:
    """One page of figures: the sets of people whose groups it counts, kind by kind; everybody it is about, sample by
    sample; and which answers were counted."""

    sets: Mapping[str, tuple[Ids, ...]]
    everybody: tuple[Ids, ...]
    answers: Answers


def shown_so_far(*, but: Round | None = None) -> list[Shown]:
    """Every page of figures that exists, oldest first; `but` the one that is being made. Two queries."""
    audits = FairnessAudit.objects.exclude(made_at=None).exclude(round=but and but.pk).order_by("pk")
    compared = Scenario.objects.filter(figures__kind=COMPARED, state=ScenarioState.SOLVED).order_by("pk")
    return [_of_audit(kept) for kept in audits] + [_of_plans(row.figures) for row in compared.only("figures")]


def sets_before(kind: str, earlier: Iterable[Shown]) -> tuple[Ids, ...]:
    """The sets of people whose groups of this kind have been counted on some page."""
    return tuple(dict.fromkeys(each for shown in earlier for each in shown.sets.get(kind, ())))


def few_changed(kind: str, answers: Mapping[str, int], people: Ids, earlier: Iterable[Shown]) -> bool:
    """Between one and nine people of an earlier page have changed their answer: the difference would be theirs."""
    for shown in earlier:
        before = shown.answers.get(kind, {})
        for theirs in shown.everybody if shown.sets.get(kind) else ():
            if 0 < sum(before.get(person) != answers.get(person) for person in people & theirs) < LEAST:
                return True
    return False


def _of_audit(kept: FairnessAudit) -> Shown:
    samples = {"": kept.figures} | ({f"{MENTORS}:": kept.figures[MENTORS]} if kept.figures.get(MENTORS) else {})
    sets: dict[str, tuple[Ids, ...]] = {}
    for prefix, figures in samples.items():
        for kind in figures["kinds"]:
            sets[kind["name"]] = (*sets.get(kind["name"], ()), *_sets_of(kind, prefix, kept.counted))
    return Shown(sets, tuple(_ids(kept.counted[f"{prefix}{EVERYBODY}"]["yes"]) for prefix in samples), kept.answers)


def _sets_of(kind: Mapping[str, Any], prefix: str, counted: Mapping[str, Mapping[str, list[int]]]) -> Iterator[Ids]:
    if kind["withheld"]:
        return
    for name in (EVERYBODY, *(table["measure"] for table in kind["tables"] if not table["withheld"])):
        yield from (_ids(side) for side in counted[f"{prefix}{name}"].values() if side)


def _of_plans(figures: Mapping[str, Any]) -> Shown:
    sets = {kind: tuple(_ids(each) for each in each_set) for kind, each_set in figures["counted"].items()}
    return Shown(sets, tuple(_ids(each) for each in figures[EVERYBODY]), figures["answers"])


def _ids(people: Iterable[int]) -> Ids:
    return frozenset(map(str, people))
