"""A programme's matching settings as typed facts, and back to the JSON that the matcher reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

USUAL_RULES = ("reporting_line", "no_match_list", "common_language")
# Those without a number of their own.
HARD_RULES = (*USUAL_RULES, "eligibility", "different_unit", "different_location")
ALWAYS_KEPT = "no_match_list"  # promised to every person who signs up
# What a plan puts first, second and third; the default stands first. The same names as the engine's.
OBJECTIVES = ("matched_floor_total", "matched_total", "total", "wishes", "stable")
SPREADS = (0, 1_000, 5_000)  # none, some, strong: what each further mentee of one mentor costs, in the matcher's points
PAIR_LISTS = ("pinned", "forbidden")  # single pairs that the manager keeps together or apart: people, not settings
PRIORITIES = ("random", "first_come")  # who gets a place first when there are more people than places
APPROVALS = ("both", "mentor_first", "mentee_first", "mentor", "mentee", "manager")  # whose yes makes a pair
OPEN_REQUESTS = 3  # how many answers one mentee may wait for, unless the programme says otherwise
SCORE_UNITS = 1000  # the matcher counts a match of 100 per cent as 100 000


@dataclass(frozen=True)
class MatchingSettings:
    """How matches are found. `level_gap` and `time_zone_hours` are musts; the ideal gap is only a preference.

    Level gaps are mentor's level less mentee's. `minimum_percent` is the lowest match that may be proposed.
    `shared_manager_levels`: nobody is matched who has the same manager within so many steps upward; None: no such rule.
    `spread` is one of SPREADS; `keep_bonus` what a standing pair is worth beyond its score, in the matcher's points.
    Without `scoring` nobody is scored: only the rules count, and chance decides between what they allow.
    `approval` is one of APPROVALS; `first_meeting` lets two who are interested meet before either is bound.
    `ground_rules` are promises in words, kept by people and shown to them.
    """

    weights: Mapping[str, int]
    ideal_level_gap: tuple[int, int] | None = None
    suggestions: int = 4
    minimum_percent: int = 0
    hard_rules: tuple[str, ...] = USUAL_RULES
    level_gap: tuple[int | None, int | None] | None = None
    time_zone_hours: int | None = None
    ground_rules: tuple[str, ...] = ()
    method: str = "ranked_shortlist"
    priority_rule: str = "random"
    shared_manager_levels: int | None = None
    objective: str = OBJECTIVES[0]
    spread: int = 0
    keep_bonus: int = 0
    scoring: bool = True
    approval: str = APPROVALS[0]
    open_requests: int = OPEN_REQUESTS
    first_meeting: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """From the programme's JSON; what is missing takes its default."""
        ideal, gap = stored.get("ideal_level_gap"), stored.get("level_gap")
        return cls(
            weights=dict(stored.get("weights", {})),
            ideal_level_gap=(ideal[0], ideal[1]) if ideal else None,
            suggestions=stored.get("suggestions", 4),
            minimum_percent=(stored.get("minimum_score") or 0) // SCORE_UNITS,
            hard_rules=tuple(name for name in HARD_RULES if name in stored.get("hard_constraints", USUAL_RULES)),
            level_gap=(gap.get("minimum"), gap.get("maximum")) if gap else None,
            time_zone_hours=(stored.get("time_zone") or {}).get("maximum"),
            ground_rules=tuple(stored.get("ground_rules", ())),
            method=stored.get("method", "ranked_shortlist"),
            priority_rule=stored.get("priority_rule", "random"),
            shared_manager_levels=(stored.get("conflict_guard") or {}).get("maximum"),
            objective=stored.get("objective", OBJECTIVES[0]),
            spread=stored.get("spread", 0),
            keep_bonus=stored.get("keep_bonus", 0),
            scoring=stored.get("scoring", True),
            approval=stored.get("approval", APPROVALS[0]),
            open_requests=stored.get("open_requests", OPEN_REQUESTS),
            first_meeting=stored.get("first_meeting", False),
        )

    def plain(self) -> dict[str, Any]:
        """As the programme stores it and the matcher reads it: every name, to be laid over other settings."""
        gap, hours, steps = self.level_gap, self.time_zone_hours, self.shared_manager_levels
        return {
            "weights": dict(self.weights),
            "ideal_level_gap": list(self.ideal_level_gap) if self.ideal_level_gap else None,
            "suggestions": self.suggestions,
            "minimum_score": self.minimum_percent * SCORE_UNITS,
            "hard_constraints": list(self.hard_rules),
            "ground_rules": list(self.ground_rules),
            "method": self.method,
            "priority_rule": self.priority_rule,
            "objective": self.objective,
            "spread": self.spread,
            "keep_bonus": self.keep_bonus,
            "scoring": self.scoring,
            "approval": self.approval,
            "open_requests": self.open_requests,
            "first_meeting": self.first_meeting,
            "level_gap": {"minimum": gap[0], "maximum": gap[1]} if gap else None,
            "time_zone": {"maximum": hours} if hours is not None else None,
            "conflict_guard": {"maximum": steps} if steps is not None else None,
        }
