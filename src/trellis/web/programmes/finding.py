"""Finding a programme and one's own sign-up. What a participant may not see does not exist."""

from django.shortcuts import get_object_or_404

from trellis.mentorships.choices import PartyRole
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.queries.participant import programmes_seen_by
from trellis.web.access import PersonRequest


def seen_programme(request: PersonRequest, slug: str) -> Programme:
    """An open programme, or one in which the person is enrolled or invited."""
    return get_object_or_404(Programme.objects.filter(programmes_seen_by(request.person)), slug=slug)


def own_enrolment(request: PersonRequest, slug: str, side: str) -> Enrolment:
    rows = Enrolment.objects.of(request.person).select_related("programme", "person")
    return get_object_or_404(rows, programme__slug=slug, side=side)


def live_mentorship(person: Person, enrolment: Enrolment) -> Mentorship | None:
    """A mentorship of this programme that still runs, with the person on the enrolment's side."""
    rows = Mentorship.objects.live().filter(
        programme=enrolment.programme_id, parties__person=person, parties__role__in=[enrolment.side, PartyRole.PEER]
    )
    return rows.order_by("pk").first()
