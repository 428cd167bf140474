"""How a programme is matched: weights, what counts as best, and what no match may break, in plain words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trellis.programmes import templates
from trellis.programmes.checks import TOTAL, kept_rules, sum_in_words
from trellis.programmes.models import Programme
from trellis.programmes.settings_model import OBJECTIVES, SPREADS, MatchingSettings
from trellis.web.wizard.forms.fields import LinesField, NumberField
from trellis.web.wizard.forms.sections import Change, SectionForm

RULE_WORDS = {
    "reporting_line": _("Never a line manager or anybody in the same reporting chain"),
    "no_match_list": _("Never two people of whom one asked not to be matched with the other"),
    "common_language": _("Only people who share a working language"),
    "eligibility": _("Only people who still meet the conditions for joining"),
    "different_unit": _("Never two people of the same unit"),
    "different_location": _("Never two people at the same place"),
}
FACTOR_NAMES = {
    "skill_coverage": _("Skills"),
    "goal_fit": _("Goals"),
    "values_style": _("Values and working style"),
    "career_path": _("Career path"),
    "seniority_gap": _("Gap of levels"),
    "distance": _("Different corner of the organisation"),
    "experience": _("Shared experience"),
    "interests": _("Interests"),
    "availability": _("Time they both have"),
    "mutual_preference": _("Wishes of both"),
    "balance": _("Spare capacity of mentors"),
    "answers": _("Your own questions"),
}
Words = str | Promise
# What is put first, second and third, and what that means.
OBJECTIVE_WORDS: Mapping[str, tuple[Words, Words]] = {
    "matched_floor_total": (
        _("Most people matched, then nobody far behind, then the total"),
        _("The usual choice. Lifting the weakest match costs almost nothing in total."),
    ),
    "matched_total": (
        _("Most people matched, then the total"), _("Somebody may end with a weak match so that others gain more."),
    ),
    "total": (_("The highest total score"), _("May leave a few people out where that lifts the sum.")),
    "wishes": (
        _("Wishes first"), _("As many first wishes as can be, then second wishes, and so on; scores come after."),
    ),
    "stable": (
        _("No two people would rather have each other"),
        _("Stable by their scores. It may match fewer people, and score less in all."),
    ),
}  # fmt: skip
SPREAD_WORDS: Mapping[int, Words] = dict(
    zip(SPREADS, (_("Not at all"), _("Somewhat"), _("As far as it goes")), strict=True)
)


class MatchingForm(SectionForm):
    """Weights that sum to 100, what counts as best, the rules that no match may break, and the shortlist."""

    unscored = forms.BooleanField(
        label=_("Do not score people"), required=False,
        help_text=_(
            "Rounds then keep the rules, match as many people as they can, and let a recorded random order decide the "
            "rest. No page shows a score, a reason or a per cent; mentors are listed by name."
        ),
    )  # fmt: skip
    objective = forms.ChoiceField(
        label=_("What counts as best"), widget=forms.RadioSelect,
        choices=[(name, OBJECTIVE_WORDS[name][0]) for name in OBJECTIVES],
    )  # fmt: skip
    spread = forms.TypedChoiceField(
        label=_("Share mentees out evenly"), widget=forms.RadioSelect, coerce=int, choices=list(SPREAD_WORDS.items()),
        help_text=_("Whether a good match may be given up so that no mentor has many mentees while others have none."),
    )  # fmt: skip
    suggestions = NumberField(label=_("Mentors on a shortlist"), min_value=1, max_value=10)
    minimum_percent = NumberField(
        label=_("Lowest match that may be proposed, in per cent"), min_value=0, max_value=100,
        help_text=_("0: any match that breaks no rule."),
    )  # fmt: skip
    ideal_from = NumberField(label=_("Ideal gap of levels, from"), required=False, min_value=-20, max_value=20)
    ideal_to = NumberField(
        label=_("Ideal gap of levels, to"), required=False, min_value=-20, max_value=20,
        help_text=_("Mentor's level less mentee's: a preference, not a must. Empty: it does not matter."),
    )  # fmt: skip
    reporting_line = forms.BooleanField(label=RULE_WORDS["reporting_line"], required=False)
    no_match_list = forms.BooleanField(label=RULE_WORDS["no_match_list"], required=False)
    common_language = forms.BooleanField(label=RULE_WORDS["common_language"], required=False)
    eligibility = forms.BooleanField(
        label=RULE_WORDS["eligibility"], required=False,
        help_text=_("Asked again on the day of the round, as far as the directory knows the answer."),
    )  # fmt: skip
    different_unit = forms.BooleanField(label=RULE_WORDS["different_unit"], required=False)
    different_location = forms.BooleanField(label=RULE_WORDS["different_location"], required=False)
    gap_from = NumberField(label=_("Gap of levels must be at least"), required=False, min_value=-20, max_value=20)
    gap_to = NumberField(
        label=_("Gap of levels must be at most"), required=False, min_value=-20, max_value=20,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    time_zone_hours = NumberField(
        label=_("Hours between time zones, at most"), required=False, min_value=0, max_value=12,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    shared_manager_levels = NumberField(
        label=_("No manager in common within so many steps upward"), required=False, min_value=1, max_value=20,
        help_text=_("1: not two people who report to the same manager. Empty: no such rule."),
    )  # fmt: skip
    priority_rule = forms.ChoiceField(
        label=_("If more people apply than there are places"), widget=forms.RadioSelect,
        choices=[("random", _("Random order, recorded")), ("first_come", _("First come, first served"))],
    )  # fmt: skip
    ground_rules = LinesField(
        label=_("Promises that people keep"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. They are shown to people; no machine checks them."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, programme: Programme, settings: MatchingSettings | None = None, **options: Any
    ) -> None:  # Any: as Form takes
        self.settings = settings or MatchingSettings.of(programme.matching)
        super().__init__(*args, programme=programme, **options)
        for factor, words in templates.factors().items():
            self.fields[f"weight_{factor}"] = NumberField(
                label=FACTOR_NAMES[factor], min_value=0, max_value=TOTAL, help_text=words, required=False,
                widget=forms.NumberInput(attrs={"class": "inp n"}),
            )  # fmt: skip
        for rule in kept_rules(programme.template_id):
            if rule in self.settings.hard_rules:
                self.fields[rule].disabled = True
                self.fields[rule].help_text = _("Cannot be switched off: people were promised it.")

    def now(self, programme: Programme) -> dict[str, Any]:
        settings = self.settings
        ideal, gap = settings.ideal_level_gap or (None, None), settings.level_gap or (None, None)
        return {
            "unscored": not settings.scoring,
            "objective": settings.objective,
            "spread": settings.spread,
            "suggestions": settings.suggestions,
            "minimum_percent": settings.minimum_percent,
            "ideal_from": ideal[0],
            "ideal_to": ideal[1],
            "gap_from": gap[0],
            "gap_to": gap[1],
            "time_zone_hours": settings.time_zone_hours,
            "shared_manager_levels": settings.shared_manager_levels,
            "priority_rule": settings.priority_rule,
            "ground_rules": list(settings.ground_rules),
            **{rule: rule in settings.hard_rules for rule in RULE_WORDS},
            **weight_values(settings.weights),
        }

    @property
    def weight_fields(self) -> list[forms.BoundField]:
        return [self[f"weight_{factor}"] for factor in templates.factors()]

    @property
    def rule_fields(self) -> list[forms.BoundField]:
        """Rules that are on or off."""
        return [self[rule] for rule in RULE_WORDS]

    @property
    def objectives(self) -> list[tuple[BoundWidget, Words]]:
        """Each choice with what it means."""
        return [(radio, OBJECTIVE_WORDS[str(radio.data["value"])][1]) for radio in self["objective"].subwidgets]

    @property
    def typed_weights(self) -> dict[str, int]:
        """The weights as the page shows them: what was typed, as far as it can be read."""
        typed = {factor: str(self[f"weight_{factor}"].value()) for factor in templates.factors()}
        return {name: int(text) if text.isascii() and text.isdigit() else 0 for name, text in typed.items()}

    @property
    def total(self) -> int:
        return sum(self.typed_weights.values())

    @property
    def off(self) -> int:
        """How far the sum is from 100."""
        return abs(TOTAL - self.total)

    @property
    def sum_words(self) -> str:
        return "" if self.total == TOTAL else sum_in_words(self.total)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("ideal_from") is None) != (given.get("ideal_to") is None) and "ideal_to" not in self.errors:
            self.add_error("ideal_to", _("Write both ends of the ideal gap, or leave both empty."))
        return given

    def matching(self) -> MatchingSettings:
        """The settings as the form says; what it does not ask stays as it was."""
        given = self.cleaned_data
        ideal = given["ideal_from"], given["ideal_to"]
        gap = given["gap_from"], given["gap_to"]
        return replace(
            self.settings,
            weights={factor: given[f"weight_{factor}"] or 0 for factor in templates.factors()},
            ideal_level_gap=None if None in ideal else ideal,
            suggestions=given["suggestions"],
            minimum_percent=given["minimum_percent"],
            hard_rules=tuple(rule for rule in RULE_WORDS if given[rule]),
            level_gap=None if gap == (None, None) else gap,
            time_zone_hours=given["time_zone_hours"],
            shared_manager_levels=given["shared_manager_levels"],
            ground_rules=tuple(given["ground_rules"]),
            priority_rule=given["priority_rule"],
            objective=given["objective"],
            spread=given["spread"],
            scoring=not given["unscored"],
        )

    def change(self) -> Change:
        return {"matching": self.matching()}


def weight_values(weights: Mapping[str, int]) -> dict[str, int]:
    """Weights by the names of their fields."""
    return {f"weight_{factor}": weights.get(factor, 0) for factor in templates.factors()}
