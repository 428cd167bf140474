"""The shipped content that programmes are made of, beside the templates: stages, survey packs, measures.

Read once a process; frozen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from trellis.programmes.choices import Side
from trellis.programmes.plan import Agenda, AgendaItem, Task

FOLDER = Path(__file__).parents[1] / "content"
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader where libyaml is there: ten times faster


def read(name: str) -> dict[str, Any]:  # Any: as YAML gives it; every reader below turns it into typed facts
    found: dict[str, Any] = yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506  # safe
    return found


@dataclass(frozen=True)
class Stage:
    """One of the eight stages of the guided cycle, with what it asks of each side by default."""

    id: str
    name: str
    purpose: str
    tasks: Mapping[str, tuple[Task, ...]]  # side -> tasks
    agenda: Agenda


@dataclass(frozen=True)
class SurveyPack:
    id: str
    name: str
    when: str
    minutes: float


@dataclass(frozen=True)
class Kpi:
    id: str
    name: str
    family: str
    unit: str
    better: str  # up or down
    default_target: Decimal | None


PACK_NAMES = {
    "baseline_pack": "Before the start",
    "pulse_30": "Short pulse at day 30",
    "mid_pack": "Half-time survey",
    "end_pack": "End survey",
    "followup_6m": "Six months later",
    "followup_12m": "Twelve months later",
    "session_pack": "One question after each meeting",
    "mentor_training_pack": "Mentor training, before and after",
}


@cache
def stages() -> Mapping[str, Stage]:
    """The eight stages by id, in their order."""
    rows = sorted(read("stages.yaml")["stages"], key=lambda row: int(row["order"]))
    return {row["id"]: _stage(row) for row in rows}


def _stage(row: Mapping[str, Any]) -> Stage:
    items = tuple(AgendaItem(item["minutes"], item["topic"]) for item in row["agenda"]["items"])
    tasks = {side: tuple(Task.of(task) for task in row["tasks"].get(side, ())) for side in Side.values}
    return Stage(row["id"], row["name"], row["purpose"], tasks, Agenda(0, row["agenda"]["title"], items))


@cache
def survey_packs() -> Mapping[str, SurveyPack]:
    packs = read("instruments.yaml")["packs"]
    return {key: SurveyPack(key, PACK_NAMES[key], row["when"], row["minutes"]) for key, row in packs.items()}


@cache
def kpis() -> Mapping[str, Kpi]:
    """Every measure by id, with the target a new programme starts from, if there is one."""
    return {row["id"]: _kpi(row) for row in read("kpis.yaml")["kpis"]}


def _kpi(row: Mapping[str, Any]) -> Kpi:
    target = row["default_target"]
    words = None if target is None else Decimal(str(target))
    return Kpi(row["id"], row["name"], row["family"], row["unit"], row["better"], words)


@cache
def prompt_packs() -> frozenset[str]:
    return frozenset(read("prompts.yaml")["packs"])


@cache
def shared_values() -> tuple[str, ...]:
    """The values a person may choose five of."""
    found = next(row for row in read("instruments.yaml")["instruments"] if row["id"] == "working_style")
    return tuple(found["values_pick"]["of"])
