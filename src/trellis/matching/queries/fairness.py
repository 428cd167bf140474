"""The fairness audit of a round. The one place where what people said about themselves meets what they got.

Labels are read, counted and dropped inside `audited`; what leaves are numbers over at least ten people each, and, for
the next audit, who was counted on which side of which question, without any label.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trellis.matching.models import Round
from trellis.matching.queries.fairness_shown import (
    EVERYBODY,
    MENTORS,
    Shown,
    few_changed,
    sets_before,
    shown_so_far,
)
from trellis.matching.queries.pool import engine_settings, solved_on
from trellis.matching.queries.promises import planned_rows, weeks_of
from trellis.matching.queries.solving import is_of_equals, smallest_in
from trellis.people.choices import ATTRIBUTES, ORDERED_ATTRIBUTES
from trellis.people.models import Person
from trellis.people.queries.attributes import said_by
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment
from trellis_engine.matching import Pair
from trellis_engine.matching.fairness import Kind, Report, Row, Sample, audits, sides_of
from trellis_engine.matching.fairness_outcomes import (
    Measure,
    Outcome,
    measures,
    measures_of_mentors,
    outcomes,
    outcomes_of_mentors,
    outcomes_of_peers,
)

SITE, WORKING_TIME = "site", "working_time"  # from the directory, beside what people said
FULL, PART = "full", "part"
ROUND, CIRCLES, ROTATION, PEERS = "round", "circles", "rotation", "peers"  # what kind of match it was
Sides = dict[str, list[int]]  # "yes" and "no" to ids of people
Directory = Mapping[str, Mapping[str, str]]  # kind -> person -> group


@dataclass(frozen=True)
class Gathered:
    """What a round did for everybody who took part, by person, and what the directory says of them. `people` were
    looking; `mentors`, of a round of two sides, offered a place."""

    of: str
    people: tuple[Outcome, ...]
    mentors: tuple[Outcome, ...]
    directory: Directory


@dataclass(frozen=True)
class Said:
    """What people said about themselves: kind -> person -> answer, and which row it stood in."""

    groups: dict[str, dict[str, str]]
    rows: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Figures:
    """An audit as it is kept: see FairnessAudit."""

    figures: dict[str, Any]
    counted: dict[str, Sides]
    answers: dict[str, dict[str, int]]


def gathered(found: Round) -> Gathered:
    """Run the scorer over the round's stored pool once more. Reads nothing that anybody said about themself."""
    proof = found.certificate
    assert proof is not None
    pool, taxonomy = solved_on(found.inputs)
    settings = engine_settings(found.settings)
    enrolled = list(Enrolment.objects.filter(programme=found.programme_id).select_related("person").without_words())
    solved_at = found.solved_at or found.created_at
    waits: dict[str, dict[str, int]] = {side: {} for side in Side.values}
    for each in enrolled:
        waits[each.side][each.person.external_id] = _days(
            [each.decided_at, each.applied_at, each.created_at], solved_at
        )
    pairs = [Pair(row["mentee"], row["mentor"], row["score"]) for row in planned_rows(proof)]
    persons = {each.person.external_id: each.person for each in enrolled}
    if is_of_equals(proof):
        wait = {**waits[Side.MENTOR], **waits[Side.MENTEE]}
        people = outcomes_of_peers(pool, settings, taxonomy, pairs, wait, proof["symmetric"])
        return Gathered(PEERS, _by_person(people, persons), (), directory_of(persons.values()))
    return Gathered(
        CIRCLES if smallest_in(found.settings) > 1 else ROTATION if weeks_of(found.settings) else ROUND,
        _by_person(outcomes(pool, settings, taxonomy, pairs, waits[Side.MENTEE]), persons),
        _by_person(outcomes_of_mentors(pool, settings, taxonomy, pairs, waits[Side.MENTOR]), persons),
        directory_of(persons.values()),
    )


def _by_person(found: Iterable[Outcome], persons: Mapping[str, Person]) -> tuple[Outcome, ...]:
    """Named by the person instead of the engine's id; whoever was erased since is left out."""
    return tuple(replace(outcome, id=str(persons[outcome.id].pk)) for outcome in found if outcome.id in persons)


