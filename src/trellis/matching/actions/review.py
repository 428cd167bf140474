"""Reviewing a round: approve, decline, put back, pin, and change who goes with whom."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.matching import rules
from trellis.matching.actions.following import fall_through
from trellis.matching.actions.proposals import hold, move, move_all
from trellis.matching.actions.publishing import check_ready, offer
from trellis.matching.actions.states import locked
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.exchanges import changes_of
from trellis.matching.queries.promises import planned_rows
from trellis.matching.queries.swaps import STANDING, NewPair, Room, pairs_after_swap
from trellis.people.models import Person


class PairNotPossible(Refusal):
    """A hard rule forbids the pair, or a side has no place left in this round."""


class PairPinned(Refusal):
    """A pinned pair stays until the pin is taken off."""


class PairRuns(Refusal):
    """A pair of a rematch that runs already: there is nothing to decide about it."""


@transaction.atomic
def decide(*, by: Person, found: Round, proposals: Iterable[int], to: str, now: datetime) -> int:
    """Approve, decline or put back pairs of a round under review; returns how many changed.

    Pairs already there, and ids of other rounds, are passed over, so that a second click does no harm; so are pinned
    pairs among others that are declined. Raises NotAllowed, WrongState, PairPinned when all that would be declined
    are pinned, PairRuns when all of them run already, and PairNotPossible when a declined pair has lost its place to
    another.
    """
    found = locked(by, found, RoundState.REVIEW, without=("certificate",))
    chosen = found.proposals.select_for_update(of=("self",)).filter(pk__in=list(proposals)).exclude(state=to)
    people = chosen.select_related("mentee__person", "mentor__person").order_by("id")
    changed = _unpinned([proposal for proposal in people if rules.can_move(proposal, to)], to)
    changed = _not_running(found, changed)
    if to in STANDING:
        _check_room(found, [proposal for proposal in changed if proposal.state == ProposalState.DECLINED])
    move_all(changed, to, by=by, now=now)
    return len(changed)


def _unpinned(chosen: list[Proposal], to: str) -> list[Proposal]:
    """Whatever a pin does not hold where it is."""
    if to != ProposalState.DECLINED:
        return chosen
    loose = [proposal for proposal in chosen if proposal.origin != ProposalOrigin.PINNED]
    if chosen and not loose:
        raise PairPinned(_("This pair is pinned. Take the pin off before you decline it."))
    return loose


def _not_running(found: Round, chosen: list[Proposal]) -> list[Proposal]:
    """Whatever is to be decided: two who are together, and stay so in a rematch, are not part of it."""
    stays = changes_of(found).stays
    open_ones = [proposal for proposal in chosen if proposal.pk not in stays]
    if chosen and not open_ones:
        raise PairRuns(
            _("These two are together already and stay so. To part them, put the mentee with another mentor.")
        )
    return open_ones


def _check_room(found: Round, back: list[Proposal]) -> None:
    """Pairs that come back need a place that no other pair on the board has taken since."""
    room = Room(found) if back else None
    for proposal in back:
        ids = proposal.mentee.person.external_id, proposal.mentor.person.external_id
        if room is None or not room.take(*ids, proposal.week):
            raise PairNotPossible(
                _("%(mentee)s and %(mentor)s cannot come back: one of them has no place left beside the other pairs.")
                % {"mentee": proposal.mentee.person.full_name, "mentor": proposal.mentor.person.full_name}
            )


@transaction.atomic
def approve_from(*, by: Person, found: Round, score: int, now: datetime) -> int:
    """Approve every pair still to review whose score is at least `score` (0 to 100 000)."""
    found = locked(by, found, RoundState.REVIEW, without=("certificate",))
    waiting = found.proposals.filter(state=ProposalState.UNDER_REVIEW, score__gte=score)
    return decide(
        by=by, found=found, proposals=waiting.values_list("pk", flat=True), to=ProposalState.APPROVED, now=now
    )


@transaction.atomic
def set_pin(*, by: Person, found: Round, proposal: Proposal, pinned: bool, now: datetime) -> Proposal:
    """Keep this pair as it is until the pin is taken off, or no longer.

    A pinned pair is neither swapped nor declined, and stays together when the round is run again or planned anew
    while it is looked at. Raises PairNotPossible if it is declined.
    """
    found = locked(by, found, RoundState.REVIEW, without=("certificate",))
    rows = found.proposals.select_for_update(of=("self",)).select_related("mentee__person", "mentor__person")
    proposal = rows.get(pk=proposal.pk)
    if pinned and proposal.state not in STANDING:
        raise PairNotPossible(_("This pair is not on the board. Put it back before you pin it."))
    proposal.origin = ProposalOrigin.PINNED if pinned else _origin_before(found, proposal)
    proposal.save(update_fields=["origin"])
    facts = {"programme": found.programme_id, "pinned": pinned}
    audit.record(
        organisation_id=found.organisation_id, actor_id=by.pk, verb="proposal.pin", subject=f"proposal:{proposal.pk}",
        at=now, facts=facts,
    )  # fmt: skip
    return proposal


def _origin_before(found: Round, proposal: Proposal) -> ProposalOrigin:
    """Where a pair that is unpinned came from: the plan, or a person's swap."""
    rows = planned_rows(found.certificate) if found.certificate else []
    planned = {(row["mentee"], row["mentor"]) for row in rows}
    both = proposal.mentee.person.external_id, proposal.mentor.person.external_id
    return ProposalOrigin.SOLVER if both in planned else ProposalOrigin.SWAP


