from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from trellis.matching.choices import LEGAL_PROPOSAL_MOVES, TURNS, Approval, ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.people.models import Person
from trellis.programmes import rules as programme_rules
from trellis.programmes.choices import EnrolmentState, MentoringModel, Side
from trellis.programmes.enrolment_rules import lets_people_ask
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.settings_model import OPEN_REQUESTS, MatchingSettings


@dataclass(frozen=True)
class Agreeing:
    """How a programme lets a match come about. It holds for what is offered from now on.

    `first_meeting`: both say whether they are interested, meet without being bound, and say yes or no after it.
    """

    approval: Approval = Approval.BOTH
    open_requests: int = OPEN_REQUESTS
    first_meeting: bool = False

    @classmethod
    def of(cls, programme: Programme) -> Self:
        """From the programme's matching settings; what is missing or unknown takes its default."""
        chosen = MatchingSettings.of(programme.matching)
        known = chosen.approval in Approval.values
        return cls(
            approval=Approval(chosen.approval) if known else Approval.BOTH,
            open_requests=chosen.open_requests, first_meeting=chosen.first_meeting,
        )  # fmt: skip

    @property
    def asks_both(self) -> bool:
        """Only where both are asked can they be interested first and decide after a meeting."""
        return asks_both(self.approval)


def asks_both(approval: str) -> bool:
    return {side for turn in TURNS[approval] for side in turn} == set(Side.values)


def asks_anybody(programme: Programme) -> bool:
    """Whether a match waits for somebody's yes, or begins when it is published."""
    return Agreeing.of(programme).approval != Approval.MANAGER


def can_match(person: Person, programme: Programme) -> bool:
    """Start, review, publish and withdraw rounds of this programme."""
    return programme_rules.can_manage(person, programme)


def can_move(proposal: Proposal, to: str) -> bool:
    return to in LEGAL_PROPOSAL_MOVES[proposal.state]


def turns_of(proposal: Proposal) -> tuple[tuple[str, ...], ...]:
    """Who is asked, group after group. After the first meeting both say the final word in any order."""
    return TURNS[Approval.BOTH] if proposal.meeting_from else TURNS[proposal.approval]


def turn(proposal: Proposal, yes: Collection[str]) -> int:
    """Which group is asked now, when the sides in `yes` have said it; one past the last when nobody is missing."""
    groups = turns_of(proposal)
    return next((place for place, group in enumerate(groups) if not set(group) <= set(yes)), len(groups))


def awaited(proposal: Proposal, yes: Collection[str]) -> frozenset[str]:
    """The sides whose yes is missing and asked for now; empty when everybody who is asked has said yes."""
    groups, now_at = turns_of(proposal), turn(proposal, yes)
    return frozenset(groups[now_at]) - set(yes) if now_at < len(groups) else frozenset()


def asked_so_far(proposal: Proposal, yes: Collection[str]) -> frozenset[str]:
    """The sides to whom the question has been put, answered or not: they know of the offer."""
    return frozenset(side for group in turns_of(proposal)[: turn(proposal, yes) + 1] for side in group)


def side_of(person: Person, proposal: Proposal) -> str:
    """The side on which the person is named. The caller has seen that they are."""
    return Side.MENTEE if proposal.mentee.person_id == person.pk else Side.MENTOR


def can_answer(person: Person, proposal: Proposal, now: datetime) -> bool:
    """A side of an open offer; a no counts at any time. Whoever is not named in it is told that it does not exist."""
    return (
        proposal.state == ProposalState.OFFERED
        and (proposal.expires_at is None or now < proposal.expires_at)
        and person.pk in {proposal.mentee.person_id, proposal.mentor.person_id}
    )


def can_undo(matching_round: Round, now: datetime) -> bool:
    """A published round can be taken back until its window closes; one that is being published, at any time."""
    if matching_round.state == RoundState.PUBLISHING:
        return True
    return (
        matching_round.state == RoundState.PUBLISHED
        and matching_round.undo_until is not None
        and now <= matching_round.undo_until
    )


def can_wish(person: Person, wisher: Enrolment, wished: Enrolment) -> bool:
    """Rank somebody on the other side of the same programme; among equals anybody."""
    return (
        wisher.person_id == person.pk
        and wisher.programme_id == wished.programme_id
        and (wisher.side != wished.side or wisher.programme.of_equals)
        and wished.state == EnrolmentState.APPROVED
        and wisher.person_id != wished.person_id
    )


def can_ask(person: Person, asker: Enrolment, programme: Programme) -> bool:
    """Ask somebody on the other side directly: only where the programme lets people choose for themselves."""
    return (
        asker.person_id == person.pk and asker.state == EnrolmentState.APPROVED and lets_people_ask(programme)
    )  # fmt: skip


def can_rotate(programme: Programme) -> bool:
    """A round may run for some weeks, with another mentor each week: only where a match is one meeting."""
    return programme.model == MentoringModel.FLASH


def can_rematch(programme: Programme) -> bool:
    """Running pairs may be placed again, but not where a match is one meeting. Where people are asked, a running pair
    goes on until everybody whose change hangs together with its own has said yes."""
    return not can_rotate(programme)
