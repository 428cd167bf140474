"""The sign-up form: four pages, each kept as it is filled in, and one send."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.programmes.actions.enrolment import FormIncomplete, save_draft, start_enrolment, submit_enrolment
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.enrolment_rules import EDITABLE, gaps_of
from trellis.programmes.models import Enrolment
from trellis.programmes.queries.participant import conditions_seen
from trellis.programmes.queries.sign_up import AskedQuestion, asked_questions, unanswered
from trellis.programmes.standard_answers import DAY_NAMES, HALVES, OTHER_VALUES, VALUES, WORKING_STYLES
from trellis.skills import taxonomy
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import whole_number
from trellis.web.programmes.fields import rank_rows, skill_rows
from trellis.web.programmes.finding import own_enrolment, seen_programme
from trellis.web.programmes.forms import GoalPage, PageForm, QuestionsPage, StylePage, stored

SECTIONS = ("goal", "style", "questions", "send")
LABELS: dict[str, str | Promise] = {
    "goal": _("What it is about"), "style": _("How you work"), "questions": _("A few questions"),
    "send": _("Check and send"),
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    id: str
    label: str | Promise
    now: bool
    done: bool


@require_POST
@audience(Audience.MEMBER)
def enrolment_start(request: PersonRequest, slug: str, side: str) -> HttpResponse:
    """Open the form; a refusal is told on the programme's page."""
    programme = seen_programme(request, slug)
    try:
        start_enrolment(by=request.person, programme=programme, side=side, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("programme_join", args=[slug]))
    return HttpResponseRedirect(reverse("enrolment_form", args=[slug, side]))


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.MEMBER)
def enrolment_form(request: PersonRequest, slug: str, side: str) -> HttpResponseBase:
    """One page of the form. `?step=` names it; the next unfinished one by default."""
    programme = seen_programme(request, slug)
    enrolment = Enrolment.objects.of(request.person).filter(programme=programme, side=side).first()
    if enrolment is None or enrolment.state not in EDITABLE:
        return HttpResponseRedirect(reverse("programme_join", args=[slug]))
    enrolment = own_enrolment(request, slug, side)
    step = _step(request, enrolment)
    if request.method == "POST":
        return _sent(request, enrolment) if step == "send" else _saved(request, enrolment, step)
    return _send_page(request, enrolment) if step == "send" else _page(request, enrolment, step, None)


def _step(request: PersonRequest, enrolment: Enrolment) -> str:
    wished = (request.POST if request.method == "POST" else request.GET).get("step", "")
    if not wished:
        gaps = _gaps(enrolment)
        return gaps[0].section if gaps else _sections(enrolment)[-1 if enrolment.state == EnrolmentState.STARTED else 0]
    if wished not in _sections(enrolment):
        raise Http404
    return wished


def _sections(enrolment: Enrolment) -> tuple[str, ...]:
    """What was sent can be changed, not sent again."""
    return SECTIONS if enrolment.state == EnrolmentState.STARTED else SECTIONS[:-1]


def _gaps(enrolment: Enrolment) -> tuple[Any, ...]:
    return gaps_of(enrolment, skills=enrolment.skills.count(), unanswered=unanswered(enrolment))


def _form(
    enrolment: Enrolment, step: str, questions: list[AskedQuestion], *data: Any, strict: bool = False
) -> PageForm:
    initial = stored(enrolment, step, questions)
    if step == "questions":
        return QuestionsPage(enrolment, *data, questions=questions, strict=strict, initial=initial)
    return {"goal": GoalPage, "style": StylePage}[step](enrolment, *data, strict=strict, initial=initial)


def _saved(request: PersonRequest, enrolment: Enrolment, step: str) -> HttpResponse:
    """Keep what is clear; go on when nothing is missing, leave when asked, say what is unclear beside its field."""
    do = request.POST.get("do", "autosave" if request.htmx else "next")  # type: ignore[attr-defined]  # django-htmx
    questions = asked_questions(enrolment) if step == "questions" else []
    strict = do == "next" or enrolment.state != EnrolmentState.STARTED  # what was sent stays complete
    form = _form(enrolment, step, questions, request.POST, strict=strict)
    save_draft(by=request.person, enrolment=enrolment, draft=form.draft(), now=clock.now())
    if do == "autosave":
        return render(request, "programmes/_saved.html", {"at": clock.now(), "unclear": len(form.errors)})
    if form.errors:
        return _page(request, enrolment, step, form, status=422)
    slug, side = enrolment.programme.slug, enrolment.side
    sections = _sections(enrolment)
    if do == "later" or step == sections[-1]:
        messages.success(request, gettext("Saved. You can come back to it at any time."))
        return HttpResponseRedirect(reverse("programme_join", args=[slug]))
    following = sections[sections.index(step) + 1]
    return HttpResponseRedirect(reverse("enrolment_form", args=[slug, side]) + f"?step={following}")


