from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from trellis.kernel import clock
from trellis.people.models import Person
from trellis.programmes.actions.roles import RoleRefused, give_role, take_role
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import Programme
from trellis.programmes.queries import managed_programmes
from trellis.programmes.queries.settings import find_people, programmes_with_roles_of, role_rows
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.wizard.sections import links


class RoleForm(forms.Form):
    person = forms.IntegerField(min_value=1, max_value=2**62)
    kind = forms.ChoiceField(label=gettext_lazy("Role"), choices=ProgrammeRoleKind.choices)


def _programme(request: PersonRequest, slug: str) -> Programme:
    """A programme whose roles the person may change, or at least see because they coordinate it."""
    theirs = programmes_with_roles_of(request.person) | managed_programmes(request.person)
    return get_object_or_404(theirs.distinct(), slug=slug)


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def roles(request: PersonRequest, slug: str) -> HttpResponse:
    """Who runs and reads the programme; owners and organisation admins search for people and give roles."""
    programme = _programme(request, slug)
    asked = request.GET.get("q", "")[:80]
    may_change = programmes_with_roles_of(request.person).filter(pk=programme.pk).exists()
    context = {
        "programme": programme,
        "rows": role_rows(programme),
        "kinds": ProgrammeRoleKind.choices,
        "asked": asked,
        "found": find_people(asked, programme) if may_change else [],
        "may_change": may_change,
        "links": links(programme, "roles"),
    }
    return render(request, "wizard/roles.html", context)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def give(request: PersonRequest, slug: str) -> HttpResponse:
    programme = get_object_or_404(programmes_with_roles_of(request.person), slug=slug)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a person and one of the three roles."))
        return redirect("programme_roles", slug=slug)
    person = get_object_or_404(Person, pk=form.cleaned_data["person"])
    kind = ProgrammeRoleKind(form.cleaned_data["kind"])
    try:
        give_role(by=request.person, programme=programme, person=person, kind=kind, now=clock.now())
    except RoleRefused as refusal:
        messages.error(request, str(refusal))
    else:
        words = {"name": person.full_name, "role": kind.label}
        messages.success(request, _("%(name)s now has the role “%(role)s” and has been told.") % words)
    return redirect("programme_roles", slug=slug)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def take(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    programme = get_object_or_404(programmes_with_roles_of(request.person), slug=slug)
    person = get_object_or_404(Person, pk=number, programme_roles__programme=programme)
    try:
        take_role(by=request.person, programme=programme, person=person, now=clock.now())
    except RoleRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s has no role in this programme any more.") % {"name": person.full_name})
    if person == request.person:
        return redirect("manage")
    return redirect("programme_roles", slug=slug)
