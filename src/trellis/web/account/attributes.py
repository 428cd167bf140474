"""What a person may say about themself so that fairness can be measured: the form, and the page around it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from trellis.kernel import clock
from trellis.people.actions.attributes import save_attributes
from trellis.people.choices import ATTRIBUTES, AttributeKind
from trellis.people.queries.attributes import attributes_of
from trellis.web.access import Audience, PersonRequest, audience

LABELS = dict(AttributeKind.choices)


class AttributesForm(forms.Form):
    """One question for each kind; every one may stay open."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever forms take is handed on
        for kind, options in ATTRIBUTES.items():
            choices = [("", _("I would rather not say")), *options.items()]
            self.fields[kind] = forms.ChoiceField(label=LABELS[kind], choices=choices, required=False)


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def attributes(request: PersonRequest) -> HttpResponse:
    """State, change or delete; nobody else has a page for it."""
    said = attributes_of(request.person)
    if request.method == "POST" and "delete" in request.POST:
        save_attributes(by=request.person, said=dict.fromkeys(ATTRIBUTES, ""), now=clock.now())
        messages.success(request, gettext("Your answers are deleted."))
        return redirect("account_attributes")
    form = AttributesForm(request.POST if request.method == "POST" else None, initial=said)
    if request.method == "POST" and form.is_valid():
        save_attributes(by=request.person, said=form.cleaned_data, now=clock.now())
        messages.success(request, gettext("Your answers are saved. Thank you."))
        return redirect("account_attributes")
    privacy = gettext(
        "Nobody in your organisation can read your answers: not your manager, not whoever runs a programme, not an "
        "admin. Whoever runs a programme sees numbers about groups of at least ten people."
    )
    context = {"form": form, "said": bool(said), "privacy": privacy, "tab": "account_attributes"}
    return render(request, "account/attributes.html", context)
