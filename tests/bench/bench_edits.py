"""Putting two people of a large round together: the question, and storing its answer, as the page has them done."""

import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from tests.bench.matching.cases import CASE_BY_NAME, Case
from tests.bench.matching.editing import PARTS, share
from tests.bench.matching.pools import pool
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.rearranging import put_together
from trellis.matching.choices import RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.queries.rearranging import CannotBeTogether, ask, can_rearrange, choices_for, people_of
from trellis.matching.stored import pool_to_json, reasons_to_json
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment
from trellis_engine.matching import certificate, explain, solve

CASES, EDITS, BATCH = ("edits", "edits-places"), 100, 500
Answer = TypeVar("Answer")
Times = list[tuple[float, float]]  # CPU and wall seconds
Both = Iterator[tuple[Person, Person]]


def measure() -> Iterator[str]:
    for name in CASES:
        case = CASE_BY_NAME[name]
        organisation = OrganisationFactory()
        with organisation_scope(organisation.pk):
            found, manager = a_large_round(case, organisation)
            first = Times()
            timed(first, partial(people_of, found))
            yield f"{case.mentees:,} mentees, {case.mentors:,} mentors; solved once a process: {first[0][1]:.1f} s"
            for sort, pairs in (("suggested swaps", suggested), ("random pairs", anybody)):
                yield from edits(found, manager, sort, pairs(found, random.Random(1)))


def anybody(found: Round, chance: random.Random) -> Both:
    people = {side: list(Person.objects.filter(enrolments__side=side).order_by("pk")) for side in Side.values}
    while True:
        yield chance.choice(people[Side.MENTEE]), chance.choice(people[Side.MENTOR])


def suggested(found: Round, chance: random.Random) -> Both:
    """What the page offers a manager: for a mentee, one of the mentors who cost the whole plan least."""
    mentees = list(Person.objects.filter(enrolments__side=Side.MENTEE).order_by("pk"))
    while True:
        mentee = chance.choice(mentees)
        choices = [each.mentor for each in choices_for(found, mentee) if each.exact]
        if choices:
            yield mentee, Person.objects.get(external_id=chance.choice(choices))


def edits(found: Round, manager: Person, sort: str, pairs: Both) -> Iterator[str]:
    asked, stored, moved = Times(), Times(), 0
    while len(stored) < EDITS:
        both = next(pairs)
        found = Round.objects.defer("inputs", "certificate").get(pk=found.pk)
        assert can_rearrange(found)
        try:
            plan = timed(asked, partial(ask, found, *both))
        except CannotBeTogether:
            asked.pop()
            continue
        timed(stored, partial(put_together, by=manager, found=found, plan=plan, now=clock.now()))
        moved += len(plan.new)
    yield f"{EDITS} {sort}, {moved / EDITS:.0f} new pairs each"
    yield f"  question: {told(asked)}"
    yield f"  storing: {told(stored)}"
    both_parts = ([one + other for one, other in zip(*parts, strict=True)] for parts in zip(asked, stored, strict=True))
    yield f"  edit with saving: {told([(cpu, wall) for cpu, wall in both_parts])}"


def timed(times: Times, work: Callable[[], Answer]) -> Answer:
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        return work()
    finally:
        times.append((time.process_time() - cpu, time.perf_counter() - wall))


def told(times: Times) -> str:
    kinds = zip(("CPU", "wall"), zip(*times, strict=True), strict=True)
    return "; ".join(
        f"{kind} ms " + ", ".join(f"{name} {1000 * share(each, part):.0f}" for name, part in PARTS.items())
        for kind, each in kinds
    )


def a_large_round(case: Case, organisation: Organisation) -> tuple[Round, Person]:
    """Under review, with the people of the case."""
    crowd, programme, now = pool(case), ProgrammeFactory(organisation=organisation), clock.now()
    manager = PersonFactory(organisation=organisation)
    ProgrammeRoleFactory(programme=programme, person=manager, organisation=organisation)
    sides = {Side.MENTEE: crowd.mentees, Side.MENTOR: crowd.mentors}
    everybody = [
        Person(
            organisation=organisation, external_id=each.id, email=f"{each.id}@example.org",
            given_name=each.id, family_name="Bench", sort_name=each.id,
        )
        for side in sides.values()
        for each in side
    ]  # fmt: skip
    Person.objects.bulk_create(everybody, BATCH)
    people = {person.external_id: person for person in everybody}
    enrolled = {
        (side, each.id): Enrolment(
            organisation=organisation, programme=programme, person=people[each.id], side=side,
            state=EnrolmentState.APPROVED, places=each.places, created_at=now,
        )
        for side, those in sides.items()
        for each in those
    }  # fmt: skip
    Enrolment.objects.bulk_create(enrolled.values(), BATCH)
    settings, skills = engine_settings(programme.matching), engine_taxonomy()
    plan = solve(crowd, settings, skills, "salt")
    found = Round.objects.create(
        organisation=organisation, programme=programme, number=1, settings=programme.matching, salt="salt",
        created_at=now, state=RoundState.REVIEW, inputs=pool_to_json(crowd), input_hash=plan.input_hash,
        certificate=certificate(plan), total=plan.total,
    )  # fmt: skip
    reasons = reasons_to_json(explain(crowd, settings, skills, plan.pairs[0].mentee, plan.pairs[0].mentor))
    Proposal.objects.bulk_create(
        [
            Proposal(
                organisation=organisation, programme=programme, round=found, score=pair.score,
                mentee=enrolled[Side.MENTEE, pair.mentee], mentor=enrolled[Side.MENTOR, pair.mentor], reasons=reasons,
            )
            for pair in plan.pairs
        ],
        BATCH,
    )  # fmt: skip
    return found, manager
