"""How far the publishing or taking back of a round is, and what could not go out."""

from dataclasses import dataclass

from trellis.kernel.jobs.tables import JobState
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Round
from trellis.matching.queries.fitness import name_on
from trellis.matching.queries.review import solving_of

KEY = "publishing"  # of a round's settings: how many pairs were to go out, and the ids of those that could not
OUT = (ProposalState.OFFERED, ProposalState.ACCEPTED, ProposalState.REFUSED)


@dataclass(frozen=True)
class Working:
    """`out` pairs have been told; `left` still go out, or, while it is taken back, are still to be taken back."""

    goes_on: bool  # a job is at it, or waits for a free worker
    publishing: bool
    out: int
    left: int

    @property
    def percent(self) -> int:
        return 100 * self.out // (self.out + self.left) if self.out + self.left else 0


def working_of(found: Round) -> Working:
    """Two queries."""
    publishing = found.state == RoundState.PUBLISHING
    out = found.proposals.filter(state__in=OUT).count()
    asked = found.settings.get(KEY, {"pairs": 0, "left_out": []})
    left = max(asked["pairs"] - len(asked["left_out"]) - out, 0)
    out, left = (out, left) if publishing else (left, out)
    goes_on = solving_of(found).state in {JobState.READY, JobState.RUNNING}
    return Working(goes_on, publishing, out, left)


def left_out(found: Round) -> list[str]:
    """The names of pairs that could not begin when the round was published; none where all could. One query."""
    numbers = found.settings.get(KEY, {}).get("left_out", [])
    if not numbers:
        return []
    words = ("given_name", "preferred_name", "family_name")
    names = [f"{side}__person__{name}" for side in ("mentee", "mentor") for name in words]
    rows = found.proposals.filter(pk__in=numbers).order_by("id").values(*names)
    return [f"{name_on(row, 'mentee')} – {name_on(row, 'mentor')}" for row in rows]
