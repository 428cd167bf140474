"""How a match comes about: who is asked, in which order, whether two meet first, how many answers one may wait for."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trellis.programmes.models import Programme
from trellis.programmes.settings_model import MatchingSettings
from trellis.web.wizard.forms.fields import NumberField
from trellis.web.wizard.forms.sections import Change, SectionForm

BOTH = "both"
ASKED = [
    (BOTH, _("Both of them")),
    ("mentor", _("The mentor alone")),
    ("mentee", _("The mentee alone")),
    ("manager", _("Nobody: the programme team decides, and pairs begin when they are published")),
]
ORDERS = [
    (BOTH, _("Both at the same time")),
    ("mentor_first", _("The mentor first; the mentee hears of it after a yes")),
    ("mentee_first", _("The mentee first; the mentor hears of it after a yes")),
]


class AgreeingForm(SectionForm):
    """The order counts only where both are asked; the page shows it only then."""

    asked = forms.ChoiceField(
        label=_("Whose yes makes a suggested pair"), choices=ASKED, widget=forms.RadioSelect,
        help_text=_("Whoever is asked, either of the two may say no. What has begun can be ended kindly at any time."),
    )  # fmt: skip
    order = forms.ChoiceField(label=_("In which order"), choices=ORDERS, widget=forms.RadioSelect)
    first_meeting = forms.BooleanField(
        label=_("Let two who are interested meet once before either is bound"), required=False,
        help_text=_("Where both are asked: each says whether they are interested, they meet, and then say yes or no."),
    )  # fmt: skip
    open_requests = NumberField(
        label=_("Answers one person may wait for at a time"), min_value=1, max_value=20,
        help_text=_("Where mentees and mentors ask each other. Nobody has more requests before them either."),
    )  # fmt: skip

    def now(self, programme: Programme) -> dict[str, Any]:
        settings = MatchingSettings.of(programme.matching)
        orders = [order for order, _words in ORDERS]
        ordered = settings.approval in orders
        return {
            "asked": BOTH if ordered else settings.approval,
            "order": settings.approval if ordered else BOTH,
            "first_meeting": settings.first_meeting,
            "open_requests": settings.open_requests,
        }

    def change(self) -> Change:
        given = self.cleaned_data
        matching = replace(
            MatchingSettings.of(self.programme.matching),
            approval=given["order"] if given["asked"] == BOTH else given["asked"],
            first_meeting=given["first_meeting"],
            open_requests=given["open_requests"],
        )
        return {"matching": matching}
