"""The packs of questions as shipped, typed: what a person is asked, with which answers. Read once a process."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONTENT = Path(__file__).resolve().parents[1] / "content" / "instruments.yaml"
BOTH = "both"
PEER = "peer"


class Kind(Enum):
    SCALE = "scale"  # one of a few named steps
    YES_NO = "yes_no"
    COUNT = "count"  # a number of people
    TEXT = "text"


@dataclass(frozen=True)
class Choice:
    value: int
    label: str  # empty between two named ends


@dataclass(frozen=True)
class Item:
    """One question. `lowest` and `highest` bound a count."""

    id: str
    text: str
    kind: Kind
    choices: tuple[Choice, ...] = ()
    reverse: bool = False


@dataclass(frozen=True)
class Instrument:
    id: str
    name: str
    role: str  # mentee, mentor or both
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Pack:
    """What is asked at one moment. `opens_share` or `opens_day`: when in a mentorship it is usually asked."""

    id: str
    name: str | Promise
    minutes: float
    roles: tuple[str, ...]
    instruments: tuple[Instrument, ...]
    opens_day: int = 0
    opens_share: float = 0.0

    def asks(self, role: str) -> bool:
        return bool(self.items_for(role))

    def items_for(self, role: str) -> tuple[Item, ...]:
        """The questions for one side. A peer is asked only what holds for both sides."""
        if role != PEER and role not in self.roles:
            return ()
        return tuple(
            item for instrument in self.instruments if instrument.role in (BOTH, role) for item in instrument.items
        )


NAMES: Mapping[str, str | Promise] = {
    "baseline_pack": _("Where you stand before the start"),
    "pulse_30": _("How is it going?"),
    "mid_pack": _("Half-time questions"),
    "end_pack": _("Looking back in numbers"),
    "followup_6m": _("Six months later"),
    "followup_12m": _("Twelve months later"),
    "session_pack": _("Was it worth the time?"),
    "mentor_training_pack": _("Your skills as a mentor"),
}
COUNT_AT_MOST = 999


@cache
def all_packs() -> Mapping[str, Pack]:
    """Every shipped pack by id."""
    raw = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))
    common = raw["common_rules"]
    instruments = {row["id"]: _instrument(row, common) for row in raw["instruments"] if row["id"] != "working_style"}
    return {key: _pack(key, row, instruments) for key, row in raw["packs"].items()}


def pack(pack_id: str) -> Pack | None:
    return all_packs().get(pack_id)


Row = Mapping[str, Any]  # Any: as YAML gives it; turned into typed facts here and nowhere else


def _pack(key: str, row: Row, instruments: Mapping[str, Instrument]) -> Pack:
    day, share = _opening(row["when"])
    return Pack(
        key, NAMES[key], row["minutes"], tuple(row["roles"]), tuple(instruments[name] for name in row["instruments"]),
        opens_day=day, opens_share=share,
    )  # fmt: skip


def _opening(when: str) -> tuple[int, float]:
    """When a pack is asked, out of content's words: a day after activation, or a share of the planned length."""
    if day := re.match(r"day (\d+) after activation", when):
        return int(day[1]), 0.0
    if percent := re.match(r"(\d+) percent of planned length", when):
        return 0, int(percent[1]) / 100
    return (0, 0.5) if when == "half of planned length" else (0, 0.0)


def _instrument(row: Row, common: Row) -> Instrument:
    return Instrument(row["id"], row["name"], row["role"], tuple(_item(item, row, common) for item in row["items"]))


def _item(item: Row, instrument: Row, common: Row) -> Item:
    kind = _kind(item, instrument)
    choices = _choices(instrument, common) if kind is Kind.SCALE else ()
    return Item(item["id"], item["text"], kind, choices, item.get("reverse", False))


def _kind(item: Row, instrument: Row) -> Kind:
    named = {"yes_no": Kind.YES_NO, "free_text": Kind.TEXT}
    if "type" in item:
        return named[item["type"]]
    return Kind.COUNT if instrument["scale"] == "count" else Kind.SCALE


def _choices(instrument: Row, common: Row) -> tuple[Choice, ...]:
    """Every step of a scale; where content names only some (0, 50, 100), the steps between have no label."""
    scale = instrument["scale"]
    named = common[scale] if isinstance(scale, str) else scale
    values = range(min(named), max(named) + 1, instrument.get("step", 1))
    return tuple(Choice(value, named.get(value, "")) for value in values)