@transaction.atomic
def swap(*, by: Person, found: Round, first: Proposal, second: Proposal, now: datetime) -> tuple[Proposal, Proposal]:
    """Let two pairs exchange their mentors. Both new pairs are approved; the old ones are declined.

    Raises PairPinned, or PairNotPossible in the rule's words, and then changes nothing.
    """
    found = locked(by, found, RoundState.REVIEW)
    one, other = (_standing(found, each) for each in (first, second))
    _unpinned([one], ProposalState.DECLINED)
    _unpinned([other], ProposalState.DECLINED)
    new = pairs_after_swap(found, one, other)
    refusal = next((pair.refusal for pair in new if pair.refusal), "")
    if refusal:
        raise PairNotPossible(refusal)
    for old in (one, other):
        move(old, ProposalState.DECLINED, by=by, now=now)
    return _create(found, new[0], one.week, by, now), _create(found, new[1], one.week, by, now)


def _create(found: Round, pair: NewPair, week: int | None, by: Person, now: datetime) -> Proposal:
    proposal = Proposal.objects.create(
        organisation_id=found.organisation_id, programme_id=found.programme_id, round=found, mentee=pair.mentee,
        mentor=pair.mentor, origin=ProposalOrigin.SWAP, week=week, score=pair.score, reasons=pair.reasons,
        state=ProposalState.APPROVED, decided_by=by, decided_at=now,
    )  # fmt: skip
    audit.record(
        organisation_id=found.organisation_id, actor_id=by.pk, verb="proposal.swap", subject=f"proposal:{proposal.pk}",
        at=now, facts={"programme": found.programme_id},
    )  # fmt: skip
    return proposal


def _standing(found: Round, proposal: Proposal) -> Proposal:
    rows = found.proposals.select_for_update(of=("self",)).select_related("mentee__person", "mentor__person")
    current = rows.filter(pk=proposal.pk, state__in=STANDING).first()
    if current is None:
        raise PairNotPossible(_("This pair is no longer on the board. Reload the page."))
    return current


@transaction.atomic
def offer_next_choice(*, by: Person, proposal: Proposal, now: datetime) -> Proposal:
    """Offer a next choice that came up after a no. A person decides this too.

    Raises NotAllowed, WrongState when the round was taken back meanwhile, NotReady.
    """
    proposal = _next_choice(by, proposal)
    check_ready([proposal])
    if proposal.state == ProposalState.UNDER_REVIEW:
        move(proposal, ProposalState.APPROVED, by=by, now=now)
    offer(proposal, by=by, now=now)
    return proposal


@transaction.atomic
def pass_over(*, by: Person, proposal: Proposal, now: datetime) -> Proposal | None:
    """Do not offer this next choice; the one after it, if there is any, is laid out instead.

    Raises NotAllowed, WrongState.
    """
    proposal = _next_choice(by, proposal)
    move(proposal, ProposalState.DECLINED, by=by, now=now)
    return fall_through(after=proposal, now=now)


def _next_choice(by: Person, proposal: Proposal) -> Proposal:
    assert proposal.round is not None  # next choices belong to the round whose offer was not taken up
    locked(by, proposal.round, RoundState.PUBLISHED)
    hold([(proposal.mentor_id, proposal.mentee_id)])
    rows = Proposal.objects.select_for_update(of=("self",))
    return rows.select_related("programme", "mentee__person", "mentor__person").get(pk=proposal.pk)
