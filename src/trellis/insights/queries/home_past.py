"""What a person has closed: the way back to it, and to its certificate."""

from dataclasses import dataclass
from datetime import datetime

from trellis.journeys.models import Certificate
from trellis.mentorships.choices import LIVE_STATES
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries.partners import partners_in
from trellis.people.models import Person

SHOWN = 3


@dataclass(frozen=True)
class PastPair:
    id: int
    partner: str
    programme: str
    ended_at: datetime | None
    certificate: str  # its number, or nothing where it ended early


def past_pairs(person: Person) -> list[PastPair]:
    """The last three mentorships that are over, the latest first; three queries, one where there is none."""
    rows = Mentorship.objects.of(person).exclude(state__in=LIVE_STATES).select_related("programme")
    over = list(rows.order_by("-ended_at", "-id")[:SHOWN])
    if not over:
        return []
    partners = partners_in([one.pk for one in over], person)
    numbers = dict(
        Certificate.objects.filter(person=person, journey__mentorship__in=over).values_list(
            "journey__mentorship", "number"
        )
    )
    return [
        PastPair(one.pk, partners[one.pk].full_name, one.programme.name, one.ended_at, numbers.get(one.pk, ""))
        for one in over
    ]
