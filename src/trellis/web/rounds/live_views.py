"""Put any two people of a round together: who it could be, what it costs the whole plan, doing it, taking it back."""

from collections.abc import Set

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.rearranging import put_together, take_back
from trellis.matching.cost_words import matched_words, points_words
from trellis.matching.models import Round
from trellis.matching.queries.rearranged import choice_rows, mentee_rows, moves_of
from trellis.matching.queries.rearranging import Rearrangement, ask, can_rearrange, people_of
from trellis.people.models import Person
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.rounds.forms import name_of
from trellis.web.rounds.views import find

MOST = 50  # names on one page; a search finds the others


@audience(Audience.PROGRAMME_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def together(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Choose a mentee, then a mentor, look at what it costs; then do it, or leave it."""
    found = find(request, slug, number, without=("certificate",))
    if not can_rearrange(found):
        return redirect("round", slug, number)
    if request.method == "POST":
        return _do(request, found)
    mentees, mentors = people_of(found)
    mentee = _person(request.GET, "mentee", mentees)
    mentor = _person(request.GET, "mentor", mentors)
    context = {"programme": found.programme, "found": found, "mentee": mentee, "mentor": mentor, "most": MOST}
    if mentee and mentor:
        return render(request, "rounds/together.html", {**context, **_answer(found, mentee, mentor)})
    name = name_of(request.GET)
    rows, total = choice_rows(found, mentee, name, MOST) if mentee else mentee_rows(found, name, MOST)
    page = "rounds/together_mentor.html" if mentee else "rounds/together_mentee.html"
    return render(request, page, {**context, "rows": rows, "total": total, "name": name})


def _person(given: QueryDict, side: str, codes: Set[str]) -> Person | None:
    """Somebody on this side of the round; None where nobody is named."""
    chosen = given.get(side, "")
    if not chosen:
        return None
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        raise Http404
    person = get_object_or_404(Person, pk=int(chosen))
    if person.external_id not in codes:
        raise Http404
    return person


def _answer(found: Round, mentee: Person, mentor: Person) -> dict[str, object]:
    try:
        plan = ask(found, mentee, mentor)
    except Refusal as refusal:
        return {"refusal": str(refusal)}
    scored = bool(found.settings.get("scoring", True))
    return {
        "plan": plan, "moves": moves_of(found, plan), "matched": matched_words(plan.matched),
        "points": points_words(plan.points) if scored else "",
        "signed": signing.dumps(plan.plain, salt=_salt(found), compress=True),
    }  # fmt: skip


def _salt(found: Round) -> str:
    """What was worked out for one round says nothing about another."""
    return f"matching.together.{found.pk}"


def _do(request: PersonRequest, found: Round) -> HttpResponse:
    """Exactly what was looked at, or nothing."""
    try:
        plan = Rearrangement.of(signing.loads(request.POST.get("plan", ""), salt=_salt(found)))
    except signing.BadSignature:
        raise Http404 from None
    try:
        put_together(by=request.person, found=found, plan=plan, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(_again(found, plan))
    messages.success(request, gettext("Done. The new pairs wait for your review; the one you asked for is pinned."))
    return redirect("round", found.programme.slug, found.number)


def _again(found: Round, plan: Rearrangement) -> str:
    people = {each.external_id: each.pk for each in Person.objects.filter(external_id__in=[plan.mentee, plan.mentor])}
    address = reverse("round_together", args=[found.programme.slug, found.number])
    return f"{address}?mentee={people[plan.mentee]}&mentor={people[plan.mentor]}"


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def together_undo(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Take the last rearrangement back."""
    found = find(request, slug, number)
    try:
        take_back(by=request.person, found=found, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("Taken back. The board is as it was before."))
    return redirect("round", found.programme.slug, found.number)
