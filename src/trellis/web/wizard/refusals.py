"""Putting what an action refused beside the fields it is about."""

from collections.abc import Mapping

from django import forms

from trellis.programmes.actions.programmes import SettingsRefused


def show(refusal: SettingsRefused, form: forms.Form, names: Mapping[str, str] | None = None) -> None:
    """Each fault at the field its path names (cadence.meeting_minutes: meeting_minutes), else on top of the form."""
    for fault in refusal.faults:
        form.add_error(_field(fault.path, form, names or {}), str(fault))


def _field(path: str, form: forms.Form, names: Mapping[str, str]) -> str | None:
    """The longest part of the path that is a field of the form."""
    candidates = [names.get(path, path), path.rpartition(".")[2], path.split(".")[0]]
    return next((name for name in candidates if name in form.fields), None)
