import json
from pathlib import Path

import pytest
from django_scopes import scopes_disabled

from tests.factories.matching import a_world
from tests.factories.people import OrganisationFactory
from tests.integrations.match_files.samples import directory, signups, write
from tests.samples.directory import changed
from trellis.cli.main import main
from trellis.kernel.jobs import drain
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.models import Round
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Enrolment

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def company(db: None) -> Organisation:
    """An organisation with a programme to match; its scope is not open: the command opens it."""
    company: Organisation = OrganisationFactory(slug="company")
    with organisation_scope(company.pk):
        a_world(company, slug="growth")
    return company


def words(folder: Path, *more: str) -> list[str]:
    return [
        "match-files", "--people", str(folder / "people.csv"), "--signups", str(folder / "signups.csv"),
        "--template", "career_formal", "--out", str(folder / "pairs.csv"), "--certificate", str(folder / "cert.json"),
        "--salt", "salt", "--on", "2027-01-11", *more,
    ]  # fmt: skip


def check(folder: Path, *more: str) -> int:
    return main([
        "verify", str(folder / "cert.json"), "--people", str(folder / "people.csv"),
        "--signups", str(folder / "signups.csv"), *more,
    ])  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, directory(), signups())
    return tmp_path


@pytest.mark.usefixtures("company")
def test_match_starts_a_round_solves_it_and_prints_the_pairs(capsys: Captured) -> None:
    code = main(["match", "--programme", "growth"])

    out = capsys.readouterr().out.splitlines()
    assert (code, out[0].split()) == (0, ["mentee", "mentor", "score"])
    assert out[-2].startswith("Round 1: matched 3 of 3, total ")
    assert out[-1] == "It waits for review; nobody has been told anything."


