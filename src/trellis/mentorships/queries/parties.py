"""Who is in a mentorship, seen from one of them."""

from dataclasses import dataclass

from trellis.mentorships.choices import PartyRole
from trellis.mentorships.models import Mentorship, Party
from trellis.people.models import Person


@dataclass(frozen=True)
class Sides:
    """The parties of one mentorship as `me` sees them."""

    me: Party
    others: tuple[Party, ...]

    @property
    def is_mentor(self) -> bool:
        return self.me.role == PartyRole.MENTOR

    @property
    def partner(self) -> Person:
        """The one other person (the first of several in a circle)."""
        return self.others[0].person

    @property
    def parties(self) -> tuple[Party, ...]:
        return (self.me, *self.others)


def sides_of(mentorship: Mentorship, person: Person) -> Sides:
    """Both sides of `mentorship` as `person` sees them; one query. `person` must be a party."""
    parties = list(Party.objects.filter(mentorship=mentorship).select_related("person").order_by("id"))
    me = next(party for party in parties if party.person_id == person.pk)
    return Sides(me, tuple(party for party in parties if party is not me))


def partners_of(mentorship: Mentorship, person: Person) -> list[Person]:
    """Everybody in `mentorship` except `person`; one query."""
    others = Party.objects.filter(mentorship=mentorship).exclude(person=person)
    return [party.person for party in others.select_related("person").order_by("id")]
