"""Who has said yes to an offer, as far as the question that is open now goes."""

from collections.abc import Iterable

from trellis.matching.models import OfferAnswer, Proposal
from trellis.programmes.choices import Side


def yes_sides(proposal: Proposal, answers: Iterable[OfferAnswer] | None = None) -> frozenset[str]:
    """Sides that have said yes; once the two meet, only a yes after the meeting counts.

    One query, unless the answers are given or prefetched.
    """
    meeting = proposal.meeting_from is not None
    given = proposal.answers.all() if answers is None else answers
    said = {each.person_id for each in given if each.accepted and (each.final or not meeting)}
    pair = {Side.MENTEE: proposal.mentee.person_id, Side.MENTOR: proposal.mentor.person_id}
    return frozenset(side.value for side, person in pair.items() if person in said)
