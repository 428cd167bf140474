"""Mentees of a published round whose mentor takes part no more, and whether a next choice waits for them."""

from dataclasses import dataclass

from django.db.models import Q

from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.fitness import GONE, SIDES, name_on
from trellis.mentorships.choices import LIVE_STATES, MentorshipState, PartyRole
from trellis.mentorships.models import Party
from trellis.programmes.choices import EnrolmentState

_WORDS = ("given_name", "preferred_name", "family_name")
_NAMES = [f"{side}__person__{name}" for side in SIDES for name in _WORDS]


@dataclass(frozen=True)
class Departure:
    mentee: str
    mentor: str
    next_choice: bool  # one waits for a person's decision


def departures(found: Round) -> list[Departure]:
    """Whoever lost a mentor of this round and has neither a mentor nor an offer now. Three queries."""
    gone = Q(mentor__state=EnrolmentState.WITHDRAWN) | Q(mentor__person__status__in=GONE)
    lost = Q(state=ProposalState.WITHDRAWN, offered_at__isnull=False) | Q(
        state=ProposalState.ACCEPTED, mentorship__state=MentorshipState.ENDED
    )
    rows = found.proposals.filter(gone & lost).order_by("id").values("mentee_id", "mentee__person_id", *_NAMES)
    last = {row["mentee_id"]: row for row in rows}
    if not last:
        return []
    coming = Q(state=ProposalState.OFFERED) | Q(
        origin=ProposalOrigin.FALL_THROUGH, state__in=[ProposalState.UNDER_REVIEW, ProposalState.APPROVED]
    )
    states = dict(Proposal.objects.filter(coming, mentee__in=last).values_list("mentee_id", "state"))
    served = set(
        Party.objects.filter(
            mentorship__programme=found.programme_id, mentorship__state__in=LIVE_STATES, role=PartyRole.MENTEE
        ).values_list("person_id", flat=True)
    )
    return [
        Departure(name_on(row, "mentee"), name_on(row, "mentor"), mentee in states)
        for mentee, row in last.items()
        if row["mentee__person_id"] not in served and states.get(mentee) != ProposalState.OFFERED
    ]
