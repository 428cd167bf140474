from collections import Counter
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from trellis.programmes import content, templates
from trellis.programmes.choices import MentoringModel
from trellis.programmes.templates import Template
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.wizard.groups import GROUPS, TIMES, WISHES, Group, group_called


@dataclass(frozen=True)
class Chip:
    label: str
    count: int
    address: str
    current: bool


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def gallery(request: PersonRequest) -> HttpResponse:
    """All templates by audience; words, audience, time and model narrow them, all in the address."""
    asked = {key: request.GET.get(key, "")[:80] for key in ("q", "audience", "time", "model", "wish")}
    wish = group_called(asked["wish"], WISHES)
    found = _found(asked, wish)
    context = {
        "asked": asked,
        "wish": wish,
        "wishes": WISHES,
        "groups": GROUPS,
        "times": TIMES,
        "chips": _chips(asked),
        "sections": _sections(found),
        "count": len(found),
    }
    return render(request, "wizard/gallery.html", context)


def _found(asked: dict[str, str], wish: Group | None) -> list[Template]:
    group = wish or group_called(asked["audience"], GROUPS)
    found = templates.find_templates(
        words=asked["q"], model=asked["model"], group=group.templates if group else ()
    )  # fmt: skip
    limits = next(((least, most) for key, _, least, most in TIMES if key == asked["time"]), None)
    if limits is None:
        return found
    return [each for each in found if limits[0] <= each.cadence.minutes_a_month <= limits[1]]


def _sections(found: list[Template]) -> list[tuple[Group, list[Template]]]:
    by_id = {each.id: each for each in found}
    rows = [(group, [by_id[id_] for id_ in group.templates if id_ in by_id]) for group in GROUPS]
    return [(group, rows_here) for group, rows_here in rows if rows_here]


def _chips(asked: dict[str, str]) -> list[Chip]:
    """One chip per model, with its count and the rest of the filter kept."""
    kept = {key: value for key, value in asked.items() if value and key not in ("model", "wish")}
    count = Counter(each.model for each in templates.all_templates())
    chips = [Chip("", sum(count.values()), "?" + urlencode(kept), asked["model"] == "")]
    for model in MentoringModel:
        address = "?" + urlencode(kept | {"model": model.value})
        chips.append(Chip(str(model.label), count[model], address, asked["model"] == model.value))
    return chips


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def about_template(request: PersonRequest, template_id: str) -> HttpResponse:
    """Everything a template brings, before anybody decides."""
    found = template_or_404(template_id)
    context = {
        "template": found,
        "weights": [
            (factor, words, found.weights[factor])
            for factor, words in templates.factors().items()
            if found.weights[factor]
        ],
        "stages": [(window, content.stages()[window.stage]) for window in found.stage_plan],
        "surveys": [content.survey_packs()[pack] for pack in found.surveys],
        "kpis": [content.kpis()[kpi] for kpi in found.kpis],
    }
    return render(request, "wizard/about_template.html", context)


def template_or_404(template_id: str) -> Template:
    try:
        return templates.template(template_id)
    except KeyError:
        raise Http404 from None
