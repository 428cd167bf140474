"""The hard rules as rows of the settings page: what is asked, and what came of trying it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from trellis.matching.queries.tryout import Tried, TriedRule
from trellis.programmes.choices import AnswerMode
from trellis.programmes.queries.matched_questions import MatchedQuestion
from trellis.programmes.settings_model import ALWAYS_KEPT
from trellis.web.wizard.forms.matching import MatchingForm

# Rules with numbers of their own: words, and the fields that carry them.
NUMBERS: Mapping[str, tuple[str | Promise, tuple[str, ...]]] = {
    "level_gap": (gettext_lazy("Mentor's level less mentee's"), ("gap_from", "gap_to")),
    "time_zone": (gettext_lazy("Not too far apart by the clock"), ("time_zone_hours",)),
    "conflict_guard": (gettext_lazy("No conflict of interest through a manager in common"), ("shared_manager_levels",)),
    "minimum_score": (gettext_lazy("No match that is too weak"), ("minimum_percent",)),
}
NEVER_COUNTED = gettext_lazy(
    "Applied, never shown to you. What it costs is not shown either: it could point at a person."
)


@dataclass(frozen=True)
class RuleRow:
    """One rule. With `switch` it is turned on and off, with `fields` it has numbers; else it is changed elsewhere."""

    key: str
    words: str
    switch: BoundField | None = None
    fields: tuple[BoundField, ...] = ()
    tried: TriedRule | None = None
    note: str = ""  # instead of figures
    elsewhere: str = ""  # the address where it is changed

    @property
    def id(self) -> str:
        return self.key.replace(":", "_")

    @property
    def always(self) -> bool:
        return self.switch is not None and self.switch.field.disabled


def rule_rows(
    form: MatchingForm, slug: str, questions: Iterable[MatchedQuestion], apart: int, tried: Tried | None
) -> list[RuleRow]:
    """Every rule in the order in which the page asks for it; `apart` counts the pairs kept apart by hand."""
    said = tried.by_key if tried else {}
    switches = [
        RuleRow(
            bound.name, str(bound.label), switch=bound, tried=said.get(bound.name),
            note=str(NEVER_COUNTED) if bound.name == ALWAYS_KEPT else "",
        )
        for bound in form.rule_fields
    ]  # fmt: skip
    numbers = [
        RuleRow(key, str(words), fields=tuple(form[name] for name in names), tried=said.get(key))
        for key, (words, names) in NUMBERS.items()
    ]
    asked = [_of_question(question, slug, said) for question in questions if question.mode in _ANSWERS]
    pairs = RuleRow(
        "forbidden_pair", gettext("Pairs kept apart by hand: %(count)d") % {"count": apart},
        tried=said.get("forbidden_pair"), elsewhere=reverse("round_pairs", args=[slug]),
    )  # fmt: skip
    return [*switches, *numbers, *asked, pairs]


_ANSWERS: Mapping[str, str | Promise] = {
    AnswerMode.MUST: gettext_lazy("Must share an answer to “%(question)s”"),
    AnswerMode.MUST_NOT: gettext_lazy("Must not share an answer to “%(question)s”"),
}


def _of_question(question: MatchedQuestion, slug: str, said: Mapping[str, TriedRule]) -> RuleRow:
    key = f"answers_{question.mode}:{question.key}"
    return RuleRow(
        key, str(_ANSWERS[question.mode]) % {"question": question.text}, tried=said.get(key),
        elsewhere=reverse("programme_questions", args=[slug]) + "#matching",
    )  # fmt: skip
