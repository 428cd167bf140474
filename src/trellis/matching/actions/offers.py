"""What becomes of an offer: answers, whose turn is next, the first meeting, reminders and expiry."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.kernel import jobs
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.events import publish
from trellis.matching import notices, rules
from trellis.matching.actions.asking import REMINDERS_AFTER, people, put, remind, start_clock
from trellis.matching.actions.following import fall_through, tell_not_taken
from trellis.matching.actions.proposals import hold, move
from trellis.matching.choices import ASKED_BY, ProposalState
from trellis.matching.events import OfferSettled
from trellis.matching.models import OfferAnswer, PlaceWait, Proposal
from trellis.matching.queries.answers import yes_sides
from trellis.matching.queries.exchanges import exchange_of
from trellis.mentorships.actions import part_mentorship, start_mentorship
from trellis.mentorships.queries import live_parties
from trellis.mentorships.rules import is_live
from trellis.notifications.actions import tell
from trellis.people.models import Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment


class OfferClosed(Refusal):
    """The offer was answered, withdrawn or has run out."""


class NotYourTurn(Refusal):
    """This side's yes is not asked for now; their no would count all the same."""


@transaction.atomic
def answer_offer(*, by: Person, proposal: Proposal, accepted: bool, now: datetime, reason: str = "") -> Proposal:
    """One side says yes or no. When everybody who is asked has said yes the mentorship starts; one no closes it kindly.
    Of an exchange of a rematch, all begin with the last yes of all, and one no closes all: until then, and after a no,
    everybody keeps whom they have.

    Where the two meet first, the first yes of each says that they are interested, and binds nobody. `reason` is
    optional, encrypted, and shown to nobody but its author. Raises OfferClosed, NotYourTurn, and whatever
    start_mentorship refuses (a mentor who has become full, say); then nothing is saved.
    """
    _hold_exchange(proposal)
    proposal = _locked(proposal.pk)
    if by.pk not in {proposal.mentee.person_id, proposal.mentor.person_id}:
        raise NotAllowed(_("This offer is not addressed to you."))
    if not rules.can_answer(by, proposal, now):
        raise OfferClosed(_("This offer is no longer open. Your home page shows what is next."))
    before = yes_sides(proposal)
    if accepted and rules.side_of(by, proposal) not in rules.asked_so_far(proposal, before):
        raise NotYourTurn(_("Your yes is not asked for at the moment. If you would rather not, say no at any time."))
    _keep(proposal, by, accepted, reason, now)
    if not accepted:
        told = rules.asked_so_far(proposal, before)
        settle(proposal, ProposalState.REFUSED, knows={by.pk}, told=told, now=now)
    else:
        _go_on(proposal, before, by=by, now=now)
    return proposal


def _keep(proposal: Proposal, by: Person, accepted: bool, reason: str, now: datetime) -> None:
    final = proposal.meeting_from is not None or not (accepted and proposal.meets_first)
    OfferAnswer.objects.update_or_create(
        proposal=proposal, person=by,
        defaults={
            "organisation_id": by.organisation_id, "accepted": accepted, "final": final, "reason": reason, "at": now,
        },
    )  # fmt: skip


def _go_on(proposal: Proposal, before: Collection[str], *, by: Person | None, now: datetime) -> None:
    """After a yes: ask whoever is next, let the two meet, or begin."""
    yes = yes_sides(proposal)
    missing = rules.awaited(proposal, yes)
    if not missing and proposal.meets_first and not proposal.meeting_from:
        proposal.meeting_from = now
        missing = rules.awaited(proposal, ())
    elif not missing:
        return _begin(proposal, by=by, now=now)
    elif rules.turn(proposal, yes) == rules.turn(proposal, before):
        return None  # the other side has been asked already
    start_clock(proposal, now)
    proposal.save(update_fields=["meeting_from", "offered_at", "expires_at", "reminders_sent"])
    return put(proposal, missing, now=now)


def _begin(proposal: Proposal, *, by: Person | None, now: datetime) -> None:
    """Begin this pair, and all of its exchange; nothing yet while an answer of another one is missing."""
    unit = [proposal, *(_locked(pk) for pk in exchange_of(proposal)[1:])]
    if any(rules.awaited(pair, yes_sides(pair)) for pair in unit):
        proposal.expires_at = None  # it is the others who are waited for
        proposal.save(update_fields=["expires_at"])
        return
    part_replaced(unit, by=None, now=now)
    for pair in unit:
        accept(pair, by=by if pair is proposal else None, now=now)


def part_replaced(pairs: Iterable[Proposal], *, by: Person | None, now: datetime) -> None:
    """End the running mentorships that these pairs replace; one that has ended by itself needs nothing."""
    for pair in pairs:
        if pair.replaces is not None and is_live(pair.replaces):
            part_mentorship(by=by, mentorship=pair.replaces, now=now)


def _hold_exchange(proposal: Proposal) -> None:
    """Both sign-ups, and those of everybody whose offer begins or closes with this one."""
    unit = Proposal.objects.filter(pk__in=exchange_of(proposal))
    hold(unit.values_list("mentor_id", "mentee_id"))


def accept(proposal: Proposal, *, by: Person | None, now: datetime) -> None:
    """Begin the mentorship of an offered pair. Raises what start_mentorship refuses. The caller holds both sign-ups."""
    proposal.mentorship = start_mentorship(
        by=by, programme=proposal.programme, mentee=proposal.mentee.person, mentor=proposal.mentor.person,
        score=proposal.score or None, reasons=proposal.reasons, now=now,
    )  # fmt: skip
    move(proposal, ProposalState.ACCEPTED, by=None, now=now)
    _publish_settled(proposal, now)
    for side in (proposal.mentee, proposal.mentor):
        if live_parties(proposal.programme, side.person, side.side) >= side.places:
            _close_others(side, now)


