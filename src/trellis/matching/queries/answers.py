"""Who has said yes to an offer, as far as the question that is open now goes."""

from trellis.matching.models import Proposal
from trellis.programmes.choices import Side


def yes_sides(proposal: Proposal) -> frozenset[str]:
    """Sides that have said yes; once the two meet, only a yes after the meeting counts. One query, or prefetched."""
    said = {
        each.person_id for each in proposal.answers.all() if each.accepted and (each.final or not proposal.meeting_from)
    }
    pair = {Side.MENTEE: proposal.mentee.person_id, Side.MENTOR: proposal.mentor.person_id}
    return frozenset(side.value for side, person in pair.items() if person in said)
