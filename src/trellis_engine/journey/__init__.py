"""The guided way of a mentorship as a state machine: facts in, stage out.

Stages, their conditions and their tasks come from content; where a pair stands follows from facts alone.
Nothing here reads a clock, a file or a database, and no date ever locks anybody out.
"""

from trellis_engine.journey.assess import Standing, assess
from trellis_engine.journey.conditions import FINAL_SCORE, Condition, judge
from trellis_engine.journey.facts import Facts, Member
from trellis_engine.journey.plan import CYCLE, Requirement, Stage, StagePlan, requirement
from trellis_engine.journey.tasks import Task, TaskStanding, standing_of
from trellis_engine.journey.timeline import Timeline

__all__ = [
    "CYCLE",
    "FINAL_SCORE",
    "Condition",
    "Facts",
    "Member",
    "Requirement",
    "Stage",
    "StagePlan",
    "Standing",
    "Task",
    "TaskStanding",
    "Timeline",
    "assess",
    "judge",
    "requirement",
    "standing_of",
]
