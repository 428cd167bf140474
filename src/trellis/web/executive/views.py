from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from trellis.insights.queries.executive import executive_report
from trellis.kernel import clock
from trellis.web.access import Audience, PersonRequest, audience


@audience(Audience.EXECUTIVE)
@require_safe
def report(request: PersonRequest) -> HttpResponse:
    return render(request, "executive/report.html", {"report": executive_report(), "now": clock.now()})
