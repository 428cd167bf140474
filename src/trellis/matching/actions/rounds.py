"""A round's life: started, solved by a job, set aside, run again. Publishing is in publishing.py."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.kernel import jobs
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import notices, rules
from trellis.matching.actions.publishing import (
    OFFER_DAYS,
    UNDO_MINUTES,
    NothingApproved,
    offer,
    publish_round,
)
from trellis.matching.actions.states import WrongState, locked, record
from trellis.matching.actions.taking_back import TooLateToUndo, undo_publish
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Round, Unmatched
from trellis.matching.queries.board import NOT_LOOKING
from trellis.matching.queries.exchanges import changes_of, kept_of
from trellis.matching.queries.pool import PairIds, engine_settings, engine_taxonomy, enrolments_by_id, matching_of
from trellis.matching.queries.promises import weeks_of
from trellis.matching.queries.reading import KEY as READER
from trellis.matching.queries.reading import read_goals
from trellis.matching.queries.rematch import HELD, people_for, to_hold
from trellis.matching.queries.rotation import is_rotating
from trellis.matching.queries.solving import (
    AnyPlan,
    certificate_of,
    explained,
    plan_of,
    refused_by,
    smallest_circle,
    smallest_in,
)
from trellis.matching.queries.stability import KEY as STABILITY
from trellis.matching.queries.stability import stability_figures
from trellis.matching.stored import pool_to_json, reasons_to_json
from trellis.matching.words import input_words, pin_words
from trellis.notifications.actions import tell
from trellis.people.models import Person
from trellis.programmes.actions.programmes import SettingsRefused
from trellis.programmes.checks import check_matching
from trellis.programmes.choices import EQUALS
from trellis.programmes.models import Programme
from trellis.programmes.settings_model import MatchingSettings
from trellis.skills.semantic import ModelUnusable
from trellis_engine.matching import InputRefused, PinRefused, Pool
from trellis_engine.matching.peer_plan import PeerPlan
from trellis_engine.matching.weekly import Rotation

__all__ = [
    "OFFER_DAYS",
    "UNDO_MINUTES",
    "NothingApproved",
    "RoundOpen",
    "TooLateToUndo",
    "WrongState",
    "discard_round",
    "offer",
    "publish_round",
    "run_again",
    "solve_round",
    "start_round",
    "undo_publish",
]

OPEN = (RoundState.SOLVING, RoundState.REVIEW, RoundState.PUBLISHING, RoundState.UNDOING)
STEPS = 3  # of solving: read, solve, lay out
Pair = tuple[str, str]


class RoundOpen(Refusal):
    """Another round of the programme is still being solved or reviewed."""


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
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)  # two clicks make one round
    if Round.objects.filter(programme=programme, state__in=OPEN).exists():
        raise RoundOpen(_("A round is still open. Publish it or set it aside before you start another."))
    if is_rotating(programme):
        raise RoundOpen(_("A rotation still has weeks to come. Stop it on its page before you start another round."))
    last = Round.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0
    settings = {**matching_of(programme), **(changes or {})}
    if changes is None or "pinned" not in changes:  # the programme's own pins: some are together by now, or cannot be
        settings["pinned"] = sorted(_possible(programme, settings, _stored(settings, "pinned"), set(), now))
    found = Round.objects.create(
        organisation_id=programme.organisation_id, programme=programme, number=last + 1,
        settings=settings, salt=salt or secrets.token_hex(16), started_by=by, created_at=now,
    )  # fmt: skip
    found.job_id = jobs.queue(
        "matching.solve_round", organisation_id=programme.organisation_id,
        started_by_id=by.pk if by else None, round_id=found.pk,
    )  # fmt: skip
    found.save(update_fields=["job_id"])
    record(found, by, "start", now)
    return found


def solve_round(*, found: Round, now: datetime) -> Round:
    """Find the best plan and lay it out for review. Run again on a solved round, it changes nothing.

    Not one transaction: solving may take long, and nothing is written before the plan is complete.
    """
    found = Round.objects.select_related("programme", "started_by").get(pk=found.pk)
    if found.state != RoundState.SOLVING:
        return found
    jobs.progress(0, STEPS)
    pool, kept, out = people_for(found.programme, found.settings, now)
    found.settings |= {"ruled_out": sorted(out), "kept": sorted(kept)} if kept else {"ruled_out": sorted(out)}
    found.settings["smallest_circle"] = smallest_circle(found.programme)
    try:
        pool, read_by = read_goals(pool, lambda done, texts: jobs.progress(done, texts * STEPS))
        found.settings[READER] = read_by
        jobs.progress(1, STEPS)
        plan = _solved(found, pool, kept)
        found.settings[STABILITY] = stability_figures(plan, pool, engine_settings(found.settings), found.salt)
    except PinRefused as refused:
        people = enrolments_by_id(found.programme)
        mentee, mentor = people["mentee", refused.mentee].person, people["mentor", refused.mentor].person
        return _fail(found, now, pin_words(mentee.full_name, mentor.full_name, refused))
    except InputRefused as refused:
        return _fail(found, now, input_words(refused))
    except ModelUnusable as refused:
        return _fail(found, now, str(refused))
    jobs.progress(2, STEPS)
    return _lay_out(found, pool, plan, now)


def _solved(found: Round, pool: Pool, kept: PairIds) -> AnyPlan:
    """The best plan. Of a rematch: the best in which nobody who has a mentor is left without one; running pairs of
    whoever would be are held together, and it is solved again."""
    while True:
        plan = plan_of(
            found.programme.model, pool, engine_settings(found.settings), engine_taxonomy(), found.salt,
            weeks_of(found.settings), smallest_in(found.settings), lambda _pays: jobs.progress(1, STEPS),
        )  # fmt: skip
        held = _stored(found.settings, HELD)
        lost = to_hold(pool, kept - held, {pair.mentee for pair in plan.pairs}, engine_settings(found.settings))
        if not lost:
            return plan
        found.settings[HELD] = sorted(held | lost)
        found.settings["pinned"] = sorted(_stored(found.settings, "pinned") | lost)


@transaction.atomic
def _fail(found: Round, now: datetime, why: str) -> Round:
    current = Round.objects.select_for_update(no_key=True).get(pk=found.pk)
    if current.state != RoundState.SOLVING:
        return current
    found.state, found.failure = RoundState.FAILED, why
    found.save(update_fields=["state", "failure"])
    record(found, None, "fail", now)
    return found


@transaction.atomic
def _lay_out(found: Round, pool: Pool, plan: AnyPlan, now: datetime) -> Round:
    current = Round.objects.select_for_update(no_key=True).get(pk=found.pk)
    if current.state != RoundState.SOLVING:  # another worker was faster, or the round was set aside meanwhile
        return current
    enrolments = enrolments_by_id(found.programme)
    Proposal.objects.bulk_create(_proposals(found, pool, plan, now))
    Unmatched.objects.bulk_create(
        Unmatched(
            organisation_id=found.organisation_id, round=found, enrolment=enrolments[left.side, left.id],
            reason=left.reason, parameters=dict(left.params),
        )
        for left in plan.unmatched
    )  # fmt: skip
    found.state, found.solved_at = RoundState.REVIEW, now
    found.inputs, found.input_hash = pool_to_json(pool, engine_taxonomy()), plan.input_hash
    found.engine_version, found.certificate, found.total = plan.engine_version, certificate_of(plan), plan.total
    found.save()
    record(found, None, "solve", now, pairs=len(plan.pairs), unmatched=len(plan.unmatched))
    _tell_ready(found, plan, now)
    return found


def _proposals(found: Round, pool: Pool, plan: AnyPlan, now: datetime) -> Iterable[Proposal]:
    """Pairs that were approved before the round was run again stay approved."""
    settings, taxonomy, enrolments = (
        engine_settings(found.settings),
        engine_taxonomy(),
        enrolments_by_id(found.programme),
    )
    equals = isinstance(plan, PeerPlan)
    approved, pinned = _stored(found.settings, "approved"), set(settings.pinned) - _stored(found.settings, HELD)
    stays = kept_of(found)  # together already: there is nothing to decide about
    if equals:  # a pin holds whichever of the two it names first
        approved, pinned = ({*pairs, *((two, one) for one, two in pairs)} for pairs in (approved, pinned))
    weeks = {(each.mentee, each.mentor): each.week for each in plan.meetings} if isinstance(plan, Rotation) else {}
    for pair in plan.pairs:
        both = pair.mentee, pair.mentor
        kept = both in approved
        yield Proposal(
            organisation_id=found.organisation_id, programme=found.programme, round=found,
            score=pair.score if settings.weights else 0,
            mentee=enrolments["mentee", pair.mentee], mentor=enrolments["mentor", pair.mentor],
            origin=ProposalOrigin.PINNED if both in pinned else ProposalOrigin.SOLVER,
            state=ProposalState.APPROVED if kept or both in stays else ProposalState.UNDER_REVIEW,
            decided_by=found.started_by if kept else None, decided_at=now if kept else None, week=weeks.get(both),
            reasons=reasons_to_json(explained(equals, pool, settings, taxonomy, *both)),
        )  # fmt: skip


def _tell_ready(found: Round, plan: AnyPlan, now: datetime) -> None:
    if found.started_by is None:
        return
    tell(
        person=found.started_by, kind=notices.ROUND_READY, key=f"round:{found.pk}:ready", now=now,
        path=reverse("round", args=[found.programme.slug, found.number]),
        parameters={
            "programme": found.programme.name, "matched": len(plan.pairs),
            "unmatched": sum(left.reason not in NOT_LOOKING for left in plan.unmatched),
        },
    )  # fmt: skip


@transaction.atomic
def discard_round(*, by: Person, found: Round, now: datetime) -> Round:
    """Set a round aside without telling anybody; also one whose solving never came to an end."""
    found = locked(by, found, RoundState.SOLVING, RoundState.REVIEW)
    found.state = RoundState.DISCARDED
    found.save(update_fields=["state"])
    record(found, by, "discard", now)
    return found


@transaction.atomic
def run_again(*, by: Person, found: Round, now: datetime, matching: MatchingSettings | None = None) -> Round:
    """A new round that keeps approved and pinned pairs and rules out declined ones. The old one is set aside.

    `matching`: other settings than the old round's, for the new round only. After a failure the same decisions are
    kept. Pins that are not possible any more, or not under these settings, are let go.
    """
    found = locked(by, found, RoundState.REVIEW, RoundState.FAILED)
    if matching and (faults := list(check_matching(matching, found.programme.template_id))):
        raise SettingsRefused(faults)
    decided = list(found.proposals.select_related("mentee__person", "mentor__person"))
    stays = changes_of(found).stays  # the pairs of a rematch that run are weighed anew, unless somebody pinned them
    approved = _ids(p for p in decided if p.state == ProposalState.APPROVED and p.pk not in stays)
    pinned = approved | _ids(
        p
        for p in decided
        if p.origin == ProposalOrigin.PINNED and (p.state == ProposalState.UNDER_REVIEW or p.pk in stays)
    )
    forbidden = _ids(p for p in decided if p.state == ProposalState.DECLINED) | _stored(found.settings, "forbidden")
    if found.state == RoundState.FAILED:
        approved, pinned = _stored(found.settings, "approved"), _stored(found.settings, "pinned")
        pinned -= _stored(found.settings, HELD)
    else:
        discard_round(by=by, found=found, now=now)
    settings = {**found.settings, **(matching.plain() if matching else {})}
    pinned = _possible(found.programme, settings, pinned, forbidden - pinned, now)
    changes = {
        **settings, "approved": sorted(approved & pinned), "pinned": sorted(pinned),
        "forbidden": sorted(forbidden - pinned), "ruled_out": [], HELD: [],
    }  # fmt: skip
    return start_round(by=by, programme=found.programme, now=now, changes=changes)


def _possible(
    programme: Programme, stored: Mapping[str, Any], pinned: set[Pair], forbidden: set[Pair], now: datetime
) -> set[Pair]:
    """The pins that today's pool still allows: both ready, no rule against them, a place on either side."""
    if not pinned:
        return set()
    pool, _kept, out = people_for(programme, stored, now)
    taxonomy, out = engine_taxonomy(), out | forbidden
    try:
        settings = engine_settings({**stored, "pinned": [], "forbidden": sorted(out)})
    except InputRefused:
        return set()
    equals = programme.model in EQUALS
    places = {person.id: person.places for person in pool.mentors}
    wants = {person.id: person.places for person in pool.mentees}
    if equals:  # one partner each in one round, whichever side they stand on
        wants = places = {person: min(places[person], 1) for person in places}
    if weeks := weeks_of(stored):
        wants = {person: weeks * min(count, 1) for person, count in wants.items()}
        places = {person: weeks * count for person, count in places.items()}
    kept: set[Pair] = set()
    for mentee, mentor in sorted(pinned):
        if not wants.get(mentee) or not places.get(mentor):
            continue
        if refused_by(equals, pool, settings, taxonomy, mentee, mentor):
            continue
        wants[mentee] -= 1
        places[mentor] -= 1
        kept.add((mentee, mentor))
    return kept


def _ids(proposals: Iterable[Proposal]) -> set[Pair]:
    return {(p.mentee.person.external_id, p.mentor.person.external_id) for p in proposals}


def _stored(settings: Mapping[str, Any], name: str) -> set[Pair]:
    return {(mentee, mentor) for mentee, mentor in settings.get(name, ())}
