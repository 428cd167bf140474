"""What people say about themselves never reaches the plan, and leaves the audit as numbers over ten and more."""

import ast
import random
from collections.abc import Callable, Iterable
from itertools import cycle

import pytest

from tests.architecture.source import modules
from tests.factories.matching import World, a_round, a_world
from tests.factories.people import PersonFactory
from trellis.demo.names import REGIONS
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs import drain
from trellis.kernel.jobs.tables import Job, JobState
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.fairness import ask_for_audit, make_audit
from trellis.matching.actions.rounds import discard_round, start_round
from trellis.matching.actions.states import WrongState
from trellis.matching.models import FairnessAudit, Round
from trellis.matching.queries.fairness import CIRCLES, PEERS, ROTATION, ROUND
from trellis.matching.queries.fairness_page import ORDER, ORDER_OF_MENTORS, fairness_of
from trellis.matching.queries.pool import engine_settings, engine_taxonomy, load_pool
from trellis.matching.stored import pool_to_json
from trellis.matching.words import FACTOR_NAMES
from trellis.people.actions.attributes import save_attributes
from trellis.people.choices import ATTRIBUTES, AttributeKind
from trellis.people.models import Organisation, Person, ProtectedAttribute
from trellis.programmes.models import Enrolment
from trellis_engine.matching import FACTORS, certificate, hash_inputs, solve
from trellis_engine.matching.fairness import WITHHELD
from trellis_engine.matching.fairness_groups import LEAST
from trellis_engine.matching.fairness_outcomes import measures, measures_of_mentors
from trellis_engine.matching.masking import mask

# Who may name the table, and who may ask for what stands in it.
NAMES_THE_TABLE = {
    "trellis/people/models.py", "trellis/people/actions/attributes.py", "trellis/people/queries/attributes.py",
    "trellis/insights/queries/own_data.py",
}  # fmt: skip
READS_ANSWERS = {"trellis/matching/queries/fairness.py", "trellis/web/account/attributes.py"}


@pytest.fixture
def crowd(organisation: Organisation) -> World:
    """Sixty who look for a mentor, and places for thirty-six."""
    return a_world(organisation, mentees=60, mentors=36)


def say(people: Iterable[Person], kind: str, answers: Iterable[str]) -> None:
    for person, answer in zip(people, answers, strict=False):
        save_attributes(by=person, said={kind: answer}, now=clock.now())


def unmatched_first(found: Round) -> list[Person]:
    matched = set(found.proposals.values_list("mentee__person_id", flat=True))
    mentees = Enrolment.objects.filter(programme=found.programme, side="mentee").select_related("person")
    return sorted((each.person for each in mentees), key=lambda person: (person.pk in matched, person.pk))


def audit_of(found: Round, world: World) -> FairnessAudit:
    kept = ask_for_audit(by=world.manager, found=found, now=clock.now())
    return make_audit(audit=kept, now=clock.now())


def kind_of(kept: FairnessAudit, name: str) -> dict[str, object]:
    return next(kind for kind in kept.figures["kinds"] if kind["name"] == name)


def tables_of(kept: FairnessAudit, name: str) -> dict[str, list[tuple[str, int, int]]]:
    return {
        table["measure"]: [("+".join(row["members"]), row["yes"], row["size"]) for row in table["rows"]]
        for table in kind_of(kept, name)["tables"]
    }


# --- the matcher cannot read it


def test_no_other_module_names_the_table_of_protected_attributes() -> None:
    naming, reading = set(), set()
    for path, tree in modules():
        for node in ast.walk(tree):
            names = {node.id} if isinstance(node, ast.Name) else set()
            names |= {node.attr} if isinstance(node, ast.Attribute) else set()
            if isinstance(node, ast.ImportFrom):
                names |= {alias.name for alias in node.names}
            naming |= {path} if "ProtectedAttribute" in names else set()
            reading |= {path} if names & {"said_by", "attributes_of"} else set()

    assert naming - NAMES_THE_TABLE == set()
    assert reading - READS_ANSWERS - NAMES_THE_TABLE == set()


