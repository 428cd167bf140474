from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.programmes.actions import joining as actions
from trellis.programmes.actions.answer_use import change_answer_use
from trellis.programmes.actions.programmes import SettingsRefused
from trellis.programmes.actions.settings import ChangedMeanwhile, Touched, changes_so_far
from trellis.programmes.choices import Side
from trellis.programmes.eligibility import Condition
from trellis.programmes.models import EligibilityRule, Programme, Question
from trellis.programmes.queries.matched_questions import matched_questions
from trellis.programmes.settings_model import MatchingSettings
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme
from trellis.web.wizard.confirming import asks_first, posted, posted_fields, seen, sent, turned_back
from trellis.web.wizard.forms.joining import AnswerUseForm, ConditionForm, QuestionForm
from trellis.web.wizard.impact import headline, touched_by
from trellis.web.wizard.refusals import show, show_what_is_saved
from trellis.web.wizard.sections import Link, links

PAGE = ["GET", "HEAD", "POST"]


@require_http_methods(PAGE)
@audience(Audience.PROGRAMME_MANAGER)
def condition(request: PersonRequest, slug: str, number: int = 0) -> HttpResponse:
    """Add a condition for joining (number 0), or change one."""
    programme = managed_programme(request, slug)
    row = get_object_or_404(EligibilityRule, programme=programme, pk=number) if number else None
    form = ConditionForm(posted(request), row=row)
    if sent(request) and form.is_valid():
        touched = touched_by(programme)
        if asks_first(request, touched):
            return _ask(request, programme, "joining", touched, [_("Who can join")], [_stays_in()])
        try:
            _save_condition(request, programme, row, form.condition(), touched)
        except SettingsRefused as refusal:
            show(refusal, form, {"value.value": "number"})
        except ChangedMeanwhile as refusal:
            programme.refresh_from_db()
            row = get_object_or_404(EligibilityRule, programme=programme, pk=number)
            form = ConditionForm(request.POST, row=row)
            show_what_is_saved(refusal, form)
        else:
            messages.success(request, _("Saved."))
            return redirect("programme_section", slug=slug, key="joining")
    return _page(request, "condition", programme, form, row, links(programme, "joining"))


def _save_condition(
    request: PersonRequest, programme: Programme, row: EligibilityRule | None, rule: Condition, touched: Touched
) -> None:
    by, now = request.person, clock.now()
    if row is None:
        actions.add_condition(by=by, programme=programme, rule=rule, now=now, touched=touched)
    else:
        actions.change_condition(by=by, row=row, rule=rule, now=now, touched=touched, seen=seen(request))


