"""What people write to each other. Nothing is saved here; blank and too long are the action's own."""

from django import forms
from django.utils.translation import gettext_lazy as _


class MessageForm(forms.Form):
    body = forms.CharField(label=_("Message"), required=False, strip=False, widget=forms.Textarea)
