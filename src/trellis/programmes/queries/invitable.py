"""Who could be invited to a programme, picked by what the directory says."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from trellis.people.models import Person
from trellis.programmes.models import Enrolment, Programme


@dataclass(frozen=True)
class Pick:
    """A selection from the directory; empty parts do not narrow it."""

    unit: str = ""
    location: str = ""
    level_from: int | None = None
    level_to: int | None = None


def invitable_people(programme: Programme, side: str, pick: Pick) -> QuerySet[Person]:
    """Active people of the selection who have no enrolment on this side, whatever its state."""
    known = Enrolment.objects.filter(programme=programme, side=side).values("person")
    rows = Person.objects.active().exclude(pk__in=known)
    if pick.unit:
        rows = rows.filter(unit=pick.unit)
    if pick.location:
        rows = rows.filter(location=pick.location)
    if pick.level_from is not None:
        rows = rows.filter(level__gte=pick.level_from)
    if pick.level_to is not None:
        rows = rows.filter(level__lte=pick.level_to)
    return rows.order_by("sort_name", "pk")


def people_by_email(emails: Iterable[str]) -> dict[str, int]:
    """Active people by their address in small letters."""
    wanted = {email.casefold() for email in emails}
    rows = Person.objects.active().filter(email__in=wanted | set(emails))
    return {email.casefold(): pk for email, pk in rows.values_list("email", "pk")}


def places_in_directory() -> tuple[list[str], list[str]]:
    """Units and locations that active people are in, for two select lists."""
    people = Person.objects.active()
    units = people.exclude(unit="").values_list("unit", flat=True).distinct().order_by("unit")
    locations = people.exclude(location="").values_list("location", flat=True).distinct().order_by("location")
    return list(units[:500]), list(locations[:500])
