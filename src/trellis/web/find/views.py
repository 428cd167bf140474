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
from trellis.matching.actions.requests import ask, ask_on
from trellis.matching.actions.waiting import stop_waiting, wait_for_place
from trellis.matching.actions.wishes import MOST_WISHES, set_wishes
from trellis.matching.choices import ACROSS
from trellis.matching.models import Wish
from trellis.matching.queries.finding import directory_of
from trellis.matching.queries.suggestions import outlook_of
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.enrolment_rules import lets_people_ask
from trellis.programmes.models import Enrolment
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.find.forms import FindForm, changed
from trellis.web.lookup import page_number

PAGE = 24
# who looks -> their page, and its buttons
AT = {
    Side.MENTEE: {"page": "find_mentor", "wishes": "wishes", "ask": "ask_mentor", "ask_on": "ask_on"},
    Side.MENTOR: {"page": "find_mentee", "wishes": "mentee_wishes", "ask": "ask_mentee", "ask_on": "mentee_ask_on"},
}


def _own_enrolment(request: PersonRequest, slug: str, side: Side = Side.MENTEE) -> Enrolment:
    """The person's own approved sign-up on this side; without one there is no directory for them. Nor is there one of
    mentees where nobody asks anybody."""
    rows = Enrolment.objects.of(request.person).filter(side=side, state=EnrolmentState.APPROVED)
    found = get_object_or_404(rows.select_related("programme", "person"), programme__slug=slug)
    if side == Side.MENTOR and not lets_people_ask(found.programme):
        raise Http404
    return found


def _other(seeker: Enrolment, number: int) -> Enrolment:
    """Somebody approved on the other side. Of mentees who cannot be found a mentor reads the same, whoever it is."""
    side = ACROSS[seeker.side]
    rows = Enrolment.objects.filter(programme=seeker.programme_id, side=side, state=EnrolmentState.APPROVED)
    return get_object_or_404(rows.select_related("person"), pk=number)


@audience(Audience.MEMBER)
@require_safe
def find(request: PersonRequest, slug: str, side: Side) -> HttpResponse:
    """Suggestions first, each explained; then everybody, with filters; and the person's own wishes."""
    return _page(request, _own_enrolment(request, slug, side))


def _page(request: PersonRequest, seeker: Enrolment, refusal: str = "", status: int = 200) -> HttpResponse:
    form = FindForm(request.GET)
    outlook = outlook_of(seeker, now=clock.now())
    at = AT[Side(seeker.side)]
    if outlook is None:
        return render(request, "find/not_yet.html", {"programme": seeker.programme, "at": at})
    directory = directory_of(seeker, outlook, form.filters())
    page = Paginator(directory.cards, PAGE)
    number = page_number(request)
    if number > page.num_pages:
        raise Http404
    given = {name: value for name, value in form.filters().__dict__.items() if value}
    context = {
        "programme": seeker.programme, "directory": directory, "page": page.page(number), "filters": form.filters(),
        "given": given, "query": f"{urlencode(given)}&" if given else "", "refusal": refusal, "at": at,
        "may_ask": rules.can_ask(request.person, seeker, seeker.programme), "asks_next": seeker.asks_next,
        "most_open": rules.Agreeing.of(seeker.programme).open_requests,
        "most_wishes": MOST_WISHES, "room_for_wishes": len(directory.wishes) < MOST_WISHES,
    }  # fmt: skip
    return render(request, f"find/{at['page']}.html", context, status=status)


@audience(Audience.MEMBER)
@require_POST
def change_wishes(request: PersonRequest, slug: str, side: Side) -> HttpResponse:
    """Add, remove, move up or move down one wish."""
    seeker = _own_enrolment(request, slug, side)
    step, number = next(
        ((step, request.POST[step]) for step in ("add", "remove", "up", "down") if step in request.POST), ("", "")
    )
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404
    other = _other(seeker, int(number))
    wishes = list(Wish.objects.filter(wisher=seeker).order_by("rank").values_list("wished_id", flat=True))
    ids = changed(wishes, step, other.pk)
    by_id = Enrolment.objects.filter(state=EnrolmentState.APPROVED).in_bulk(ids)
    try:
        set_wishes(
            by=request.person, wisher=seeker, wished=[by_id[each] for each in ids if each in by_id], now=clock.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("Your wishes are saved. Nobody sees them."))
    return redirect(AT[side]["page"], slug)


@audience(Audience.MEMBER)
@require_POST
def ask_somebody(request: PersonRequest, slug: str, number: int, side: Side) -> HttpResponse:
    """Ask somebody; if that is not possible, say why and show who can be asked."""
    seeker = _own_enrolment(request, slug, side)
    asked = _other(seeker, number)
    try:
        proposal = ask(by=request.person, asker=seeker, asked=asked, now=clock.now())
    except Refusal as refusal:
        return _page(request, seeker, refusal=str(refusal), status=409)
    messages.success(request, gettext("Asked. %(name)s has 14 days to answer.") % {"name": asked.person.first_name})
    return redirect("offer", proposal.pk)


@audience(Audience.MEMBER)
@require_POST
def ask_next(request: PersonRequest, slug: str, side: Side) -> HttpResponse:
    """Whether the next wish is asked when a request does not come about."""
    seeker, wanted = _own_enrolment(request, slug, side), request.POST.get("wanted") == "yes"
    try:
        ask_on(by=request.person, asker=seeker, wanted=wanted, now=clock.now())
    except Refusal as refusal:
        return _page(request, seeker, refusal=str(refusal), status=409)
    said = gettext("Saved. When a request does not come about, the next of your wishes is asked, and you are told.")
    messages.success(request, said if wanted else gettext("Saved. You ask everybody yourself."))
    return redirect(AT[side]["page"], slug)


@audience(Audience.MEMBER)
@require_POST
def wait(request: PersonRequest, slug: str, mentor: int) -> HttpResponse:
    """Be told once when a mentor who is full has a place again, or no longer."""
    mentee = _own_enrolment(request, slug)
    waited_for = _other(mentee, mentor)
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
