"""Single pairs that a manager keeps together or apart, whatever the scores say."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.queries.pairs import kept_pairs
from trellis.programmes.actions.pairs import keep_pair, release_pair
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.queries.named import LONGEST, enrolments_called, names_on
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme

MOST_NAMED = 5
HOW = (("pinned", _("Together")), ("forbidden", _("Apart")))


class PairForm(forms.Form):
    """Two people of a programme, by name or employee ID, and what to do with them."""

    mentee = forms.CharField(label=_("Mentee"), max_length=LONGEST, help_text=_("Name, e-mail or employee ID."))
    mentor = forms.CharField(label=_("Mentor"), max_length=LONGEST)
    how = forms.ChoiceField(label=_("Keep them"), choices=HOW, widget=forms.RadioSelect, initial="pinned")

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:  # Any: as Form takes
        super().__init__(*args, **options)
        self.programme = programme
        for side in Side.values:
            self.fields[side].widget.attrs |= {"list": f"names-{side}", "autocomplete": "off"}

    def clean_mentee(self) -> Enrolment:
        return self._one(Side.MENTEE)

    def clean_mentor(self) -> Enrolment:
        return self._one(Side.MENTOR)

    def _one(self, side: Side) -> Enrolment:
        words = self.cleaned_data[side.value]
        found = enrolments_called(self.programme, side, words)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(
                gettext("Nobody on this side is called “%(words)s”. Write a name, an e-mail or an employee ID.")
                % {"words": words[:60]}
            )
        names = ", ".join(f"{row.person.full_name} ({row.person.external_id})" for row in found[:MOST_NAMED])
        raise forms.ValidationError(
            gettext("%(count)d people fit: %(names)s. Write the employee ID of the one you mean.")
            % {"count": len(found), "names": names + (" …" if len(found) > MOST_NAMED else "")}
        )


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.PROGRAMME_MANAGER)
def pairs(request: PersonRequest, slug: str) -> HttpResponse:
    """The pairs kept together and apart, and a way to add one."""
    programme = managed_programme(request, slug)
    form = PairForm(request.POST if request.method == "POST" else None, programme=programme)
    if request.method == "POST" and form.is_valid():
        try:
            keep_pair(by=request.person, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, gettext("Kept from the next round on. Nobody is told."))
            return redirect("round_pairs", slug)
    context = {
        "programme": programme, "form": form, "kept": kept_pairs(programme, now=clock.now()),
        "names": [(side, names_on(programme, side)) for side in Side.values],
    }  # fmt: skip
    return render(request, "rounds/kept_pairs.html", context, status=422 if form.errors else 200)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def release(request: PersonRequest, slug: str) -> HttpResponse:
    """Neither together nor apart any more."""
    programme = managed_programme(request, slug)
    mentee, mentor = (request.POST.get(side, "")[:LONGEST] for side in Side.values)
    if not release_pair(by=request.person, programme=programme, mentee=mentee, mentor=mentor, now=clock.now()):
        raise Http404
    messages.success(request, gettext("Taken off the list. Rounds that are under review keep what they have."))
    return redirect("round_pairs", slug)