def _page(
    request: PersonRequest, enrolment: Enrolment, step: str, form: PageForm | None, status: int = 200
) -> HttpResponse:
    questions = asked_questions(enrolment) if step == "questions" else []
    form = form or _form(enrolment, step, questions)
    context = _frame(enrolment, step) | {
        "form": form,
        "fields": [_shown(form, name, questions) for name in form.fields],
    }
    return render(request, f"programmes/form_{step}.html", context, status=status)


def _frame(enrolment: Enrolment, step: str) -> dict[str, Any]:
    sections = _sections(enrolment)
    at = sections.index(step)
    steps = [Step(one, LABELS[one], one == step, number < at) for number, one in enumerate(sections)]
    return {
        "programme": enrolment.programme, "enrolment": enrolment, "step": step, "steps": steps,
        "number": at + 1, "is_new": enrolment.state == EnrolmentState.STARTED, "is_last": at == len(sections) - 1,
    }  # fmt: skip


def _shown(form: PageForm, name: str, questions: list[AskedQuestion]) -> dict[str, Any]:
    """A field as its template draws it: what was typed or kept, and what there is to choose from."""
    bound = form[name]
    field = form.fields[name]
    value = bound.value() or []
    look = getattr(field, "look", "text")
    shown: dict[str, Any] = {
        "field": bound, "look": look, "needed": name in form.needed, "chosen": value,
        "text": value[0] if value and look != "skills" else "",
    }  # fmt: skip
    if look == "skills":
        shown |= {"rows": skill_rows(value), "groups": taxonomy.groups(), "levels": taxonomy.levels()}
    if look == "style":
        shown["choices"] = WORKING_STYLES.items()
    if look == "values":
        shown["choices"] = [word for word in VALUES if word not in OTHER_VALUES or word in value]
    if look == "grid":
        shown |= {"days": list(DAY_NAMES.values()), "halves": _half_days()}
    if name.startswith("q_"):
        question = next(one for one in questions if f"q_{one.key}" == name)
        shown |= {"question": question, "rows": shown.get("rows") or rank_rows(name, question.options, value)}
    return shown


def _half_days() -> list[list[tuple[str, str]]]:
    """Mornings and afternoons, each as (value, words for who cannot see the table)."""
    names = {"am": gettext("%(day)s morning"), "pm": gettext("%(day)s afternoon")}
    return [[(f"{day} {half}", names[half] % {"day": label}) for day, label in DAY_NAMES.items()] for half in HALVES]


def _send_page(request: PersonRequest, enrolment: Enrolment, error: str = "", status: int = 200) -> HttpResponse:
    conditions = conditions_seen(request.person, enrolment.programme, enrolment.side, clock.today())
    context = _frame(enrolment, "send") | {
        "gaps": _gaps(enrolment), "error": error, "confirmed": _confirmed(request),
        "to_confirm": [condition for condition in conditions if condition.standing == "confirm"],
        "unmet": [condition for condition in conditions if condition.standing == "unmet"],
        "skills": enrolment.skills.count(),
    }  # fmt: skip
    return render(request, "programmes/form_send.html", context, status=status)


def _sent(request: PersonRequest, enrolment: Enrolment) -> HttpResponse:
    if request.POST.get("terms") != "yes":
        return _send_page(
            request, enrolment, gettext("Please tick that you accept the terms; without that it cannot be sent."), 422
        )
    try:
        enrolment = submit_enrolment(
            by=request.person,
            enrolment=enrolment,
            terms_version=whole_number(request.POST.get("terms_version", "")),
            confirmed=_confirmed(request),
            now=clock.now(),
        )
    except FormIncomplete as refusal:
        return _send_page(request, enrolment, str(refusal), 422)
    except Refusal as refusal:
        enrolment.programme.refresh_from_db()
        return _send_page(request, enrolment, str(refusal), 422)
    messages.success(
        request, gettext("Thank you. Your sign-up for %(programme)s is sent.") % {"programme": enrolment.programme.name}
    )
    return HttpResponseRedirect(reverse("programme_join", args=[enrolment.programme.slug]))


def _confirmed(request: PersonRequest) -> frozenset[int]:
    """Ids of the conditions that are ticked."""
    given = request.POST.getlist("confirmed")
    return frozenset(int(one[:18]) for one in given if one.isascii() and one.isdigit())
