"""Putting what an action refused beside the fields it is about."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext as _

from trellis.programmes.actions.programmes import SettingsRefused
from trellis.programmes.actions.settings import ChangedMeanwhile
from trellis.web.wizard.forms.fields import in_words


def show(refusal: SettingsRefused, form: forms.Form, names: Mapping[str, str] | None = None) -> None:
    """Each fault at the field its path names (cadence.meeting_minutes: meeting_minutes), else on top of the form."""
    for fault in refusal.faults:
        form.add_error(_field(fault.path, form, names or {}), str(fault))


def show_what_is_saved(refusal: ChangedMeanwhile, form: forms.Form) -> None:
    """On a form that starts from what is saved now: the refusal on top, the saved value beside what differs from it."""
    form.add_error(None, str(refusal))
    for name in form.changed_data:
        if form.fields[name].widget.is_hidden:
            continue
        words = in_words(form.fields[name], form.get_initial_for_field(form.fields[name], name))
        form.add_error(name, _("Saved now: %(value)s") % {"value": words})


def _field(path: str, form: forms.Form, names: Mapping[str, str]) -> str | None:
    """The longest part of the path that is a field of the form."""
    candidates = [names.get(path, path), path.rpartition(".")[2], path.split(".")[0]]
    return next((name for name in candidates if name in form.fields), None)
