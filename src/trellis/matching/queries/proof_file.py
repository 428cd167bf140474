"""The proof of a round as a file for somebody who has no way into the installation: no names, nothing people stated."""

import json
from typing import Any

from trellis.matching.models import Round
from trellis.matching.queries.pool import engine_settings, solved_on
from trellis.matching.queries.promises import weeks_of
from trellis.matching.queries.solving import smallest_in
from trellis_engine.matching.proof_file import ProofFile
from trellis_engine.matching.proof_writing import Solved, proof_file


def solved_of(found: Round) -> Solved:
    """A solved round as the engine reads it."""
    assert found.certificate is not None
    pool, taxonomy = solved_on(found.inputs)
    return Solved(
        pool, engine_settings(found.settings), taxonomy, found.certificate,
        weeks_of(found.settings), smallest_in(found.settings),
    )  # fmt: skip


def file_of(found: Round, solved: Solved | None = None) -> ProofFile:
    """The proof file of a solved round. Scores every pair once."""
    about = {
        "programme": found.programme.slug, "number": found.number,
        "solved_at": found.solved_at.isoformat() if found.solved_at else "",
    }  # fmt: skip
    return proof_file(solved or solved_of(found), about)


def text_of(file: ProofFile) -> str:
    """As it is written: what it is in the first lines, and a line for each row of anything."""
    parts = [f"{json.dumps(name)}: {_lines(value)}" for name, value in file.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(row) for row in value) + "\n]"
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f"{json.dumps(name)}: {_lines(part)}" for name, part in value.items()) + "\n}"
    return json.dumps(value)
