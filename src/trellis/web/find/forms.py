"""What somebody looks for, and how a list of wishes changes."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from trellis.matching.queries.finding import Filters

LONGEST = 200


class FindForm(forms.Form):
    """A filter that names nothing in the directory is no error: it finds nobody."""

    name = forms.CharField(label=_("Name begins with"), required=False, max_length=LONGEST)
    skill = forms.CharField(required=False, max_length=LONGEST)
    unit = forms.CharField(required=False, max_length=LONGEST)
    location = forms.CharField(required=False, max_length=LONGEST)
    language = forms.CharField(required=False, max_length=LONGEST)
    full = forms.CharField(required=False, max_length=LONGEST)

    def filters(self) -> Filters:
        return (
            Filters(**{name: self.cleaned_data.get(name, "") for name in self.fields}) if self.is_valid() else Filters()
        )


def changed(wishes: Sequence[int], step: str, wished: int) -> list[int]:
    """The wishes after one step: add at the end, remove, or move one place up or down."""
    found = [each for each in wishes if each != wished]
    if step == "remove":
        return found
    if wished not in wishes:
        return [*found, wished] if step == "add" else list(wishes)
    place = wishes.index(wished) + {"up": -1, "down": 1}.get(step, 0)
    found.insert(max(place, 0), wished)
    return found
