"""Random edits of a standing plan: how long each takes until the plan is the best again, and that it is."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tests.bench.matching.stopwatch import cpu_seconds
from trellis_engine.matching import Pool, Refusal, Settings, Taxonomy, solve
from trellis_engine.matching.live import Change, Live

EDITS = 200
MOST_PLACES = 4
KINDS = ("pin", "pin", "unpin", "block", "block", "unblock", "places", "ask")  # pins and blocks of any two people


@dataclass
class Editing:
    """One plan and what has been done to it. ``ask`` is the board's question: pin two people, and take it back."""

    people: Pool
    settings: Settings
    skills: Taxonomy
    salt: str
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.live = Live(self.people, self.settings, self.skills, self.salt)
        self.chance = random.Random(1)

    def work(self) -> None:
        while len(self.walls) < EDITS:
            edit = self._any_edit()
            if edit is None:
                continue
            cpu, wall = cpu_seconds(), time.perf_counter()
            if isinstance(edit(), Change):  # not a Refusal, which costs next to nothing
                self.walls.append(time.perf_counter() - wall)
                self.cpus.append(cpu_seconds() - cpu)

    def _any_edit(self) -> Callable[[], Change | Refusal] | None:
        """None where there is nothing of the kind to do."""
        live, chance = self.live, self.chance
        both = chance.choice(self.people.mentees).id, chance.choice(self.people.mentors).id
        match chance.choice(KINDS):
            case "pin":
                return partial(live.pin, *both)
            case "ask":
                return partial(live.ask, *both)
            case "unpin" if live.pinned:
                return partial(live.unpin, *chance.choice(sorted(live.pinned)))
            case "unblock" if live.blocked:
                return partial(live.unblock, *chance.choice(sorted(live.blocked)))
            case "block":
                standing = [(pair.mentee, pair.mentor) for pair in live.pairs() if pair.mentee == both[0]]
                pair = (standing or [both])[0]
                return partial(live.block, *pair) if pair not in live.pinned else None
            case "places":
                self.places[both[1]] = sum(pin[1] == both[1] for pin in live.pinned) + chance.randint(0, MOST_PLACES)
                return partial(live.set_places, both[1], self.places[both[1]])
        return None

    def read(self) -> dict[str, Any]:
        """Milliseconds of an edit. Where no floor is kept, the plan is held against one solved anew."""
        pairs = self.live.pairs()
        reached = len({pair.mentee for pair in pairs}), sum(pair.score for pair in pairs)
        if self.settings.objective == "matched_total":
            assert reached == self._anew(), (reached, self._anew())
        return {
            "matched": reached[0],
            "total": reached[1],
            **{f"{name}_ms": round(1000 * _share(self.walls, part), 1) for name, part in PARTS.items()},
            **{f"{name}_cpu_ms": round(1000 * _share(self.cpus, part), 1) for name, part in PARTS.items()},
        }

    def _anew(self) -> tuple[int, int]:
        mentors = tuple(replace(each, places=self.places.get(each.id, each.places)) for each in self.people.mentors)
        asked = replace(self.settings, pinned=frozenset(self.live.pinned), forbidden=frozenset(self.live.blocked))
        plan = solve(Pool(self.people.mentees, mentors), asked, self.skills, self.salt)
        return plan.matched, plan.total


PARTS = {"p50": 0.5, "p95": 0.95, "worst": 1.0}


def _share(seconds: list[float], part: float) -> float:
    return sorted(seconds)[min(int(part * len(seconds)), len(seconds) - 1)]
