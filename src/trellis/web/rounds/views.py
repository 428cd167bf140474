"""A programme's rounds, and the steps in the life of one."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.kernel import audit, clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions import publishing, review, taking_back
from trellis.matching.actions import rounds as actions
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.cost_words import against_words
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.board import rounds_of, state_counts, unmatched_rows
from trellis.matching.queries.circles import circles_of
from trellis.matching.queries.exchanges import changes_of
from trellis.matching.queries.proof import check_again, proof_of
from trellis.matching.queries.reading import read_by
from trellis.matching.queries.rematch import can_place_again
from trellis.matching.queries.review import next_choices, waiting_next_choices
from trellis.matching.queries.scenarios import can_compare
from trellis.matching.queries.start import obstacles_of, openings_of
from trellis.matching.rules import Agreeing, can_rotate
from trellis.people.models import Person
from trellis.programmes.models import Programme
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme

Step = Callable[[Person, Round, datetime], str]  # does it, and says what happened


def find(request: PersonRequest, slug: str, number: int, without: tuple[str, ...] = ()) -> Round:
    """A round of a programme that the person runs; without its inputs, which only the engine reads, and whatever else
    the page has no use for."""
    programme = managed_programme(request, slug)
    rows = Round.objects.filter(programme=programme).select_related("programme").defer("inputs", *without)
    return get_object_or_404(rows, number=number)


def step(request: PersonRequest, found: Round, do: Step) -> HttpResponse:
    """Take one step and come back to the round, with what happened or why not."""
    try:
        messages.success(request, do(request.person, found, clock.now()))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("round", found.programme.slug, found.number)


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def rounds(request: PersonRequest, slug: str) -> HttpResponse:
    """Every round of the programme, and the next choices that wait for a decision."""
    programme = managed_programme(request, slug)
    found = rounds_of(programme)
    running = next((row for row in found if row.state in actions.OPEN), None)
    ready = openings_of(programme)
    obstacles = obstacles_of(programme, ready)
    context = {
        "programme": programme, "rounds": found, "open": running, "choices": next_choices(programme),
        "rotates": can_rotate(programme), "rematches": can_place_again(programme),
        "comparable": can_compare(programme), "ready": ready, "obstacles": obstacles,
        "stopped": any(each.stops for each in obstacles),
    }  # fmt: skip
    return render(request, "rounds/rounds.html", context)


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def start(request: PersonRequest, slug: str) -> HttpResponse:
    programme = managed_programme(request, slug)
    try:
        found = actions.start_round(by=request.person, programme=programme, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("rounds", slug)
    return redirect("round", slug, found.number)


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def next_choice(request: PersonRequest, slug: str, proposal: int) -> HttpResponse:
    """Offer a next choice, or pass it over."""
    programme = managed_programme(request, slug)
    found = get_object_or_404(waiting_next_choices(programme), pk=proposal)
    try:
        messages.success(request, _decide_next(request, programme, found))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("rounds", slug)


def _decide_next(request: PersonRequest, programme: Programme, found: Proposal) -> str:
    if request.POST.get("answer") == "offer":
        review.offer_next_choice(by=request.person, proposal=found, now=clock.now())
        return gettext("Offered. Whoever is asked has 14 days to answer.")
    following = review.pass_over(by=request.person, proposal=found, now=clock.now())
    if following:
        return gettext("Passed over. The choice after it is laid out below.")
    return gettext("Passed over. There is nobody after them; start another round when somebody new has signed up.")


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def unmatched(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Everybody the round could not place, with the reason and what would help."""
    found = find(request, slug, number)
    rows = unmatched_rows(found)
    sides = (
        [(gettext("People without a partner"), rows)]
        if found.programme.of_equals
        else [
            (gettext("Mentees without a mentor"), [row for row in rows if row.side == "mentee"]),
            (gettext("Mentors without a mentee"), [row for row in rows if row.side == "mentor"]),
        ]
    )
    return render(request, "rounds/unmatched.html", {"programme": found.programme, "found": found, "sides": sides})


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def proof(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Check the certificate again, now, with the checker that shares no code with the solver."""
    found = find(request, slug, number)
    said = proof_of(found)
    if said is None:
        raise Http404
    context = {
        "programme": found.programme, "found": found, "proof": said, "checked": check_again(found),
        "read_by": read_by(found.settings),
    }  # fmt: skip
    if said.by_hand:
        context["hand_cost"] = against_words(said.by_hand.matched, said.by_hand.points)
    return render(request, "rounds/proof.html", context)


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def certificate(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The certificate as a file: pairs, scores and prices by employee ID, nothing that anybody wrote."""
    found = find(request, slug, number)
    if found.certificate is None:
        raise Http404
    audit.record(
        organisation_id=found.organisation_id, actor_id=request.person.pk, verb="round.download_certificate",
        subject=f"round:{found.pk}", at=clock.now(), facts={"programme": found.programme_id},
    )  # fmt: skip
    response = JsonResponse(found.certificate, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="certificate-{slug}-{number}.json"'
    return response


@audience(Audience.PROGRAMME_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Say what publishing does before it is done; sending to many is never undone quite without trace."""
    found = find(request, slug, number)
    if request.method == "POST":
        return step(request, found, _publish)
    if found.state != RoundState.REVIEW:
        return redirect("round", slug, number)
    counts, changes = state_counts(found), changes_of(found, [ProposalState.APPROVED])
    context = {
        "programme": found.programme, "found": found,
        "approved": counts.get(ProposalState.APPROVED, 0) - len(changes.stays), "changes": changes,
        "waiting": counts.get(ProposalState.UNDER_REVIEW, 0), "long": publishing.is_long(found),
        "undo_minutes": actions.UNDO_MINUTES,
        "small": [each for each in circles_of(found, [ProposalState.APPROVED]) if each.lacks],
        "offer_days": actions.OFFER_DAYS, "agreeing": Agreeing.of(found.programme),
    }  # fmt: skip
    return render(request, "rounds/publish.html", context)


def _publish(by: Person, found: Round, now: datetime) -> str:
    if publishing.is_long(found):
        publishing.ask_to_publish(by=by, found=found, now=now)
        return gettext("Publishing has begun. You may leave this page; a notice comes when the last pair is out.")
    count = publishing.publish_round(by=by, found=found, now=now)
    return ngettext(
        "Published: %(count)d pair. Everybody who is asked, and whoever begins, has been told.",
        "Published: %(count)d pairs. Everybody who is asked, and whoever begins, has been told.", count,
    ) % {"count": count}  # fmt: skip


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def undo(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    return step(request, find(request, slug, number), _undo)


def _undo(by: Person, found: Round, now: datetime) -> str:
    if taking_back.is_long(found):
        taking_back.ask_to_undo(by=by, found=found, now=now)
        return gettext("Taking it back has begun. You may leave this page; it goes on.")
    count = taking_back.undo_publish(by=by, found=found, now=now)
    begun = state_counts(found).get(ProposalState.ACCEPTED, 0)
    said = ngettext(
        "Taken back: %(count)d pair is approved here again. Whoever had mail gets a correction.",
        "Taken back: %(count)d pairs are approved here again. Whoever had mail gets a correction.", count,
    ) % {"count": count}  # fmt: skip
    if begun:
        said += " " + ngettext(
            "%(count)d pair has already begun and stays together.",
            "%(count)d pairs have already begun and stay together.", begun,
        ) % {"count": begun}  # fmt: skip
    return said


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def go_on(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Set publishing, or taking back, going again after it was stopped."""
    return step(request, find(request, slug, number), _go_on)


def _go_on(by: Person, found: Round, now: datetime) -> str:
    publishing.go_on(by=by, found=found, now=now)
    return gettext("It goes on. What was done before is not done twice.")


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def stop_publishing(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Stop publishing before the next pair, whoever began it."""
    return step(request, find(request, slug, number), _stop)


def _stop(by: Person, found: Round, now: datetime) -> str:
    if publishing.stop(by=by, found=found, now=now):
        return gettext("It was asked to stop. The pairs that are out stay out until you take them back.")
    return gettext("Nothing was at work any more. Look below how far it came.")


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def set_aside(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    return step(request, find(request, slug, number), _set_aside)


def _set_aside(by: Person, found: Round, now: datetime) -> str:
    actions.discard_round(by=by, found=found, now=now)
    return gettext("The round is set aside. Nobody was told anything.")


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def again(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Run the round again and go to the new one."""
    found = find(request, slug, number)
    try:
        fresh = actions.run_again(by=request.person, found=found, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("round", slug, number)
    messages.success(request, gettext("Running again. Approved and pinned pairs stay; declined ones stay apart."))
    return redirect("round", slug, fresh.number)
