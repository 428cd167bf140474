"""Reading, matching, and a check that refuses every change. No test here may touch a database."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.match_files.samples import directory, signup, signups, write
from tests.samples.directory import changed, number
from trellis.integrations.match_files import (
    Files,
    FilesRefused,
    NotACertificate,
    Outcome,
    Sealed,
    UnknownTemplate,
    check_pairs,
    match_files,
    open_certificate,
    pairs_as_csv,
    sealed,
    verify_files,
)
from trellis.integrations.match_files.certificate import find_template
from trellis.integrations.match_files.pool import load
from trellis.integrations.tables import read_table
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis_engine.matching import certificate, solve
from trellis_engine.matching.certify import resealed

WINTER, SUMMER = date(2027, 1, 11), date(2027, 7, 12)


def matched(files: tuple[Path, Path], on: date = WINTER, template: str = "career_formal") -> Outcome:
    return match_files(files=Files(*files), template_id=template, salt="salt", on=on)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write(tmp_path_factory.mktemp("files"), directory(), signups())


@pytest.fixture(scope="module")
def outcome(files: tuple[Path, Path]) -> Outcome:
    return matched(files)


def faults_of(certificate: Sealed, files: tuple[Path, Path]) -> list[str]:
    return verify_files(open_certificate(json.dumps(certificate)), Files(*files))[0]


def said(outcome: Outcome) -> list[tuple[str, int, str, str]]:
    return [(fault.file, fault.line, fault.column, fault.value) for fault in outcome.faults]


def test_everybody_is_matched_once_and_proven(outcome: Outcome) -> None:
    assert (outcome.plan.matched, len(outcome.plan.pairs), outcome.proven, outcome.faults) == (12, 12, True, [])


def test_the_same_files_and_salt_give_the_same_bytes(files: tuple[Path, Path], outcome: Outcome) -> None:
    assert json.dumps(matched(files).certificate) == json.dumps(outcome.certificate)


def test_the_certificate_needs_nothing_but_the_files(files: tuple[Path, Path], outcome: Outcome) -> None:
    assert faults_of(outcome.certificate, files) == []


def test_rows_in_another_order_are_the_same_people(tmp_path: Path, files: tuple[Path, Path], outcome: Outcome) -> None:
    shuffled = write(tmp_path, list(reversed(directory())), list(reversed(signups())))

    assert faults_of(outcome.certificate, shuffled) == []


def test_protected_columns_are_not_read(tmp_path: Path, outcome: Outcome) -> None:
    other = [row | {"gender": "man"} for row in directory()]

    assert faults_of(outcome.certificate, write(tmp_path, other, signups())) == []


def changes(certificate: Sealed) -> list[tuple[str, int, str]]:
    proof = certificate["certificate"]
    pairs = [("pairs", at, name) for at in range(len(proof["pairs"])) for name in ("mentee", "mentor", "score")]
    return pairs + [("prices", at, name) for at in range(len(proof["prices"])) for name in ("mentor", "price")]


def test_every_single_change_of_a_pair_score_or_price_is_refused_and_named(
    files: tuple[Path, Path], outcome: Outcome
) -> None:
    for section, at, name in changes(outcome.certificate):
        forged = copy.deepcopy(outcome.certificate)
        row = forged["certificate"][section][at]
        row[name] = row[name] + 1 if isinstance(row[name], int) else number(113)

        faults = faults_of(forged, files)

        assert f"A row was changed: {section}/{at} (" in faults[0], (section, at, name)


def test_a_forgery_with_fresh_fingerprints_is_refused_by_the_proof(files: tuple[Path, Path], outcome: Outcome) -> None:
    """Not so for prices: other prices may prove the same plan."""
    for section, at, name in changes(outcome.certificate):
        if section == "prices":
            continue
        forged = copy.deepcopy(outcome.certificate)
        row = forged["certificate"][section][at]
        row[name] = row[name] + 1 if isinstance(row[name], int) else number(113)
        forged["certificate"] = resealed(forged["certificate"])

        assert faults_of(forged, files), (section, at, name)


@pytest.mark.parametrize("figure", ["bonus", "matched", "total", "salt", "objective", "engine_version", "input_hash"])
def test_every_changed_figure_is_refused(files: tuple[Path, Path], outcome: Outcome, figure: str) -> None:
    forged = copy.deepcopy(outcome.certificate)
    value = forged["certificate"][figure]
    forged["certificate"][figure] = value + 1 if isinstance(value, int) else value[::-1] + "x"

    assert faults_of(forged, files)


@pytest.mark.parametrize(
    ("part", "value"), [("on", "2027-07-12"), ("template", "executive"), ("settings", {"weights": {"balance": 100}})]
)
def test_a_changed_head_is_refused(files: tuple[Path, Path], outcome: Outcome, part: str, value: Any) -> None:
    assert faults_of(outcome.certificate | {part: value}, files) == [
        "Something was changed in the head of the certificate: template, settings or day."
    ]


@pytest.mark.parametrize(
    ("template", "settings", "words"),
    [
        ("no_such", {}, "No template is called no_such."),
        ("career_formal", {"weights": 7}, "are not those of the template career_formal"),
        ("career_formal", {"pinned": [["E-1", "E-2"]]}, "are not those of the template career_formal"),
        ("executive", {}, "are not those of the template executive"),
    ],
)
def test_a_head_sealed_anew_is_still_checked(
    files: tuple[Path, Path], outcome: Outcome, template: str, settings: dict[str, Any], words: str
) -> None:
    given = outcome.certificate["settings"] | settings
    forged = sealed(template, given, WINTER, outcome.certificate["certificate"])

    faults = faults_of(forged, files)

    assert len(faults) == 1
    assert words in faults[0]


@pytest.mark.parametrize(
    ("place", "cells"),
    [
        (100, {"level": "6"}), (100, {"department": "Space"}), (100, {"location": "Mars"}), (9, {"job_title": "Baker"}),
        (100, {"languages": "English; Welsh"}), (100, {"manager_id": number(8)}), (100, {"time_zone": "Asia/Tokyo"}),
    ],
)  # fmt: skip
def test_a_changed_directory_is_refused(tmp_path: Path, outcome: Outcome, place: int, cells: dict[str, str]) -> None:
    rows = changed(directory(), place, **cells)

    assert faults_of(outcome.certificate, write(tmp_path, rows, signups())) == [
        "What people stated is not what the plan was made from."
    ]


@pytest.mark.parametrize(
    "cells",
    [
        {"skills": "Negotiation:3"}, {"capacity": "1"}, {"goal": "Grow"}, {"working_style": "direct"},
        {"values": "craft"}, {"availability": "Fri am"}, {"employee_id": number(112)},
    ],
)  # fmt: skip
def test_a_changed_signup_is_refused(tmp_path: Path, outcome: Outcome, cells: dict[str, str]) -> None:
    rows = changed(signups(), 13, **cells)

    assert faults_of(outcome.certificate, write(tmp_path, directory(), rows)) == [
        "What people stated is not what the plan was made from."
    ]


def test_a_day_with_other_clocks_makes_another_pool(files: tuple[Path, Path]) -> None:
    winter, summer = matched(files, WINTER), matched(files, SUMMER)

    offsets = [{person.utc_offset_minutes for person in each.pool.mentees} for each in (winter, summer)]
    assert offsets == [{0, 60, 540}, {60, 120, 540}]


def test_unknown_skills_and_bad_rows_are_left_out_and_named(tmp_path: Path) -> None:
    rows = changed(signups(), 0, skills="Negotiatoin:2")
    rows = changed(rows, 1, role="guru")
    rows = changed(rows, 2, capacity="lots")
    rows = changed(rows, 3, employee_id="E-99999")
    rows = changed(rows, 4, employee_id=number(39))  # has left
    rows = changed(rows, 6, employee_id=number(105))  # stands twice
    files = write(tmp_path, directory(), rows)

    found = matched(files)

    assert said(found) == [
        ("signups.csv", 2, "skills", "Negotiatoin:2"), ("signups.csv", 3, "role", "guru"),
        ("signups.csv", 4, "capacity", "lots"), ("signups.csv", 8, "employee_id", number(105)),
        ("signups.csv", 5, "employee_id", "E-99999"), ("signups.csv", 6, "employee_id", number(39)),
    ]  # fmt: skip
    assert found.faults[0].cure == "“Negotiatoin” is not in the list of skills. Did you mean “Negotiation”?"
    assert (len(found.pool.mentees), found.proven) == (6, True)


def test_bad_values_of_people_are_left_out_and_named(tmp_path: Path) -> None:
    rows = changed(directory(), 100, level="Wizard", time_zone="Mars/Base", manager_id="E-99999")
    rows = changed(rows, 101, employee_id="")
    rows = changed(rows, 102, employee_id=number(3))
    rows.insert(5, dict.fromkeys(rows[0], ""))
    files = write(tmp_path, rows, signups())

    found = matched(files)

    in_people = [fault for fault in said(found) if fault[0] == "people.csv"]
    reports_to_the_lost = [("people.csv", 103, "manager_id", "E-99999")]
    assert in_people == [
        ("people.csv", 103, "level", "Wizard"), ("people.csv", 103, "time_zone", "Mars/Base"),
        *reports_to_the_lost, ("people.csv", 104, "employee_id", ""), ("people.csv", 105, "employee_id", number(3)),
    ]  # fmt: skip
    assert "The value is left out." in found.faults[0].cure
    person = found.pool.mentee_by_id[number(100)]
    assert (person.level, person.utc_offset_minutes, person.managers) == (0, 0, ("E-99999",))


def test_a_circle_of_managers_ends_where_it_closes(tmp_path: Path) -> None:
    rows = changed(directory(), 0, manager_id=number(100))

    person = matched(write(tmp_path, rows, signups())).pool.mentee_by_id[number(100)]

    assert person.managers == (number(33), number(11), number(3), number(1), number(0))


def test_nobody_is_matched_within_the_reporting_line(files: tuple[Path, Path], outcome: Outcome) -> None:
    above = {person.id: set(person.managers) for person in outcome.pool.mentees}

    assert any(above[mentee] & set(outcome.pool.mentor_by_id) for mentee in above)
    assert not any(pair.mentor in above[pair.mentee] for pair in outcome.plan.pairs)


def test_what_is_not_stated_takes_the_templates_usual_number(tmp_path: Path) -> None:
    rows = [row | {"capacity": "", "skills": "", "values": "", "goal": "", "availability": ""} for row in signups()]

    pool = matched(write(tmp_path, directory(), rows)).pool

    assert {person.places for person in pool.mentors} == {2}
    assert {(person.places, person.skills, person.goal) for person in pool.mentees} == {(1, (), "")}


def test_an_unknown_template_names_those_there_are(files: tuple[Path, Path]) -> None:
    with pytest.raises(UnknownTemplate, match=r"No template is called nope\. There are: career_formal, "):
        matched(files, template="nope")


def test_a_side_without_anybody_is_refused(tmp_path: Path) -> None:
    files = write(tmp_path, directory(), [signup(100, "mentee")])

    with pytest.raises(FilesRefused, match=r"No mentor is left in signups.csv. There is nobody to match."):
        matched(files)


def test_people_without_ids_are_refused(tmp_path: Path) -> None:
    files = write(tmp_path, directory(), signups())
    files[0].write_text("first_name,department\nAna,Legal\n")

    with pytest.raises(
        FilesRefused,
        match=r"^people\.csv: The file of people has no column with the employee ID\. It has: first_name, department\.",
    ):
        matched(files)


def test_people_without_a_column_of_managers_have_none(tmp_path: Path) -> None:
    files = write(tmp_path, directory(), signups())
    ids = "\n".join(f"{row['employee_id']},English" for row in directory())
    files[0].write_text(f"employee_id,languages\n{ids}\n")

    assert {person.managers for person in matched(files).pool.mentees} == {()}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FilesRefused, match="cannot be read: No such file or directory"):
        matched((tmp_path / "none.csv", tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"), ("[" * 100_000, "is not JSON"),
        ("[]", "not a certificate that"), ("{}", "not a certificate that"),
        ('{"format": "trellis-match-files", "version": 2}', "not a certificate that"),
        ('{"format": "trellis-match-files", "version": 1}', "no usable “template”"),
    ],
)  # fmt: skip
def test_what_is_no_certificate_is_refused(text: str, words: str) -> None:
    with pytest.raises(NotACertificate, match=words):
        open_certificate(text)


# --- the file of pairs


def check(text: str, outcome: Outcome) -> list[str]:
    table = read_table(name="pairs.csv", content=text.encode())
    return list(check_pairs(table, outcome.certificate, outcome.pool, outcome.settings))


@pytest.fixture(scope="module")
def text(outcome: Outcome) -> str:
    return pairs_as_csv(outcome.plan.pairs, outcome.pool, outcome.settings)


def test_the_pairs_say_what_the_certificate_proves(outcome: Outcome, text: str) -> None:
    first = outcome.plan.pairs[0]

    assert text.splitlines()[0] == "mentee,mentor,score,reason_1,reason_2,reason_3,gap"
    assert text.splitlines()[1].startswith(f"{first.mentee},{first.mentor},{first.score / 1000:.3f},")
    assert check(text, outcome) == []


def test_a_changed_score_in_the_pairs_is_named(outcome: Outcome, text: str) -> None:
    first = outcome.plan.pairs[0]
    score = f"{first.score / 1000:.3f}"

    assert check(text.replace(score, "99.999", 1), outcome) == [
        f"Line 2: the score of {first.mentee} with {first.mentor} is “{score}”, not “99.999”."
    ]


def test_a_changed_word_in_the_pairs_is_named(outcome: Outcome, text: str) -> None:
    lines = text.splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",Something else"

    assert "Line 2: the gap of " in check("\n".join(lines), outcome)[0]


def test_a_changed_pair_is_named_and_so_is_the_one_it_hides(outcome: Outcome, text: str) -> None:
    first = outcome.plan.pairs[0]

    assert check(text.replace(f"{first.mentee},{first.mentor}", f"{first.mentee},E-1", 1), outcome) == [
        f"Line 2: {first.mentee} with E-1 is not a pair of the certificate, or stands twice.",
        f"The pair {first.mentee} with {first.mentor} is missing from the file.",
    ]


def test_a_pair_too_few_or_too_many_is_named(outcome: Outcome, text: str) -> None:
    lines = text.splitlines()

    fewer, more = check("\n".join([lines[0], *lines[2:]]), outcome), check("\n".join([*lines, lines[1]]), outcome)

    assert ("is missing from the file." in fewer[0], len(fewer)) == (True, 1)
    assert (more[0].startswith("Line 14:"), "stands twice" in more[0], len(more)) == (True, True, 1)


def test_other_columns_are_refused(outcome: Outcome) -> None:
    assert check("mentee,mentor\nA,B\n", outcome) == [
        "The file of pairs does not have the columns of `trellis match-files`: "
        "mentee, mentor, score, reason_1, reason_2, reason_3, gap."
    ]


def test_a_short_row_is_named(outcome: Outcome, text: str) -> None:
    assert "E-1 with  is not a pair" in check(text + "E-1\n", outcome)[0]


def test_cells_taken_away_or_added_are_named(outcome: Outcome, text: str) -> None:
    head, row, *rest = text.splitlines()
    mentee, mentor, score = row.split(",")[:3]

    short = check("\n".join([head, f"{mentee},{mentor}", *rest]), outcome)
    long = check("\n".join([head, f"{row},,extra", *rest]), outcome)

    assert short[0] == f"Line 2: the score of {mentee} with {mentor} is “{score}”, not “”."
    assert long == ["Line 2 has more cells than columns."]


def test_settings_made_for_a_plan_prove_nothing(files: tuple[Path, Path]) -> None:
    """Whoever pins two favourites and seals everything anew has not proven it by the template."""
    shipped = find_template("career_formal")
    loaded = load(Files(*files), shipped, WINTER)
    free = solve(loaded.pool, engine_settings(shipped.matching.plain()), engine_taxonomy(), "salt").pairs
    settings = shipped.matching.plain() | {"pinned": [[free[0].mentee, free[1].mentor]]}
    forced = solve(loaded.pool, engine_settings(settings), engine_taxonomy(), "salt")

    assert faults_of(sealed(shipped.id, settings, WINTER, certificate(forced)), files) == [
        "The settings in the certificate are not those of the template career_formal. Match the files again."
    ]


def test_a_certificate_with_a_part_that_does_not_belong_is_refused(outcome: Outcome) -> None:
    with pytest.raises(NotACertificate, match="a part that does not belong: “note”"):
        open_certificate(json.dumps(outcome.certificate | {"note": "approved"}))


def test_an_id_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    people_rows = changed(directory(), 100, employee_id="=1+1")
    rows = changed(signups(), 0, employee_id="=1+1")
    found = matched(write(tmp_path, people_rows, rows))

    text = pairs_as_csv(found.plan.pairs, found.pool, found.settings)

    assert "\n'=1+1," in text.replace("\r", "")
    assert check(text, found) == []
