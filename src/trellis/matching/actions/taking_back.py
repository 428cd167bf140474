"""Taking a published round back within its hour: one pair after the other, as it was published."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trellis.kernel import jobs
from trellis.kernel.errors import Refusal
from trellis.kernel.events import publish
from trellis.matching import notices, rules
from trellis.matching.actions.asking import MEETING, OFFERED
from trellis.matching.actions.proposals import hold, move
from trellis.matching.actions.states import AT_ONCE, locked, queue_work, record, still
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.events import RoundWithdrawn
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.exchanges import exchanges
from trellis.matching.queries.fitness import can_begin
from trellis.mentorships.actions import WithdrawRefused, restore_mentorship, withdraw_mentorship
from trellis.notifications.actions import skip_unsent, tell
from trellis.notifications.models import Notice
from trellis.people.models import Person

SHOWN = (ProposalState.OFFERED, ProposalState.ACCEPTED, ProposalState.REFUSED)


class TooLateToUndo(Refusal):
    """The window for taking a published round back has closed."""


def undo_publish(*, by: Person, found: Round, now: datetime) -> int:
    """Take a published round back to review within its window. Returns how many pairs were taken back.

    Offers and the mentorships they started are withdrawn, unsent mails are not sent, and everybody who was mailed
    is told to disregard it. The same pairs lie approved on the board again, apart from those that somebody has
    said no to. Two people who have already begun keep what they have. What a rematch had ended goes on. A round that
    is still being published is stopped and taken back. Raises NotAllowed, TooLateToUndo.
    """
    return go_on_taking_back(found=_begin(by, found, now), by=by, now=now)


def is_long(found: Round) -> bool:
    """Whether so many pairs are out that a person should not wait for it."""
    return out_of(found).count() > AT_ONCE


@transaction.atomic
def ask_to_undo(*, by: Person, found: Round, now: datetime) -> Round:
    """The same by a job, for a round of many pairs. It is the moment of asking that has to be within the window."""
    found = _begin(by, found, now)
    queue_work(found, by)
    return found


@transaction.atomic
def _begin(by: Person, found: Round, now: datetime) -> Round:
    found = locked(by, found, RoundState.PUBLISHED, RoundState.PUBLISHING)
    if not rules.can_undo(found, now):
        raise TooLateToUndo(
            _("The hour for taking this round back has passed. You can still end or change single matches.")
        )
    found.state, found.undo_until, found.job_id = RoundState.UNDOING, None, None
    found.save(update_fields=["state", "undo_until", "job_id"])
    record(found, by, "begin_undo", now)
    return found


def go_on_taking_back(*, found: Round, by: Person | None, now: datetime) -> int:
    """Take back whatever is out still, and finish. Repeatable. Returns how many pairs were taken back in this run."""
    units = exchanges(out_of(found).order_by("id"))
    taken = 0
    for done, unit in enumerate(units):
        jobs.progress(done, len(units))
        taken += _take_back_unit(found, unit, by=by, now=now)
    jobs.progress(len(units), len(units))
    _finish(found, by, taken, now)
    return taken


def out_of(found: Round) -> QuerySet[Proposal]:
    """The pairs of a round that people have been told of."""
    return found.proposals.filter(state__in=SHOWN)


@transaction.atomic
def _take_back_unit(found: Round, unit: Sequence[int], *, by: Person | None, now: datetime) -> int:
    """One pair, or one exchange; of an exchange in which two have begun, nothing: everybody keeps whom they have."""
    if still(found, RoundState.UNDOING) is None:
        return 0
    rows = Proposal.objects.filter(pk__in=unit)
    hold(rows.values_list("mentor_id", "mentee_id"))  # whoever answers at this moment is done first, or finds it closed
    rows = rows.filter(state__in=SHOWN).select_for_update(of=("self",)).order_by("id")
    pairs = list(rows.select_related("programme", "mentee__person", "mentor__person", "mentorship", "replaces"))
    try:
        with transaction.atomic():
            for pair in pairs:
                _take_back(pair, by=by, now=now)
            for pair in pairs:
                _restore(pair, by=by, now=now)
    except WithdrawRefused:
        return 0
    return len(pairs)


def _restore(pair: Proposal, *, by: Person | None, now: datetime) -> None:
    """What ended for this pair goes on, unless one of the two has left or paused since."""
    old = pair.replaces
    if old is None:
        return
    people = [party.person for party in old.parties.select_related("person")]
    sides = pair.programme.enrolments.filter(person__in=people).select_related("person")
    ready = {side.person_id for side in sides if can_begin(side)}
    if len(ready) == len(people):
        restore_mentorship(by=by, mentorship=old, now=now)


def _take_back(proposal: Proposal, *, by: Person | None, now: datetime) -> None:
    """Everything about the proposal is as if it had not been offered. Raises WithdrawRefused where it has begun."""
    if proposal.mentorship is not None:
        withdraw_mentorship(by=by, mentorship=proposal.mentorship, now=now)
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


def _correct(proposal: Proposal, now: datetime) -> None:
    """Stop the mails about the offer, or follow them with a correction. Whoever was told nothing hears nothing."""
    keys = [f"proposal:{proposal.pk}:{question}" for question in (OFFERED, MEETING)]
    people = {each.pk: each for each in (proposal.mentee.person, proposal.mentor.person)}
    told: dict[int, list[str]] = {}
    for number, key in (
        Notice.objects.filter(person__in=people, key__in=keys).order_by("id").values_list("person_id", "key")
    ):
        told.setdefault(number, []).append(key)
    for number, sent in told.items():
        stopped = [skip_unsent(person=people[number], key=key) for key in sent]  # every one, whatever the others say
        if not all(stopped):
            tell(
                person=people[number], kind=notices.OFFER_WITHDRAWN, key=f"proposal:{proposal.pk}:withdrawn", now=now,
                parameters={"programme": proposal.programme.name},
            )  # fmt: skip


@transaction.atomic
def _finish(found: Round, by: Person | None, taken: int, now: datetime) -> None:
    current = still(found, RoundState.UNDOING)
    if current is None:
        return
    for proposal in current.proposals.filter(state=ProposalState.UNDER_REVIEW, origin=ProposalOrigin.FALL_THROUGH):
        move(proposal, ProposalState.WITHDRAWN, by=by, now=now)  # nobody decided against it: it may come up again
    current.state = RoundState.REVIEW
    current.published_at = current.published_by = None
    current.save(update_fields=["state", "published_at", "published_by"])
    record(current, by, "undo", now, withdrawn=taken)
    publish(RoundWithdrawn(organisation_id=current.organisation_id, round_id=current.pk), at=now)
