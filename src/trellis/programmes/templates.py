"""The shipped programme templates: what a new programme starts from. Read once a process; frozen."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from trellis.programmes import content
from trellis.programmes.choices import MentoringModel, PairVisibility, Side, SignUp
from trellis.programmes.plan import (
    Agenda,
    Cadence,
    Milestone,
    Tasks,
    Window,
    agendas_of,
    milestones_of,
    windows_of,
)
from trellis.programmes.settings_model import MatchingSettings

# The template's words for hard rules that the matcher knows; every other one is a promise in words.
RULES_BY_WORDS = {
    "never the direct line manager, nor anyone in the same reporting chain": "reporting_line",
    "no-match list of either side": "no_match_list",
    "common language": "common_language",
}
CAPACITY = "mentor capacity"  # a number in every enrolment, not a rule
SAME_LEVEL = "both levels equal within one band"
HIDING_WORDS = ("safe space", "confidential", "invisible", "no admin view of the pair")
WITHOUT_APPROVAL = ("open_booking", "self_registration")
ALWAYS_ON = ("open_booking", "self_registration", "offer_to_all_returners")


@dataclass(frozen=True)
class Template:
    """One programme as shipped. Weeks count from a pair's start; days from the last meeting."""

    id: str
    name: str
    model: MentoringModel
    audience: str
    summary: str
    duration_weeks: int
    renewable_once: bool
    cadence: Cadence
    ratio: str
    mentor_capacity: int
    mentors_per_mentee: int
    enrolment: str
    priority_rule: str
    eligibility: Mapping[str, tuple[str, ...]]  # side -> conditions in words
    weights: Mapping[str, int]  # of all factors, summing to 100
    ideal_level_gap: tuple[int, int] | None
    suggestions: int
    method: str
    hard_rules: tuple[str, ...]  # names the matcher knows
    level_gap: tuple[int, int] | None  # a must, unlike the ideal
    ground_rules: tuple[str, ...]  # promises in words, kept by people
    stage_plan: tuple[Window, ...]
    milestones: tuple[Milestone, ...]
    surveys: tuple[str, ...]
    kpis: tuple[str, ...]
    prompt_packs: tuple[str, ...]
    agendas: tuple[Agenda, ...]
    learning_pathway: tuple[str, ...]
    manager_role: str
    privacy: str
    risks: tuple[str, ...]
    evidence: str

    @property
    def tasks(self) -> Tasks:
        """The default tasks of the stages this template has, per side."""
        return {window.stage: content.stages()[window.stage].tasks for window in self.stage_plan}

    @property
    def pair_visibility(self) -> PairVisibility:
        """Hidden where the template promises a safe space; people managers then do not see that a pair exists."""
        hides = any(words in self.privacy for words in HIDING_WORDS)
        return PairVisibility.HIDDEN if hides else PairVisibility.EXISTENCE

    @property
    def matching(self) -> MatchingSettings:
        return MatchingSettings(
            weights=self.weights,
            ideal_level_gap=self.ideal_level_gap,
            suggestions=self.suggestions,
            hard_rules=self.hard_rules,
            level_gap=self.level_gap,
            ground_rules=self.ground_rules,
            method=self.method,
            priority_rule="random" if self.priority_rule.endswith("random order, recorded") else "first_come",
        )

    @property
    def sign_up(self) -> SignUp:
        return SignUp.INVITATION if self.enrolment.startswith("invitation") else SignUp.OPEN

    @property
    def mentors_need_approval(self) -> bool:
        return self.enrolment not in WITHOUT_APPROVAL

    @property
    def training_gate(self) -> bool:
        """Training comes before matching wherever the template has something to train."""
        return bool(self.learning_pathway)

    @property
    def always_on(self) -> bool:
        """People join at any time; there is no cohort and no last day for signing up."""
        return self.enrolment in ALWAYS_ON or self.model == MentoringModel.BUDDY

    @property
    def words(self) -> str:
        """What a search looks in."""
        return " ".join([self.name, self.audience, self.summary, str(self.model.label), self.id]).casefold()


