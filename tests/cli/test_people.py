import json
from pathlib import Path

import pytest
from django_scopes import scopes_disabled

from tests.factories.people import OrganisationFactory
from tests.people.importing import applied
from tests.samples.directory import as_csv, changed, number, people
from trellis.cli.main import main
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import ImportState, PersonStatus
from trellis.people.models import DirectoryImport, Organisation, Person

ROWS = people(30)


@pytest.fixture
def company(db: None) -> Organisation:
    """An organisation whose scope is not open: the command opens it."""
    company: Organisation = OrganisationFactory(slug="company")
    return company


def written(folder: Path, rows: list[dict[str, str]]) -> str:
    file = folder / "people.csv"
    file.write_text(as_csv(rows), encoding="utf-8", newline="")
    return str(file)


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("company")
def test_import_answers_with_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, changed(ROWS, 5, level="Wizard"))

    code = main(["import", "people", file, "--organisation", "company", "--json"])

    found = answer(capsys)
    figures = ("created", "updated", "unchanged", "left", "conflicts", "errors", "dry_run")
    assert (code, [found[name] for name in figures]) == (0, [29, 0, 0, 0, 3, 1, False])
    faults = found["faults"]
    assert isinstance(faults, list)
    assert [fault["line"] for fault in faults if not fault["applied"]] == [7]
    with scopes_disabled():
        assert Person.objects.count() == 29


@pytest.mark.usefixtures("company")
def test_dry_run_writes_nobody_and_leaves_no_file_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["import", "people", written(tmp_path, ROWS), "--dry-run", "--json"])

    assert (code, answer(capsys)["created"]) == (0, 30)
    with scopes_disabled():
        run = DirectoryImport.objects.get()
        assert (run.state, bytes(run.content), Person.objects.count()) == (ImportState.CANCELLED, b"", 0)


@pytest.mark.usefixtures("company")
def test_words_for_people_and_refused_rows_for_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rejects = tmp_path / "refused.csv"
    file = written(tmp_path, changed(ROWS, 9, hire_date="31/02/2024"))

    main(["import", "people", file, "--errors", str(rejects)])

    said, told = capsys.readouterr()
    assert "created    29" in said
    assert "Column gender was not imported." in said
    assert (
        f"{Path(file).name} line 11, hire_date “31/02/2024”: 31/02/2024 does not exist: February 2024 has 29 days."
        in told
    )
    assert [line.split(",")[0] for line in rejects.read_text("utf-8-sig").splitlines()] == ["employee_id", number(9)]


@pytest.mark.usefixtures("company")
def test_columns_can_be_mapped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "p.csv"
    file.write_text("Nr,Contact,Who\n1,a@example.org,Ana\n", encoding="utf-8")

    maps = ["--map", "Nr=external_id", "--map", "Contact=email", "--map", "Who=given_name"]
    assert main(["import", "people", str(file), *maps]) == 0

    with scopes_disabled():
        assert Person.objects.get().given_name == "Ana"


def test_many_leavers_are_stopped_until_allowed(
    company: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with organisation_scope(company.pk):
        applied(company, ROWS)
    file = written(tmp_path, [row | {"employment_status": "terminated"} for row in ROWS])

    assert main(["import", "people", file]) == 1
    assert "Add --allow-leavers to confirm it." in capsys.readouterr().err
    assert main(["import", "people", file, "--allow-leavers"]) == 0
    with scopes_disabled():
        assert Person.objects.filter(status=PersonStatus.LEFT).count() == 30


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv"], "absent.csv cannot be read: No such file or directory."),
        (["{file}", "--map", "nothing=email"], "There is no column “nothing” to map."),
        (["{file}", "--map", "email=password"], "There is no field password. The fields are: external_id, email"),
        (["{file}", "--map", "email"], "--map email has no “=”. Write --map HEADER=FIELD"),
        (["{file}", "--map", "email="], "Choose the column with the work e-mail."),
        (
            ["{file}", "--errors", "/absent/folder/x.csv"],
            "/absent/folder/x.csv cannot be written: there is no such folder.",
        ),
    ],
)
def test_wrong_use_is_explained_and_leaves_nothing_waiting(
    company: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    file = written(tmp_path, ROWS)

    code = main(["import", "people", *[argument.format(file=file) for argument in arguments]])

    assert code == 1
    assert message in capsys.readouterr().err
    with scopes_disabled():
        assert set(DirectoryImport.objects.values_list("state", flat=True)) <= {ImportState.CANCELLED}


def test_people_are_listed(company: Organisation, capsys: pytest.CaptureFixture[str]) -> None:
    with organisation_scope(company.pk):
        applied(company, ROWS[:3])

    main(["people", "list", "bro"])

    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["ID", "NAME", "E-MAIL", "UNIT", "STATUS"],
        [number(1), "Zoë", "Brontë", "e1@example.org", "Engineering", "active"],
    ]
