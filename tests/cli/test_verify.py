"""`trellis verify` on rounds of the installation and on proof files. Certificates of match-files: test_matching.py."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories.matching import World, a_published_round, a_round, a_world
from tests.factories.mentorships import a_pair
from tests.factories.people import OrganisationFactory
from tests.matching.test_circles import a_group
from tests.matching.test_peers import a_crowd
from tests.matching.test_rotations import planned
from trellis.cli.main import main
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.rematch import start_rematch
from trellis.matching.actions.rounds import solve_round
from trellis.matching.models import Round
from trellis.matching.queries import pool
from trellis.matching.queries.proof_file import file_of, text_of
from trellis.people.models import Organisation
from trellis.programmes.choices import MentoringModel, Side
from trellis_engine.matching import Taxonomy
from trellis_engine.matching.proof_file import sealed
from trellis_engine.matching.settings import OBJECTIVES

Captured = pytest.CaptureFixture[str]
KINDS = (*OBJECTIVES, "unscored", "reverse", "peer", "mutual", "circles", "rotation", "rematch")
SAME = "Solved again: the same plan and the same prices, to the byte."


@pytest.fixture
def company(db: None) -> Organisation:
    """An organisation whose scope is not open: the command opens it."""
    company: Organisation = OrganisationFactory(slug="company")
    return company


def a_solved(company: Organisation, kind: str) -> Round:
    """A round of every kind that is stored."""
    if kind in (MentoringModel.PEER, MentoringModel.MUTUAL):
        return a_round(a_crowd(company, people=5, model=kind))
    if kind == "circles":
        return a_round(a_group(company, mentees=11, mentors=3))
    if kind == "rotation":
        return planned(a_world(company, model="flash", template_id="flash"))
    if kind == "rematch":
        return a_rematch_of(a_world(company))
    world = a_world(company, model=kind if kind == "reverse" else "formal")
    if kind in OBJECTIVES:
        world.programme.matching = {**world.programme.matching, "objective": kind}
    if kind == "unscored":
        world.programme.matching = {**world.programme.matching, "scoring": False}
    world.programme.save(update_fields=["matching"])
    return a_round(world)


def a_rematch_of(world: World) -> Round:
    """A running pair is placed again, and counts for a little more where it is."""
    world.programme.matching = {**world.programme.matching, "approval": "manager"}
    world.programme.save(update_fields=["matching"])
    a_pair(world.programme, mentee=world.mentees[0].person, mentor=world.mentors[1].person)
    now = clock.now()
    return solve_round(found=start_rematch(by=world.manager, programme=world.programme, points=3, now=now), now=now)


def check(found: Round, *more: str) -> int:
    return main(["verify", "--programme", found.programme.slug, "--round", str(found.number), *more])


def proof_in(folder: Path, found: Round) -> Path:
    with organisation_scope(found.organisation_id):
        text = text_of(file_of(Round.objects.get(pk=found.pk)))
    (folder / "proof.json").write_text(text, encoding="utf-8")
    return folder / "proof.json"


@pytest.fixture
def found(company: Organisation) -> Round:
    with organisation_scope(company.pk):
        return a_solved(company, "matched_floor_total")


@pytest.fixture
def file(tmp_path: Path, found: Round) -> Path:
    return proof_in(tmp_path, found)


def rewritten(file: Path, change: dict[str, Any], *, seal: bool = True) -> None:
    said = {**json.loads(file.read_text()), **change}
    file.write_text(json.dumps(sealed(said) if seal else said), encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_round_is_checked_where_it_is_kept_and_comes_out_again(
    company: Organisation, capsys: Captured, kind: str
) -> None:
    with organisation_scope(company.pk):
        found = a_solved(company, kind)

    code = check(found, "--again")

    out, err = capsys.readouterr()
    assert (code, err, out.splitlines()[-1]) == (0, "", SAME)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_of_every_kind_of_round_is_accepted_alone_and_comes_out_again(
    company: Organisation, capsys: Captured, kind: str, tmp_path: Path
) -> None:
    with organisation_scope(company.pk):
        found = a_solved(company, kind)
    file = proof_in(tmp_path, found)

    code = main(["verify", str(file), "--again"])

    out, err = capsys.readouterr()
    assert (code, err, out.splitlines()[-1]) == (0, "", SAME)
    assert f"The file says it is round 1 of {found.programme.slug}, solved 20" in out


def test_what_it_takes_to_make_the_plan_again_and_who_decided_is_said(company: Organisation, capsys: Captured) -> None:
    with organisation_scope(company.pk):
        world = a_world(company)
        found = a_published_round(world)

    check(found)

    out = capsys.readouterr().out
    assert out.startswith("Proven best: matched 3 of 3. Under this programme's rules and pins,")
    assert found.certificate is not None
    for value in (found.input_hash, found.certificate["settings_hash"], found.salt):
        assert f" {value}\n" in out
    assert out.count(f"UTC, {world.manager.full_name}\n") == 2  # started, published


def test_a_round_whose_inputs_were_changed_is_refused(found: Round, capsys: Captured) -> None:
    with organisation_scope(found.organisation_id):
        Round.objects.filter(pk=found.pk).update(inputs=found.inputs.replace('"places": 1', '"places": 2', 1))

    assert check(found) == 1

    assert capsys.readouterr().err == (
        "trellis: not proven.\n  What people stated is not what the plan was made from.\n"
    )


@pytest.mark.parametrize(
    ("field", "value"), [("salt", "other"), ("input_hash", "0" * 64), ("engine_version", "1"), ("total", 1)]
)
def test_whatever_the_round_keeps_is_held_against_its_certificate(
    found: Round, capsys: Captured, field: str, value: object
) -> None:
    with organisation_scope(found.organisation_id):
        Round.objects.filter(pk=found.pk).update(**{field: value})

    assert check(found) == 1

    assert f"What the round keeps as “{field}” is not what its certificate says." in capsys.readouterr().err


def test_a_round_of_an_earlier_matcher_is_said_to_be_one_with_a_way_on(found: Round, capsys: Captured) -> None:
    of_version_1(found)

    assert check(found, "--again") == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("trellis: This round was matched by version 1 of the matcher. This is version 2, ")
    assert err.endswith(f"match again.\n  Match again: trellis match --programme {found.programme.slug}\n")


def of_version_1(found: Round) -> None:
    """As the first matcher wrote its certificates: no floor, no covers."""
    assert found.certificate is not None
    old = {name: value for name, value in found.certificate.items() if name not in ("floor", "extra", "most", "beyond")}
    old |= {"version": 1, "engine_version": "1", "objective": "most_mentees_then_total_score"}
    with organisation_scope(found.organisation_id):
        Round.objects.filter(pk=found.pk).update(certificate=old, engine_version="1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--programme", "nope", "--round", "1"], "No programme is called nope."),
        (["--programme", "growth", "--round", "9"], "growth has no round 9. There are: 1"),
        (["--programme", "growth", "--round", "1", "--organisation", "nope"], "No organisation is called nope."),
    ],
)
def test_a_round_that_is_not_there_is_said_with_those_that_are(
    company: Organisation, capsys: Captured, options: list[str], said: str
) -> None:
    with organisation_scope(company.pk):
        a_round(a_world(company, slug="growth"))

    assert main(["verify", *options]) == 1
    assert said in capsys.readouterr().err


def test_a_round_of_another_organisation_is_not_found(company: Organisation, found: Round, capsys: Captured) -> None:
    OrganisationFactory(slug="other")

    assert check(found, "--organisation", "other") == 1
    assert "There are: none yet" in capsys.readouterr().err
    assert check(found, "--organisation", "company") == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "say what to check: a FILE, or --programme and --round."),
        (["--round", "1"], "--programme and --round go together."),
        (["--programme", "growth"], "--programme and --round go together."),
    ],
)
def test_options_that_do_not_go_together_are_wrong_use(capsys: Captured, options: list[str], said: str) -> None:
    assert main(["verify", *options]) == 2
    assert capsys.readouterr().err == f"trellis: {said}\n  See: trellis verify --help\n"


# --- files


def test_the_first_lines_say_what_the_file_is_and_how_to_check_it(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[:5]

    assert first[1] == '"about": ['
    assert "This is the proof of one matching round made with Trellis" in first[2]
    assert "run: trellis verify THIS_FILE" in first[3]


def test_a_changed_score_is_named(file: Path, capsys: Captured) -> None:
    said = json.loads(file.read_text())
    said["scores"][0][0] += 1
    rewritten(file, said, seal=False)

    assert main(["verify", str(file)]) == 1
    assert capsys.readouterr().err == (
        "trellis: not proven.\n  Something was changed, added or taken away in: scores.\n"
    )


def test_a_changed_score_is_named_though_the_file_is_sealed_anew(file: Path, capsys: Captured) -> None:
    said = json.loads(file.read_text())
    said["scores"][0][0] += 1
    rewritten(file, said)

    assert main(["verify", str(file)]) == 1
    assert "The matching settings are not those of the certificate." in capsys.readouterr().err


def test_a_file_of_another_version_is_said_to_be_one(file: Path, capsys: Captured) -> None:
    rewritten(file, {"version": 2})

    assert main(["verify", str(file)]) == 1
    assert "This file was made by another version of Trellis than this one" in capsys.readouterr().err


def test_a_file_is_held_against_the_round_it_was_made_from(found: Round, file: Path, capsys: Captured) -> None:
    assert check(found, str(file)) == 0
    assert f"{file} is the proof file of this round, to the byte." in capsys.readouterr().out

    rewritten(file, {"round": {"programme": "other"}})

    assert main(["verify", str(file)]) == 0  # a file cannot prove what it is called
    assert check(found, str(file)) == 1
    assert "is not the proof file of this round: “round” differs." in capsys.readouterr().err


def test_wishes_stay_out_of_the_file_which_says_that_it_proves_less(
    company: Organisation, capsys: Captured, tmp_path: Path
) -> None:
    with organisation_scope(company.pk):
        world = a_world(company)
        wish(world, company)
        world.programme.matching = {**world.programme.matching, "objective": "wishes"}
        world.programme.save(update_fields=["matching"])
        found = a_round(world)
    file = proof_in(tmp_path, found)

    assert main(["verify", str(file), "--again"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("As far as this file goes, the plan holds. Every pair is allowed and has the score it says,")
    assert "Wishes decided in this round." in out
    assert out.endswith("It cannot be solved again from the file, because that takes people's wishes.\n")
    assert check(found, "--again", str(file)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == SAME


def wish(world: World, company: Organisation) -> None:
    assert (world.mentees[0].side, world.mentors[1].side) == (Side.MENTEE, Side.MENTOR)
    world.mentees[0].wishes.create(organisation=company, wished=world.mentors[1], rank=1)


def test_the_bare_certificate_is_recognised_with_a_way_on(found: Round, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "certificate.json").write_text(json.dumps(found.certificate))

    assert main(["verify", str(tmp_path / "certificate.json")]) == 1
    assert "is the bare certificate of a round." in capsys.readouterr().err


def test_a_certificate_of_match_files_needs_its_files(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "cert.json").write_text('{"format": "trellis-match-files", "version": 1}')

    assert main(["verify", str(tmp_path / "cert.json")]) == 2
    assert "is checked with --people and --signups." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[1]", "This is not a certificate or a proof file"), (b"{", "The file is not JSON"),
        (b"\xff\xfe\x00", "is not UTF-8 text"), (b'{"format": "trellis-round-proof"}', "not proven."),
        (b"[" * 100_000, "The file is not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_proof_file_is_refused(tmp_path: Path, capsys: Captured, content: bytes, said: str) -> None:
    (tmp_path / "proof.json").write_bytes(content)

    assert main(["verify", str(tmp_path / "proof.json")]) == 1
    assert said in capsys.readouterr().err


def test_a_release_that_knows_other_skills_proves_an_earlier_round_as_before(
    found: Round, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "engine_taxonomy", lambda: Taxonomy(phrases={"Juggling": "juggling"}))

    assert check(found, "--again") == 0
    assert capsys.readouterr().out.splitlines()[-1] == SAME
