"""The other side of many mentorships at once, for lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from trellis.kernel import clock
from trellis.mentorships.models import Party
from trellis.people.models import Person


@dataclass(frozen=True)
class Partner:
    """The one other person of a mentorship (the first of several in a circle), as a list shows them."""

    id: int
    first_name: str
    full_name: str
    job_title: str
    location: str
    zone: str
    role: str  # theirs: PartyRole

    @property
    def there(self) -> datetime:
        """The time now on their wall clock, without a zone, so that a template prints it as it stands."""
        return clock.now().astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    @property
    def place(self) -> str:
        """Where that clock is: their location, or else the city their time zone is named after."""
        return self.location or self.zone.rsplit("/", 1)[-1].replace("_", " ")


def partners_in(mentorships: Iterable[int], person: Person) -> dict[int, Partner]:
    """Who stands opposite `person` in each of `mentorships` (ids); one query. Ids that are not theirs are left out."""
    found: dict[int, Partner] = {}
    rows = (
        Party.objects.filter(mentorship__in=set(mentorships), mentorship__parties__person=person)
        .exclude(person=person)
        .select_related("person")
        .order_by("mentorship_id", "id")
    )
    for party in rows:
        other = party.person
        found.setdefault(
            party.mentorship_id,
            Partner(
                other.pk, other.first_name, other.full_name, other.job_title, other.location, other.time_zone,
                party.role,
            ),
        )  # fmt: skip
    return found
