"""The queue of applications: decide about one or two hundred, and take it back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.programmes.actions.approval import (
    Decided,
    approve_enrolments,
    put_on_waiting_list,
    reject_enrolments,
    reopen_enrolments,
)
from trellis.programmes.actions.telling import UNDO_FOR
from trellis.programmes.choices import Side
from trellis.programmes.models import Programme
from trellis.programmes.queries.enrolment import WAITING_LIST, applications, decision_counts, waiting_for_decision
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme
from trellis.web.participants.forms import DecisionForm

UNDO = "undo_decision"  # in the session: programme, enrolments, words, until
DECIDE: dict[str, Callable[..., Decided]] = {
    "approve": approve_enrolments,
    "reject": reject_enrolments,
    "wait": put_on_waiting_list,
}


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.PROGRAMME_MANAGER)
def enrolment_queue(request: PersonRequest, slug: str) -> HttpResponse:
    """Applications that wait for a decision, the oldest first."""
    programme = managed_programme(request, slug)
    if request.method != "POST":
        return _page(request, programme, view=_view(request.GET.get("view", "")))
    view = _view(request.POST.get("view", ""))
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, programme, view=view, form=form, status=422)
    decide, chosen = DECIDE[form.cleaned_data["do"]], form.ticked()
    if form.cleaned_data["everybody"]:
        chosen = list(waiting_for_decision(programme, view).values_list("pk", flat=True))
        if len(chosen) != form.cleaned_data["everybody"]:  # nobody decides about people whom they have not seen
            form.add_error(None, gettext("This list has changed since you opened it. Look at it again, then decide."))
            return _page(request, programme, view=view, form=form, status=422)
    try:
        decided = decide(by=request.person, programme=programme, enrolments=chosen, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        _offer_undo(request, programme, decided)
    return HttpResponseRedirect(_address(slug, view))


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def enrolment_undo(request: PersonRequest, slug: str) -> HttpResponse:
    """Take the last decision back; nobody has been told of it yet."""
    programme = managed_programme(request, slug)
    undo = _undo(request, programme)
    request.session.pop(UNDO, None)
    if undo is None:
        messages.error(request, gettext("There is nothing left to undo: the people have been told by now."))
    else:
        undone = reopen_enrolments(
            by=request.person, programme=programme, enrolments=undo["enrolments"], now=clock.now()
        )
        messages.success(request, ngettext(
            "Undone: %(count)d application waits again.", "Undone: %(count)d applications wait again.", undone.reopened
        ) % {"count": undone.reopened})  # fmt: skip
    return HttpResponseRedirect(_address(slug, ""))


def _page(
    request: PersonRequest, programme: Programme, *, view: str, form: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    rows = applications(programme, view=view, today=clock.today())
    counts = decision_counts(programme)
    views = [("", gettext("Everyone")), *Side.choices, (WAITING_LIST, gettext("Waiting list"))]
    context = {
        "programme": programme, "rows": rows, "form": form, "view": view, "total": counts[view], "shown": len(rows),
        "views": [(value, label, counts[value]) for value, label in views],
        "undo": _undo(request, programme), "ticked": set(form.data.getlist("enrolments")) if form else set(),  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "participants/queue.html", context, status=status)


def _offer_undo(request: PersonRequest, programme: Programme, decided: Decided) -> None:
    if not decided.ids:
        messages.error(request, gettext("Nothing changed: somebody else has decided about them a moment ago."))
        return
    request.session[UNDO] = {
        "programme": programme.pk, "enrolments": list(decided.ids), "words": _words(decided),
        "until": (clock.now() + UNDO_FOR).timestamp(),
    }  # fmt: skip


def _undo(request: PersonRequest, programme: Programme) -> dict[str, Any] | None:
    """The decision of this session that can still be taken back here."""
    kept: dict[str, Any] | None = request.session.get(UNDO)
    if kept is None or kept["programme"] != programme.pk or kept["until"] < clock.now().timestamp():
        return None
    return kept


def _words(decided: Decided) -> str:
    """What became of them: "12 approved, 3 on the waiting list"."""
    parts = [
        ngettext("%(count)d approved", "%(count)d approved", decided.approved) % {"count": decided.approved},
        gettext("%(count)d accepted, training left") % {"count": decided.training},
        gettext("%(count)d on the waiting list") % {"count": decided.waiting},
        gettext("%(count)d not accepted") % {"count": decided.rejected},
        gettext("%(count)d passed over") % {"count": decided.passed_over},
    ]
    counts = (decided.approved, decided.training, decided.waiting, decided.rejected, decided.passed_over)
    return ", ".join(words for words, count in zip(parts, counts, strict=True) if count)


def _view(raw: str) -> str:
    return raw if raw in {*Side.values, WAITING_LIST} else ""


def _address(slug: str, view: str) -> str:
    return reverse("enrolment_queue", args=[slug]) + (f"?view={view}" if view else "")
