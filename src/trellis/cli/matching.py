"""`trellis match`, and without any database `trellis match-files`."""

import argparse
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trellis.cli.files import day, writable
from trellis.cli.output import OK, REFUSED, Progress, complain, note, say, say_json, say_table
from trellis.cli.scope import add_organisation, organisation_of, programme_by_slug
from trellis.integrations.match_files import (
    FileFault,
    Files,
    FilesRefused,
    Outcome,
    match_files,
    pairs_as_csv,
)
from trellis.integrations.match_files.pairs import words_of
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.kernel.jobs import watching_progress
from trellis.matching.actions.rounds import solve_round, start_round
from trellis.matching.choices import RoundState
from trellis.matching.models import Round
from trellis.matching.queries.board import board, unmatched_rows
from trellis.matching.queries.proof import proof_of
from trellis.matching.queries.start import openings_of
from trellis.matching.words import help_words, unmatched_words

UNITS = 1000  # of the matcher for one point of the score that people see


class NobodyReady(Refusal):
    """One side of the programme has nobody to match."""


def register(subparsers: Any) -> None:  # Any: argparse keeps the class private
    _register_match(subparsers)
    _register_files(subparsers)


def _register_match(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "match", help="start a round of a programme and solve it here",
        description="Find the best plan for everybody who is ready. The round then waits for review in the browser.",
    )  # fmt: skip
    parser.add_argument("--programme", metavar="SLUG", required=True)
    add_organisation(parser)
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    parser.set_defaults(run=match)


