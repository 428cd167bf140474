from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.programmes.actions.invitations import queue_invitations
from trellis.programmes.models import Programme
from trellis.programmes.queries.invitable import Pick, invitable_people, places_in_directory
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme
from trellis.web.participants.forms import InviteForm


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.PROGRAMME_MANAGER)
def programme_invite(request: PersonRequest, slug: str) -> HttpResponse:
    """Choose whom to invite, see how many they are, then send. Mailing many is not undone, so it asks once."""
    programme = managed_programme(request, slug)
    units, locations = places_in_directory()
    form = InviteForm(request.POST or None, units=units, locations=locations, initial={"side": "mentee"})
    if request.method != "POST":
        return _page(request, programme, form)
    if not form.is_valid():
        return _page(request, programme, form, status=422)
    people = _chosen(programme, form)
    if request.POST.get("do") != "send":
        return _page(request, programme, form, count=len(people))
    try:
        job = queue_invitations(
            by=request.person, programme=programme, side=form.cleaned_data["side"], people=people, now=clock.now()
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, programme, form, status=422)
    messages.success(request, ngettext(
        "%(count)d invitation is on its way.", "%(count)d invitations are on their way.", len(people)
    ) % {"count": len(people)})  # fmt: skip
    return HttpResponseRedirect(reverse("job", args=[job]))


def _chosen(programme: Programme, form: InviteForm) -> list[int]:
    """Ids of the people to invite: those of the selection, or of the addresses, who are not enrolled yet."""
    side = form.cleaned_data["side"]
    if form.cleaned_data["how"] == "pick":
        return list(invitable_people(programme, side, form.pick()).values_list("pk", flat=True))
    named = set(form.cleaned_data["people"])
    return [one for one in invitable_people(programme, side, Pick()).values_list("pk", flat=True) if one in named]


def _page(
    request: PersonRequest, programme: Programme, form: InviteForm, *, count: int | None = None, status: int = 200
) -> HttpResponse:
    link = request.build_absolute_uri(reverse("programme_join", args=[programme.slug]))
    how = form.data.get("how", "pick") if form.is_bound else "pick"
    context = {"programme": programme, "form": form, "count": count, "link": link, "how": how}
    return render(request, "participants/invite.html", context, status=status)
