from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_REASON = 1000


class AnswerForm(forms.Form):
    """A yes or a no; the reason is the person's own and never asked for."""

    answer = forms.ChoiceField(choices=[("yes", _("Accept")), ("no", _("Not this one"))])
    reason = forms.CharField(
        label=_("Why, if you like to note it"), required=False, max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )  # fmt: skip