def _register_files(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "match-files", help="match two files, with a certificate; needs no installation",
        description="People and sign-ups in (CSV, TSV or XLSX), pairs and a certificate out. Uses no database. What "
        "cannot be read is left out and listed on stderr with line, column, value and cure.",
    )  # fmt: skip
    _add_files(parser)
    parser.add_argument("--template", metavar="ID", required=True, help="whose matching settings, e.g. career_formal")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="write the pairs to this CSV file")
    parser.add_argument("--certificate", metavar="FILE", type=Path, required=True, help="write the proof to this file")
    parser.add_argument("--salt", metavar="WORDS", default="", help="decides between equal plans; random if left out")
    parser.add_argument(
        "--on", metavar="DATE", type=day, default=None,
        help="the day whose clocks count (YYYY-MM-DD); today if left out",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    parser.set_defaults(run=match_two_files)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", metavar="FILE", type=Path, required=True, help="the directory, one row a person")
    parser.add_argument("--signups", metavar="FILE", type=Path, required=True, help="employee_id, role, skills ...")


# --- a programme's round


def match(arguments: argparse.Namespace) -> int:
    """0 when a plan waits for review, 1 when the round could not be solved."""
    begun = time.monotonic()
    with organisation_of(arguments):
        programme = programme_by_slug(arguments.programme)
        ready = openings_of(programme)
        if not ready.mentees or not ready.mentors:
            raise NobodyReady(
                f"{programme.slug} has {ready.mentees} mentees and {ready.mentors} mentors ready to be matched. "
                "Import or approve sign-ups first."
            )
        found = start_round(by=None, programme=programme, now=clock.now())
        with watching_progress(Progress("Matching")):
            found = solve_round(found=found, now=clock.now())
        if found.state != RoundState.REVIEW:
            complain(f"round {found.number} could not be solved.", found.failure)
            return REFUSED
        _say_round(found, time.monotonic() - begun, as_json=arguments.json)
    return OK


def _say_round(found: Round, seconds: float, *, as_json: bool) -> None:
    rows, left, proof = board(found), unmatched_rows(found), proof_of(found)
    assert proof is not None  # it has just been solved
    if as_json:
        say_json({
            "round": found.number, "matched": proof.matched, "mentees": proof.mentees,
            "total": (found.total or 0) / UNITS,
            "pairs": [
                {"mentee": row.mentee.name, "mentor": row.mentor.name, "score": row.points / UNITS,
                 "reasons": row.reasons, "gap": row.gap}
                for row in rows
            ],
            "unmatched": [{"name": row.name, "side": row.side, "why": row.why, "help": row.help} for row in left],
            "seconds": round(seconds, 2),
        })  # fmt: skip
        return
    say_table(["mentee", "mentor", "score"], [(row.mentee.name, row.mentor.name, row.score) for row in rows])
    _say_unmatched([(row.name, row.side, row.why) for row in left])
    say(f"Round {found.number}: matched {proof.matched} of {proof.mentees}, total {proof.points}, {seconds:.1f} s.")
    say("It waits for review; nobody has been told anything.")


# --- files


def match_two_files(arguments: argparse.Namespace) -> int:
    """0 when every row was taken, 1 when some were left out; the pairs and the certificate are written either way."""
    begun = time.monotonic()
    _check_names(arguments)
    outcome = match_files(
        files=Files(arguments.people, arguments.signups), template_id=arguments.template,
        salt=arguments.salt or secrets.token_hex(16), on=arguments.on or clock.today(),
        progress=Progress("Matching"),
    )  # fmt: skip
    _write(arguments.out, pairs_as_csv(outcome.plan.pairs, outcome.pool, outcome.settings))
    _write(arguments.certificate, json.dumps(outcome.certificate, indent=1, ensure_ascii=False) + "\n")
    seconds = time.monotonic() - begun
    if arguments.json:
        say_json(_as_json(outcome, seconds))
    else:
        _say_outcome(outcome, seconds)
    _say_faults(outcome.faults)
    return REFUSED if outcome.faults or not outcome.proven else OK


def _check_names(arguments: argparse.Namespace) -> None:
    """Before any work: two results need two names, and neither may be that of an input."""
    written = [arguments.out, arguments.certificate]
    for file in written:
        writable(file)
    if len({file.resolve() for file in written}) < len(written):
        raise FilesRefused("--out and --certificate name the same file. Give each its own.")
    for file in (arguments.people, arguments.signups):
        if file.resolve() in {each.resolve() for each in written}:
            raise FilesRefused(f"{file} would be overwritten by the result. Choose another name for the result.")


def _write(file: Path, text: str) -> None:
    """The whole file or nothing: a full disk leaves no half certificate."""
    try:
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except OSError as error:
        raise FilesRefused(f"{file} cannot be written: {error.strerror}. Choose a folder you may write to.") from error


def _mentees(outcome: Outcome) -> int:
    return len(outcome.pool.mentees)


def _as_json(outcome: Outcome, seconds: float) -> dict[str, object]:
    plan = outcome.plan
    pairs = []
    for pair in plan.pairs:
        reasons, gap = words_of(pair.mentee, pair.mentor, outcome.pool, outcome.settings)
        pairs.append({"mentee": pair.mentee, "mentor": pair.mentor, "score": pair.score / UNITS, "reasons": reasons,
                      "gap": gap})  # fmt: skip
    return {
        "matched": plan.matched, "mentees": _mentees(outcome), "total": plan.total / UNITS, "proven": outcome.proven,
        "pairs": pairs,
        "unmatched": [
            {"id": left.id, "side": left.side, "why": unmatched_words(left.reason, left.params),
             "help": help_words(left.reason, left.params)}
            for left in plan.unmatched
        ],
        "left_out": [asdict(fault) for fault in outcome.faults], "salt": plan.salt,
        "on": outcome.certificate["on"], "seconds": round(seconds, 2),
    }  # fmt: skip


def _say_outcome(outcome: Outcome, seconds: float) -> None:
    plan = outcome.plan
    say_table(
        ["mentee", "mentor", "score"], [(pair.mentee, pair.mentor, f"{pair.score / UNITS:.1f}") for pair in plan.pairs]
    )
    _say_unmatched(
        [(left.id, left.side, unmatched_words(left.reason, left.params)) for left in plan.unmatched]
    )  # fmt: skip
    proven = "proven best" if outcome.proven else "NOT proven"
    say(f"Matched {plan.matched} of {_mentees(outcome)}, total {plan.total / UNITS:.1f}, {proven}, {seconds:.1f} s.")


def _say_unmatched(left: Iterable[tuple[str, str, str]]) -> None:
    rows = list(left)
    if rows:
        say()
        say_table(["not matched", "side", "why"], rows)
        say()


def _say_faults(faults: list[FileFault]) -> None:
    if not faults:
        return
    complain(f"{len(faults)} things were left out.", "Correct them and run the same command again.")
    for fault in faults:
        note(f"  {fault.file} line {fault.line}, {fault.column}, “{fault.value}”: {fault.cure}")
