from django import forms
from django.utils.translation import gettext_lazy as _


class ConsentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    agree = forms.BooleanField(
        label=_("I have read this and agree"),
        error_messages={"required": _("Tick the box to go on. Without it Trellis keeps nothing more about you.")},
    )
