"""Message keys and their parameters: the engine never writes prose, the product translates.

Every key the engine can emit is listed here, so that a translation can be checked for gaps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Param: TypeAlias = int | str | tuple[str, ...] | Mapping[str, int]
Params: TypeAlias = Mapping[str, Param]

REASON_KEYS = (
    "skill_coverage.covered",
    "skill_coverage.related",
    "goal_fit.topics",
    "goal_fit.related",
    "values_style.both",
    "values_style.style",
    "values_style.values",
    "career_path.held",
    "seniority_gap.ideal",
    "seniority_gap.near",
    "distance.both",
    "distance.unit",
    "distance.location",
    "experience.shared",
    "interests.shared",
    "availability.common",
    "mutual_preference.both",
    "answers.shared",
    "skill_coverage.both_ways",
    "skill_coverage.one_way",
    "goal_fit.both_ways",
    "goal_fit.one_way",
    "career_path.peer",
)
GAP_KEYS = (
    "skill_coverage.gap",
    "goal_fit.gap",
    "values_style.gap",
    "career_path.gap",
    "seniority_gap.gap",
    "distance.gap",
    "experience.gap",
    "interests.gap",
    "availability.gap",
    "answers.gap",
    "skill_coverage.peer_gap",
    "goal_fit.peer_gap",
    "career_path.peer_gap",
)
REFUSAL_KEYS = (
    "same_person",
    "reporting_line",
    "no_match_list",
    "common_language",
    "level_gap",
    "time_zone",
    "different_unit",
    "different_location",
    "conflict_guard",
    "eligibility",
    "answers_must",
    "answers_must_not",
    "forbidden_pair",
    "minimum_score",
    "places_taken_by_pins",
)
UNMATCHED_KEYS = (
    "wants_no_mentor",
    "no_mentor_with_places",
    "no_allowed_mentor",
    "allowed_mentors_full",
    "offers_no_place",
    "no_mentee_waiting",
    "no_allowed_mentee",
    "allowed_mentees_placed",
    "wants_no_peer",
    "no_peer_looking",
    "no_allowed_peer",
    "odd_one_out",
    "allowed_peers_placed",
    "circle_too_small",
    "circle_not_filled",
)
INPUT_KEYS = (
    "id_repeated",
    "id_missing",
    "number_out_of_range",
    "skill_level_out_of_scale",
    "weight_not_whole",
    "weights_not_100",
    "ideal_gap_reversed",
    "factor_unknown",
    "rule_unknown",
    "objective_unknown",
    "person_unknown",
    "spread_not_here",
    "pool_too_large",
    "weeks_out_of_range",
)
FAULT_KEYS = (
    "malformed",
    "settings_changed",
    "input_changed",
    "row_changed",
    "section_changed",
    "pair_repeated",
    "pair_unknown",
    "pair_forbidden",
    "score_wrong",
    "over_places",
    "pin_missing",
    "price_unknown",
    "price_missing",
    "price_out_of_range",
    "bonus_too_small",
    "below_floor",
    "not_covered",
    "total_wrong",
    "not_proven",
    "blocking_pair",
    "stages_wrong",
    "stage_not_proven",
    "over_week",
    "odd_set_wrong",
    "pair_unpaid",
    "trio_wrong",
    "circle_too_small",
)


@dataclass(frozen=True)
class Refusal:
    """Why a hard rule forbids a pair: the rule's name is the message key."""

    rule: str
    params: Params


@dataclass(frozen=True)
class Reason:
    """One sentence about a pair, the same for both people, holding nothing only one of them knows."""

    factor: str
    key: str
    params: Params


@dataclass(frozen=True)
class Unmatched:
    """A person the plan leaves without a partner, and why."""

    id: str
    reason: str
    params: Params
    side: str  # "mentee" or "mentor": the same id may stand on both


class InputRefused(ValueError):
    """The caller's pool or settings cannot be used; ``key`` and ``params`` say why."""

    def __init__(self, key: str, **params: Param) -> None:
        super().__init__(f"{key} {params}")
        self.key = key
        self.params: Params = params


class PinRefused(InputRefused):
    """A pinned pair breaks a hard rule or finds no place left; ``refusal`` says which."""

    def __init__(self, mentee: str, mentor: str, refusal: Refusal) -> None:
        super().__init__(refusal.rule, mentee=mentee, mentor=mentor, **refusal.params)
        self.mentee = mentee
        self.mentor = mentor
        self.refusal = refusal
