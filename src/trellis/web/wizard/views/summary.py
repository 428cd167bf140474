from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from trellis.programmes import content, rules
from trellis.programmes.choices import Side
from trellis.programmes.configuration import Configuration, configuration_of
from trellis.programmes.eligibility import readable
from trellis.programmes.queries.settings import role_rows
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import readable_programme
from trellis.web.wizard.forms.matching import FACTOR_NAMES, RULE_WORDS
from trellis.web.wizard.stage_chart import stage_chart


@require_safe
@audience(Audience.PROGRAMME_READER)
def summary(request: PersonRequest, slug: str) -> HttpResponse:
    """The whole programme on one page, for reading and printing: goals, roles, stages, tools, evaluation."""
    programme = readable_programme(request, slug)
    found = configuration_of(programme)
    context = {
        "programme": programme,
        "found": found,
        "roles": role_rows(programme),
        "may_manage": rules.can_manage(request.person, programme),
        "chart": stage_chart(found.stage_plan),
        "stages": [(window, content.stages()[window.stage]) for window in found.stage_plan],
        "conditions": _conditions(found),
        "weights": _weights(found),
        "hard_rules": [RULE_WORDS[rule] for rule in found.matching.hard_rules],
        "packs": [content.survey_packs()[pack] for pack in found.surveys],
        "targets": [(content.kpis()[each.kpi], each.target) for each in found.targets],
    }
    return render(request, "wizard/summary.html", context)


def _conditions(found: Configuration) -> list[tuple[str, list[str]]]:
    return [
        (str(side.label), [readable(rule) for rule in found.eligibility if rule.side == side]) for side in Side
    ]  # fmt: skip


def _weights(found: Configuration) -> list[tuple[str, int]]:
    """Factors that count, the heaviest first."""
    rows = [(str(FACTOR_NAMES[factor]), weight) for factor, weight in found.matching.weights.items() if weight]
    return sorted(rows, key=lambda row: -row[1])