def _stays_in() -> str:
    return _("Who has signed up already stays in. The condition counts for everybody who signs up from now on.")


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def remove_condition(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    programme = managed_programme(request, slug)
    row = get_object_or_404(EligibilityRule, programme=programme, pk=number)
    if turned_back(request):
        return redirect("programme_section", slug=slug, key="joining")
    touched = touched_by(programme)
    if asks_first(request, touched):
        return _ask(request, programme, "joining", touched, [row.words], [_stays_in()])
    actions.remove_condition(by=request.person, row=row, now=clock.now(), touched=touched)
    messages.success(request, _("The condition is gone."))
    return redirect("programme_section", slug=slug, key="joining")


@require_http_methods(["GET", "HEAD"])
@audience(Audience.PROGRAMME_MANAGER)
def questions(request: PersonRequest, slug: str) -> HttpResponse:
    """The sign-up form of both sides: what is always asked, and the programme's own questions."""
    programme = managed_programme(request, slug)
    return _questions(request, programme, AnswerUseForm(questions=matched_questions(programme)))


def _questions(request: PersonRequest, programme: Programme, form: AnswerUseForm) -> HttpResponse:
    rows = list(Question.objects.filter(programme=programme).order_by("side", "position", "id"))
    context = {
        "programme": programme,
        "sides": [(side, [row for row in rows if row.side == side]) for side in Side],
        "links": links(programme, "questions"),
        "form": form,
        "seen": changes_so_far(programme),
        "weight": MatchingSettings.of(programme.matching).weights.get("answers", 0),
    }
    return render(request, "wizard/questions.html", context, status=422 if form.errors else 200)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def answer_use(request: PersonRequest, slug: str) -> HttpResponse:
    """What matching does with the answers to what both sides are asked."""
    programme = managed_programme(request, slug)
    form = AnswerUseForm(request.POST, questions=matched_questions(programme))
    if form.is_valid():
        touched, now = touched_by(programme), clock.now()
        try:
            change_answer_use(
                by=request.person, programme=programme, uses=form.uses(), now=now, touched=touched, seen=seen(request)
            )
        except ChangedMeanwhile as refusal:
            programme.refresh_from_db()
            form = AnswerUseForm(request.POST, questions=matched_questions(programme))
            show_what_is_saved(refusal, form)
        else:
            messages.success(request, _("Saved. The next round uses it."))
            return redirect("programme_questions", slug=slug)
    return _questions(request, programme, form)


@require_http_methods(PAGE)
@audience(Audience.PROGRAMME_MANAGER)
def question(request: PersonRequest, slug: str, number: int = 0) -> HttpResponse:
    """Add a question (number 0), or change one."""
    programme = managed_programme(request, slug)
    row = get_object_or_404(Question, programme=programme, pk=number) if number else None
    form = QuestionForm(posted(request), row=row)
    if sent(request) and form.is_valid():
        touched = touched_by(programme)
        if asks_first(request, touched):
            return _ask(request, programme, "questions", touched, [form.cleaned_data["text"]], _answers_lost(row, form))
        try:
            _save_question(request, programme, row, form, touched)
        except SettingsRefused as refusal:
            show(refusal, form)
        except ChangedMeanwhile as refusal:
            programme.refresh_from_db()
            row = get_object_or_404(Question, programme=programme, pk=number)
            form = QuestionForm(request.POST, row=row)
            show_what_is_saved(refusal, form)
        else:
            messages.success(request, _("Saved."))
            return redirect("programme_questions", slug=slug)
    return _page(request, "question", programme, form, row, links(programme, "questions"))


def _save_question(
    request: PersonRequest, programme: Programme, row: Question | None, form: QuestionForm, touched: Touched
) -> None:
    by, now, given = request.person, clock.now(), form.question()
    if row is None:
        of_both = form.cleaned_data["of_both"]
        actions.add_question(by=by, programme=programme, question=given, now=now, touched=touched, of_both=of_both)
    else:
        actions.change_question(by=by, row=row, question=given, now=now, touched=touched, seen=seen(request))


def _page(
    request: PersonRequest, name: str, programme: Programme, form: ConditionForm | QuestionForm,
    row: EligibilityRule | Question | None, beside: list[Link],
) -> HttpResponse:  # fmt: skip
    context = {"programme": programme, "form": form, "row": row, "links": beside, "seen": changes_so_far(programme)}
    return render(request, f"wizard/{name}.html", context, status=422 if form.errors else 200)


def _answers_lost(row: Question | None, form: QuestionForm) -> list[str]:
    kept = _("People who sent their form already are not asked again; they can add an answer.")
    if row is None or row.kind == form.cleaned_data["kind"]:
        return [kept]
    return [_lost(row), kept]


def _lost(row: Question) -> str:
    count = row.answers.count()
    return ngettext(
        "%(count)d answer given so far is deleted.", "%(count)d answers given so far are deleted.", count
    ) % {"count": count}  # fmt: skip


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def remove_question(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    programme = managed_programme(request, slug)
    row = get_object_or_404(Question, programme=programme, pk=number)
    if turned_back(request):
        return redirect("programme_questions", slug=slug)
    touched = touched_by(programme)
    if asks_first(request, touched):
        return _ask(request, programme, "questions", touched, [row.text], [_lost(row)])
    actions.remove_question(by=request.person, row=row, now=clock.now(), touched=touched)
    messages.success(request, _("The question is gone."))
    return redirect("programme_questions", slug=slug)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def move_question(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """One place up, or down."""
    programme = managed_programme(request, slug)
    row = get_object_or_404(Question, programme=programme, pk=number)
    actions.move_question(by=request.person, row=row, up=request.POST.get("to") == "up", now=clock.now())
    return redirect("programme_questions", slug=slug)


def _ask(
    request: PersonRequest, programme: Programme, section: str, touched: Touched, changes: list[str],
    consequences: list[str],
) -> HttpResponse:  # fmt: skip
    context = {
        "programme": programme,
        "links": links(programme, section),
        "headline": headline(touched),
        "changes": changes,
        "consequences": consequences,
        "fields": posted_fields(request),
    }
    return render(request, "wizard/impact.html", context)
