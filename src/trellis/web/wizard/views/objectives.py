from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.kernel.visible import visible
from trellis.programmes.actions.objectives import (
    ObjectiveRefused,
    change_objective,
    create_objective,
    remove_objective,
)
from trellis.programmes.models import Objective
from trellis.programmes.queries.settings import objective_rows
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.wizard.confirming import posted

PAGE = ["GET", "HEAD", "POST"]


class ObjectiveForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Objective"), max_length=200, validators=[visible])
    description = forms.CharField(
        label=gettext_lazy("What it means"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=gettext_lazy("Everybody who runs a programme reads it."),
    )  # fmt: skip


@require_http_methods(PAGE)
@audience(Audience.PROGRAMME_MANAGER)
def objectives(request: PersonRequest) -> HttpResponse:
    """The organisation's objectives, and a form for a new one."""
    form = ObjectiveForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            create_objective(by=request.person, now=clock.now(), **form.cleaned_data)
        except ObjectiveRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("objectives")
    context = {"rows": objective_rows(), "form": form}
    return render(request, "wizard/objectives.html", context, status=422 if form.errors else 200)


@require_http_methods(PAGE)
@audience(Audience.PROGRAMME_MANAGER)
def objective(request: PersonRequest, number: int) -> HttpResponse:
    """Change one objective."""
    row = get_object_or_404(Objective, pk=number)
    form = ObjectiveForm(posted(request), initial={"title": row.title, "description": row.description})
    if request.method == "POST" and form.is_valid():
        try:
            change_objective(by=request.person, objective=row, now=clock.now(), **form.cleaned_data)
        except ObjectiveRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("objectives")
    context = {"row": row, "form": form, "programmes": row.programmes.order_by("name", "id")}
    return render(request, "wizard/objective.html", context, status=422 if form.errors else 200)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def remove(request: PersonRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Objective, pk=number)
    try:
        remove_objective(by=request.person, objective=row, now=clock.now())
    except ObjectiveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("objective", number=number)
    messages.success(request, _("The objective is gone."))
    return redirect("objectives")
