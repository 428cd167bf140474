"""Goals read by a model before a round is solved: kept as whole skills, explained and checked without any model."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from tests.factories.matching import World, a_round, a_world
from tests.factories.people import PersonFactory
from tests.matching.test_scenarios import made
from tests.skills.stand_in import bag
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions import rounds
from trellis.matching.actions.rounds import run_again
from trellis.matching.choices import RoundState, ScenarioState
from trellis.matching.models import Round
from trellis.matching.queries.proof import check_again, comes_out_again
from trellis.matching.queries.reading import read_by, reader_fault
from trellis.matching.queries.report_settings import identity_facts
from trellis.matching.stored import pool_from_json
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import Side
from trellis.skills import semantic
from trellis.skills.reading import Reader

FILES = {"model.onnx": "a" * 64, "tokenizer.json": "b" * 64}
GOALS = ("Addressing crowds", "Haggling", "Budgeting")  # the last names its skill


@pytest.fixture
def goals(organisation: Organisation) -> World:
    """Goals alone count. In the order of the list, mentees are met by the mentors who stand in reverse."""
    world = a_world(organisation, mentees=0, mentors=0)
    world.programme.matching = {**world.programme.matching, "weights": {"goal_fit": 100}}
    world.programme.save(update_fields=["matching"])
    for goal in GOALS:
        world.mentees.append(world.enrol(Side.MENTEE, goal=goal, skills=[("coaching", 1)]))
    for skill in ("budgeting", "mediation", "public_speaking"):
        world.mentors.append(world.enrol(Side.MENTOR, goal="", skills=[(skill, 4)]))
    return world


Switch = Callable[[Reader | None], None]


@pytest.fixture
def switch(monkeypatch: pytest.MonkeyPatch) -> Switch:
    def to(reader: Reader | None) -> None:
        monkeypatch.setattr(semantic, "reader", lambda: reader)

    return to


@pytest.fixture
def reader(switch: Switch) -> Reader:
    made = Reader(bag, 550, FILES)
    switch(made)
    return made


def topics(found: Round) -> dict[str, list[str]]:
    """Goal -> the skills that the reasons name, for pairs whose reasons say so."""
    return {
        row.mentee.goal: reason["params"]["skills"]
        for row in found.proposals.select_related("mentee")
        for reason in row.reasons["reasons"]
        if reason["key"] == "goal_fit.topics"
    }


def test_without_a_model_phrases_alone_count(goals: World) -> None:
    found = a_round(goals)

    assert topics(found) == {"Budgeting": ["budgeting"]}
    assert read_by(found.settings) is None


def test_what_the_model_names_counts_and_is_the_reason_that_both_read(goals: World, reader: Reader) -> None:
    found = a_round(goals)

    assert topics(found) == {
        "Addressing crowds": ["public_speaking"], "Haggling": ["mediation"], "Budgeting": ["budgeting"],
    }  # fmt: skip
    assert [row.score for row in found.proposals.all()] == [100_000] * 3


def test_checking_and_solving_again_need_no_model(goals: World, reader: Reader, switch: Switch) -> None:
    found = Round.objects.get(pk=a_round(goals).pk)
    switch(None)

    assert check_again(found).faults == []
    assert comes_out_again(found)
    kept = {person.goal for person in pool_from_json(found.inputs).mentees}
    assert kept == {"Addressing crowds | Public speaking", "Haggling | Mediation", "Budgeting | Budgeting"}
    assert [each.goal for each in goals.mentees] == list(GOALS)


def test_the_round_keeps_what_read_it(goals: World, reader: Reader) -> None:
    found = a_round(goals)

    assert found.settings["reader"] == {
        "files": FILES, "threshold": 550, "most": 5, "version": 1, "texts": 3, "named": 3, "near": 0,
    }  # fmt: skip
    facts = {fact.label: fact.value for fact in identity_facts(found)}
    assert facts["Goals read by model.onnx (SHA-256)"] == "a" * 64


def test_a_round_run_again_without_the_model_does_not_claim_it(goals: World, reader: Reader, switch: Switch) -> None:
    found = a_round(goals)
    switch(None)

    fresh = run_again(by=goals.manager, found=found, now=clock.now())
    fresh = rounds.solve_round(found=fresh, now=clock.now())

    assert read_by(fresh.settings) is None


def test_a_plan_to_compare_is_read_like_a_round(goals: World, reader: Reader) -> None:
    found = a_round(goals)
    plan = made(goals)

    assert (plan.state, plan.input_hash) == (ScenarioState.SOLVED, found.input_hash)


def test_the_names_that_are_taken_out_are_those_of_the_organisation(
    goals: World, reader: Reader, other_organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    PersonFactory(organisation=goals.manager.organisation, given_name="Zenobia", family_name="Quill")
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, given_name="Foreigner", family_name="Elsewhere")
    given: list[set[str]] = []
    read = reader.read
    monkeypatch.setattr(
        reader, "read", lambda texts, names, step: given.append(set(names := list(names))) or read(texts, names, step)
    )

    a_round(goals)

    (names,) = given
    assert {"Zenobia", "Quill", *Person.objects.values_list("given_name", flat=True)} <= names
    assert names.isdisjoint({"Foreigner", "Elsewhere"})


def test_a_model_that_is_not_there_ends_the_round_in_words(goals: World, settings: Settings) -> None:
    settings.SEMANTIC_MODEL = "/nowhere"

    found = a_round(goals)

    assert found.state == RoundState.FAILED
    assert found.failure.startswith("The model that reads goals does not work here, and no round is solved without it")
    assert "“trellis check” says how to cure it." in found.failure
    assert reader_fault() == found.failure


def test_a_model_that_is_not_there_ends_a_plan_to_compare_in_words(goals: World, settings: Settings) -> None:
    settings.SEMANTIC_MODEL = "/nowhere"

    plan = made(goals)

    assert plan.state == ScenarioState.FAILED
    assert plan.failure.startswith("The model that reads goals does not work here")
