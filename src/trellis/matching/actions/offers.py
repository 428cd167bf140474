"""What becomes of an offer: answers, reminders, expiry, and the next choice."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.events import publish
from trellis.matching import notices, rules
from trellis.matching.actions.proposals import hold, move
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.events import OfferSettled
from trellis.matching.models import OfferAnswer, Proposal
from trellis.matching.queries.suggestions import best_for
from trellis.mentorships.actions import start_mentorship
from trellis.mentorships.queries import live_parties
from trellis.notifications.actions import tell
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Enrolment

REMINDERS_AFTER = (timedelta(hours=48), timedelta(hours=120), timedelta(days=7))


class OfferClosed(Refusal):
    """The offer was answered, withdrawn or has run out."""


@transaction.atomic
def answer_offer(*, by: Person, proposal: Proposal, accepted: bool, now: datetime, reason: str = "") -> Proposal:
    """One side says yes or no. Two yeses start the mentorship; one no closes the offer kindly.

    `reason` is optional, encrypted, and shown to nobody but its author. Raises OfferClosed, and whatever
    start_mentorship refuses (a mentor who has become full, say); then nothing is saved.
    """
    hold([(proposal.mentor_id, proposal.mentee_id)])
    proposal = _locked(proposal)
    if by.pk not in {proposal.mentee.person_id, proposal.mentor.person_id}:
        raise NotAllowed(_("This offer is not addressed to you."))
    if not rules.can_answer(by, proposal, now):
        raise OfferClosed(_("This offer is no longer open. Your home page shows what is next."))
    OfferAnswer.objects.update_or_create(
        proposal=proposal, person=by,
        defaults={"organisation_id": by.organisation_id, "accepted": accepted, "reason": reason, "at": now},
    )  # fmt: skip
    if not accepted:
        _settle(proposal, ProposalState.REFUSED, knows={by.pk}, now=now)
    elif OfferAnswer.objects.filter(proposal=proposal, accepted=True).count() == len({"mentee", "mentor"}):
        _accept(proposal, by=by, now=now)
    return proposal


def _accept(proposal: Proposal, *, by: Person, now: datetime) -> None:
    proposal.mentorship = start_mentorship(
        by=by, programme=proposal.programme, mentee=proposal.mentee.person, mentor=proposal.mentor.person,
        score=proposal.score, reasons=proposal.reasons, now=now,
    )  # fmt: skip
    move(proposal, ProposalState.ACCEPTED, by=None, now=now)
    _publish_settled(proposal, now)
    for side in (proposal.mentee, proposal.mentor):
        if live_parties(proposal.programme, side.person, side.side) >= side.places:
            _close_others(side, now)


def _close_others(full: Enrolment, now: datetime) -> None:
    """Nobody is left waiting for a person whose last place has just gone."""
    waiting = Proposal.objects.filter(Q(mentee=full) | Q(mentor=full), state=ProposalState.OFFERED)
    for other in waiting.order_by("id"):
        _settle(_locked(other), ProposalState.WITHDRAWN, knows={full.person_id}, now=now)


def _settle(proposal: Proposal, to: str, *, knows: Collection[int], now: datetime) -> None:
    """Close an offer that did not come about, tell each side that does not know, and look for the next choice."""
    move(proposal, to, by=None, now=now)
    asked = proposal.origin == ProposalOrigin.REQUEST
    for enrolment in (proposal.mentee, proposal.mentor):
        if enrolment.person_id in knows or (asked and enrolment == proposal.mentor):
            continue
        tell(
            person=enrolment.person, kind=notices.REQUEST_NOT_TAKEN if asked else notices.OFFER_NOT_TAKEN,
            key=f"proposal:{proposal.pk}:not_taken", now=now,
            path=reverse("find_mentor", args=[proposal.programme.slug]) if asked else reverse("home"),
            parameters={"programme": proposal.programme.name},
        )  # fmt: skip
    _publish_settled(proposal, now)
    if not asked:
        fall_through(after=proposal, now=now)


def _publish_settled(proposal: Proposal, now: datetime) -> None:
    publish(
        OfferSettled(organisation_id=proposal.organisation_id, proposal_id=proposal.pk, state=proposal.state), at=now
    )


@transaction.atomic
def fall_through(*, after: Proposal, now: datetime) -> Proposal | None:
    """Lay the mentee's next best possible mentor before the programme manager.

    None if nobody is left, or the mentee needs nobody now. Mentors whom this mentee was already offered, or with
    whom a person has ruled the pair out, are passed over.
    """
    if after.mentee.state != EnrolmentState.APPROVED or _places_left(after) < 1:
        return None
    tried = _tried(after.mentee)
    for found in best_for(after.mentee, now=now, most=len(tried) + 1):
        if found.mentor.pk in tried:
            continue
        return Proposal.objects.create(
            organisation_id=after.organisation_id, programme_id=after.programme_id, round_id=after.round_id,
            mentee=after.mentee, mentor=found.mentor, origin=ProposalOrigin.FALL_THROUGH, score=found.score,
            reasons=found.reasons,
        )  # fmt: skip
    return None


def _of_mentee(mentee: Enrolment) -> Q:
    """Proposals that count: of no round, or of one that was not set aside."""
    return Q(mentee=mentee) & ~Q(round__state=RoundState.DISCARDED)


def _places_left(after: Proposal) -> int:
    """What the mentee still lacks: places without a mentor, an open offer, or a next choice before the manager."""
    mentee = after.mentee
    next_choice = Q(origin=ProposalOrigin.FALL_THROUGH, state__in=[ProposalState.UNDER_REVIEW, ProposalState.APPROVED])
    coming = Proposal.objects.filter(_of_mentee(mentee)).filter(next_choice | Q(state=ProposalState.OFFERED)).count()
    return mentee.places - live_parties(after.programme, mentee.person, mentee.side) - coming


def _tried(mentee: Enrolment) -> set[int]:
    seen = Proposal.objects.filter(_of_mentee(mentee)).exclude(state=ProposalState.WITHDRAWN)
    return set(seen.values_list("mentor_id", flat=True))


def remind_and_expire(*, now: datetime) -> tuple[int, int]:
    """Remind sides that have not answered after 48 and 120 hours and 7 days; close offers after 14 days.

    Returns how many offers were reminded of and how many ran out. Running it twice does nothing more, and after a
    pause of the machine only the latest reminder is sent. One transaction for each offer: nobody waits for the
    whole sweep, and an answer that is given meanwhile counts.
    """
    offered = Proposal.objects.filter(state=ProposalState.OFFERED).order_by("id")
    over = list(offered.filter(expires_at__lte=now))
    expired = sum(_close(proposal, ProposalState.EXPIRED, knows=(), now=now) for proposal in over)
    reminded = 0
    for step, after in reversed(list(enumerate(REMINDERS_AFTER, start=1))):
        due = offered.filter(offered_at__lte=now - after, reminders_sent__lt=step)
        reminded += sum(_remind(proposal, step, now) for proposal in list(due))
    return reminded, expired


def close_offers_of(*, enrolment: Enrolment, now: datetime) -> int:
    """Nobody is left waiting for somebody who has withdrawn; returns how many open offers were closed."""
    waiting = Proposal.objects.filter(Q(mentee=enrolment) | Q(mentor=enrolment), state=ProposalState.OFFERED)
    return sum(
        _close(proposal, ProposalState.WITHDRAWN, knows={enrolment.person_id}, now=now)
        for proposal in list(waiting.order_by("id"))
    )


@transaction.atomic
def _close(proposal: Proposal, to: str, *, knows: Collection[int], now: datetime) -> bool:
    """Settle an offer, unless an answer settled it meanwhile."""
    hold([(proposal.mentor_id, proposal.mentee_id)])
    proposal = _locked(proposal)
    if proposal.state != ProposalState.OFFERED:
        return False
    _settle(proposal, to, knows=knows, now=now)
    return True


@transaction.atomic
def _remind(proposal: Proposal, step: int, now: datetime) -> bool:
    proposal = _locked(proposal)
    if proposal.state != ProposalState.OFFERED:
        return False
    assert proposal.expires_at is not None  # set with every offer
    answered = set(proposal.answers.values_list("person_id", flat=True))
    sides = (proposal.mentee.person, proposal.mentor.person), (proposal.mentor.person, proposal.mentee.person)
    for reader, partner in sides:
        if reader.pk in answered:
            continue
        tell(
            person=reader, kind=notices.OFFER_REMINDER, key=f"proposal:{proposal.pk}:reminder:{step}", now=now,
            path=reverse("offer", args=[proposal.pk]),
            parameters={
                "partner": partner.full_name, "programme": proposal.programme.name,
                "until": notices.last_day(proposal.expires_at, reader),
            },
        )  # fmt: skip
    Proposal.objects.filter(pk=proposal.pk).update(reminders_sent=step)
    return True


def _locked(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related(
        "programme", "mentee__person", "mentor__person"
    )
    return rows.get(pk=proposal.pk)
