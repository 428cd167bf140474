"""Proof files of rounds read and judged, on any machine; and held against the round where it is kept."""

import json
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.matching.models import Round
from trellis.matching.queries.promises import promise_of
from trellis.matching.queries.proof_file import file_of, text_of
from trellis.matching.queries.solving import certificate_of, plan_of
from trellis.matching.words import fault_words
from trellis.programmes.choices import MentoringModel
from trellis_engine.matching import ENGINE_VERSION, Fault
from trellis_engine.matching.proof_checking import file_faults
from trellis_engine.matching.proof_file import NOTHING, Opened, ProofFile


class NotAProofFile(Refusal):
    """The file is no JSON, or not one that Trellis wrote."""


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a proof file; where nothing is, what it proves."""

    faults: list[str]
    headline: str = ""
    text: str = ""
    about: dict[str, object] = field(default_factory=dict)  # which round it says it is; that is not proven


def read_json(text: str) -> dict[str, object]:
    """Any of the files that `trellis verify` knows. Raises NotAProofFile."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAProofFile(_("The file is not JSON: %(why)s.") % {"why": str(error)[:120]}) from error
    if not isinstance(found, dict):
        raise NotAProofFile(_("This is not a certificate or a proof file that Trellis wrote."))
    return found


def judged(file: ProofFile) -> Verdict:
    """Everything that can be said of the file alone."""
    faults = file_faults(file)
    if faults:
        return Verdict([_words(file, fault) for fault in faults])
    certificate, opened = file["certificate"], Opened.of(file)
    if opened.pairs_only:
        return Verdict([], *_pairs_only(opened.objective), file["round"])
    scored = max((max(line, default=0) for line in file["scores"]), default=0) > 1
    looked = sum(person.places > 0 for person in opened.pool.mentees)
    promise = promise_of({"scoring": scored}, certificate, looked)
    return Verdict([], promise.headline, promise.text, file["round"])


def _words(file: ProofFile, fault: Fault) -> str:
    if (fault.kind, fault.where) != ("malformed", "version"):
        return fault_words(fault)
    return _(
        "This file was made by another version of Trellis than this one, whose matcher has version %(now)s. Check it "
        "with the version that made it, or have the round matched again and its proof file downloaded anew."
    ) % {"now": ENGINE_VERSION}


def _pairs_only(objective: str) -> tuple[str, str]:
    headline = _("As far as this file goes, the plan holds")
    if objective == "wishes":
        text = _("Every pair is allowed and has the score it says, and no other plan matches more people.")
    else:
        text = _("Every pair is allowed and has the score it says, and nobody has more than their places.")
    rest = _(
        "Wishes decided in this round. They are for nobody else to read, so they are not in the file, and what they "
        "decided is checked where the round is kept: on its proof page, or with --programme and --round."
    )
    return headline, f"{text} {rest}"


def comes_out_again(file: ProofFile) -> bool | None:
    """Solve the file's scores anew: whether the same certificate comes out. None where it takes people's wishes.

    Only for a file in which nothing is wrong. Raises what the engine refuses.
    """
    opened = Opened.of(file)
    if opened.pairs_only:
        return None
    model = MentoringModel.PEER if opened.equals else MentoringModel.FORMAL
    salt = file["certificate"]["salt"]
    plan = plan_of(model, opened.pool, opened.settings, NOTHING, salt, opened.weeks, opened.smallest)
    return bool(certificate_of(plan) == file["certificate"])


def differs_from(text: str, found: Round) -> str:
    """Which part of the file is not what the round gives today, "" where the two are the same to the byte."""
    kept = file_of(found)
    if text == text_of(kept):
        return ""
    given = read_json(text)
    return next((name for name in kept if given.get(name) != kept[name]), "file")
