from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from trellis.insights.queries.overview import overview as overview_of
from trellis.insights.queries.overview import portfolio_numbers, without_persons
from trellis.insights.queries.pair_page import pair_page
from trellis.insights.queries.pairs import PairRow, live_pairs, pair_rows
from trellis.insights.small_groups import too_small
from trellis.insights.words import fact_words, step_words
from trellis.journeys.actions import advance_journey
from trellis.journeys.guide import stage_name
from trellis.journeys.rules import can_coordinate
from trellis.kernel import audit, clock
from trellis.kernel.errors import Refusal
from trellis.mentorships.models import Mentorship
from trellis.programmes import rules
from trellis.programmes.models import Programme
from trellis.programmes.queries import managed_programmes, readable_programmes
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme, page_number, readable_programme
from trellis_engine.measures import Health

PAGE = 100


@dataclass(frozen=True)
class RiskCard:
    """A pair that could use a hand: the facts, and one kind next step."""

    pair: PairRow
    facts: list[str]
    step: str
    why: str

    @property
    def urgent(self) -> bool:
        return self.pair.health == Health.RED


def _risk_cards(rows: list[PairRow]) -> list[RiskCard]:
    return [
        RiskCard(row, [fact_words(signal) for signal in row.signals], *step_words(row.signals[0]))
        for row in rows
        if row.signals
    ]


@require_safe
@audience(Audience.PROGRAMME_READER)
def portfolio(request: PersonRequest) -> HttpResponse:
    """Every programme the person may read, with two live figures each; an analyst sees no small ones."""
    programmes = list(readable_programmes(request.person).order_by("-id").distinct())
    numbers = portfolio_numbers(programmes)
    runs = set(managed_programmes(request.person).values_list("pk", flat=True))
    shown = {pk: counts if pk in runs or not too_small(*counts) else (None, None) for pk, counts in numbers.items()}
    rows = [(programme, *shown[programme.pk]) for programme in programmes]
    return render(request, "overview/portfolio.html", {"rows": rows, "may_create": rules.can_create(request.person)})


@require_safe
@audience(Audience.PROGRAMME_READER)
def overview(request: PersonRequest, slug: str) -> HttpResponse:
    programme = readable_programme(request, slug)
    found = overview_of(programme, clock.now())
    if not rules.can_manage(request.person, programme):
        return render(request, "overview/figures.html", {"programme": programme, "overview": without_persons(found)})
    context = {"programme": programme, "overview": found, "risk": _risk_cards(found.at_risk)}
    return render(request, "overview/overview.html", context)


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def at_risk(request: PersonRequest, slug: str) -> HttpResponse:
    programme = managed_programme(request, slug)
    cards = _risk_cards(live_pairs(programme, clock.now()))
    asked = request.GET.get("show")
    shown = asked if asked in {"urgent", "watch"} else "all"
    chosen = [card for card in cards if shown == "all" or card.urgent == (shown == "urgent")]
    context = {
        "programme": programme, "cards": chosen, "all": len(cards), "shown": shown,
        "urgent": sum(card.urgent for card in cards), "watch": sum(not card.urgent for card in cards),
    }  # fmt: skip
    return render(request, "overview/at_risk.html", context)


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def pairs(request: PersonRequest, slug: str) -> HttpResponse:
    """Every pair of the programme, live ones by default, a hundred to a page."""
    programme = managed_programme(request, slug)
    now = clock.now()
    ended = request.GET.get("show") == "ended"
    if ended:
        past = Mentorship.objects.filter(programme=programme, ended_at__isnull=False).order_by("-ended_at", "-id")
        page = _page(request, past)
        rows = (
            pair_rows(programme, past[page.start_index() - 1 : page.end_index()], now) if page.paginator.count else []
        )
    else:
        page = _page(request, live_pairs(programme, now))
        rows = list(page)
    context = {"programme": programme, "rows": rows, "ended": ended, "page": page}
    return render(request, "overview/pairs.html", context)


def _page(request: PersonRequest, rows: Any) -> Page[Any]:  # Any: pairs, or mentorships before they are counted
    number, paginator = page_number(request), Paginator(rows, PAGE)
    if number > paginator.num_pages:
        raise Http404
    return paginator.page(number)


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def pair(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """One pair without private content. Opening it leaves a line in the audit log."""
    programme = managed_programme(request, slug)
    mentorship = _mentorship_of(programme, number)
    now = clock.now()
    page = pair_page(mentorship, now)
    audit.record(
        organisation_id=programme.organisation_id, actor_id=request.person.pk, verb="pair.open",
        subject=f"mentorship:{mentorship.pk}", at=now, facts={"programme": programme.pk},
    )  # fmt: skip
    cards = _risk_cards([page.row])
    context = {
        "programme": programme, "page": page, "pair": page.row, "card": cards[0] if cards else None,
        "may_move": can_coordinate(request.person, mentorship),
    }  # fmt: skip
    return render(request, "overview/pair.html", context)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def pair_advance(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Move a pair on to a stage ahead of it."""
    mentorship = _mentorship_of(managed_programme(request, slug), number)
    stage = request.POST.get("to_stage", "")
    try:
        advance_journey(by=request.person, mentorship=mentorship, to_stage=stage, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        moved = _("The pair now stands at “%(stage)s”. Both were told.") % {"stage": stage_name(stage)}
        messages.success(request, moved)
    return redirect("pair", slug, number)


def _mentorship_of(programme: Programme, number: int) -> Mentorship:
    return get_object_or_404(Mentorship.objects.filter(programme=programme).select_related("programme"), pk=number)
