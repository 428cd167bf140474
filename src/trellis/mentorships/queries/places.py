from dataclasses import dataclass

from trellis.mentorships.choices import LIVE_STATES
from trellis.mentorships.models import Party
from trellis.people.models import Person


@dataclass(frozen=True)
class PlaceOfMentorship:
    """One of a person's live mentorships, as their menu shows it."""

    id: int
    partner: str


def places_of(person: Person) -> list[PlaceOfMentorship]:
    """The person's live mentorships by their partner's first name; one query, at most eight."""
    others = (
        Party.objects.filter(mentorship__parties__person=person, mentorship__state__in=LIVE_STATES)
        .exclude(person=person)
        .select_related("person")
        .order_by("mentorship_id")[:8]
    )
    return [PlaceOfMentorship(party.mentorship_id, party.person.first_name) for party in others]
