from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import yaml

from tests.factories.people import OrganisationFactory, PersonFactory, RoleGrantFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeRoleFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.programmes import portable, templates
from trellis.programmes.actions.joining import add_condition
from trellis.programmes.actions.objectives import create_objective
from trellis.programmes.actions.portable import export_programme, import_programme
from trellis.programmes.actions.programmes import SettingsRefused, create_programme, duplicate_programme
from trellis.programmes.actions.settings import change_targets
from trellis.programmes.choices import ProgrammeRoleKind, ProgrammeStatus
from trellis.programmes.configuration import Target, targets_of
from trellis.programmes.eligibility import condition
from trellis.programmes.models import Objective, Programme, Question
from trellis.programmes.settings_model import MatchingSettings
from trellis.programmes.yaml_reader import DEEPEST, MOST_BYTES, FileRefused

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def admin(person: Person) -> Person:
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


@contextmanager
def elsewhere() -> Iterator[Person]:
    """An admin of another organisation, in its scope."""
    other = OrganisationFactory()
    with organisation_scope(other.pk):
        person = PersonFactory(organisation=other)
        RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
        yield person


def make(by: Person, template: str = "career_formal") -> Programme:
    return create_programme(by=by, template=template, name="Career Growth", starts_on=date(2027, 1, 11), now=NOW)


def export(by: Person, programme: Programme) -> bytes:
    programme.refresh_from_db()
    return export_programme(by=by, programme=programme, now=NOW)


def changed(data: bytes, **parts: Any) -> bytes:
    return yaml.safe_dump(yaml.safe_load(data) | parts, sort_keys=False).encode()


def faults(data: bytes) -> list[str]:
    with pytest.raises(FileRefused) as refused:
        portable.read_configuration(data)
    return [str(fault) for fault in refused.value.faults]


# --- the round trip


@pytest.mark.parametrize("template", [each.id for each in templates.all_templates()])
def test_export_import_export_gives_the_same_bytes(admin: Person, template: str) -> None:
    data = export(admin, make(admin, template))

    with elsewhere() as other:
        programme = import_programme(by=other, data=data, now=NOW)
        again = export(other, programme)

    assert again == data


def test_round_trip_keeps_everything_that_was_changed(admin: Person) -> None:
    programme = make(admin)
    objective = create_objective(by=admin, title="Keep “talent”: all", description="line one\nline two", now=NOW)
    targets = [Target("mentor_supply_ratio", Decimal("1.10")), Target("skill_gain", None)]
    change_targets(by=admin, programme=programme, objective=objective, targets=targets, now=NOW)
    for rule in (
        condition("mentee", "unit_in", {"values": ["Legal", "Yes"]}),
        condition("mentor", "full_time", {}),
        condition("mentor", "level_at_least", {"level": 4}),
    ):
        add_condition(by=admin, programme=programme, rule=rule, now=NOW)
    data = export(admin, programme)

    with elsewhere() as other:
        twin = import_programme(by=other, data=data, now=NOW)
        assert export(other, twin) == data
        assert (twin.objective.title, targets_of(twin)) == ("Keep “talent”: all", tuple(targets))  # type: ignore[union-attr]


def test_export_holds_no_people(admin: Person) -> None:
    programme = make(admin)
    enrolled = EnrolmentFactory(programme=programme).person
    analyst = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST).person

    text = export(admin, programme).decode()

    for person in (admin, enrolled, analyst):
        assert person.email not in text
        assert person.family_name not in text


def test_export_is_recorded_and_only_for_those_who_run_it(admin: Person) -> None:
    programme = make(admin)
    analyst = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST).person

    export(admin, programme)

    assert AuditEntry.objects.get(verb="programme.exported").actor_id == admin.pk
    with pytest.raises(NotAllowed):
        export_programme(by=analyst, programme=programme, now=NOW)


