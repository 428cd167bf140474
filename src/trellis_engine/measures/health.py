"""When a pair could use a hand. Plain rules on dates and counts; the thresholds are those of content/nudges.yaml.

Behaviour only, never content: met or not, goal or not. A person decides what to do; nothing here closes or penalises.
"""

from dataclasses import dataclass
from enum import IntEnum

FIRST_MEETING_DAYS = 14  # or one planned interval, whichever is shorter
GOAL_DAYS = 42
STALL_DAYS = 45
MOVED_MEETINGS = 2


class Health(IntEnum):
    GREEN = 0
    AMBER = 1
    RED = 2


@dataclass(frozen=True)
class PairFacts:
    """What is known about one live pair; all times in whole days, None = it has not happened."""

    days_since_start: int
    interval_days: int
    meetings_held: int  # confirmed by either side
    days_since_meeting: int | None
    next_meeting_in_days: int | None
    cancelled_in_a_row: int = 0
    disputed: int = 0
    live_goals: int = 0
    expects_goals: bool = True
    days_since_step_closed: int | None = None
    overdue_steps: int = 0
    paused: bool = False
    mentor_over_capacity: bool = False
    reporting_line: bool = False


@dataclass(frozen=True)
class Signal:
    """One reason, by the id of content/nudges.yaml, with the numbers that it rests on."""

    id: str
    level: Health
    days: int = 0
    count: int = 0


def signals(facts: PairFacts) -> tuple[Signal, ...]:
    """Every rule that fires, worst first. A pause stops the clock: then only a conflict of interest counts."""
    found = [*_conflict(facts)]
    if not facts.paused:
        found += [*_meetings(facts), *_goals(facts)]
        if facts.mentor_over_capacity:
            found.append(Signal("sig_overload", Health.AMBER))
    return tuple(sorted(found, key=lambda signal: -signal.level))


def health(found: tuple[Signal, ...]) -> Health:
    """Red = any red signal, amber = any amber, green = none."""
    return max((signal.level for signal in found), default=Health.GREEN)


def _conflict(facts: PairFacts) -> list[Signal]:
    return [Signal("sig_role_change", Health.RED)] if facts.reporting_line else []


def _meetings(facts: PairFacts) -> list[Signal]:
    found: list[Signal] = []
    if facts.disputed:
        found.append(Signal("sig_no_show", Health.AMBER, count=facts.disputed))
    if facts.cancelled_in_a_row >= MOVED_MEETINGS:
        found.append(Signal("sig_reschedule", Health.AMBER, count=facts.cancelled_in_a_row))
    return found + (_silence(facts) if facts.meetings_held else _no_first(facts))


def _no_first(facts: PairFacts) -> list[Signal]:
    limit = min(FIRST_MEETING_DAYS, facts.interval_days)
    days = facts.days_since_start
    if 2 * days >= 3 * limit:  # 1.5 times the limit
        return [Signal("sig_no_first_red", Health.RED, days=days)]
    return [Signal("sig_no_first", Health.AMBER, days=days)] if days >= limit else []


def _silence(facts: PairFacts) -> list[Signal]:
    """Longer than 1.5 (amber) or 2.5 (red) planned intervals; a booked next meeting softens red to amber."""
    days = facts.days_since_meeting
    if days is None:
        return []
    booked = facts.next_meeting_in_days is not None
    if 2 * days > 5 * facts.interval_days and not booked:
        return [Signal("sig_gap_red", Health.RED, days=days)]
    return [Signal("sig_gap", Health.AMBER, days=days)] if 2 * days > 3 * facts.interval_days else []


def _goals(facts: PairFacts) -> list[Signal]:
    if not facts.expects_goals:
        return []
    if not facts.live_goals:
        late = facts.days_since_start >= GOAL_DAYS
        return [Signal("sig_no_goal", Health.AMBER, days=facts.days_since_start)] if late else []
    stalled = facts.days_since_step_closed
    if facts.overdue_steps and stalled is not None and stalled >= STALL_DAYS:
        return [Signal("sig_goal_stall", Health.AMBER, days=stalled, count=facts.overdue_steps)]
    return []
