from datetime import datetime

from trellis.matching.choices import LEGAL_PROPOSAL_MOVES, ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.people.models import Person
from trellis.programmes import rules as programme_rules
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.settings_model import MatchingSettings

SELF_MATCH = ("self_chosen", "self_booking")


def can_match(person: Person, programme: Programme) -> bool:
    """Start, review, publish and withdraw rounds of this programme."""
    return programme_rules.can_manage(person, programme)


def can_move(proposal: Proposal, to: str) -> bool:
    return to in LEGAL_PROPOSAL_MOVES[proposal.state]


def can_answer(person: Person, proposal: Proposal, now: datetime) -> bool:
    """A side of an open offer. Whoever is not named in it is told that it does not exist."""
    return (
        proposal.state == ProposalState.OFFERED
        and (proposal.expires_at is None or now < proposal.expires_at)
        and person.pk in {proposal.mentee.person_id, proposal.mentor.person_id}
    )


def can_undo(matching_round: Round, now: datetime) -> bool:
    """A published round can be taken back until its window closes."""
    return (
        matching_round.state == RoundState.PUBLISHED
        and matching_round.undo_until is not None
        and now <= matching_round.undo_until
    )


def can_wish(person: Person, wisher: Enrolment, wished: Enrolment) -> bool:
    """Rank somebody on the other side of the same programme."""
    return (
        wisher.person_id == person.pk
        and wisher.programme_id == wished.programme_id
        and wisher.side != wished.side
        and wished.state == EnrolmentState.APPROVED
        and wisher.person_id != wished.person_id
    )


def can_ask(person: Person, mentee: Enrolment, programme: Programme) -> bool:
    """Ask a mentor directly: only where the programme lets mentees choose for themselves."""
    return (
        mentee.person_id == person.pk
        and mentee.side == Side.MENTEE
        and mentee.state == EnrolmentState.APPROVED
        and lets_mentees_ask(programme)
    )


def lets_mentees_ask(programme: Programme) -> bool:
    """The programme's method is self-match: mentees ask mentors themselves instead of waiting for a round."""
    return MatchingSettings.of(programme.matching).method in SELF_MATCH
