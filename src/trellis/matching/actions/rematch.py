"""Starting a rematch: a round in which people in running pairs may be placed again, with as few changes as pay.

It is a round like any other (solved, reviewed, published, taken back within the hour). Its plan weighs every running
pair anew, each with some points more for being one; what publishing ends and begins is in publishing.py.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.matching import rules
from trellis.matching.actions.rounds import start_round
from trellis.matching.models import Round
from trellis.matching.queries.rematch import MOST_POINTS, can_place_again
from trellis.people.models import Person
from trellis.programmes.models import Programme
from trellis.programmes.settings_model import SCORE_UNITS, MatchingSettings

FLOOR_FIRST, TOTAL = "matched_floor_total", "matched_total"


class CannotRematch(Refusal):
    """Running pairs of this programme cannot be placed again."""


def start_rematch(*, by: Person, programme: Programme, points: int, now: datetime) -> Round:
    """Open a round for everybody who is ready, with the places of running pairs free again.

    `points` of the score that people see (0 to 100): by how much a plan must be better for each pair that it parts.
    No pair is parted to lift the weakest match alone: a programme that puts that first goes by the total here.

    Raises CannotRematch, and what start_round raises.
    """
    if not rules.can_rematch(programme):
        raise CannotRematch(
            _(
                "Where a match is one meeting, no pair runs for long enough to be placed again. Start a round, or a "
                "rotation with another mentor each week."
            )
        )
    if not can_place_again(programme):
        raise CannotRematch(_("There is no running pair of one mentee and one mentor that could be placed again."))
    if not 0 <= points <= MOST_POINTS:
        raise CannotRematch(_("Choose a number of points from 0 to %(most)d.") % {"most": MOST_POINTS}, field="points")
    changes: dict[str, object] = {"released": True, "keep_bonus": points * SCORE_UNITS}
    if MatchingSettings.of(programme.matching).objective == FLOOR_FIRST:
        changes["objective"] = TOTAL
    return start_round(by=by, programme=programme, now=now, changes=changes)
