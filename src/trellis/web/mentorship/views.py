from django.http import HttpResponse
from django.shortcuts import render

from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import own_mentorship


@audience(Audience.MEMBER)
def show(request: PersonRequest, number: int = 0, pack: str = "", certificate: str = "") -> HttpResponse:
    return render(request, "mentorship/show.html", {"mentorship": own_mentorship(request, number)})
