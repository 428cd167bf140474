"""Reviewing a round: approve, decline, put back, pin, and change who goes with whom."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import rules
from trellis.matching.actions.proposals import move
from trellis.matching.actions.rounds import WrongState, offer
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.stored import pool_from_json, reasons_to_json
from trellis.matching.words import refusal_words
from trellis.people.models import Person
from trellis_engine.matching import explain, why_not

STANDING = (ProposalState.UNDER_REVIEW, ProposalState.APPROVED)


class PairNotPossible(Refusal):
    """A hard rule forbids the pair, or a side has no place left in this round."""


@transaction.atomic
def decide(*, by: Person, found: Round, proposals: Iterable[int], to: str, now: datetime) -> int:
    """Approve, decline or put back pairs of a round under review; returns how many changed.

    Pairs already there, and ids of other rounds, are passed over, so that a second click does no harm.
    Raises NotAllowed, WrongState.
    """
    found = _under_review(by, found)
    chosen = found.proposals.select_for_update().filter(pk__in=list(proposals)).exclude(state=to)
    changed = [proposal for proposal in chosen.order_by("id") if rules.can_move(proposal, to)]
    for proposal in changed:
        move(proposal, to, by=by, now=now)
    return len(changed)


@transaction.atomic
def approve_from(*, by: Person, found: Round, score: int, now: datetime) -> int:
    """Approve every pair still to review whose score is at least `score` (0 to 100 000)."""
    found = _under_review(by, found)
    waiting = found.proposals.filter(state=ProposalState.UNDER_REVIEW, score__gte=score)
    return decide(
        by=by, found=found, proposals=waiting.values_list("pk", flat=True), to=ProposalState.APPROVED, now=now
    )


@transaction.atomic
def set_pin(*, by: Person, found: Round, proposal: Proposal, pinned: bool, now: datetime) -> Proposal:
    """Keep this pair together, or no longer, when the round is run again."""
    found = _under_review(by, found)
    proposal = found.proposals.select_for_update().get(pk=proposal.pk)
    proposal.origin = ProposalOrigin.PINNED if pinned else ProposalOrigin.SOLVER
    proposal.save(update_fields=["origin"])
    return proposal


@transaction.atomic
def swap(*, by: Person, found: Round, first: Proposal, second: Proposal, now: datetime) -> tuple[Proposal, Proposal]:
    """Let two pairs exchange their mentors. Both new pairs are approved; the old ones are declined.

    Raises PairNotPossible in the rule's words, and then changes nothing.
    """
    found = _under_review(by, found)
    one, other = (_standing(found, each) for each in (first, second))
    if one.pk == other.pk:
        raise PairNotPossible(_("Choose two different pairs to swap."))
    made = _pair(found, one, other, by=by, now=now), _pair(found, other, one, by=by, now=now)
    for old in (one, other):
        move(old, ProposalState.DECLINED, by=by, now=now)
    return made


def _pair(found: Round, mentee_of: Proposal, mentor_of: Proposal, *, by: Person, now: datetime) -> Proposal:
    """A new approved proposal of one pair's mentee with another's mentor, scored on what the round was solved on."""
    mentee, mentor = mentee_of.mentee, mentor_of.mentor
    pool, settings = pool_from_json(found.inputs), engine_settings({**found.settings, "pinned": []})
    ids = mentee.person.external_id, mentor.person.external_id
    refusal = why_not(pool, settings, engine_taxonomy(), *ids)
    if refusal is not None:
        raise PairNotPossible(
            _("%(mentee)s and %(mentor)s cannot be matched: %(why)s.")
            % {
                "mentee": mentee.person.full_name,
                "mentor": mentor.person.full_name,
                "why": refusal_words(refusal.rule),
            }
        )
    explanation = explain(pool, settings, engine_taxonomy(), *ids)
    return Proposal.objects.create(
        organisation_id=found.organisation_id, programme_id=found.programme_id, round=found, mentee=mentee,
        mentor=mentor, origin=ProposalOrigin.SWAP, score=explanation.score, reasons=reasons_to_json(explanation),
        state=ProposalState.APPROVED, decided_by=by, decided_at=now,
    )  # fmt: skip


def _standing(found: Round, proposal: Proposal) -> Proposal:
    rows = found.proposals.select_for_update(of=("self",)).select_related("mentee__person", "mentor__person")
    current = rows.filter(pk=proposal.pk, state__in=STANDING).first()
    if current is None:
        raise PairNotPossible(_("This pair is no longer on the board. Reload the page."))
    return current


@transaction.atomic
def offer_next_choice(*, by: Person, proposal: Proposal, now: datetime) -> Proposal:
    """Offer a next choice that came up after a no. A person decides this too."""
    rows = Proposal.objects.select_for_update(of=("self",))
    proposal = rows.select_related("programme", "mentee__person", "mentor__person").get(pk=proposal.pk)
    if not rules.can_match(by, proposal.programme):
        raise NotAllowed(_("Only the people who run this programme can offer a match."))
    if proposal.state == ProposalState.UNDER_REVIEW:
        move(proposal, ProposalState.APPROVED, by=by, now=now)
    offer(proposal, by=by, now=now)
    return proposal


def _under_review(by: Person, found: Round) -> Round:
    found = Round.objects.select_for_update().select_related("programme").get(pk=found.pk)
    if not rules.can_match(by, found.programme):
        raise NotAllowed(_("Only the people who run this programme can review its matches."))
    if found.state != RoundState.REVIEW:
        raise WrongState(_("This round is no longer under review. Reload the page to see where it stands."))
    return found
