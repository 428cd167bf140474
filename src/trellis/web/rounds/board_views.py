"""The page of one round: how far it is, the review board, and every decision on it."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.review import approve_from, decide, set_pin, swap
from trellis.matching.actions.states import WORKING
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.board import board_rows
from trellis.matching.queries.circles import circles_of
from trellis.matching.queries.departures import departures
from trellis.matching.queries.exchanges import changes_shown, is_rematch
from trellis.matching.queries.fitness import faults_of
from trellis.matching.queries.proof import proof_of
from trellis.matching.queries.rearranged import done_last
from trellis.matching.queries.rearranging import can_rearrange
from trellis.matching.queries.review import (
    answers_of,
    pairs_shown,
    review_of,
    solving_of,
    undo_window,
    with_changes,
    with_faults,
)
from trellis.matching.queries.rotation import running
from trellis.matching.queries.swaps import STANDING, pairs_after_swap
from trellis.matching.queries.working import left_out, working_of
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.rounds.forms import Decision, ScoreForm, Shown, name_of
from trellis.web.rounds.views import find

UNITS = 1000  # of the matcher's score for one point of the score that people see
USUAL_SCORE = 70


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def show(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Where the round stands: progress while it is solved, then the board."""
    found = find(request, slug, number)
    if found.state == RoundState.SOLVING:
        part = "rounds/_solving.html" if request.headers.get("HX-Request") else "rounds/solving.html"
        context = {"programme": found.programme, "found": found, "solving": solving_of(found)}
        return render(request, part, context)
    if found.state in WORKING:
        part = "rounds/_working.html" if request.headers.get("HX-Request") else "rounds/working.html"
        return render(request, part, {"programme": found.programme, "found": found, "work": working_of(found)})
    if request.headers.get("HX-Request"):  # it was solved since the last look: show the whole page
        return HttpResponse(headers={"HX-Refresh": "true"})
    if found.state == RoundState.FAILED:
        return render(request, "rounds/failed.html", {"programme": found.programme, "found": found})
    return _board(request, found, ScoreForm(initial={"score": USUAL_SCORE}))


def _usual(found: Round) -> str:
    """What to look at first: what waits for a decision, where anything does."""
    waits = found.state == RoundState.REVIEW and found.proposals.filter(state=ProposalState.UNDER_REVIEW).exists()
    return "waiting" if waits else "all"


