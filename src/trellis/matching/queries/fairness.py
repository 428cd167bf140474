"""The fairness audit of a round. The one place where what people said about themselves meets what they got.

Labels are read, counted and dropped inside `audited`; what leaves are numbers over at least ten people each, and, for
the next audit, who was counted on which side of which question, without any label.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trellis.matching.models import FairnessAudit, Round
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.queries.promises import planned_rows
from trellis.matching.stored import pool_from_json
from trellis.people.choices import ATTRIBUTES, ORDERED_ATTRIBUTES
from trellis.people.models import Person
from trellis.people.queries.attributes import said_by
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment
from trellis_engine.matching import Pair
from trellis_engine.matching.fairness import Kind, Report, Row, audit
from trellis_engine.matching.fairness_groups import LEAST
from trellis_engine.matching.fairness_outcomes import Outcome, measures, outcomes
from trellis_engine.matching.peer_plan import PEER_OBJECTIVE

SITE, WORKING_TIME = "site", "working_time"  # from the directory, beside what people said
FULL, PART = "full", "part"
Sides = dict[str, list[int]]  # "yes" and "no" to ids of people
Answers = dict[str, dict[str, int]]  # kind -> person -> the row of their answer


@dataclass(frozen=True)
class Gathered:
    """What a round did for each mentee who was looking, by person, and what the directory says of them."""

    people: tuple[Outcome, ...]
    directory: Mapping[str, Mapping[str, str]]  # kind -> person -> group


@dataclass(frozen=True)
class Figures:
    """An audit as it is kept: see FairnessAudit."""

    figures: dict[str, Any]
    counted: dict[str, Sides]
    answers: Answers


def can_be_audited(found: Round) -> bool:
    """Its plan gives mentees to mentors. Crowds of equals and meetings in turn are not compared yet."""
    proof = found.certificate
    return proof is not None and "pairs" in proof and proof["objective"] != PEER_OBJECTIVE


def gathered(found: Round) -> Gathered:
    """Run the scorer over the round's stored pool once more. Reads nothing that anybody said about themself."""
    assert found.certificate is not None
    pool = pool_from_json(found.inputs)
    enrolled = Enrolment.objects.filter(programme=found.programme_id, side=Side.MENTEE).select_related("person")
    mentees = {each.person.external_id: each for each in enrolled.without_words()}
    solved_at = found.solved_at or found.created_at
    waited = {code: _days([e.decided_at, e.applied_at, e.created_at], solved_at) for code, e in mentees.items()}
    pairs = [Pair(row["mentee"], row["mentor"], row["score"]) for row in planned_rows(found.certificate)]
    each = outcomes(pool, engine_settings(found.settings), engine_taxonomy(), pairs, waited)
    here = [(outcome, mentees[outcome.id].person) for outcome in each if outcome.id in mentees]  # the rest are erased
    return Gathered(
        tuple(replace(outcome, id=str(person.pk)) for outcome, person in here),
        {
            SITE: {str(person.pk): person.location for _, person in here if person.location},
            WORKING_TIME: {str(person.pk): FULL if person.full_time else PART for _, person in here},
        },
    )


def _days(since: Iterable[datetime | None], until: datetime) -> int:
    """Whole days since the sign-up was approved, or else sent, or else begun."""
    start = next((each for each in since if each), until)
    return max((until - start).days, 0)


def audited(found: Round, facts: Gathered) -> Figures:
    """The audit of this round, showing nothing that would single anybody out together with what was shown before."""
    everybody = {outcome.id for outcome in facts.people}
    said: dict[str, dict[str, str]] = {kind: {} for kind in ATTRIBUTES}
    answers: Answers = {kind: {} for kind in ATTRIBUTES}
    mentees = Enrolment.objects.filter(programme=found.programme_id, side=Side.MENTEE).values("person")
    for row in said_by(Person.objects.filter(pk__in=mentees)):
        if row.kind in ATTRIBUTES and str(row.person_id) in everybody:
            said[row.kind][str(row.person_id)] = row.answer
            answers[row.kind][str(row.person_id)] = row.id
    earlier = list(FairnessAudit.objects.exclude(made_at=None).exclude(round=found.pk).order_by("pk"))
    kinds = [
        Kind(
            kind, tuple(options), said[kind], ordered=kind in ORDERED_ATTRIBUTES, earlier=_shown_before(kind, earlier),
            changed=_few_changed(kind, answers[kind], everybody, earlier),
        )
        for kind, options in ATTRIBUTES.items()
    ] + [
        Kind(kind, tuple(sorted(set(groups.values()))), groups, earlier=_shown_before(kind, earlier))
        for kind, groups in facts.directory.items()
    ]  # fmt: skip
    report = audit(facts.people, kinds)
    return Figures(_plain(report), _sides(facts.people), answers)


def _sides(people: tuple[Outcome, ...]) -> dict[str, Sides]:
    """Everybody, and both sides of every question."""
    found: dict[str, Sides] = {"everybody": {"yes": [int(person.id) for person in people], "no": []}}
    for measure in measures(people):
        found[measure.name] = {
            side: [int(person.id) for person in people if measure.asked(person) is answer]
            for side, answer in (("yes", True), ("no", False))
        }
    return found


def _shown_before(kind: str, earlier: Iterable[FairnessAudit]) -> tuple[frozenset[str], ...]:
    """The sets of people whose groups of this kind have been counted on some page."""
    sets: list[frozenset[str]] = []
    for kept in earlier:
        shown = next((each for each in kept.figures["kinds"] if each["name"] == kind and not each["withheld"]), None)
        if shown is None:
            continue
        names = ["everybody", *(table["measure"] for table in shown["tables"] if not table["withheld"])]
        sets += [frozenset(map(str, side)) for name in names for side in kept.counted[name].values() if side]
    return tuple(dict.fromkeys(sets))


def _few_changed(kind: str, answers: Mapping[str, int], everybody: set[str], earlier: Iterable[FairnessAudit]) -> bool:
    """Between one and nine people of an earlier audit have changed their answer: the difference would be theirs."""
    for kept in earlier:
        if not _shown_before(kind, [kept]):
            continue
        both = everybody & set(map(str, kept.counted["everybody"]["yes"]))
        before = kept.answers.get(kind, {})
        if 0 < sum(before.get(person) != answers.get(person) for person in both) < LEAST:
            return True
    return False


def _plain(report: Report) -> dict[str, Any]:
    return {
        "people": report.people,
        "kinds": [
            {
                "name": kind.name, "withheld": kind.withheld, "proxies": [list(each) for each in kind.proxies],
                "sizes": [{"members": list(group.members), "size": group.size} for group in kind.sizes],
                "tables": [
                    {
                        "measure": table.measure, "middle": table.middle, "withheld": table.withheld,
                        "rows": [_plain_row(row) for row in table.rows],
                    }
                    for table in kind.tables
                ],
            }
            for kind in report.kinds
        ],
    }  # fmt: skip


def _plain_row(row: Row) -> dict[str, Any]:
    own, ratio = row.interval, row.ratio_interval
    return {
        "members": list(row.group.members), "yes": row.group.yes, "size": row.group.size,
        "low": own and own.low, "high": own and own.high, "ratio": row.ratio, "p": row.p, "corrected": row.corrected,
        "ratio_low": ratio and ratio.low, "ratio_high": ratio and ratio.high, "verdict": row.verdict,
    }  # fmt: skip
