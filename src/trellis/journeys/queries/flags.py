"""Check-ins that call for a person: a flag without a score, and without a name (content/instruments.yaml, `alert`).

Answers are read here and nowhere else but on their author's own page, and they do not leave this module: neither
what was answered, nor by which of the two, nor when. Before a page shows a flag, the check-in page must say so.
"""

import json
from collections.abc import Iterable, Mapping
from statistics import mean

from trellis.surveys.models import SurveyResponse
from trellis.surveys.packs import Instrument, all_packs
from trellis.surveys.queries import context_of
from trellis.surveys.rules import Value, wants_contact

WEAK_START, LOW_SAFETY = "sig_pulse", "sig_safety"  # signals of content/nudges.yaml
WEAK_AT_MOST = 2  # of 5: "Is this partnership off to a good start for you?"
SAFE_FROM = 2.5  # of 5: one person's mean over the questions on safety
ANSWERED_AT_LEAST = 2 / 3  # of a scale's questions, or it has no score (domain notes, section 3)


def check_in_flags(mentorships: Iterable[int]) -> dict[int, frozenset[str]]:
    """The signals that the latest answers in each mentorship (ids) give, empty ones included; one query."""
    numbers = {context_of(number): number for number in mentorships}
    found: dict[int, frozenset[str]] = dict.fromkeys(numbers.values(), frozenset())
    for context, answers in SurveyResponse.objects.filter(context__in=numbers, declined=False).values_list(
        "context", "answers"
    ):
        found[numbers[context]] |= _signals(json.loads(answers or "{}"))
    return found


def _signals(answers: Mapping[str, Value]) -> frozenset[str]:
    weak, unsafe = is_weak_start(answers), is_low_safety(answers)
    return frozenset([WEAK_START] * weak + [LOW_SAFETY] * unsafe)


def is_weak_start(answers: Mapping[str, Value]) -> bool:
    """The pulse's alert: a poor start, or the wish to be contacted."""
    start = answers.get("ep1")
    return wants_contact(answers) or (isinstance(start, int) and start <= WEAK_AT_MOST)


def is_low_safety(answers: Mapping[str, Value]) -> bool:
    """The alert of the questions on safety in the pair; too few answers give none."""
    items = _safety().items
    scores = [
        item.choices[0].value + item.choices[-1].value - value if item.reverse else value
        for item in items
        if isinstance(value := answers.get(item.id), int)
    ]
    return len(scores) >= ANSWERED_AT_LEAST * len(items) and mean(scores) < SAFE_FROM


def _safety() -> Instrument:
    return next(each for each in all_packs()["mid_pack"].instruments if each.id == "pair_safety")