def directory_of(people: Iterable[Person]) -> Directory:
    here = list(people)
    return {
        SITE: {str(person.pk): person.location for person in here if person.location},
        WORKING_TIME: {str(person.pk): FULL if person.full_time else PART for person in here},
    }


def _days(since: Iterable[datetime | None], until: datetime) -> int:
    """Whole days since the sign-up was approved, or else sent, or else begun."""
    start = next((each for each in since if each), until)
    return max((until - start).days, 0)


def audited(found: Round, facts: Gathered) -> Figures:
    """The audit of this round, showing nothing that would single anybody out together with what was shown before."""
    asks = [("", facts.people, measures(facts.people))]
    if facts.of != PEERS:
        asks.append((f"{MENTORS}:", facts.mentors, measures_of_mentors(facts.mentors)))
    said = what_they_said(found.programme_id, {person.id for _, people, _asks in asks for person in people})
    earlier = shown_so_far(but=found)
    reports = audits(
        Sample(people, kinds_of(frozenset(each.id for each in people), said, facts.directory, earlier), questions)
        for _, people, questions in asks
    )
    counted: dict[str, Sides] = {}
    for prefix, people, questions in asks:
        counted |= {f"{prefix}{name}": sides for name, sides in _sides(people, questions).items()}
    figures = {"of": facts.of, **_plain(reports[0])}
    if len(reports) > 1:
        figures[MENTORS] = _plain(reports[1])
    return Figures(figures, counted, said.rows)


def what_they_said(programme_id: int, everybody: set[str]) -> Said:
    """Of these people, if they signed up for the programme. One query."""
    said = Said({kind: {} for kind in ATTRIBUTES}, {kind: {} for kind in ATTRIBUTES})
    enrolled = Enrolment.objects.filter(programme=programme_id).values("person")
    for row in said_by(Person.objects.filter(pk__in=enrolled)):
        if row.kind in ATTRIBUTES and str(row.person_id) in everybody:
            said.groups[row.kind][str(row.person_id)] = row.answer
            said.rows[row.kind][str(row.person_id)] = row.id
    return said


def kinds_of(people: frozenset[str], said: Said, directory: Directory, earlier: Sequence[Shown]) -> list[Kind]:
    """Every way to put these people in groups, with what was shown of it before."""
    own = [
        Kind(
            kind, tuple(options), said.groups[kind], ordered=kind in ORDERED_ATTRIBUTES,
            earlier=sets_before(kind, earlier), changed=few_changed(kind, said.rows[kind], people, earlier),
        )
        for kind, options in ATTRIBUTES.items()
    ]  # fmt: skip
    return own + [
        Kind(kind, tuple(sorted(set(groups.values()))), groups, earlier=sets_before(kind, earlier))
        for kind, groups in directory.items()
    ]


def _sides(people: Sequence[Outcome], asks: Iterable[Measure]) -> dict[str, Sides]:
    """Everybody, and both sides of every question."""
    found: dict[str, Sides] = {EVERYBODY: {"yes": [int(person.id) for person in people], "no": []}}
    for ask in asks:
        yes, no = sides_of(people, ask)
        found[ask.name] = {"yes": sorted(map(int, yes)), "no": sorted(map(int, no))}
    return found


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
                        "rows": [plain_row(row) for row in table.rows],
                    }
                    for table in kind.tables
                ],
            }
            for kind in report.kinds
        ],
    }  # fmt: skip


def plain_row(row: Row) -> dict[str, Any]:
    """A row as it is kept."""
    own, ratio = row.interval, row.ratio_interval
    return {
        "members": list(row.group.members), "yes": row.group.yes, "size": row.group.size,
        "low": own and own.low, "high": own and own.high, "ratio": row.ratio, "p": row.p, "corrected": row.corrected,
        "ratio_low": ratio and ratio.low, "ratio_high": ratio and ratio.high, "verdict": row.verdict,
    }  # fmt: skip
