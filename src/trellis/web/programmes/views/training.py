from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trellis.kernel import clock
from trellis.learning.actions import ModuleUnfinished
from trellis.learning.modules import Module, module
from trellis.learning.queries import has_completed
from trellis.programmes.actions.enrolment import finish_training
from trellis.web.access import Audience, PersonRequest, audience


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.MEMBER)
def training(request: PersonRequest, module_id: str) -> HttpResponse:
    """A module's chapters, each with its question. Answers are checked here and not kept."""
    one = module(module_id)
    if one is None:
        raise Http404
    if request.method != "POST":
        done = has_completed(request.person, one.id)
        return render(request, "programmes/training.html", _context(one, {}, done=done))
    answers = _answers(request, one)
    try:
        finish_training(by=request.person, module=one, answers=answers, now=clock.now())
    except ModuleUnfinished as refusal:
        context = _context(one, answers, checked=True) | {"open_chapters": len(refusal.chapters)}
        return render(request, "programmes/training.html", context, status=422)
    messages.success(request, gettext("Well done: the training is finished and recorded."))
    return HttpResponseRedirect(reverse("programmes"))


def _answers(request: PersonRequest, one: Module) -> dict[str, int]:
    given = {chapter.id: request.POST.get(chapter.id, "") for chapter in one.chapters}
    return {chapter: int(answer) for chapter, answer in given.items() if answer in {"0", "1", "2", "3", "4"}}


def _context(one: Module, answers: dict[str, int], *, done: bool = False, checked: bool = False) -> dict[str, Any]:
    chapters = [
        {
            "chapter": chapter, "number": number,
            "options": [
                {"index": at, "option": option, "chosen": answers.get(chapter.id) == at}
                for at, option in enumerate(chapter.options)
            ],
            "right": checked and answers.get(chapter.id) == chapter.right,
            "wrong": checked and answers.get(chapter.id) != chapter.right,
            "answered": chapter.id in answers,
        }
        for number, chapter in enumerate(one.chapters, start=1)
    ]  # fmt: skip
    return {"module": one, "chapters": chapters, "done": done, "checked": checked}
