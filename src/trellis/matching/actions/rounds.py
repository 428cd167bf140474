"""A round's life: started, solved by a job, reviewed, published, taken back or set aside."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trellis.kernel import audit, jobs
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.events import publish
from trellis.matching import notices, rules
from trellis.matching.actions.proposals import move
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.events import RoundPublished, RoundWithdrawn
from trellis.matching.models import Proposal, Round, Unmatched
from trellis.matching.queries.pool import engine_settings, engine_taxonomy, enrolments_by_id, load_pool
from trellis.matching.stored import pool_to_json, reasons_to_json
from trellis.matching.words import refusal_words
from trellis.mentorships.actions import withdraw_mentorship
from trellis.notifications.actions import skip_unsent, tell
from trellis.people.models import Person
from trellis.programmes.models import Programme
from trellis_engine.matching import InputRefused, PinRefused, Plan, Pool, certificate, explain, solve

UNDO_MINUTES = 60
OFFER_DAYS = 14


class RoundOpen(Refusal):
    """Another round of the programme is still being solved or reviewed."""


class NothingApproved(Refusal):
    """A round cannot be published without an approved pair."""


class TooLateToUndo(Refusal):
    """The window for taking a published round back has closed."""


class WrongState(Refusal):
    """The round is not in the state this step needs."""


@transaction.atomic
def start_round(
    *, by: Person | None, programme: Programme, now: datetime, changes: dict[str, Any] | None = None, salt: str = ""
) -> Round:
    """Open a round with the programme's matching settings and queue the solving.

    `changes` override single settings for this round only; `salt` decides between equal plans and is random
    unless given. Raises NotAllowed, RoundOpen.
    """
    if by is not None and not rules.can_match(by, programme):
        raise NotAllowed(_("Only the people who run this programme can match it."))
    Programme.objects.select_for_update().get(pk=programme.pk)  # two clicks make one round
    if Round.objects.filter(programme=programme, state__in=[RoundState.SOLVING, RoundState.REVIEW]).exists():
        raise RoundOpen(_("A round is still open. Publish it or set it aside before you start another."))
    last = Round.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0
    found = Round.objects.create(
        organisation_id=programme.organisation_id, programme=programme, number=last + 1,
        settings={**programme.matching, **(changes or {})}, salt=salt or secrets.token_hex(16),
        started_by=by, created_at=now,
    )  # fmt: skip
    found.job_id = jobs.queue(
        "matching.solve_round", organisation_id=programme.organisation_id,
        started_by_id=by.pk if by else None, round_id=found.pk,
    )  # fmt: skip
    found.save(update_fields=["job_id"])
    _audit(found, by, "round.start", now)
    return found


@transaction.atomic
def solve_round(*, found: Round, now: datetime) -> Round:
    """Find the best plan and lay it out for review. Run again on a solved round, it changes nothing."""
    found = Round.objects.select_for_update().select_related("programme", "started_by").get(pk=found.pk)
    if found.state != RoundState.SOLVING:
        return found
    pool = load_pool(found.programme, now)
    try:
        settings = engine_settings(found.settings)
        plan = solve(pool, settings, engine_taxonomy(), found.salt)
    except PinRefused as refused:
        why = _("The pinned pair %(mentee)s and %(mentor)s is not possible: %(why)s. Unpin it and run again.") % {
            "mentee": refused.mentee, "mentor": refused.mentor, "why": refusal_words(refused.refusal.rule),
        }  # fmt: skip
        return _fail(found, now, why)
    except (InputRefused, KeyError, ValueError):
        return _fail(found, now, _("The matching settings cannot be used. Check that the weights add up to 100."))
    _keep(found, pool, plan, now)
    _audit(found, None, "round.solve", now, pairs=len(plan.pairs), unmatched=len(plan.unmatched))
    if found.started_by:
        tell(
            person=found.started_by, kind=notices.ROUND_READY, key=f"round:{found.pk}:ready", now=now,
            path=reverse("round", args=[found.programme.slug, found.number]),
            parameters={
                "programme": found.programme.name, "matched": len(plan.pairs), "unmatched": len(plan.unmatched),
            },
        )  # fmt: skip
    return found


def _fail(found: Round, now: datetime, why: str) -> Round:
    found.state, found.failure = RoundState.FAILED, why
    found.save(update_fields=["state", "failure"])
    _audit(found, None, "round.fail", now)
    return found


def _keep(found: Round, pool: Pool, plan: Plan, now: datetime) -> None:
    settings, taxonomy = engine_settings(found.settings), engine_taxonomy()
    enrolments = enrolments_by_id(found.programme)
    pinned = settings.pinned
    Proposal.objects.bulk_create(
        Proposal(
            organisation_id=found.organisation_id, programme=found.programme, round=found,
            mentee=enrolments["mentee", pair.mentee], mentor=enrolments["mentor", pair.mentor], score=pair.score,
            origin=ProposalOrigin.PINNED if (pair.mentee, pair.mentor) in pinned else ProposalOrigin.SOLVER,
            reasons=reasons_to_json(explain(pool, settings, taxonomy, pair.mentee, pair.mentor)),
        )
        for pair in plan.pairs
    )  # fmt: skip
    Unmatched.objects.bulk_create(
        Unmatched(
            organisation_id=found.organisation_id, round=found, enrolment=enrolments[left.side, left.id],
            reason=left.reason, parameters=dict(left.params),
        )
        for left in plan.unmatched
    )  # fmt: skip
    found.state, found.solved_at = RoundState.REVIEW, now
    found.inputs, found.input_hash = pool_to_json(pool), plan.input_hash
    found.engine_version, found.certificate, found.total = plan.engine_version, certificate(plan), plan.total
    found.save()


@transaction.atomic
def publish_round(*, by: Person, found: Round, now: datetime) -> int:
    """Offer every approved pair to both sides; what was not approved is declined. Returns how many were offered.

    Raises NotAllowed, WrongState, NothingApproved.
    """
    found = _for_change(by, found, RoundState.REVIEW)
    proposals = list(found.proposals.select_related("mentee__person", "mentor__person").order_by("id"))
    approved = [proposal for proposal in proposals if proposal.state == ProposalState.APPROVED]
    if not approved:
        raise NothingApproved(_("Approve at least one pair first; only approved pairs are published."))
    for proposal in proposals:
        if proposal.state == ProposalState.UNDER_REVIEW:
            move(proposal, ProposalState.DECLINED, by=by, now=now)
    for proposal in approved:
        offer(proposal, by=by, now=now)
    found.state, found.published_at, found.published_by = RoundState.PUBLISHED, now, by
    found.undo_until = now + timedelta(minutes=UNDO_MINUTES)
    found.save(update_fields=["state", "published_at", "published_by", "undo_until"])
    _audit(found, by, "round.publish", now, offered=len(approved))
    publish(RoundPublished(organisation_id=found.organisation_id, round_id=found.pk), at=now)
    return len(approved)


def offer(proposal: Proposal, *, by: Person | None, now: datetime) -> None:
    """Put an approved pair before both sides; open for 14 days."""
    proposal.offered_at, proposal.expires_at = now, now + timedelta(days=OFFER_DAYS)
    move(proposal, ProposalState.OFFERED, by=by, now=now)
    for reader, partner, kind in (
        (proposal.mentee.person, proposal.mentor.person, notices.OFFER_TO_MENTEE),
        (proposal.mentor.person, proposal.mentee.person, notices.OFFER_TO_MENTOR),
    ):
        tell(
            person=reader, kind=kind, key=f"proposal:{proposal.pk}:offer", now=now,
            path=reverse("offer", args=[proposal.pk]),
            parameters={
                "partner": partner.full_name, "programme": proposal.programme.name,
                "until": date_format(proposal.expires_at, "j F"),
            },
        )  # fmt: skip


@transaction.atomic
def undo_publish(*, by: Person, found: Round, now: datetime) -> int:
    """Take a published round back to review within its window. Returns how many pairs were taken back.

    Offers and the mentorships they started are withdrawn, unsent mails are not sent, and everybody who was mailed
    is told to disregard it. The same pairs lie approved on the board again. Raises NotAllowed, TooLateToUndo.
    """
    found = _for_change(by, found, RoundState.PUBLISHED)
    if not rules.can_undo(found, now):
        raise TooLateToUndo(
            _("The hour for taking this round back has passed. You can still end or change single matches.")
        )
    live = [ProposalState.OFFERED, ProposalState.ACCEPTED, ProposalState.REFUSED]
    taken = list(
        found.proposals.filter(state__in=live).select_related("mentee__person", "mentor__person", "mentorship")
    )
    for proposal in taken:
        _take_back(proposal, by=by, now=now)
    found.state, found.undo_until = RoundState.REVIEW, None
    found.published_at = found.published_by = None
    found.save(update_fields=["state", "undo_until", "published_at", "published_by"])
    _audit(found, by, "round.undo", now, withdrawn=len(taken))
    publish(RoundWithdrawn(organisation_id=found.organisation_id, round_id=found.pk), at=now)
    return len(taken)


def _take_back(proposal: Proposal, *, by: Person, now: datetime) -> None:
    if proposal.mentorship is not None:
        withdraw_mentorship(by=by, mentorship=proposal.mentorship, now=now)
    if proposal.state != ProposalState.REFUSED:
        move(proposal, ProposalState.WITHDRAWN, by=by, now=now)
    for person in (proposal.mentee.person, proposal.mentor.person):
        if not skip_unsent(person=person, key=f"proposal:{proposal.pk}:offer"):
            tell(
                person=person, kind=notices.OFFER_WITHDRAWN, key=f"proposal:{proposal.pk}:withdrawn", now=now,
                parameters={"programme": proposal.programme.name},
            )  # fmt: skip
    Proposal.objects.create(
        organisation_id=proposal.organisation_id, programme_id=proposal.programme_id, round_id=proposal.round_id,
        mentee=proposal.mentee, mentor=proposal.mentor, origin=proposal.origin, score=proposal.score,
        reasons=proposal.reasons, state=ProposalState.APPROVED, decided_by=by, decided_at=now,
    )  # fmt: skip


@transaction.atomic
def discard_round(*, by: Person, found: Round, now: datetime) -> Round:
    """Set a round aside without telling anybody."""
    found = _for_change(by, found, RoundState.REVIEW)
    found.state = RoundState.DISCARDED
    found.save(update_fields=["state"])
    _audit(found, by, "round.discard", now)
    return found


@transaction.atomic
def run_again(*, by: Person, found: Round, now: datetime) -> Round:
    """A new round that keeps approved and pinned pairs and rules out declined ones. The old one is set aside."""
    found = discard_round(by=by, found=found, now=now)
    decided = list(found.proposals.select_related("mentee__person", "mentor__person"))
    kept = [ProposalState.APPROVED]
    pinned = _ids(p for p in decided if p.state in kept or p.origin == ProposalOrigin.PINNED)
    forbidden = _ids(p for p in decided if p.state == ProposalState.DECLINED)
    earlier = {tuple(pair) for pair in found.settings.get("forbidden", ())}
    changes = {
        **found.settings,
        "pinned": sorted(pinned),
        "forbidden": sorted((earlier | forbidden) - pinned),
    }
    return start_round(by=by, programme=found.programme, now=now, changes=changes)


def _ids(proposals: Iterable[Proposal]) -> set[tuple[str, ...]]:
    return {(p.mentee.person.external_id, p.mentor.person.external_id) for p in proposals}


def _for_change(by: Person, found: Round, state: str) -> Round:
    found = Round.objects.select_for_update().select_related("programme").get(pk=found.pk)
    if not rules.can_match(by, found.programme):
        raise NotAllowed(_("Only the people who run this programme can change its rounds."))
    if found.state != state:
        raise WrongState(_("This round is %(state)s, so that step is no longer open. Reload the page.")
                         % {"state": found.get_state_display().lower()})  # fmt: skip
    return found


def _audit(found: Round, by: Person | None, verb: str, now: datetime, **facts: int) -> None:
    audit.record(
        organisation_id=found.organisation_id, actor_id=by.pk if by else None, verb=verb,
        subject=f"round:{found.pk}", at=now, facts={"programme": found.programme_id, **facts},
    )  # fmt: skip
