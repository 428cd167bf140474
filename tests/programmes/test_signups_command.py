import csv
import json
from pathlib import Path

import pytest

from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.cli.files import FileRefused
from trellis.cli.main import parser
from trellis.cli.scope import NoSuchProgramme
from trellis.people.models import Organisation
from trellis.programmes.models import Enrolment, Programme

HEADER = "employee_id,role,skills,capacity,goal,working_style,values,availability\n"


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    PersonFactory(organisation=organisation, external_id="E1")
    return ProgrammeFactory(organisation=organisation, slug="growth")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "signups.csv"
    path.write_text(HEADER + "E1,mentee,Active listening:2,1,Speak up,direct,craft,Thu am\n", encoding="utf-8")
    return path


def run(programme: Programme, *words: object) -> int:
    line = ["import", "signups", *map(str, words), "--organisation", programme.organisation.slug]
    arguments = parser().parse_args(line)
    return int(arguments.run(arguments))


def test_import_says_what_it_did(programme: Programme, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(programme, file, "--programme", "growth")

    assert (code, capsys.readouterr().out) == (0, "1 created, 0 updated, 0 unchanged\n")
    assert Enrolment.objects.count() == 1


def test_dry_run_as_json(programme: Programme, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(programme, file, "--programme", "growth", "--dry-run", "--json")

    assert json.loads(capsys.readouterr().out) == {
        "created": 1, "updated": 0, "unchanged": 0, "waiting": 0, "faults": [], "dry_run": True,
    }  # fmt: skip
    assert Enrolment.objects.count() == 0


def test_faults_go_to_the_screen_and_to_a_file(
    programme: Programme, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, errors = tmp_path / "wrong.csv", tmp_path / "errors.csv"
    wrong.write_text(HEADER + "=E1,mentee,,,,,,\n", encoding="utf-8")

    code = run(programme, wrong, "--programme", "growth", "--errors", errors)

    assert code == 1
    assert "line 2, employee_id, “=E1”: Nobody active in the directory" in capsys.readouterr().err
    with errors.open(encoding="utf-8-sig", newline="") as lines:
        assert [row[:3] for row in csv.reader(lines)] == [["line", "column", "value"], ["2", "employee_id", "'=E1"]]


def test_unknown_programme_names_those_there_are(programme: Programme, file: Path) -> None:
    with pytest.raises(NoSuchProgramme, match=r"No programme is called shrink\. There are: growth"):
        run(programme, file, "--programme", "shrink")


def test_file_that_is_not_there(programme: Programme, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cannot be read"):
        run(programme, tmp_path / "none.csv", "--programme", "growth")