def test_export_by_the_system(admin: Person) -> None:
    assert export_programme(by=None, programme=make(admin), now=NOW).startswith(b"# A mentoring programme")


def test_import_makes_a_draft_of_ones_own_with_a_slug_that_is_free(admin: Person) -> None:
    data = export(admin, make(admin))

    programme = import_programme(by=admin, data=data, now=NOW)

    assert (programme.slug, programme.status) == ("career-growth-2", ProgrammeStatus.DRAFT)
    assert [role.person for role in programme.roles.all()] == [admin]


def test_import_finds_an_objective_of_the_same_title(admin: Person) -> None:
    known = create_objective(by=admin, title="Keep talent", description="ours", now=NOW)
    data = changed(export(admin, make(admin)), objective={"title": "KEEP talent", "description": "theirs"})

    assert import_programme(by=admin, data=data, now=NOW).objective == known
    assert Objective.objects.count() == 1


def test_import_by_a_member_is_not_allowed(admin: Person, organisation: Organisation) -> None:
    data = export(admin, make(admin))

    with pytest.raises(NotAllowed):
        import_programme(by=PersonFactory(organisation=organisation), data=data, now=NOW)


def test_import_that_is_refused_keeps_nothing(admin: Person) -> None:
    data = changed(export(admin, make(admin)), name="")

    with pytest.raises(FileRefused):
        import_programme(by=admin, data=data, now=NOW)
    assert Programme.objects.count() == 1


# --- bad files


@pytest.fixture
def good(admin: Person) -> bytes:
    return export(admin, make(admin))


def test_every_fault_is_told_with_its_line_and_cure(good: bytes) -> None:
    bad = good.replace(b"skill_coverage: 22", b"skill_coverage: 30").replace(
        b"stage: growth", b"stage: holiday"
    )  # fmt: skip

    told = faults(bad)

    weights_line = bad[: bad.index(b"weights:")].count(b"\n") + 1
    assert told[0] == (
        f"Line {weights_line}: matching.weights: The weights sum to 108, which is 8 too many. Make them sum to 100."
    )
    assert any("“holiday” is not known here." in fault for fault in told)


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"mascot": "owl"}, "mascot: “mascot” is not known here."),
        ({"trellis_programme": 2}, "trellis_programme: This file has format 2."),
        ({"name": 7}, "name: This must be text."),
        ({"duration_weeks": "long"}, "duration_weeks: This must be a whole number."),
        ({"duration_weeks": True}, "duration_weeks: This must be a whole number."),
        ({"duration_weeks": 10**12}, "duration_weeks: This must be a whole number."),
        ({"training_gate": "perhaps"}, "training_gate: This must be true or false."),
        ({"starts_on": "soon"}, "starts_on: This must be a date."),
        ({"starts_on": None}, "starts_on: This must be a date."),
        ({"model": "astral"}, "model: “astral” is not known here."),
        ({"template": "astral"}, "template: “astral” is not known here."),
        ({"surveys": "all"}, "surveys: This must be a list."),
        ({"surveys": ["horoscope"]}, "surveys: “horoscope” is not known here."),
        ({"cadence": []}, "cadence: This must have keys."),
        ({"cadence": {"meeting_minutes": 50}}, "cadence: “interval_early_days” is missing."),
        ({"kpi_targets": [{"kpi": "skill_gain", "target": "high"}]}, "kpi_targets.0.target: This must be a number."),
        ({"eligibility": [{"side": "mentee", "kind": "tall"}]}, "eligibility.0: “words” is missing."),
        (
            {"eligibility": [{"side": "mentee", "kind": "unit_in", "value": []}]},
            "eligibility.0.value: The rule names nothing to choose from.",
        ),
        (
            {"eligibility": [{"side": "mentee", "kind": "level_at_least", "value": "5"}]},
            "eligibility.0.value: This must be a whole number.",
        ),
        ({"eligibility": ["anybody"]}, "eligibility.0: This must have keys."),
        ({"tasks": {"growth": {"manager": []}}}, "tasks.growth.manager: “manager” is not known here."),
        ({"enrolment_closes_on": date(2020, 1, 1)}, "enrolment_closes_on: Sign-up closes before it opens"),
    ],
)
def test_a_value_that_cannot_be_is_named(good: bytes, parts: dict[str, Any], what: str) -> None:
    told = faults(changed(good, **parts))

    assert [fault for fault in told if f": {what}" in f": {fault}"], told


