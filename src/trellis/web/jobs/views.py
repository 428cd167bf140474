from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from trellis.kernel import clock
from trellis.people.actions.work import set_going_again, stop_any_job, stop_own_job
from trellis.people.queries.jobs import JobRow, finished_jobs, is_job_here, job_counts, job_started_by, open_jobs
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.jobs.words import name_of

SHOWN = ("", "failed", "mine", "mail")


@audience(Audience.ADMIN)
@require_safe
def jobs(request: PersonRequest) -> HttpResponse:
    """The organisation's long work: what runs, what waits, what ended and how."""
    show, before = request.GET.get("show", ""), request.GET.get("before", "")
    if show not in SHOWN or (before and not (before.isascii() and before.isdigit() and len(before) < 18)):
        raise Http404
    finished, older = finished_jobs(request.person, show=show, before=int(before) if before else None)
    context = {
        "counts": job_counts(request.person, now=clock.now()), "show": show, "older": older,
        "open": [_named(row) for row in open_jobs(request.person)], "finished": [_named(row) for row in finished],
    }  # fmt: skip
    return render(request, "jobs/jobs.html", context)


@audience(Audience.MEMBER)
@require_safe
def job(request: PersonRequest, number: int) -> HttpResponse:
    """One job, for the person who started it; htmx asks again for the middle part while it runs."""
    row = job_started_by(request.person, number)
    if row is None:
        raise Http404
    part = "jobs/_state.html" if request.headers.get("HX-Request") else "jobs/job.html"
    return render(request, part, {"row": row, "name": name_of(row.name)})


@audience(Audience.MEMBER)
@require_POST
def cancel(request: PersonRequest, number: int) -> HttpResponse:
    """Stop one's own job."""
    if job_started_by(request.person, number) is None:
        raise Http404
    _say(request, stop_own_job(by=request.person, job_id=number, now=clock.now()))
    return redirect("job", number)


@audience(Audience.ADMIN)
@require_POST
def cancel_any(request: PersonRequest, number: int) -> HttpResponse:
    """Stop any job of the organisation."""
    if not is_job_here(request.person, number):
        raise Http404
    _say(request, stop_any_job(by=request.person, job_id=number, now=clock.now()))
    return redirect("jobs")


@audience(Audience.ADMIN)
@require_POST
def again(request: PersonRequest, number: int) -> HttpResponse:
    """Queue a failed job once more."""
    if not set_going_again(by=request.person, job_id=number, now=clock.now()):
        raise Http404
    messages.success(request, gettext("It is queued again."))
    return redirect("jobs")


def _say(request: PersonRequest, asked: bool) -> None:
    if asked:
        messages.info(request, gettext("It was asked to stop. What was finished before stays."))
    else:
        messages.info(request, gettext("There was nothing left to stop."))


def _named(row: JobRow) -> tuple[str, JobRow]:
    return name_of(row.name), row
