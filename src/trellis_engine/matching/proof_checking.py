"""Whether a proof file (proof_file.py) holds. It knows nothing but the file, and never how it was written."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from trellis_engine.matching.checking import (
    Certificate,
    Fault,
    figure_faults,
    pair_faults,
    place_faults,
    score_faults,
)
from trellis_engine.matching.circles_proof import verify_circles
from trellis_engine.matching.peers_proof import verify_peers
from trellis_engine.matching.proof_file import ABOUT, FORMAT, NOTHING, PAIRS_ONLY, VERSION, Opened, ProofFile, sealed
from trellis_engine.matching.proofs import certificate, verify
from trellis_engine.matching.reasons import InputRefused
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.solve import solve

PARTS: dict[str, type] = {
    "about": list, "format": str, "version": int, "round": dict, "scored_by": dict, "asked": dict, "mentees": list,
    "mentors": list, "scores": list, "certificate": dict, "seal": dict,
}  # fmt: skip
ASKED: dict[str, type] = {
    "objective": str, "spread": int, "keep_bonus": int, "weeks": int, "smallest": int, "equals": bool,
    "pairs_only": bool, "pinned": list, "kept": list,
}  # fmt: skip
PERSON: dict[str, type] = {"id": str, "places": int, "busy": int}


def file_faults(file: Any) -> tuple[Fault, ...]:
    """Everything wrong with the file; empty means: its plan is proven for its scores.

    Where wishes decided (``pairs_only``) it means less: every pair is allowed and has its score, and, for the
    objective "wishes", nobody else could have been matched.
    """
    return tuple(_shape(file)) or tuple(_seals(file)) or _content(file)


def _malformed(where: str) -> Fault:
    return Fault("malformed", where, {})


def _shape(file: Any) -> Iterator[Fault]:
    if type(file) is not dict or _kinds(file) != PARTS:
        yield _malformed("file")
        return
    said = (("about", list(ABOUT)), ("format", FORMAT), ("version", VERSION))
    yield from (_malformed(name) for name, known in said if file[name] != known)
    if _kinds(file["asked"]) != ASKED:
        yield _malformed("asked")
        return
    for side in ("mentees", "mentors"):
        rows = enumerate(file[side])
        yield from (_malformed(f"{side}/{at}") for at, row in rows if type(row) is not dict or _kinds(row) != PERSON)
    yield from (_malformed(f"asked/{name}") for name in ("pinned", "kept") if not _are_pairs(file["asked"][name]))
    for at, line in enumerate(file["scores"]):
        if type(line) is not list or any(type(score) is not int for score in line):
            yield _malformed(f"scores/{at}")


def _kinds(part: dict[Any, Any]) -> dict[Any, type]:
    return {name: type(value) for name, value in part.items()}


def _are_pairs(rows: list[Any]) -> bool:
    """Pairs of ids, each once and in their order."""
    fits = all(type(row) is list and [type(each) for each in row] == [str, str] for row in rows)
    return fits and all(one < two for one, two in pairwise(rows))


def _seals(file: ProofFile) -> Iterator[Fault]:
    seal = sealed(file)["seal"]
    yield from (Fault("section_changed", name, {}) for name in seal if file["seal"].get(name) != seal[name])
    if set(file["seal"]) != set(seal):
        yield Fault("section_changed", "seal", {})


def _content(file: ProofFile) -> tuple[Fault, ...]:
    try:
        opened = Opened.of(file)
        return tuple(_asked(opened)) or _proof(file["certificate"], opened)
    except InputRefused as refused:
        return (_malformed(str(refused.params.get("field", "asked"))),)


def _asked(opened: Opened) -> Iterator[Fault]:
    """Only what a round can be asked, said in one way only."""
    pairs = {"pinned": opened.settings.pinned, "kept": opened.settings.kept}
    for name, both in pairs.items():
        if any(one not in opened.pool.mentee_by_id or two not in opened.pool.mentor_by_id for one, two in both):
            yield _malformed(f"asked/{name}")
    if opened.smallest < 0 or opened.smallest == 1 or opened.weeks < 0:
        yield _malformed("asked")
    if sum(map(bool, (opened.equals, opened.weeks, opened.smallest, opened.pairs_only))) > 1:
        yield _malformed("asked")
    if opened.pairs_only and opened.objective not in PAIRS_ONLY:
        yield _malformed("asked/objective")


def _proof(proof: Certificate, opened: Opened) -> tuple[Fault, ...]:
    """What was asked for decides who checks, never what the certificate calls itself."""
    inputs = opened.pool, opened.settings, NOTHING
    if opened.pairs_only:
        return _pairs_only(proof, opened)
    if opened.equals:
        return verify_peers(proof, *inputs)
    if opened.smallest:
        return verify_circles(proof, *inputs, smallest=opened.smallest)
    return verify(proof, *inputs, opened.weeks)


def _pairs_only(proof: Certificate, opened: Opened) -> tuple[Fault, ...]:
    pool, settings = opened.pool, opened.settings
    form = PAIRS_ONLY[opened.objective]
    return (
        form.faults(proof, pool, settings, NOTHING)
        or tuple(pair_faults(proof["pairs"], "pairs", pool, settings))
        or tuple(_allowed(proof, opened))
        or tuple(_most(proof, opened))
    )


def _allowed(proof: Certificate, opened: Opened) -> Iterator[Fault]:
    rows, pool = proof["pairs"], opened.pool
    yield from place_faults(rows, "pairs", pool)
    figures = {"matched": len({row["mentee"] for row in rows}), "total": sum(row["score"] for row in rows)}
    yield from figure_faults(proof, figures)
    scorer = Scorer(pool, opened.settings, NOTHING)
    encoded = scorer.encoded
    said = {
        (encoded.mentee_rows[row["mentee"]], encoded.mentor_columns[row["mentor"]]): (f"pairs/{at}", row)
        for at, row in enumerate(rows)
    }
    for block in scorer.row_blocks():
        yield from score_faults(said, block, scorer.judge(block)[0])


def _most(proof: Certificate, opened: Opened) -> Iterator[Fault]:
    """Where most matched comes before wishes: how many can be is found and proven here."""
    if opened.objective != "wishes":
        return
    inputs = opened.pool, opened.settings, NOTHING
    best = solve(*inputs, proof["salt"])
    if verify(certificate(best), *inputs) or best.matched != proof["matched"]:
        yield Fault("not_proven", "matched", {"worth": proof["matched"], "bound": best.matched})