@pytest.mark.usefixtures("company")
def test_match_as_json(capsys: Captured) -> None:
    main(["match", "--programme", "growth", "--organisation", "company", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert (found["round"], found["matched"], found["mentees"], len(found["pairs"])) == (1, 3, 3, 3)
    assert found["unmatched"] == []
    assert len(found["pairs"][0]["reasons"]) == 3


def test_a_worker_that_comes_later_changes_nothing(company: Organisation, capsys: Captured) -> None:
    main(["match", "--programme", "growth"])

    drain()

    with organisation_scope(company.pk):
        assert Round.objects.get().proposals.count() == 3


@pytest.mark.usefixtures("company")
def test_match_refuses_a_second_round_in_words(capsys: Captured) -> None:
    main(["match", "--programme", "growth"])

    assert main(["match", "--programme", "growth"]) == 1
    assert "A round is still open." in capsys.readouterr().err


def test_match_says_why_a_round_could_not_be_solved(company: Organisation, capsys: Captured) -> None:
    with organisation_scope(company.pk):
        programme = a_world(company, slug="odd").programme
        programme.matching["weights"]["balance"] = 40
        programme.save()

    assert main(["match", "--programme", "odd"]) == 1
    assert "round 1 could not be solved.\n  The weights add up to 138" in capsys.readouterr().err


@pytest.mark.usefixtures("company")
def test_match_names_the_programmes_there_are(capsys: Captured) -> None:
    assert main(["match", "--programme", "nope"]) == 1
    assert "No programme is called nope. There are: growth" in capsys.readouterr().err


def test_another_organisations_programme_is_not_matched(company: Organisation, capsys: Captured) -> None:
    OrganisationFactory(slug="other")

    assert main(["match", "--programme", "growth", "--organisation", "other"]) == 1
    assert "There are: none yet" in capsys.readouterr().err
    with scopes_disabled():
        assert Round.objects.count() == 0


def test_match_prints_who_is_left_and_why(company: Organisation, capsys: Captured) -> None:
    with organisation_scope(company.pk):
        a_world(company, slug="short", mentees=2, mentors=1)

    main(["match", "--programme", "short"])

    assert "Mentors who would suit: 1. All their places went to pairs with stronger claims." in capsys.readouterr().out


# --- without any database: these tests have none


def test_two_files_are_matched_and_proven(folder: Path, capsys: Captured) -> None:
    code = main(words(folder))

    captured = capsys.readouterr()
    assert (code, captured.err) == (0, "")
    assert "Matched 12 of 12, total " in captured.out.splitlines()[-1]
    assert "proven best" in captured.out
    assert sorted(file.name for file in folder.iterdir()) == ["cert.json", "pairs.csv", "people.csv", "signups.csv"]
    assert (folder / "cert.json").stat().st_mode & 0o777 == 0o644


def test_match_files_as_json(folder: Path, capsys: Captured) -> None:
    main(words(folder, "--json"))

    found = json.loads(capsys.readouterr().out)
    assert (found["matched"], found["mentees"], found["proven"], found["salt"], found["on"]) == (
        12, 12, True, "salt", "2027-01-11",
    )  # fmt: skip
    assert (len(found["pairs"]), found["left_out"]) == (12, [])
    assert found["total"] == pytest.approx(sum(pair["score"] for pair in found["pairs"]))
    assert len(found["unmatched"]) == 9 - len({pair["mentor"] for pair in found["pairs"]})


def test_without_a_salt_and_a_day_the_certificate_says_which_were_used(folder: Path, capsys: Captured) -> None:
    given = words(folder)
    shorter = given[: given.index("--salt")]

    main(shorter)

    found = json.loads((folder / "cert.json").read_text())
    assert (len(found["certificate"]["salt"]), len(found["on"])) == (32, 10)
    assert check(folder) == 0


def test_what_is_left_out_is_listed_with_line_column_value_and_cure(tmp_path: Path, capsys: Captured) -> None:
    write(tmp_path, directory(), changed(signups(), 0, skills="Negotiatoin:2"))

    code = main(words(tmp_path))

    err = capsys.readouterr().err
    assert (code, "1 things were left out." in err) == (1, True)
    assert "signups.csv line 2, skills, “Negotiatoin:2”: “Negotiatoin” is not in the list" in err
    assert check(tmp_path) == 0


@pytest.mark.parametrize("option", ["--out", "--certificate"])
def test_a_folder_that_is_not_there_is_refused(folder: Path, capsys: Captured, option: str) -> None:
    code = main(words(folder, option, str(folder / "none" / "file")))

    assert (code, "cannot be written: there is no such folder." in capsys.readouterr().err) == (1, True)


@pytest.mark.parametrize(
    ("option", "file", "said"),
    [
        ("--out", "cert.json", "--out and --certificate name the same file."),
        ("--out", "people.csv", "people.csv would be overwritten by the result."),
        ("--certificate", "signups.csv", "signups.csv would be overwritten by the result."),
    ],
)
def test_a_result_never_takes_the_place_of_another_file(
    folder: Path, capsys: Captured, option: str, file: str, said: str
) -> None:
    before = (folder / "people.csv").read_bytes(), (folder / "signups.csv").read_bytes()

    code = main(words(folder, option, str(folder / file)))

    assert (code, said in capsys.readouterr().err) == (1, True)
    assert ((folder / "people.csv").read_bytes(), (folder / "signups.csv").read_bytes()) == before


@pytest.mark.usefixtures("company")
def test_a_programme_without_anybody_opens_no_round(capsys: Captured) -> None:
    with scopes_disabled():
        Enrolment.objects.update(state=EnrolmentState.PAUSED)

    assert main(["match", "--programme", "growth"]) == 1

    assert "growth has 0 mentees and 0 mentors ready to be matched." in capsys.readouterr().err
    with scopes_disabled():
        assert not Round.objects.exists()


def test_a_day_that_is_none_is_wrong_use(folder: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as end:
        main(words(folder, "--on", "tomorrow"))

    assert end.value.code == 2
    assert "“tomorrow” is not a day; write it as 2027-01-11" in capsys.readouterr().err


@pytest.fixture
def proven(folder: Path, capsys: Captured) -> Path:
    main(words(folder))
    capsys.readouterr()
    return folder


def test_verify_accepts_what_match_files_wrote(proven: Path, capsys: Captured) -> None:
    code = check(proven, "--pairs", str(proven / "pairs.csv"))

    captured = capsys.readouterr()
    assert (code, captured.err) == (0, "")
    assert captured.out.startswith("Proven: matched 12 of 12, total ")
    assert "by the settings of career_formal on 2027-01-11." in captured.out


def test_verify_names_a_changed_score(proven: Path, capsys: Captured) -> None:
    found = json.loads((proven / "cert.json").read_text())
    found["certificate"]["pairs"][3]["score"] += 1
    (proven / "cert.json").write_text(json.dumps(found))
    pair = found["certificate"]["pairs"][3]

    assert check(proven) == 1
    captured = capsys.readouterr()
    assert (captured.out, "not proven." in captured.err) == ("", True)
    assert f"A row was changed: pairs/3 ({pair['mentee']} with {pair['mentor']})." in captured.err


def test_verify_names_a_change_in_the_pairs(proven: Path, capsys: Captured) -> None:
    text = (proven / "pairs.csv").read_text(encoding="utf-8")
    (proven / "pairs.csv").write_text(text.replace("E-10", "E-11", 1), encoding="utf-8")

    assert check(proven, "--pairs", str(proven / "pairs.csv")) == 1
    assert "is not a pair of the certificate" in capsys.readouterr().err


def test_verify_refuses_other_files(proven: Path, capsys: Captured) -> None:
    write(proven, changed(directory(), 100, level="6"), signups())

    assert check(proven) == 1
    assert "What people stated is not what the plan was made from." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{", "is not JSON"), (b"\xff\xfe\x00", "is not UTF-8 text"), (b"{}", "This is not a certificate")],
)
def test_verify_refuses_what_is_no_certificate(folder: Path, capsys: Captured, content: bytes, said: str) -> None:
    (folder / "cert.json").write_bytes(content)

    assert check(folder) == 1
    assert said in capsys.readouterr().err


def test_verify_refuses_a_file_that_is_not_there(folder: Path, capsys: Captured) -> None:
    assert check(folder) == 1
    assert "cert.json cannot be read" in capsys.readouterr().err
