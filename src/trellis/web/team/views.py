from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from trellis.insights.queries.team import team_of
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import page_number


@audience(Audience.PEOPLE_MANAGER)
@require_safe
def team(request: PersonRequest) -> HttpResponse:
    """Who of a manager's reports takes part, as far as each programme lets a manager know."""
    page = page_number(request)
    return render(request, "team/team.html", {"team": team_of(request.person, page=page), "page": page})