@pytest.mark.parametrize(
    ("gap", "what"),
    [([1], "This must be two numbers."), ([None, 2], "This must be two numbers."), ("wide", "This must be a list.")],
)
def test_a_gap_that_is_none_is_named(good: bytes, gap: Any, what: str) -> None:
    content = yaml.safe_load(good)
    content["matching"]["ideal_level_gap"] = gap

    assert what in faults(yaml.safe_dump(content).encode())[0]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "The file is empty."),
        (b"# only a remark\n", "The file is empty."),
        (b"name: x\n", "This is not a programme that Trellis exported"),
        (b"- a\n- b\n", "This is not a programme that Trellis exported"),
        (b"just words", "This is not a programme that Trellis exported"),
        (b"a: [1, 2\nb: 3", "This is not YAML"),
        (b"a: 1\n\tb: 2", "This is not YAML"),
        (b"a: 1\na: 2\n", "“a” stands here twice."),
        (b"? [1, 2]\n: 3\n", "A key must be a word."),
        (b"2027-01-01: 3\n", "A key must be a word."),
        (b"a: &x [1]\nb: *x\n", "Anchors and aliases are not read."),
        (b"a: !!python/object/apply:os.system ['true']\n", "is not read."),
        (b"a: 1\n---\nb: 2\n", "The file is larger or deeper than a programme can be."),
        (b"[" * (DEEPEST + 1), "The file is larger or deeper than a programme can be."),
        (b"a: [" + b"1," * 30_000 + b"]", "The file is larger or deeper than a programme can be."),
        (b"a: 2026-02-31\n", "“2026-02-31” is not a value."),
        (b"a: " + b"9" * 5000, "is not a value."),
        (b"a: 1\nb: \x07\n", "Line 2: There is a control character (code 7). Remove it."),
        (b"name: caf\xe9\n", "Byte 0xe9 is not UTF-8."),
        (b"x" * (MOST_BYTES + 1), "a programme has at most 256 KB."),
    ],
    ids=range(20),
)
def test_a_file_that_is_not_ours_is_refused_in_words(data: bytes, what: str) -> None:
    told = faults(data)

    assert len(told) == 1
    assert what in told[0]


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    bomb = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(f'*{chr(97 + n)}' for _ in range(9))}]\n".encode() for n in range(9)
    )

    assert faults(bomb) == ["Line 1: Anchors and aliases are not read. Write the value out."]


def test_faults_are_at_most_twenty(good: bytes) -> None:
    assert len(faults(changed(good, surveys=[f"survey {number}" for number in range(100)]))) == 20


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"name: Career Growth", b'name: "Career\\0Growth"', "There is a control character (code 0)."),
        (b"name: Career Growth", b'"na\\ame": x', "There is a control character (code 7)."),
        (b"key: limits", b"key: " + b"k" * 61, "cannot be used as a name here."),
        (b"key: limits", b"key: 'a b/?'", "“a b/?” cannot be used as a name here."),
        (b"key: limits", b"key: ''", "cannot be used as a name here."),
        (b"objective: null", b"objective: {title: '" + b"t" * 201 + b"', description: ''}", "At most 200 characters"),
        (b"objective: null", b"objective: {title: '', description: ''}", "There are no words here."),
        (b"starts_on: 2027-01-11", b"starts_on: 9999-12-31", "This date is too far away."),
        (b"id: gr_me_agenda", b"id: '" + b"t" * 61 + b"'", "cannot be used as a name here."),
        (b"recurring: per_meeting", b"recurring: hourly", "“hourly” is not known here."),
        (b"method: ranked_shortlist", b"method: by_force", "“by_force” is not known here."),
        (b"ground_rules: []", b"ground_rules: ['" + b"t" * 301 + b"']", "At most 300 characters"),
    ],
)
def test_a_file_with_what_no_page_could_show_is_refused(admin: Person, old: bytes, new: bytes, words: str) -> None:
    """Each of these would be kept by one database and break a page, or stop the other one."""
    data = export(admin, make(admin))
    assert old in data

    with pytest.raises(FileRefused) as refused:
        import_programme(by=admin, data=data.replace(old, new, 1), now=NOW)

    assert words in str(refused.value)
    assert Programme.objects.count() == 1


