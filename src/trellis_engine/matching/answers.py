"""Answers to the sign-up form: how alike two people's choices are, and what the rules on answers forbid.

A question counts for a pair only where both answered it. What one of the two answered is never told: a
reason says at least how many answers are shared, and never so much that every single one could be read off.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from trellis_engine.matching.encode import Encoded
from trellis_engine.matching.grid import UNKNOWN, Grid, Mask
from trellis_engine.matching.people import Participant
from trellis_engine.matching.settings import FEATURE_SCALE, ScoredQuestion, Settings

Chosen = Callable[[Participant], frozenset[str]]
FEWEST_TO_TELL = 2  # with one question compared, "an answer in common" would tell the answer itself
FEWEST_FOR_A_GAP = 3


@cache
def chosen_for(question: str) -> Chosen:
    """What somebody chose for one question; the same function for the same question, as Encoded keeps by function."""

    def chosen(person: Participant) -> frozenset[str]:
        return dict(person.answers).get(question, frozenset())

    return chosen


def answers(encoded: Encoded, rows: slice) -> Grid:
    """The mean over the questions that both answered, weighted by importance; unknown where they share none."""
    shape = len(encoded.mentees[rows]), len(encoded.mentors)
    points, weights = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for question in encoded.settings.questions:
        share = _complement(encoded, rows, question) if question.complement else _likeness(encoded, rows, question)
        points += question.importance * np.maximum(share, 0)
        weights += question.importance * (share >= 0)
    return np.where(weights > 0, points // np.maximum(weights, 1), UNKNOWN)


def _likeness(encoded: Encoded, rows: slice, question: ScoredQuestion) -> Grid:
    """Shared options as thousandths of the longer list."""
    return encoded.overlap(chosen_for(question.key)).share(rows)


def _complement(encoded: Encoded, rows: slice, question: ScoredQuestion) -> Grid:
    """How much of what the mentee chose the mentor chose too, beyond what chance would give.

    With ``options`` to choose from, a mentor who chose t of them at random would cover t/options: that
    is 0, and all of it is 1000. Whoever chose every option is covered by chance alone, and gets 0.
    """
    of = chosen_for(question.key)
    overlap = encoded.overlap(of)
    wanted = encoded.mentee_numbers(lambda person: len(of(person)))[rows, None]
    given = encoded.mentor_numbers(lambda person: len(of(person)))
    beyond_chance = overlap.counts(rows) * question.options - wanted * given
    room = wanted * (question.options - given)
    share = np.where(room > 0, FEATURE_SCALE * np.maximum(beyond_chance, 0) // np.maximum(room, 1), 0)
    return np.where(overlap.stated(rows), np.minimum(share, FEATURE_SCALE), UNKNOWN)


def given_answers(person: Participant) -> tuple[tuple[str, frozenset[str]], ...]:
    return person.answers


def sharing(encoded: Encoded, rows: slice, question: str) -> tuple[Mask, Mask]:
    """Where both answered the question, and where they share an answer to it."""
    overlap = encoded.overlap(chosen_for(question))
    shared: Mask = overlap.counts(rows) > 0
    return overlap.stated(rows), shared


def told_of(mentee: Participant, mentor: Participant, settings: Settings) -> int | None:
    """At least so many answers are shared; None where saying it would tell an answer."""
    shared = _shared(mentee, mentor, settings)
    return max(min(sum(shared), len(shared) - 1), 1) if len(shared) >= FEWEST_TO_TELL else None


def gap_can_be_told(mentee: Participant, mentor: Participant, settings: Settings) -> bool:
    return len(_shared(mentee, mentor, settings)) >= FEWEST_FOR_A_GAP


def _shared(mentee: Participant, mentor: Participant, settings: Settings) -> list[bool]:
    """For each question that both answered: whether they share an answer."""
    mine, theirs = dict(mentee.answers), dict(mentor.answers)
    both = [question.key for question in settings.questions if question.key in mine and question.key in theirs]
    return [bool(mine[key] & theirs[key]) for key in both]
