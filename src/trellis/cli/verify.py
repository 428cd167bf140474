"""`trellis verify`: whether a result is what it says. For files it needs no installation."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from trellis.cli.files import FileRefused, bytes_of, table_of
from trellis.cli.output import OK, REFUSED, USAGE, complain, note, say
from trellis.cli.scope import add_organisation, organisation_of, programme_by_slug
from trellis.integrations.match_files import Files, check_pairs, open_certificate, verify_files
from trellis.integrations.match_files.certificate import FORMAT as MATCH_FILES
from trellis.integrations.proof_file import comes_out_again, differs_from, judged, read_json
from trellis.kernel.errors import Refusal
from trellis.matching.models import Round
from trellis.matching.queries import proof as proofs
from trellis.matching.queries.report_settings import files_that_read
from trellis_engine.matching import InputRefused
from trellis_engine.matching.proof_file import FORMAT as PROOF_FILE

UNITS = 1000  # of the matcher for one point of the score that people see


class NoSuchRound(Refusal):
    """The programme has no round of this number, or none with a plan."""


class UsedWrongly(Exception):
    """The options do not go together; says which are missing."""


def register(subparsers: Any) -> None:  # Any: argparse keeps the class private
    parser = subparsers.add_parser(
        "verify", help="check a proof file, a certificate of match-files, or a round of this installation",
        description="0 = it holds; 1 = something is wrong, the first fault named in words. A FILE needs no "
        "installation: a proof file of a round (from its proof page) is checked alone, a certificate of match-files "
        "together with the files it was made from, of which columns that matching does not read, such as names, may "
        "differ. --programme and --round check a round of this installation from what it keeps, and a FILE against it.",
    )  # fmt: skip
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a proof file or a certificate")
    parser.add_argument("--people", metavar="FILE", type=Path, help="of match-files: the directory, one row a person")
    parser.add_argument("--signups", metavar="FILE", type=Path, help="of match-files: employee_id, role, skills ...")
    parser.add_argument("--pairs", metavar="FILE", type=Path, help="of match-files: check this file of pairs as well")
    parser.add_argument("--programme", metavar="SLUG", default="", help="check a round of this programme")
    parser.add_argument("--round", metavar="NUMBER", type=int, default=None, help="which of its rounds")
    add_organisation(parser)
    parser.add_argument(
        "--again", action="store_true", help="solve it anew as well: the same must come out, to the byte"
    )
    parser.set_defaults(run=verify)


def verify(arguments: argparse.Namespace) -> int:
    """0 when it holds, 1 when anything was changed, named in words."""
    try:
        if bool(arguments.programme) != (arguments.round is not None):
            raise UsedWrongly("--programme and --round go together.")
        if arguments.round is not None:
            return _kept_round(arguments)
        if arguments.file is None:
            raise UsedWrongly("say what to check: a FILE, or --programme and --round.")
        return _file(arguments)
    except UsedWrongly as wrong:
        complain(str(wrong), "See: trellis verify --help")
        return USAGE
    except InputRefused as refused:
        return _refused([f"The matcher refuses to solve it again ({refused.key})."])


def _file(arguments: argparse.Namespace) -> int:
    text = _text(arguments.file)
    found = read_json(text)
    if found.get("format") == PROOF_FILE:
        return _proof_file(found, again=arguments.again)
    if "format" not in found and "settings_hash" in found:
        complain(
            f"{arguments.file} is the bare certificate of a round. Without what people stated, it proves nothing.",
            "Take the proof file from the proof page of the round, or check the round where it is kept: "
            "trellis verify --programme SLUG --round NUMBER",
        )  # fmt: skip
        return REFUSED
    if found.get("format") == MATCH_FILES and not (arguments.people and arguments.signups):
        raise UsedWrongly("a certificate of match-files is checked with --people and --signups.")
    return _match_files(text, arguments)


def _refused(faults: list[str]) -> int:
    complain("not proven.")
    for fault in faults:
        note(f"  {fault}")
    return REFUSED


def _proof_file(file: dict[str, Any], *, again: bool) -> int:
    verdict = judged(file)
    if verdict.faults:
        return _refused(verdict.faults)
    say(f"{verdict.headline}. {verdict.text}")
    said = verdict.about
    say(f"The file says it is round {said.get('number')} of {said.get('programme')}, solved {said.get('solved_at')}.")
    if not again:
        return OK
    same = comes_out_again(file)
    if same is None:
        say("It cannot be solved again from the file, because that takes people's wishes.")
        return OK
    return _said_again(same)


def _said_again(same: bool) -> int:
    if not same:
        return _refused(["Solved again, another plan or other prices came out."])
    say("Solved again: the same plan and the same prices, to the byte.")
    return OK


# --- a round of this installation


def _kept_round(arguments: argparse.Namespace) -> int:
    with organisation_of(arguments):
        programme = programme_by_slug(arguments.programme)
        rows = Round.objects.select_related("programme", "started_by", "published_by").filter(programme=programme)
        found = rows.filter(number=arguments.round).first()
        if found is None:
            known = (
                ", ".join(str(number) for number in rows.order_by("number").values_list("number", flat=True)) or "none"
            )
            raise NoSuchRound(f"{programme.slug} has no round {arguments.round}. There are: {known}")
        if found.certificate is None:
            raise NoSuchRound(
                f"Round {found.number} of {programme.slug} has no plan: {found.get_state_display().lower()}."
            )
        return _judge(found, arguments)


def _judge(found: Round, arguments: argparse.Namespace) -> int:
    checked, proof = proofs.check_again(found), proofs.proof_of(found)
    assert proof is not None  # it has a certificate
    if checked.older:
        complain(checked.faults[0], f"Match again: trellis match --programme {found.programme.slug}")
        return REFUSED
    if checked.faults:
        return _refused(checked.faults)
    if arguments.file is not None and (part := differs_from(_text(arguments.file), found)):
        return _refused([f"{arguments.file} is not the proof file of this round: “{part}” differs."])
    say(f"{proof.promise.headline}. {proof.promise.text}")
    if proof.by_hand:
        say(f"{proof.by_hand.pairs} pairs on the board were changed by hand since, and are not part of this plan.")
    _say_kept(found, found.certificate or {})
    if arguments.file is not None:
        say(f"{arguments.file} is the proof file of this round, to the byte.")
    return _said_again(proofs.comes_out_again(found)) if arguments.again else OK


def _say_kept(found: Round, said: dict[str, Any]) -> None:
    """What it takes to make the plan again, and who decided."""
    lines = {
        "inputs": said["input_hash"], "settings": said["settings_hash"], "salt": found.salt,
        "matcher": said["engine_version"],
        "started": _when_and_who(found.created_at, found.started_by or "the command line"),
    }  # fmt: skip
    lines |= {f"read by {name}": sha for name, sha in files_that_read(found)}
    if found.published_at:
        lines["published"] = _when_and_who(found.published_at, found.published_by or "somebody who is gone")
    for name, value in lines.items():
        say(f"  {name:<9} {value}")


def _when_and_who(at: datetime, who: object) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC, {who}"


# --- files of match-files


def _match_files(text: str, arguments: argparse.Namespace) -> int:
    certificate = open_certificate(text)
    faults, loaded, settings = verify_files(certificate, Files(arguments.people, arguments.signups))
    if not faults and arguments.pairs and loaded and settings:
        faults = list(check_pairs(table_of(arguments.pairs), certificate, loaded.pool, settings))
    if faults:
        return _refused(faults)
    proof = certificate["certificate"]
    mentees = len(loaded.pool.mentees) if loaded else 0
    say(
        f"Proven: matched {proof['matched']} of {mentees}, total {proof['total'] / UNITS:.1f}, by the settings of "
        f"{certificate['template']} on {certificate['on']}. No other plan matches more people, or adds up to more."
    )
    return OK


def _text(file: Path) -> str:
    try:
        return bytes_of(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileRefused(f"{file} is not UTF-8 text, so it is no certificate.") from error
