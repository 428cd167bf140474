"""The whole way from two files to a proven plan."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from trellis.integrations.match_files.certificate import Sealed, find_template, sealed
from trellis.integrations.match_files.pool import FileFault, Files, load
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis_engine.matching import Plan, Pool, Settings, certificate, solve, verify


@dataclass(frozen=True)
class Outcome:
    """A plan, its proof and what it was made from. `proven`: the separate checker accepts it."""

    plan: Plan
    pool: Pool
    settings: Settings
    certificate: Sealed
    faults: list[FileFault]
    proven: bool


def match_files(
    *, files: Files, template_id: str, salt: str, on: date, progress: Callable[[int, int], None] = lambda done, of: None
) -> Outcome:
    """Match the sign-ups by a template's settings. Raises UnknownTemplate, FilesRefused, or Unreadable."""
    template = find_template(template_id)
    stored: dict[str, Any] = template.matching.plain()
    settings, taxonomy = engine_settings(stored), engine_taxonomy()
    progress(0, 3)
    loaded = load(files, template, on)
    progress(1, 3)
    plan = solve(loaded.pool, settings, taxonomy, salt)
    progress(2, 3)
    proof = certificate(plan)
    proven = not verify(proof, loaded.pool, settings, taxonomy)
    progress(3, 3)
    return Outcome(plan, loaded.pool, settings, sealed(template.id, stored, on, proof), loaded.faults, proven)
