"""Publishing a round: offers to both sides, and taking the whole batch back within the hour."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.kernel.events import publish
from trellis.matching import notices, rules
from trellis.matching.actions.asking import MEETING, OFFER_DAYS, OFFERED, put, start_clock
from trellis.matching.actions.offers import accept
from trellis.matching.actions.proposals import hold, move
from trellis.matching.actions.states import locked, record
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.events import RoundPublished, RoundWithdrawn
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.fitness import faults_of
from trellis.mentorships.actions import WithdrawRefused, withdraw_mentorship
from trellis.notifications.actions import skip_unsent, tell
from trellis.notifications.models import Notice
from trellis.people.models import Person

__all__ = [
    "OFFER_DAYS",
    "UNDO_MINUTES",
    "NotReady",
    "NothingApproved",
    "TooLateToUndo",
    "check_ready",
    "offer",
    "publish_round",
    "undo_publish",
]

UNDO_MINUTES = 60


class NothingApproved(Refusal):
    """A round cannot be published without an approved pair."""


class NotReady(Refusal):
    """An approved pair could not begin any more: somebody paused, has no place left, or the two are together."""


class TooLateToUndo(Refusal):
    """The window for taking a published round back has closed."""


@transaction.atomic
def publish_round(*, by: Person, found: Round, now: datetime) -> int:
    """Offer every approved pair to both sides; what was not approved is declined. Returns how many were offered.

    Of a rotation the first week is offered now, and every other when it begins (rotations.offer_due_weeks).

    Raises NotAllowed, WrongState, NothingApproved, NotReady.
    """
    found = locked(by, found, RoundState.REVIEW)
    rows = found.proposals.select_related("programme", "mentee__person", "mentor__person")
    proposals = list(rows.filter(state__in=[ProposalState.APPROVED, ProposalState.UNDER_REVIEW]).order_by("id"))
    approved = [proposal for proposal in proposals if proposal.state == ProposalState.APPROVED]
    if not approved:
        raise NothingApproved(_("Approve at least one pair first; only approved pairs are published."))
    hold((proposal.mentor_id, proposal.mentee_id) for proposal in approved)
    due = [proposal for proposal in approved if proposal.week in (None, 1)]  # of a rotation, the first week
    check_ready(due)
    for proposal in proposals:
        if proposal.state == ProposalState.UNDER_REVIEW:
            move(proposal, ProposalState.DECLINED, by=by, now=now)
    for proposal in due:
        offer(proposal, by=by, now=now)
    found.state, found.published_at, found.published_by = RoundState.PUBLISHED, now, by
    found.undo_until = now + timedelta(minutes=UNDO_MINUTES)
    found.save(update_fields=["state", "published_at", "published_by", "undo_until"])
    record(found, by, "publish", now, offered=len(due))
    publish(RoundPublished(organisation_id=found.organisation_id, round_id=found.pk), at=now)
    return len(due)


def check_ready(proposals: list[Proposal]) -> None:
    """Raise NotReady, naming up to three faults, where a pair could not begin as things stand now."""
    if not proposals:
        return
    pairs = Proposal.objects.filter(pk__in=[proposal.pk for proposal in proposals])
    wrong = list(dict.fromkeys(faults_of(proposals[0].programme, pairs).values()))
    if wrong:
        raise NotReady(
            _("Since the round was solved: %(faults)s. Decline these pairs, or run the round again.")
            % {"faults": "; ".join(wrong[:3])}
        )


def offer(proposal: Proposal, *, by: Person | None, now: datetime) -> None:
    """Put an approved pair before whoever is asked first in this programme, for 14 days; where nobody is, it begins.

    The caller holds both sign-ups. Raises what start_mentorship refuses.
    """
    agreeing = rules.Agreeing.of(proposal.programme)
    proposal.approval = agreeing.approval
    proposal.meets_first = agreeing.first_meeting and agreeing.asks_both
    start_clock(proposal, now)
    move(proposal, ProposalState.OFFERED, by=by, now=now)
    asked = rules.awaited(proposal, ())
    if asked:
        put(proposal, asked, now=now)
    else:
        accept(proposal, by=by, now=now)


@transaction.atomic
def undo_publish(*, by: Person, found: Round, now: datetime) -> int:
    """Take a published round back to review within its window. Returns how many pairs were taken back.

    Offers and the mentorships they started are withdrawn, unsent mails are not sent, and everybody who was mailed
    is told to disregard it. The same pairs lie approved on the board again, apart from those that somebody has
    said no to. Two people who have already begun keep what they have. Raises NotAllowed, TooLateToUndo.
    """
    found = locked(by, found, RoundState.PUBLISHED)
    if not rules.can_undo(found, now):
        raise TooLateToUndo(
            _("The hour for taking this round back has passed. You can still end or change single matches.")
        )
    shown = found.proposals.filter(state__in=[ProposalState.OFFERED, ProposalState.ACCEPTED, ProposalState.REFUSED])
    hold(shown.values_list("mentor", "mentee"))  # whoever answers at this moment is done first, or finds it closed
    rows = found.proposals.select_related("programme", "mentee__person", "mentor__person", "mentorship")
    taken = sum(_take_back(proposal, by=by, now=now) for proposal in list(rows.filter(pk__in=shown).order_by("id")))
    for proposal in rows.filter(state=ProposalState.UNDER_REVIEW, origin=ProposalOrigin.FALL_THROUGH):
        move(proposal, ProposalState.WITHDRAWN, by=by, now=now)  # nobody decided against it: it may come up again
    found.state, found.undo_until = RoundState.REVIEW, None
    found.published_at = found.published_by = None
    found.save(update_fields=["state", "undo_until", "published_at", "published_by"])
    record(found, by, "undo", now, withdrawn=taken)
    publish(RoundWithdrawn(organisation_id=found.organisation_id, round_id=found.pk), at=now)
    return taken


def _take_back(proposal: Proposal, *, by: Person, now: datetime) -> bool:
    """False for a pair that has begun; everything else about the proposal is as if it had not been offered."""
    if proposal.mentorship is not None:
        try:
            withdraw_mentorship(by=by, mentorship=proposal.mentorship, now=now)
        except WithdrawRefused:
            return False
        proposal.mentorship = None
    refused = proposal.state == ProposalState.REFUSED
    if not refused:
        move(proposal, ProposalState.WITHDRAWN, by=by, now=now)
    _correct(proposal, now)
    if not refused and proposal.origin != ProposalOrigin.FALL_THROUGH:
        Proposal.objects.create(
            organisation_id=proposal.organisation_id, programme_id=proposal.programme_id, round_id=proposal.round_id,
            mentee=proposal.mentee, mentor=proposal.mentor, origin=proposal.origin, score=proposal.score,
            reasons=proposal.reasons, state=ProposalState.APPROVED, decided_by=by, decided_at=now, week=proposal.week,
        )  # fmt: skip
    return True


def _correct(proposal: Proposal, now: datetime) -> None:
    """Stop the mails about the offer, or follow them with a correction. Whoever was told nothing hears nothing."""
    for person in (proposal.mentee.person, proposal.mentor.person):
        keys = [f"proposal:{proposal.pk}:{question}" for question in (OFFERED, MEETING)]
        told = Notice.objects.filter(person=person, key__in=keys).order_by("id").values_list("key", flat=True)
        stopped = [skip_unsent(person=person, key=key) for key in told]  # every one of them, whatever the others say
        if not all(stopped):
            tell(
                person=person, kind=notices.OFFER_WITHDRAWN, key=f"proposal:{proposal.pk}:withdrawn", now=now,
                parameters={"programme": proposal.programme.name},
            )  # fmt: skip