def _close_others(full: Enrolment, now: datetime) -> None:
    """Nobody is left waiting for a person whose last place has just gone; nor do they wait for somebody else."""
    PlaceWait.objects.filter(mentee=full).delete()
    waiting = Proposal.objects.filter(Q(mentee=full) | Q(mentor=full), state=ProposalState.OFFERED)
    for other in waiting.order_by("id"):
        settle(_locked(other.pk), ProposalState.WITHDRAWN, knows={full.person_id}, now=now)


def settle(
    proposal: Proposal, to: str, *, knows: Collection[int], now: datetime, told: Collection[str] | None = None,
    away: Person | None = None,
) -> None:  # fmt: skip
    """Close an offer that did not come about, tell whoever was asked and does not know, and look for what is next. All
    of its exchange close with it.

    `told` are the sides to whom the question was put, where the answers no longer show it; nobody else hears of it.
    `away` is the side that stopped taking part: the other reads that it has nothing to do with them.
    """
    others = exchange_of(proposal)[1:]
    _settle(proposal, to, knows=knows, now=now, told=told, away=away)
    for pair in map(_locked, others):
        _settle(pair, ProposalState.WITHDRAWN, knows=(), now=now, told=None, away=None)


def _settle(
    proposal: Proposal, to: str, *, knows: Collection[int], now: datetime, told: Collection[str] | None,
    away: Person | None,
) -> None:  # fmt: skip
    told = rules.asked_so_far(proposal, yes_sides(proposal)) if told is None else told
    move(proposal, to, by=None, now=now)
    _publish_settled(proposal, now)
    if proposal.origin in ASKED_BY:
        return _end_request(proposal, knows=knows, now=now)
    for side in sorted(told):
        reader, _partner = people(proposal, side)
        if reader.pk not in knows:
            _tell_not_taken(reader, proposal, now, away, stays=side == Side.MENTEE and proposal.replaces_id is not None)
    fall_through(after=proposal, now=now)
    return None


def _end_request(proposal: Proposal, *, knows: Collection[int], now: datetime) -> None:
    """Only who asked is told; by the job that asks their next wish, where they want that."""
    asker = proposal.asker
    if asker.person_id in knows:
        return
    if asker.asks_next:
        jobs.queue("matching.ask_next_wish", organisation_id=proposal.organisation_id, proposal_id=proposal.pk)
    else:
        tell_not_taken(proposal, now=now)


def _tell_not_taken(
    reader: Person, proposal: Proposal, now: datetime, away: Person | None, *, stays: bool
) -> None:  # fmt: skip
    """`stays`: with whom they have."""
    kind = notices.STAYS_AS_IT_IS if stays else notices.PARTNER_AWAY if away else notices.OFFER_NOT_TAKEN
    tell(
        person=reader, kind=kind,
        key=f"proposal:{proposal.pk}:not_taken", now=now, path=reverse("home"),
        parameters={
            "programme": proposal.programme.name, **({"partner": away.full_name} if away and not stays else {}),
        },
    )  # fmt: skip


def _publish_settled(proposal: Proposal, now: datetime) -> None:
    publish(
        OfferSettled(organisation_id=proposal.organisation_id, proposal_id=proposal.pk, state=proposal.state), at=now
    )


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
    """Nobody is left waiting for somebody who has withdrawn, left or paused; returns how many offers were closed."""
    waiting = Proposal.objects.filter(Q(mentee=enrolment) | Q(mentor=enrolment), state=ProposalState.OFFERED)
    return sum(
        _close(proposal, ProposalState.WITHDRAWN, knows={enrolment.person_id}, now=now, away=enrolment.person)
        for proposal in list(waiting.order_by("id"))
    )


def close_offers_beyond_places(*, enrolment: Enrolment, now: datetime) -> int:
    """After somebody took places away: close their open offers where no place is left at all. How many."""
    if live_parties(enrolment.programme, enrolment.person, enrolment.side) < enrolment.places:
        return 0
    return close_offers_of(enrolment=enrolment, now=now)


@transaction.atomic
def _close(
    proposal: Proposal, to: str, *, knows: Collection[int], now: datetime, away: Person | None = None
) -> bool:  # fmt: skip
    """Settle an offer, unless an answer settled it meanwhile."""
    _hold_exchange(proposal)
    proposal = _locked(proposal.pk)
    if proposal.state != ProposalState.OFFERED or (to == ProposalState.EXPIRED and not _ran_out(proposal, now)):
        return False
    settle(proposal, to, knows=knows, now=now, away=away)
    return True


@transaction.atomic
def _remind(proposal: Proposal, step: int, now: datetime) -> bool:
    proposal = _locked(proposal.pk)
    if proposal.state != ProposalState.OFFERED or not _due(proposal, step, now):
        return False
    remind(proposal, rules.awaited(proposal, yes_sides(proposal)), step, now=now)
    Proposal.objects.filter(pk=proposal.pk).update(reminders_sent=step)
    return True


def _ran_out(proposal: Proposal, now: datetime) -> bool:
    return proposal.expires_at is not None and proposal.expires_at <= now


def _due(proposal: Proposal, step: int, now: datetime) -> bool:
    """Still, after the lock: a yes may have put the next question meanwhile, and its clock is new."""
    assert proposal.offered_at is not None  # set with every question
    return proposal.reminders_sent < step and proposal.offered_at <= now - REMINDERS_AFTER[step - 1]


def _locked(number: int) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related(
        "programme", "mentee__person", "mentor__person", "replaces"
    )
    return rows.get(pk=number)
