"""What a stable plan costs against the best one for the same people: counted when it is solved, told in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.matching.cost_words import points
from trellis.matching.queries.pool import engine_taxonomy
from trellis.matching.queries.scenarios import joined
from trellis_engine.matching import Pool, Settings
from trellis_engine.matching.plan import Plan
from trellis_engine.matching.stability import cost_of_stability
from trellis_engine.matching.stable import OBJECTIVE

KEY = "stability"  # of a round's settings and of a scenario's figures


@dataclass(frozen=True)
class Stability:
    """Against the plan with the usual goal: mentees and points that the stable one has less, and what it avoids."""

    mentees: int
    points: int
    avoids: int  # pairs who would both rather have each other, in the other plan
    proven: bool  # that the other plan is the best

    @property
    def words(self) -> str:
        if not self._losses:
            cost = _("It costs nothing: the plan that puts most matched first comes to the same.")
        else:
            cost = _("Against the plan that puts most matched first, it has %(change)s.") % {
                "change": joined(self._losses)
            }  # fmt: skip
        return f"{cost} {self._avoids()}"

    @property
    def short(self) -> str:
        """In a cell of a table."""
        return ", ".join(self._losses) or _("nothing")

    @property
    def _losses(self) -> list[str]:
        return [each for each in (self._mentees(), self._points()) if each]

    def _mentees(self) -> str:
        if not self.mentees:
            return ""
        return ngettext("%(n)d match fewer", "%(n)d matches fewer", self.mentees) % {"n": self.mentees}

    def _points(self) -> str:
        if not self.points:
            return ""
        count = points(abs(self.points))
        many = 1 if count == "1" else 2
        if self.points > 0:
            return ngettext("%(n)s point less", "%(n)s points less", many) % {"n": count}
        return ngettext("%(n)s point more", "%(n)s points more", many) % {"n": count}

    def _avoids(self) -> str:
        if not self.avoids:
            return _("In that plan too, no two would rather have each other.")
        return ngettext(
            "In that plan, %(n)d pair would both rather have each other.",
            "In that plan, %(n)d pairs would both rather have each other.", self.avoids,
        ) % {"n": self.avoids}  # fmt: skip


def stability_figures(plan: object, pool: Pool, settings: Settings, salt: str) -> dict[str, Any] | None:
    """What is kept beside a stable plan; None for any other. Solves the best plan once more."""
    if not isinstance(plan, Plan) or plan.objective != OBJECTIVE:
        return None
    cost = cost_of_stability(pool, settings, engine_taxonomy(), salt, plan)
    return {"mentees": cost.mentees, "points": cost.points, "avoids": cost.blocking.pairs, "proven": cost.proven}


def stability_of(kept: Mapping[str, Any]) -> Stability | None:
    """From a round's settings or a scenario's figures; None where no stable plan is priced there."""
    return Stability(**kept[KEY]) if kept.get(KEY) else None
