import json
from collections import defaultdict

from trellis.people.models import Person
from trellis.surveys.models import SurveyResponse
from trellis.surveys.rules import Value


def settled_packs(context: str) -> dict[int, frozenset[str]]:
    """Person id -> packs answered or declined in one context; one query, and no answer is read."""
    done: defaultdict[int, set[str]] = defaultdict(set)
    for person_id, pack_id in SurveyResponse.objects.filter(context=context).values_list("person_id", "pack"):
        done[person_id].add(pack_id)
    return {person_id: frozenset(packs) for person_id, packs in done.items()}


def own_answers(person: Person, pack_id: str, context: str) -> dict[str, Value] | None:
    """What the person themself answered; {} after a decline, None if they have done neither. For that person only."""
    response = SurveyResponse.objects.filter(person=person, pack=pack_id, context=context).first()
    if response is None:
        return None
    answers: dict[str, Value] = json.loads(response.answers or "{}")
    return answers


def context_of(mentorship_id: int) -> str:
    """How a mentorship is named in a response: this floor knows people, not mentorships."""
    return f"mentorship:{mentorship_id}"
