"""What would become of two pairs that exchange their mentors, judged on what the round was solved on."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.board import explanation_words, shown_score
from trellis.matching.queries.pool import engine_settings, solved_on
from trellis.matching.queries.promises import weeks_of
from trellis.matching.queries.solving import explained, is_of_equals, refused_by
from trellis.matching.stored import pool_from_json, reasons_to_json
from trellis.matching.words import refusal_words
from trellis.programmes.models import Enrolment
from trellis_engine.matching import Pool

STANDING = (ProposalState.UNDER_REVIEW, ProposalState.APPROVED)


@dataclass(frozen=True)
class NewPair:
    """One of the two pairs that a swap makes; `refusal` says in words why it is not possible."""

    mentee: Enrolment
    mentor: Enrolment
    score: int = 0
    reasons: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""

    @property
    def percent(self) -> int:
        return shown_score(self.score)

    @property
    def words(self) -> tuple[tuple[str, ...], str]:
        return explanation_words(self.reasons)


class Room:
    """The places of the solved pool that no pair on the board has taken; in a rotation, those of each week.

    `pool` as it was solved, where it is at hand; `enrolments`: the only ones who will be asked about.
    """

    def __init__(self, found: Round, pool: Pool | None = None, enrolments: Collection[int] | None = None) -> None:
        self.pool = pool or pool_from_json(found.inputs)
        self.weekly = bool(weeks_of(found.settings))
        rows = found.proposals.filter(state__in=STANDING)
        if enrolments is not None:
            rows = rows.filter(Q(mentee__in=enrolments) | Q(mentor__in=enrolments))
        standing = rows.values_list("mentee__person__external_id", "mentor__person__external_id", "week")
        self.pairs: set[tuple[str, str]] = set()
        self.taken: Counter[tuple[tuple[str, str], int | None]] = Counter()
        for mentee, mentor, week in standing:
            self._add(mentee, mentor, week)

    def take(self, mentee: str, mentor: str, week: int | None = None) -> bool:
        """Take a place on both sides; False where there is none, or the pair already stands."""
        sides = ("mentee", mentee), ("mentor", mentor)
        if (mentee, mentor) in self.pairs:
            return False
        if any(self._places(*side) <= self.taken[side, week] for side in sides):
            return False
        self._add(mentee, mentor, week)
        return True

    def _places(self, side: str, code: str) -> int:
        person = (self.pool.mentee_by_id if side == "mentee" else self.pool.mentor_by_id).get(code)
        if person is None:
            return 0
        return min(person.places, 1) if self.weekly and side == "mentee" else person.places  # one meeting a week

    def _add(self, mentee: str, mentor: str, week: int | None) -> None:
        self.pairs.add((mentee, mentor))
        self.taken.update([(("mentee", mentee), week), (("mentor", mentor), week)])


def pairs_after_swap(found: Round, one: Proposal, other: Proposal) -> tuple[NewPair, NewPair]:
    """The two pairs that would be made; each names its own refusal if it is not possible."""
    if one.mentee_id == other.mentee_id or one.mentor_id == other.mentor_id:
        why = _("Choose two pairs with different people on both sides.")
        return NewPair(one.mentee, other.mentor, refusal=why), NewPair(other.mentee, one.mentor, refusal=why)
    if one.week != other.week:
        why = _("Choose two pairs of the same week.")
        return NewPair(one.mentee, other.mentor, refusal=why), NewPair(other.mentee, one.mentor, refusal=why)
    return _judged(found, one.mentee, other.mentor), _judged(found, other.mentee, one.mentor)


def _judged(found: Round, mentee: Enrolment, mentor: Enrolment) -> NewPair:
    pool, taxonomy = solved_on(found.inputs)
    settings = engine_settings({**found.settings, "pinned": []})
    ids = mentee.person.external_id, mentor.person.external_id
    names = {"mentee": mentee.person.full_name, "mentor": mentor.person.full_name}
    if found.proposals.filter(mentee=mentee, mentor=mentor, state__in=STANDING).exists():
        return NewPair(mentee, mentor, refusal=_("%(mentee)s and %(mentor)s are already a pair here.") % names)
    equals = is_of_equals(found.certificate)
    refusal = refused_by(equals, pool, settings, taxonomy, *ids)
    if refusal is not None:
        why = _("%(mentee)s and %(mentor)s cannot be matched: %(why)s.")
        return NewPair(mentee, mentor, refusal=why % {**names, "why": refusal_words(refusal.rule)})
    explanation = explained(equals, pool, settings, taxonomy, *ids)
    return NewPair(mentee, mentor, explanation.score if settings.weights else 0, reasons_to_json(explanation))