@cache
def factors() -> Mapping[str, str]:
    """The factors of a match and what each one means, in the order of the file."""
    return MappingProxyType(dict(content.read("programme_templates.yaml")["weight_factors"]))


@cache
def _templates() -> Mapping[str, Template]:
    rows = content.read("programme_templates.yaml")["programmes"]
    return MappingProxyType({row["id"]: _template(row) for row in rows})


def all_templates() -> list[Template]:
    """The shipped templates in the order of the file."""
    return list(_templates().values())


def template(template_id: str) -> Template:
    """The template with this id; raises KeyError where there is none."""
    return _templates()[template_id]


def find_templates(*, words: str = "", model: str = "", group: Iterable[str] = ()) -> list[Template]:
    """Templates that have every word, are of the model, and are among the ids in `group` where one is given."""
    wanted = words.casefold().split()
    among = set(group)
    return [
        each
        for each in all_templates()
        if all(word in each.words for word in wanted) and model in ("", each.model) and (not among or each.id in among)
    ]


def _template(row: Mapping[str, Any]) -> Template:
    matching, cadence = row["matching"], row["cadence"]
    constraints = [words for words in matching["hard_constraints"] if words != CAPACITY]
    gap = matching["ideal_level_gap"]
    return Template(
        id=row["id"],
        name=row["name"],
        model=MentoringModel(row["model"]),
        audience=row["audience"],
        summary=row["summary"],
        duration_weeks=row["duration_weeks"],
        renewable_once=row["renewable_once"],
        cadence=Cadence(
            cadence["interval_days_first_8_weeks"], cadence["interval_days_later"],
            cadence["meeting_minutes"], cadence["planned_meetings"],
        ),
        ratio=row["ratio"],
        mentor_capacity=max(row["mentor_capacity_default"], mentees_a_mentor(row["ratio"])),
        mentors_per_mentee=mentors_a_mentee(row["ratio"]),
        enrolment=row["enrolment"],
        priority_rule=row["priority_rule"],
        eligibility={side: tuple(row["eligibility"][side]) for side in Side.values},
        weights=MappingProxyType({factor: matching["weights"].get(factor, 0) for factor in factors()}),
        ideal_level_gap=(gap[0], gap[1]) if gap else None,
        suggestions=matching["suggestions"],
        method=matching["method"],
        hard_rules=tuple(RULES_BY_WORDS[words] for words in constraints if words in RULES_BY_WORDS),
        level_gap=(-1, 1) if SAME_LEVEL in constraints else None,
        ground_rules=tuple(words for words in constraints if words not in RULES_BY_WORDS and words != SAME_LEVEL),
        stage_plan=windows_of(row["stages"]),
        milestones=milestones_of(row["milestones"]),
        surveys=tuple(row["surveys"]),
        kpis=tuple(row["kpis"]),
        prompt_packs=tuple(row["prompt_packs"]),
        agendas=agendas_of(row["agendas"]),
        learning_pathway=tuple(row["learning_pathway"]),
        manager_role=row["manager_role"],
        privacy=row["privacy"],
        risks=tuple(row["risks"]),
        evidence=row["evidence"],
    )  # fmt: skip


def mentees_a_mentor(ratio: str) -> int:
    """The most mentees one mentor has at a time: "1:5-7" is 7, "2-3 mentors : 1" is 1."""
    return int(re.findall(r"\d+", ratio.split(":")[1])[-1])


def fewest_in_a_circle(template_id: str) -> int:
    """The fewest mentees of a circle: "1:5-7" is 5, "1-2:6-10" is 6; 0 for a template that is not there."""
    found = _templates().get(template_id)
    return int(re.findall(r"\d+", found.ratio.split(":")[1])[0]) if found else 0


def mentors_a_mentee(ratio: str) -> int:
    """How many mentors one mentee has, the smaller number of a range: "2-3 mentors : 1" is 2."""
    return int(re.findall(r"\d+", ratio.split(":")[0])[0])