def test_nothing_that_scores_or_loads_the_pool_imports_the_audit() -> None:
    """The audit may read the matcher, never the other way round. The report prints what the audit's page shows."""
    importing = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and "fairness" in (node.module or "")
    }

    assert {path for path in importing if "fairness" not in path} <= {
        "trellis/matching/jobs.py", "trellis/web/rounds/urls.py", "trellis/demo/for_everybody.py",
        "trellis/matching/queries/report.py", "trellis/matching/reports/pdf.py",
        "trellis/matching/actions/scenarios.py", "trellis/matching/actions/scenario_answers.py",
        "trellis/web/rounds/scenario_views.py",
    }  # fmt: skip


def test_shuffling_what_people_said_changes_no_byte_of_the_plan(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    """The pool, its fingerprint and the certificate, under every answer that somebody could have given."""
    dice = random.Random(7)
    seen = set()
    for _ in range(12):
        for person in Person.objects.all():
            answers = {kind: dice.choice(["", *options]) for kind, options in ATTRIBUTES.items()}
            save_attributes(by=person, said=answers, now=clock.now())
        pool, settings = load_pool(world.programme, clock.now()), engine_settings(world.programme.matching)
        plan = solve(pool, settings, engine_taxonomy(), "salt")
        seen.add((pool_to_json(pool), hash_inputs(pool, engine_taxonomy()), repr(certificate(plan))))

    record_property("shuffles", 12)
    assert len(seen) == 1
    assert ProtectedAttribute.objects.exists()


def test_a_round_solved_again_after_a_shuffle_is_the_same_to_the_byte(world: World) -> None:
    first = a_round(world)
    discard_round(by=world.manager, found=first, now=clock.now())
    say([each.person for each in world.mentees], AttributeKind.GENDER, cycle(["woman", "man"]))

    second = a_round(world)

    assert (first.input_hash, first.certificate, first.inputs) == (second.input_hash, second.certificate, second.inputs)


def test_names_are_no_skills_of_the_shipped_taxonomy() -> None:
    """So that swapping a first name in a goal changes no score; see also tests/engine/matching/test_masking.py."""
    for name in {name for region in REGIONS for name in region.given}:
        assert engine_taxonomy().skills_named_in(f"{name} and {name.upper()}") == frozenset()
        assert mask(f"{name} taught me negotiation", [name]) == "somebody taught me negotiation"


# --- counting


def test_groups_are_counted_as_they_are(crowd: World) -> None:
    found = a_round(crowd)
    say(unmatched_first(found), AttributeKind.GENDER, cycle(["woman", "man"]))

    tables = tables_of(audit_of(found, crowd), "gender")

    matched = found.proposals.count()
    assert matched == 36
    assert tables["matched"] == [("woman", 18, 30), ("man", 18, 30)]
    assert sum(size for _, _, size in tables["access"]) == 60
    assert sum(size for _, _, size in tables["score"] or [("", 0, 36)]) == 36
    assert tables["first_choice"] == []  # nobody ranked anybody


def test_a_gap_that_chance_may_have_made_is_no_finding(crowd: World) -> None:
    found = a_round(crowd)
    waiting, served = unmatched_first(found)[:24], unmatched_first(found)[24:]
    say(waiting, AttributeKind.GENDER, ["woman"] * 12 + ["man"] * 12)
    say(served, AttributeKind.GENDER, ["woman"] * 10 + ["man"] * 26)

    kept = audit_of(found, crowd)

    assert tables_of(kept, "gender")["matched"] == [("woman", 10, 22), ("man", 26, 38)]
    row = kind_of(kept, "gender")["tables"][1]["rows"][0]
    assert row["ratio"] == pytest.approx(10 * 38 / (22 * 26))
    assert row["verdict"] == "chance"  # 22 and 38 people are too few to tell 0.66 from chance
    shown = fairness_of(kept)
    assert shown.tables[0].measure == "matched"
    assert shown.findings == []


def test_a_table_with_a_small_cell_is_not_shown(crowd: World) -> None:
    found = a_round(crowd)
    people = unmatched_first(found)
    say(people[:24], AttributeKind.GENDER, ["woman"] * 15 + ["man"] * 9)
    say(people[24:], AttributeKind.GENDER, cycle(["woman", "man"]))

    kept = audit_of(found, crowd)
    hidden = {each.what: each.why for each in fairness_of(kept).hidden}

    assert tables_of(kept, "gender")["matched"] == []
    assert "fewer than ten people" in hidden["Matched: for every group"]
    assert "fewer than ten people" in hidden["Age"]


def test_whoever_said_nothing_is_a_group_too(crowd: World) -> None:
    found = a_round(crowd)
    people = unmatched_first(found)
    say([*people[:12], *people[24:42]], AttributeKind.GENDER, cycle(["woman"]))

    kept = audit_of(found, crowd)

    assert tables_of(kept, "gender")["matched"] == [("woman", 18, 30), ("", 18, 30)]
    assert fairness_of(kept).tables[0].kinds[0].rows[1].group == "Not said"


def test_the_figures_hold_no_person_and_no_answer_of_one(crowd: World) -> None:
    found = a_round(crowd)
    people = unmatched_first(found)
    say(people, AttributeKind.GENDER, cycle(["woman", "man"]))
    kept = audit_of(found, crowd)

    cells = [
        cell
        for kind in kept.figures["kinds"]
        for table in kind["tables"]
        for row in table["rows"]
        for cell in (row["yes"], row["size"] - row["yes"])
    ]

    assert all(cell == 0 or cell >= LEAST for cell in cells)
    assert cells
    assert not any(person.external_id in repr(kept.figures) for person in people)
    kept_rows = repr([kept.counted, kept.answers])
    assert "woman" not in kept_rows
    asked = [measure.name for measure in measures(())]
    of_mentors = [f"mentors:{name}" for name in ("everybody", *(each.name for each in measures_of_mentors(())))]
    assert set(kept.counted) == {"everybody", *asked, *of_mentors}


def test_figures_are_made_once(crowd: World) -> None:
    found = a_round(crowd)
    people = unmatched_first(found)
    say(people, AttributeKind.GENDER, cycle(["woman", "man"]))
    first = audit_of(found, crowd)
    say(people, AttributeKind.GENDER, cycle(["man", "woman", "another"]))

    again = audit_of(found, crowd)

    assert (again.pk, again.figures, again.made_at) == (first.pk, first.figures, first.made_at)
    assert Job.objects.filter(name="matching.audit_fairness").count() == 1


def test_a_second_round_of_nearly_the_same_people_shows_nothing_that_would_differ_by_few(crowd: World) -> None:
    first = a_round(crowd)
    say(unmatched_first(first), AttributeKind.GENDER, cycle(["woman", "man"]))
    audit_of(first, crowd)
    discard_round(by=crowd.manager, found=first, now=clock.now())
    crowd.mentees[0].places = 0  # one fewer is looking
    crowd.mentees[0].save()

    kept = audit_of(a_round(crowd, salt="another"), crowd)

    assert kind_of(kept, "gender")["withheld"] == "together"
    assert (
        "tell about single people"
        in {each.what: each.why for each in fairness_of(kept).hidden}["Gender, as people describe it"]
    )


@pytest.mark.parametrize(("changing", "withheld"), [(0, ""), (1, "changed"), (9, "changed"), (10, "")])
def test_too_few_changed_answers_hold_the_next_figures_back(crowd: World, changing: int, withheld: str) -> None:
    first = a_round(crowd)
    people = unmatched_first(first)
    say(people, AttributeKind.GENDER, cycle(["woman", "man"]))
    audit_of(first, crowd)
    discard_round(by=crowd.manager, found=first, now=clock.now())
    say(people[:changing], AttributeKind.GENDER, cycle(["man", "woman"]))

    kept = audit_of(a_round(crowd), crowd)  # the same salt: the same plan

    assert kind_of(kept, "gender")["withheld"] == withheld


# --- who may, and when


def test_asking_is_for_those_who_run_the_programme(crowd: World) -> None:
    found = a_round(crowd)

    with pytest.raises(NotAllowed):
        ask_for_audit(by=PersonFactory(organisation=crowd.manager.organisation), found=found, now=clock.now())
    assert FairnessAudit.objects.count() == 0


def test_asking_before_the_plan_is_refused_in_words(world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())

    with pytest.raises(WrongState, match="no plan yet"):
        ask_for_audit(by=world.manager, found=found, now=clock.now())


def test_the_job_makes_the_figures_and_the_log_names_no_figure(world: World) -> None:
    found = a_round(world)
    ask_for_audit(by=world.manager, found=found, now=clock.now())
    ask_for_audit(by=world.manager, found=found, now=clock.now())
    drain()

    kept = FairnessAudit.objects.get()
    assert kept.made_at is not None
    assert {kind["withheld"] for kind in kept.figures["kinds"]} == {"few"}
    entries = AuditEntry.objects.filter(subject=f"round:{found.pk}", verb__contains="fairness").order_by("position")
    assert [entry.verb for entry in entries] == ["round.ask_for_fairness", "round.fairness"]
    assert {tuple(entry.facts) for entry in entries} == {("programme",)}


def test_a_failed_job_can_be_asked_for_again(world: World) -> None:
    found = a_round(world)
    kept = ask_for_audit(by=world.manager, found=found, now=clock.now())
    Job.objects.filter(pk=kept.job_id).update(state=JobState.DEAD)

    again = ask_for_audit(by=world.manager, found=found, now=clock.now())

    assert again.pk == kept.pk
    assert again.job_id != kept.job_id


def test_answers_of_another_organisation_are_no_part_of_it(crowd: World, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation, mentees=30, mentors=3)
        say([each.person for each in theirs.mentees], AttributeKind.GENDER, cycle(["woman"]))
    found = a_round(crowd)

    assert kind_of(audit_of(found, crowd), "gender")["withheld"] == "few"


def test_every_key_of_the_engine_has_words() -> None:
    from trellis.matching import fairness_words as words  # noqa: PLC0415  # only here

    assert set(words.WITHHELD) == set(WITHHELD)
    assert set(words.KINDS) == {*ATTRIBUTES, "site", "working_time"}
    assert {factor.name for factor in FACTORS} <= set(FACTOR_NAMES)
    names, of_mentors = ([measure.name for measure in each(())] for each in (measures, measures_of_mentors))
    assert set(words.TITLES) == set(words.COLUMNS) == {*names, *of_mentors}
    assert (set(ORDER), set(ORDER_OF_MENTORS)) == (set(names), set(of_mentors))
    for of in (ROUND, CIRCLES, ROTATION, PEERS):
        for name in (*names, *of_mentors):
            assert words.title(of, name)
            assert words.about(of, name, 12.5)
            assert words.finding(of, name, "Women", "Men", 40, 60)
            assert words.way_on(name)
    assert {of for of, _ in (*words.TITLES_OF, *words.FINDINGS_OF)} <= {ROUND, CIRCLES, ROTATION, PEERS}
    assert words.group_name("age", ["50_59", "60_over", ""]) == "50 to 59, 60 and over or not said"
    assert words.group_name("site", ["London", ""]) == "London or not known"
    assert words.group_name("gender", ["woman"]) == "Women"
    many = ["asian", "black", "latin", "mixed", ""]
    assert words.group_name("ethnicity", many) == "Other answers or not said"
    assert words.group_detail("ethnicity", many) == "Asian, Black, Hispanic or Latin American, Mixed or several"
