"""What is asked of a plan to compare: the settings of a round, and three things that a round cannot have."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trellis.kernel.visible import visible
from trellis.matching.actions.scenarios import LONGEST_NAME
from trellis.matching.queries.scenarios import spread_words
from trellis.programmes.choices import Side
from trellis.programmes.models import Programme
from trellis.programmes.queries.named import LONGEST
from trellis.programmes.settings_model import MatchingSettings
from trellis.web.rounds.pairs_views import PairForm
from trellis.web.wizard.forms.matching import SPREAD_WORDS, MatchingForm

NOT_COMPARED = ("suggestions", "priority_rule", "ground_rules", "unscored")  # no plan depends on these, or all do
SCORED_ONLY = ("objective", "minimum_percent", "ideal_from", "ideal_to")  # without scores they decide nothing
MOST_PLACES = 3


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the plan"), max_length=LONGEST_NAME, validators=[visible],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class ScenarioForm(MatchingForm):
    """The settings of a round with a name, one more pair to keep together, and places that nobody has offered yet."""

    name = forms.CharField(
        label=_("Name of the plan"), max_length=LONGEST_NAME, validators=[visible],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Only the people who run this programme see it."),
    )  # fmt: skip
    more_places = forms.TypedChoiceField(
        label=_("Places for every mentor"), coerce=int, initial=0,
        choices=[(0, _("As they offer")), (1, _("One more")), (2, _("Two more")), (MOST_PLACES, _("Three more"))],
        help_text=_("To see what more places would bring. A round never counts places that nobody has offered."),
    )  # fmt: skip
    mentee = forms.CharField(
        label=_("Keep together: mentee"),
        max_length=LONGEST,
        required=False,
        help_text=PairForm.base_fields["mentee"].help_text,
    )
    mentor = forms.CharField(label=_("Keep together: mentor"), max_length=LONGEST, required=False)

    def __init__(self, *args: Any, programme: Programme, settings: MatchingSettings, **options: Any) -> None:
        super().__init__(*args, programme=programme, settings=settings, **options)
        for name in NOT_COMPARED:
            self.fields[name].disabled = True
        for side in Side.values:
            self.fields[side].widget.attrs |= {"list": f"names-{side}", "autocomplete": "off"}
        if not settings.scoring:  # shown on no page then, and kept as they are
            for name in (*SCORED_ONLY, *(each.name for each in self.weight_fields)):
                self.fields[name].disabled = True
        if settings.spread not in SPREAD_WORDS:  # a plan made of a point of a curve
            choices = [*SPREAD_WORDS.items(), (settings.spread, spread_words(settings.spread))]
            self.fields["spread"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        mentee, mentor = given.get("mentee"), given.get("mentor")
        if bool(mentee) != bool(mentor) and not {"mentee", "mentor"} & self.errors.keys():
            empty = "mentor" if mentee else "mentee"
            self.add_error(empty, gettext("Write both people of the pair, or leave both empty."))
        elif mentee and mentor:
            self._find(mentee, mentor)
        return given

    def _find(self, mentee: str, mentor: str) -> None:
        """Who is meant, as the list of kept pairs asks it."""
        asked = PairForm({"mentee": mentee, "mentor": mentor, "how": "pinned"}, programme=self.programme)
        if asked.is_valid():
            self.pair = [asked.cleaned_data[side].person.external_id for side in Side.values]
            return
        for field, said in asked.errors.items():
            self.add_error(field if field in self.fields else None, list(said))

    def changes(self) -> dict[str, Any]:
        """Everything that may differ from the programme, as a round would keep it."""
        plain = self.matching().plain()
        limits = {name: plain.get(name) for name in ("level_gap", "time_zone", "conflict_guard")}
        changes: dict[str, Any] = {**plain, **limits}
        if self.cleaned_data["more_places"]:
            changes["more_places"] = self.cleaned_data["more_places"]
        pair = getattr(self, "pair", None)
        if pair:
            changes["pinned"] = [*self.programme.matching.get("pinned", []), pair]
        return changes