@pytest.mark.parametrize("data", [b"a: =", b"=: 1", b"a: <<", b"<<: {a: 1}", b"="])
def test_signs_that_mean_something_only_to_yaml_are_refused(data: bytes) -> None:
    with pytest.raises(FileRefused, match=r"Line 1: “(=|<<)” is not a value"):
        portable.read_configuration(data)


@pytest.mark.parametrize("starts_on", [date.max, date.min])
def test_a_programme_in_another_age_is_refused(admin: Person, starts_on: date) -> None:
    with pytest.raises(SettingsRefused, match="This date is too far away"):
        create_programme(by=admin, template="career_formal", name="Later", starts_on=starts_on, now=NOW)
    with pytest.raises(SettingsRefused, match="This date is too far away"):
        duplicate_programme(by=admin, programme=make(admin), name="Later", starts_on=starts_on, now=NOW)


# --- how matching is set


def test_the_use_of_answers_and_the_objective_travel_and_pairs_of_people_do_not(admin: Person) -> None:
    programme = make(admin)
    Question.objects.filter(key="meeting-mode").update(mode="must", importance=9)
    chosen = replace(MatchingSettings.of(programme.matching), objective="stable", spread=1000, scoring=False)
    programme.matching = chosen.plain() | {"pinned": [["P1", "P2"]]}
    programme.save()
    data = export(admin, programme)

    with elsewhere() as other:
        taken = import_programme(by=other, data=data, now=NOW)
        uses = set(Question.objects.filter(key="meeting-mode").values_list("mode", "importance"))
        again = export(other, taken)

    assert (again, uses) == (data, {("must", 9)})
    assert (MatchingSettings.of(taken.matching), "pinned" in taken.matching) == (chosen, False)


def test_a_file_of_an_older_version_is_read_as_it_was_meant(admin: Person) -> None:
    content = yaml.safe_load(export(admin, make(admin)))
    for name in ("shared_manager_levels", "objective", "spread", "keep_bonus", "scoring"):
        del content["matching"][name]
    del content["matching"]["weights"]["answers"]
    for question in content["questions"]:
        del question["mode"], question["importance"]

    found = portable.read_configuration(yaml.safe_dump(content, sort_keys=False).encode())

    assert (found.matching.objective, found.matching.scoring) == ("matched_floor_total", True)
    assert {question.mode for question in found.questions} == {"ignore"}


@pytest.mark.parametrize(
    ("part", "words"),
    [({"mode": "love"}, "“love” is not known here."), ({"importance": 10}, "10 is out of range."),
     ({"mode": "must"}, "Matching can compare choices only")],
)  # fmt: skip
def test_a_use_of_answers_that_cannot_be_is_named_with_its_line(
    admin: Person, part: dict[str, Any], words: str
) -> None:
    content = yaml.safe_load(export(admin, make(admin)))
    content["questions"][2] |= part  # free text

    (fault,) = faults(yaml.safe_dump(content, sort_keys=False).encode())

    assert fault.startswith("Line ")
    assert words in fault