def _board(request: PersonRequest, found: Round, form: ScoreForm, status: int = 200) -> HttpResponse:
    shown = Shown.of(request.GET, _usual(found))
    review = review_of(found, show=shown.show, name=shown.name, page=shown.page)
    if review is None:
        raise Http404
    is_open = found.state == RoundState.REVIEW
    changes = changes_shown(found)
    faults = faults_of(found.programme, found.proposals.filter(state__in=STANDING), changes) if is_open else {}
    review = with_changes(with_faults(review, faults), changes) if is_rematch(found) else with_faults(review, faults)
    gone = departures(found)
    context = {
        "programme": found.programme, "found": found, "review": review,
        "faults": faults, "shown": shown, "form": form,
        "departures": gone, "choices_wait": any(each.next_choice for each in gone),
        "open": is_open, "published": found.state == RoundState.PUBLISHED,
        "proof": proof_of(found), "circles": circles_of(found), "rotation": running(found, clock.now()),
        "undo": undo_window(found, clock.now()), "answers": answers_of(found),
        "rearranges": is_open and can_rearrange(found), "done": done_last(found),
        "left_out": left_out(found), "changes": changes if is_rematch(found) else None,
        "approved": next((view.count for view in review.views if view.key == "approved"), 0) - len(changes.stays),
    }  # fmt: skip
    return render(request, "rounds/board.html", context, status=status)


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def decide_pairs(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Whatever was pressed on the board: one pair, all ticked, all that the filter shows, or a pin."""
    found = find(request, slug, number)
    shown = Shown.of(request.POST, "all")
    try:
        messages.success(request, _decided(request, found, shown, clock.now()))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return _back(found, shown)


def _back(found: Round, shown: Shown) -> HttpResponse:
    """To the same part of the board, or to its last page when this one has emptied."""
    pages = review_of(found, show=shown.show, name=shown.name, page=shown.page)
    query = (shown if pages else Shown(shown.show, shown.name, 1)).query
    return redirect(f"{reverse('round', args=[found.programme.slug, found.number])}?{query}#pairs")


def _decided(request: PersonRequest, found: Round, shown: Shown, now: datetime) -> str:
    for name, pinned in (("pin", True), ("unpin", False)):
        if request.POST.get(name):
            return _pinned(request, found, request.POST[name], pinned, now)
    decision = Decision.of(request.POST)
    if decision is None:
        return gettext("Nothing was changed.")
    pairs = decision.pairs
    if decision.circle:
        waiting = pairs_shown(found, "waiting", shown.name).filter(mentor__person=decision.circle)
        pairs = list(waiting.values_list("pk", flat=True))
    if decision.everything:
        pairs = list(pairs_shown(found, shown.show, shown.name).values_list("pk", flat=True))
    count = decide(by=request.person, found=found, proposals=pairs, to=decision.to, now=now)
    return _told(decision.to, count)


def _told(to: str, count: int) -> str:
    words = {
        ProposalState.APPROVED: ngettext("%(count)d pair approved.", "%(count)d pairs approved.", count),
        ProposalState.DECLINED: ngettext("%(count)d pair declined.", "%(count)d pairs declined.", count),
        ProposalState.UNDER_REVIEW: ngettext("%(count)d pair put back.", "%(count)d pairs put back.", count),
    }
    if not count:
        return gettext("Nothing was changed: no pair was ticked, or they were there already.")
    return words[ProposalState(to)] % {"count": count}


def _pinned(request: PersonRequest, found: Round, pair: str, pinned: bool, now: datetime) -> str:
    if not (pair.isascii() and pair.isdigit() and len(pair) < 19):
        raise Http404
    proposal = get_object_or_404(found.proposals, pk=int(pair))
    set_pin(by=request.person, found=found, proposal=proposal, pinned=pinned, now=now)
    if pinned:
        return gettext("Pinned: they stay together when you run the round again.")
    return gettext("No longer pinned.")


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def approve_above(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Approve every pair to review from a score upward."""
    found = find(request, slug, number)
    form = ScoreForm(request.POST)
    if not form.is_valid():
        return _board(request, found, form, status=422)
    score = form.cleaned_data["score"]
    try:
        count = approve_from(by=request.person, found=found, score=score * UNITS, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            ngettext(
                "%(count)d pair with a score of at least %(score)d approved.",
                "%(count)d pairs with a score of at least %(score)d approved.", count,
            ) % {"count": count, "score": score},
        )  # fmt: skip
    return redirect("round", slug, number)


@audience(Audience.PROGRAMME_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def swap_pair(request: PersonRequest, slug: str, number: int, proposal: int) -> HttpResponse:
    """Choose the other pair, look at both pairs that would come of it, then swap."""
    found = find(request, slug, number)
    standing = found.proposals.filter(state__in=STANDING).select_related("mentee__person", "mentor__person")
    first = get_object_or_404(standing, pk=proposal)
    if found.state != RoundState.REVIEW:
        return redirect("round", slug, number)
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.get("with", "")
    second = get_object_or_404(standing, pk=int(chosen)) if chosen.isascii() and chosen.isdigit() else None
    if request.method == "POST" and second is not None:
        try:
            swap(by=request.person, found=found, first=first, second=second, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, gettext("Swapped. Both new pairs are approved; the old ones are declined."))
            return redirect(f"{reverse('round', args=[slug, number])}?show=moved")
    return render(request, "rounds/swap.html", _swap_context(found, first, second, name_of(given)))


def _swap_context(found: Round, first: Proposal, second: Proposal | None, name: str) -> dict[str, object]:
    others = pairs_shown(found, "all", name).filter(state__in=STANDING)
    others = others.exclude(pk=first.pk).exclude(mentor=first.mentor_id).exclude(mentee=first.mentee_id)
    new = pairs_after_swap(found, first, second) if second else None
    return {
        "programme": found.programme, "found": found, "name": name, "first": first, "second": second,
        "now": board_rows(Proposal.objects.filter(pk__in=[each.pk for each in (first, second) if each])),
        "new": new, "possible": new and not any(pair.refusal for pair in new),
        "others": sorted(board_rows(others), key=lambda row: row.mentor.name.casefold()),
    }  # fmt: skip
