import json
from pathlib import Path

import pytest

from tests.factories.people import OrganisationFactory, PersonFactory, RoleGrantFactory
from trellis.cli.main import parser
from trellis.cli.output import OK, REFUSED
from trellis.kernel.errors import Refusal
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme, ProgrammeRole

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def admin(person: Person) -> Person:
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


def run(*words: str) -> int:
    arguments = parser().parse_args(["programme", *words])
    return int(arguments.run(arguments))


def create(organisation: Organisation, *more: str) -> int:
    return run(
        "create", "--template", "career_formal", "--name", "Career Growth", "--organisation", organisation.slug, *more
    )  # fmt: skip


def test_create_makes_a_draft_of_the_first_admin(admin: Person, capsys: Capture) -> None:
    assert create(admin.organisation) == OK

    programme = Programme.objects.get()
    assert ProgrammeRole.objects.get(programme=programme).person == admin
    assert capsys.readouterr().out == (
        "career-growth: “Career Growth” is a draft from the template career_formal.\n"
    )  # fmt: skip


def test_create_with_an_owner_a_date_and_json(admin: Person, capsys: Capture) -> None:
    other = PersonFactory(organisation=admin.organisation)

    create(admin.organisation, "--owner", other.email, "--starts-on", "2027-01-11", "--json")

    assert ProgrammeRole.objects.get().person == other
    assert json.loads(capsys.readouterr().out) == {
        "slug": "career-growth", "status": "draft", "template": "career_formal", "starts_on": "2027-01-11",
        "name": "Career Growth",
    }  # fmt: skip


def test_create_without_an_owner_says_how_to_name_one(organisation: Organisation) -> None:
    with pytest.raises(Refusal, match="Add --owner"):
        create(organisation)


def test_create_from_a_template_that_does_not_exist_names_those_that_do(admin: Person) -> None:
    with pytest.raises(Refusal, match="There are: career_formal, onboarding_buddy"):
        run("create", "--template", "nonsense", "--name", "x", "--organisation", admin.organisation.slug)


def test_list_shows_one_organisation_only(admin: Person, capsys: Capture) -> None:
    create(admin.organisation)
    other = OrganisationFactory()
    with organisation_scope(other.pk):
        RoleGrantFactory(person=PersonFactory(organisation=other), role=OrganisationRole.ADMIN)
    create(other, "--starts-on", "2030-01-07")
    capsys.readouterr()

    run("list", "--organisation", admin.organisation.slug, "--json")
    rows = json.loads(capsys.readouterr().out)
    run("list", "--organisation", other.slug)
    table = capsys.readouterr().out

    assert [row["slug"] for row in rows] == ["career-growth"]
    assert "2030-01-07" not in str(rows)
    assert table.splitlines()[0].split() == ["slug", "status", "template", "starts", "name"]
    assert "2030-01-07" in table


def test_export_then_import(admin: Person, tmp_path: Path, capsys: Capture) -> None:
    organisation = admin.organisation
    create(organisation)
    capsys.readouterr()
    file = tmp_path / "growth.yaml"

    assert run("export", "career-growth", "--organisation", organisation.slug) == OK
    text = capsys.readouterr().out
    assert run("export", "career-growth", "--organisation", organisation.slug, "--output", str(file)) == OK
    assert run("import", str(file), "--organisation", organisation.slug) == OK

    assert file.read_text() == text
    assert [programme.slug for programme in Programme.objects.order_by("pk")] == ["career-growth", "career-growth-2"]


def test_import_of_a_bad_file_names_the_line(admin: Person, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("a: 1\na: 2\n")

    assert run("import", str(file), "--organisation", admin.organisation.slug) == REFUSED
    assert "Line 2: “a” stands here twice. Remove one of them." in capsys.readouterr().err


def test_files_and_programmes_that_are_not_there(admin: Person, tmp_path: Path) -> None:
    slug = admin.organisation.slug
    create(admin.organisation)

    with pytest.raises(Refusal, match="cannot be read"):
        run("import", str(tmp_path / "none.yaml"), "--organisation", slug)
    with pytest.raises(Refusal, match="No programme is called nonsense"):
        run("export", "nonsense", "--organisation", slug)
    with pytest.raises(Refusal, match="cannot be written"):
        run("export", "career-growth", "--organisation", slug, "--output", str(tmp_path / "no" / "where.yaml"))
