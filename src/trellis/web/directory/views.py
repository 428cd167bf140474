"""The list of people and one person, for organisation admins."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from trellis.kernel import clock
from trellis.people.actions.invitations import invite_people
from trellis.people.models import Person
from trellis.people.queries.directory import PRESENT, invited_at, people_page, reports_of, units
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.directory.forms import PeopleFilter, views_of_people


@audience(Audience.ADMIN)
@require_safe
def people(request: PersonRequest) -> HttpResponse:
    """The directory by name, a page at a time."""
    form = PeopleFilter(request.GET)
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data
    status = chosen["status"] or PRESENT
    page = people_page(
        text=chosen["q"], status=status, unit=chosen["unit"],
        after=_neighbour(chosen["after"]), before=_neighbour(chosen["before"]),
    )  # fmt: skip
    kept = {"q": chosen["q"], "status": status, "unit": chosen["unit"]}
    context = {
        "page": page, "chosen": kept, "units": units(), "kept": urlencode({k: v for k, v in kept.items() if v}),
        "views": [
            (label, urlencode({**kept, "status": value}), value == status) for value, label in views_of_people()
        ],
    }  # fmt: skip
    return render(request, "directory/people.html", context)


def _neighbour(number: int | None) -> Person | None:
    """The person a page begins after or ends before."""
    return get_object_or_404(Person.objects.only("id", "sort_name"), pk=number) if number else None


@audience(Audience.ADMIN)
@require_safe
def person(request: PersonRequest, number: int) -> HttpResponse:
    """What the directory says of one person. Nothing of their mentoring: an admin does not read that."""
    found = get_object_or_404(Person.objects.select_related("manager"), pk=number)
    context = {"found": found, "reports": reports_of(found), "invited_at": invited_at(found, clock.now())}
    return render(request, "directory/person.html", context)


@audience(Audience.ADMIN)
@require_POST
def invite(request: PersonRequest, number: int) -> HttpResponse:
    """Send somebody the link with which they sign in for the first time."""
    found = get_object_or_404(Person, pk=number)
    if invite_people(by=request.person, people=[found], now=clock.now()):
        words = gettext("An invitation goes to %(email)s. Its link works once, for 14 days.")
        messages.success(request, words % {"email": found.email})
    else:
        messages.error(request, gettext("Only people who are here can be invited."))
    return redirect("organisation_person", number)
