"""Finding somebody of one side of a programme by what a manager types."""

from trellis.people.directory.names import folded
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Enrolment, Programme

HERE = (EnrolmentState.APPROVED, EnrolmentState.WAITING, EnrolmentState.PAUSED, EnrolmentState.APPLIED)
MOST_OFFERED = 300  # of a side, in the list that helps with typing
LONGEST = 200


def enrolments_called(programme: Programme, side: str, words: str) -> list[Enrolment]:
    """Whoever has this employee ID, address or full name; else whoever's name has every word. Two queries at most.

    "Ana Silva (P17)", as the list beside the field offers it, is read by its ID.
    """
    words = words.replace("\0", "").strip()[:LONGEST]
    code = words[words.rfind("(") + 1 : -1] if words.endswith(")") else words
    people = Enrolment.objects.filter(programme=programme, side=side, state__in=HERE).without_words()
    people = people.select_related("person", "programme").order_by("person__sort_name", "pk")
    exact = people.filter(person__external_id__iexact=code) | people.filter(person__email__iexact=words)
    if found := list(exact):
        return found
    for word in folded(words).split():
        people = people.filter(person__sort_name__contains=word)
    near = list(people[: MOST_OFFERED if words else 0])
    called = [each for each in near if folded(each.person.full_name) == folded(words)]
    return called or near


def names_on(programme: Programme, side: str) -> list[str]:
    """The first so many people of a side, as the field takes them. One query."""
    rows = Enrolment.objects.filter(programme=programme, side=side, state__in=HERE).without_words()
    rows = rows.select_related("person").order_by("person__sort_name", "pk")[:MOST_OFFERED]
    return [f"{row.person.full_name} ({row.person.external_id})" for row in rows]
