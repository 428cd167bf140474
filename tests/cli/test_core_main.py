"""Which commands need an installation, and that the others leave nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.matching.test_proof_file import ROUND, solved
from trellis_engine.matching.proof_writing import proof_file


def _trellis(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "-m", "trellis.cli.main", *words], capture_output=True, text=True, check=False,
        env=environment | {"TRELLIS_DATA": str(folder / "data")},
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [("backup", "x"), ("check",), ("match", "--programme", "x"), ("verify", "--programme", "x", "--round", "1")],
)
def test_without_an_installation_the_cure_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = _trellis(tmp_path, *words)

    assert answer.returncode == 1
    assert "there is no installation in" in answer.stderr
    assert "trellis init" in answer.stderr


@pytest.mark.parametrize("words", [("frobnicate",), ("match",), ()])
def test_wrong_use_is_told_before_anything_else(tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = _trellis(tmp_path, *words)

    assert answer.returncode == 2
    assert answer.stderr.startswith("usage: trellis")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("match-files", "--help"), ("backup", "--help"), ("--help",)])
def test_help_needs_no_installation_and_leaves_none(tmp_path: Path, words: tuple[str, ...]) -> None:
    answer = _trellis(tmp_path, *words)

    assert answer.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_files_are_matched_and_verified_without_an_installation(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "employee_id,email,first_name,last_name,level,department,location,time_zone,languages\n"
        "1,a@x.example,Ann,Lee,3,Finance,London,Europe/London,English\n"
        "2,b@x.example,Bob,May,5,Sales,Berlin,Europe/Berlin,English\n"
    )
    signups = tmp_path / "signups.csv"
    signups.write_text(
        "employee_id,role,skills,capacity,goal,working_style,values,availability\n"
        "1,mentee,Delegation:1,1,Lead a team,structured,learning,Tue am\n"
        "2,mentor,Delegation:4,2,Glad to help,structured,learning,Tue am\n"
    )
    files = ("--people", str(people), "--signups", str(signups))
    out, certificate = tmp_path / "pairs.csv", tmp_path / "certificate.json"

    proof = ("--out", str(out), "--certificate", str(certificate))
    matched = _trellis(tmp_path, "match-files", *files, "--template", "career_formal", *proof)
    verified = _trellis(tmp_path, "verify", str(certificate), *files, "--pairs", str(out))

    assert (matched.returncode, verified.returncode) == (0, 0), matched.stderr + verified.stderr
    assert not (tmp_path / "data").exists()


def test_a_proof_file_is_verified_without_an_installation(tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps(proof_file(solved("peers", 5), ROUND)))

    answer = _trellis(tmp_path, "verify", str(proof), "--again")

    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("Proven best: matched ")
    assert list(tmp_path.iterdir()) == [proof]
