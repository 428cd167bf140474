from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching import rules
from trellis.matching.actions.requests import ask_mentor, ask_on
from trellis.matching.actions.waiting import stop_waiting, wait_for_place
from trellis.matching.actions.wishes import MOST_WISHES, set_wishes
from trellis.matching.models import Wish
from trellis.matching.queries.finding import directory_of
from trellis.matching.queries.suggestions import outlook_of
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.find.forms import FindForm, changed
from trellis.web.lookup import page_number

PAGE = 24


def _own_enrolment(request: PersonRequest, slug: str) -> Enrolment:
    """The person's own approved sign-up as mentee; without one there is no directory for them."""
    rows = Enrolment.objects.of(request.person).filter(side=Side.MENTEE, state=EnrolmentState.APPROVED)
    return get_object_or_404(rows.select_related("programme", "person"), programme__slug=slug)


def _mentor(mentee: Enrolment, number: int) -> Enrolment:
    rows = Enrolment.objects.filter(programme=mentee.programme_id, side=Side.MENTOR, state=EnrolmentState.APPROVED)
    return get_object_or_404(rows.select_related("person"), pk=number)


@audience(Audience.MEMBER)
@require_safe
def find_mentor(request: PersonRequest, slug: str) -> HttpResponse:
    """Suggestions first, each explained; then everybody, with filters; and the person's own wishes."""
    return _page(request, _own_enrolment(request, slug))


def _page(request: PersonRequest, mentee: Enrolment, refusal: str = "", status: int = 200) -> HttpResponse:
    form = FindForm(request.GET)
    outlook = outlook_of(mentee, now=clock.now())
    if outlook is None:
        return render(request, "find/not_yet.html", {"programme": mentee.programme})
    directory = directory_of(mentee, outlook, form.filters())
    page = Paginator(directory.cards, PAGE)
    number = page_number(request)
    if number > page.num_pages:
        raise Http404
    given = {name: value for name, value in form.filters().__dict__.items() if value}
    context = {
        "programme": mentee.programme, "directory": directory, "page": page.page(number), "filters": form.filters(),
        "given": given, "query": f"{urlencode(given)}&" if given else "", "refusal": refusal,
        "may_ask": rules.can_ask(request.person, mentee, mentee.programme), "asks_next": mentee.asks_next,
        "most_open": rules.Agreeing.of(mentee.programme).open_requests,
        "most_wishes": MOST_WISHES, "room_for_wishes": len(directory.wishes) < MOST_WISHES,
    }  # fmt: skip
    return render(request, "find/find.html", context, status=status)


@audience(Audience.MEMBER)
@require_POST
def change_wishes(request: PersonRequest, slug: str) -> HttpResponse:
    """Add, remove, move up or move down one wish."""
    mentee = _own_enrolment(request, slug)
    step, number = next(
        ((step, request.POST[step]) for step in ("add", "remove", "up", "down") if step in request.POST), ("", "")
    )
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404
    mentor = _mentor(mentee, int(number))
    wishes = list(Wish.objects.filter(wisher=mentee).order_by("rank").values_list("wished_id", flat=True))
    ids = changed(wishes, step, mentor.pk)
    by_id = Enrolment.objects.filter(state=EnrolmentState.APPROVED).in_bulk(ids)
    try:
        set_wishes(
            by=request.person, wisher=mentee, wished=[by_id[each] for each in ids if each in by_id], now=clock.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("Your wishes are saved. Nobody sees them."))
    return redirect("find_mentor", slug)


@audience(Audience.MEMBER)
@require_POST
def ask(request: PersonRequest, slug: str, mentor: int) -> HttpResponse:
    """Ask a mentor; if that is not possible, say why and show three who can."""
    mentee = _own_enrolment(request, slug)
    asked = _mentor(mentee, mentor)
    try:
        proposal = ask_mentor(by=request.person, mentee=mentee, mentor=asked, now=clock.now())
    except Refusal as refusal:
        return _page(request, mentee, refusal=str(refusal), status=409)
    messages.success(request, gettext("Asked. %(name)s has 14 days to answer.") % {"name": asked.person.first_name})
    return redirect("offer", proposal.pk)


@audience(Audience.MEMBER)
@require_POST
def ask_next(request: PersonRequest, slug: str) -> HttpResponse:
    """Whether the next wish is asked when a request does not come about."""
    mentee, wanted = _own_enrolment(request, slug), request.POST.get("wanted") == "yes"
    try:
        ask_on(by=request.person, mentee=mentee, wanted=wanted, now=clock.now())
    except Refusal as refusal:
        return _page(request, mentee, refusal=str(refusal), status=409)
    said = gettext("Saved. When a request does not come about, the next of your wishes is asked, and you are told.")
    messages.success(request, said if wanted else gettext("Saved. You ask everybody yourself."))
    return redirect("find_mentor", slug)


@audience(Audience.MEMBER)
@require_POST
def wait(request: PersonRequest, slug: str, mentor: int) -> HttpResponse:
    """Be told once when a mentor who is full has a place again, or no longer."""
    mentee = _own_enrolment(request, slug)
    waited_for = _mentor(mentee, mentor)
    try:
        if request.POST.get("stop"):
            stop_waiting(by=request.person, mentee=mentee, mentor=waited_for, now=clock.now())
            messages.success(request, gettext("You no longer wait for a place there."))
        else:
            wait_for_place(by=request.person, mentee=mentee, mentor=waited_for, now=clock.now())
            said = gettext("You hear from us when %(name)s has a place.") % {"name": waited_for.person.first_name}
            messages.success(request, said)
    except Refusal as refusal:
        return _page(request, mentee, refusal=str(refusal), status=409)
    return redirect("find_mentor", slug)
