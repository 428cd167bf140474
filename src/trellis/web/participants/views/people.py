from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from trellis.programmes.choices import Side
from trellis.programmes.queries.enrolment import NoSuchPosition, decision_counts, enrolment_tabs, enrolments_page
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme
from trellis.web.participants.forms import ListForm


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def programme_people(request: PersonRequest, slug: str) -> HttpResponse:
    """Everybody of a programme by tab, role and beginning of a name, fifty at a time."""
    programme = managed_programme(request, slug)
    form = ListForm(request.GET)
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data
    tab, side, words = chosen["tab"] or "everyone", chosen["side"], chosen["q"].strip()
    try:
        page = enrolments_page(
            programme, tab=tab, side=side, words=words, after=chosen["after"], before=chosen["before"]
        )
    except NoSuchPosition as error:
        raise Http404 from error
    context = {
        "programme": programme, "page": page, "tab": tab, "side": side, "q": words,
        "tabs": enrolment_tabs(programme, side=side, words=words), "sides": Side.choices,
        "to_decide": decision_counts(programme)[""],
        "kept": urlencode({"tab": tab, "side": side, "q": words}), "filters": urlencode({"side": side, "q": words}),
    }  # fmt: skip
    return render(request, "participants/people.html", context)
