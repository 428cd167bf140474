"""Finding what an address names, for the person who asks. What is not theirs does not exist: 404, never 403."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from trellis.mentorships.models import Mentorship
from trellis.programmes.models import Programme
from trellis.programmes.queries import managed_programmes, readable_programmes
from trellis.web.access import PersonRequest


def managed_programme(request: PersonRequest, slug: str) -> Programme:
    """A programme that the person owns or coordinates."""
    return get_object_or_404(managed_programmes(request.person), slug=slug)


def readable_programme(request: PersonRequest, slug: str) -> Programme:
    """A programme whose states, dates and counts the person may read."""
    return get_object_or_404(readable_programmes(request.person), slug=slug)


def own_mentorship(request: PersonRequest, number: int) -> Mentorship:
    """A mentorship to which the person is a party."""
    return get_object_or_404(Mentorship.objects.of(request.person).select_related("programme"), pk=number)


def page_number(request: PersonRequest) -> int:
    """?page= as a positive number; anything else does not exist."""
    raw = request.GET.get("page", "1")
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:9]) <= 100_000:
        raise Http404
    return int(raw[:9])


def whole_number(raw: str) -> int:
    """A number as a form sends it; 0, which numbers nothing, for anything else."""
    return int(raw[:9]) if raw.isascii() and raw.isdigit() else 0
