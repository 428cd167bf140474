"""A requirement and the facts give a condition: met or missing, how far, and who can still do something."""

from collections.abc import Callable
from dataclasses import dataclass

from trellis_engine.journey.facts import Facts, Member
from trellis_engine.journey.plan import Requirement, StagePlan

FINAL_SCORE = "final_attainment"


@dataclass(frozen=True)
class Condition:
    """One line of "to finish this stage"."""

    key: str
    met: bool
    have: float = 0
    need: float = 0
    names: tuple[str, ...] = ()  # goal fields still lacking, or the survey pack
    waiting_for: tuple[int, ...] = ()  # members who have not done theirs


def judge(plan: StagePlan, requirement: Requirement, facts: Facts) -> Condition:
    """Whether `requirement` holds."""
    return _JUDGES[requirement.key](plan, requirement, facts)


Judge = Callable[[StagePlan, Requirement, Facts], Condition]


def _members(holds: Callable[[Member, Requirement], bool]) -> Judge:
    """Enough of the people whose requirement it is must meet it."""

    def judged(plan: StagePlan, requirement: Requirement, facts: Facts) -> Condition:
        concerned = [member for member in facts.members if member.plays(requirement.roles)]
        missing = tuple(member.id for member in concerned if not holds(member, requirement))
        have, need = len(concerned) - len(missing), plan.quorum(len(concerned))
        return Condition(requirement.key, have >= need, have, need, requirement.names, missing)

    return judged


def _at_least(value: Callable[[Facts], float]) -> Judge:
    def judged(plan: StagePlan, requirement: Requirement, facts: Facts) -> Condition:
        have, need = value(facts), requirement.numbers[0]
        return Condition(requirement.key, have >= need, have, need)

    return judged


def _yes(value: Callable[[Facts], bool]) -> Judge:
    def judged(plan: StagePlan, requirement: Requirement, facts: Facts) -> Condition:
        return Condition(requirement.key, value(facts), int(value(facts)), 1)

    return judged


def _goals_between(plan: StagePlan, requirement: Requirement, facts: Facts) -> Condition:
    """Enough goals, and not too many at once. One that was reached early still counts as chosen."""
    low, high = requirement.numbers
    met = len(facts.goals) >= low and facts.goals_active <= high
    return Condition(requirement.key, met, len(facts.goals), low)


def _goal_has(plan: StagePlan, requirement: Requirement, facts: Facts) -> Condition:
    """Every goal has the fields. What planning writes needs a goal to carry it; a score needs only those there are."""
    wanted = set(requirement.names)
    complete = sum(wanted <= fields for fields in facts.goals)
    lacking = tuple(name for name in requirement.names if any(name not in fields for fields in facts.goals))
    met = complete == len(facts.goals) and (bool(facts.goals) or wanted == {FINAL_SCORE})
    return Condition(requirement.key, met, complete, len(facts.goals), lacking)


def _meetings_share(plan: StagePlan, requirement: Requirement, facts: Facts) -> Condition:
    """Meetings confirmed by either side, of those the programme planned up to today."""
    need = requirement.numbers[0] * facts.meetings_planned_to_date
    return Condition(requirement.key, facts.meetings_held >= need, facts.meetings_held, facts.meetings_planned_to_date)


def _any_of(plan: StagePlan, requirement: Requirement, facts: Facts) -> Condition:
    met = any(judge(plan, option, facts).met for option in requirement.options)
    return Condition(requirement.key, met, int(met), 1)


_JUDGES: dict[str, Judge] = {
    "person_enrolled": _members(lambda member, _: member.enrolled),
    "profile_complete": _members(lambda member, _: member.profile_complete),
    "training_done": _members(lambda member, _: member.training_done),
    "consent_recorded": _members(lambda member, _: member.consent_recorded),
    "agreement_signed_both": _members(lambda member, _: member.signed),
    "review_recorded": _members(lambda member, _: member.reviewed),
    "survey_done": _members(lambda member, requirement: requirement.names[0] in member.surveys),
    "match_accepted_both": _yes(lambda facts: facts.match_accepted),
    "closure_recorded": _yes(lambda facts: facts.closure_recorded),
    "meetings_held_gte": _at_least(lambda facts: facts.meetings_held),
    "action_items_open_gte": _at_least(lambda facts: facts.open_actions),
    "elapsed_share_gte": _at_least(lambda facts: facts.elapsed_share),
    "goals_active_between": _goals_between,
    "goal_has": _goal_has,
    "meetings_share_of_planned_gte": _meetings_share,
    "any_of": _any_of,
}
