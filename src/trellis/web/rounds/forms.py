"""What the board's forms carry, as clean values."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import Http404, QueryDict
from django.utils.translation import gettext_lazy as _

from trellis.matching.choices import ProposalState
from trellis.matching.queries.rematch import MOST_POINTS
from trellis.matching.queries.review import SHOWS

MOVES = {"approve": ProposalState.APPROVED, "decline": ProposalState.DECLINED, "back": ProposalState.UNDER_REVIEW}
LONGEST_NAME = 100


def name_of(given: QueryDict) -> str:
    """The name that is looked for; PostgreSQL refuses a null byte."""
    return given.get("name", "").replace("\0", "")[:LONGEST_NAME]


@dataclass(frozen=True)
class Shown:
    """Which part of the board is looked at."""

    show: str
    name: str
    page: int

    @classmethod
    def of(cls, given: QueryDict, usual: str) -> "Shown":
        """From an address or a form; raises Http404 for a filter that does not exist."""
        show, page = given.get("show") or usual, given.get("page") or "1"
        if show not in SHOWS or not (page.isascii() and page.isdigit() and 1 <= int(page[:6]) <= 100_000):
            raise Http404
        return cls(show, name_of(given), int(page[:6]))

    @property
    def query(self) -> str:
        """The same view as the part of an address behind the question mark."""
        page = {"page": self.page} if self.page > 1 else {}
        return urlencode({"show": self.show, **({"name": self.name} if self.name else {}), **page})


class ScoreForm(forms.Form):
    score = forms.IntegerField(
        label=_("Approve all with a score of at least"), min_value=0, max_value=100,
        error_messages={
            "invalid": _("Give a whole number from 0 to 100."), "required": _("Give a whole number from 0 to 100."),
            "min_value": _("Give a whole number from 0 to 100."), "max_value": _("Give a whole number from 0 to 100."),
        },
    )  # fmt: skip


_WEEKS = _("Give a number of weeks from 1 to 12.")


class WeeksForm(forms.Form):
    """For how many weeks a rotation runs."""

    weeks = forms.IntegerField(
        min_value=1, max_value=12,
        error_messages=dict.fromkeys(("invalid", "required", "min_value", "max_value"), _WEEKS),
    )  # fmt: skip


class RematchForm(forms.Form):
    """How much better a new pair must be before two people are parted."""

    points = forms.IntegerField(
        label=_("How much better must a new pair be before we part two people?"), min_value=0, max_value=MOST_POINTS,
        initial=10, widget=forms.NumberInput(attrs={"type": "range", "class": "range", "step": 5}),
        error_messages=dict.fromkeys(
            ("invalid", "required", "min_value", "max_value"), _("Choose a number of points from 0 to 40.")
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """What was pressed on the board: one pair's button, or one for all ticked or all shown."""

    to: str
    pairs: list[int]
    everything: bool = False
    circle: int = 0  # the person who leads it: all of theirs that wait

    @classmethod
    def of(cls, given: QueryDict) -> "Decision | None":
        """None when nothing that exists was pressed."""
        said = {name: str(given.get(name, "")) for name in (*MOVES, "ticked", "everything", "circle")}
        for name, state in MOVES.items():
            if said[name]:
                return cls(state, _numbers([said[name]]))
        if said["ticked"] in MOVES:
            return cls(MOVES[said["ticked"]], _numbers([str(pair) for pair in given.getlist("pair")]))
        if leader := _numbers([said["circle"]]):
            return cls(ProposalState.APPROVED, [], circle=leader[0])
        if said["everything"] in MOVES:
            return cls(MOVES[said["everything"]], [], everything=True)
        return None


def _numbers(words: list[str]) -> list[int]:
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19]
