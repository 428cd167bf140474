"""What becomes of an offer: answers, reminders, expiry, and the next choice."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.events import publish
from trellis.matching import notices, rules
from trellis.matching.actions.proposals import move
from trellis.matching.actions.rounds import OFFER_DAYS
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.events import OfferSettled
from trellis.matching.models import OfferAnswer, Proposal
from trellis.matching.queries.suggestions import best_for
from trellis.mentorships.actions import start_mentorship
from trellis.notifications.actions import tell
from trellis.people.models import Person
from trellis.programmes.models import Enrolment

REMINDERS_AFTER = (timedelta(hours=48), timedelta(hours=120), timedelta(days=7))
OPEN_REQUESTS = 3


class OfferClosed(Refusal):
    """The offer was answered, withdrawn or has run out."""


class TooManyRequests(Refusal):
    """The mentee already waits for as many mentors as the programme allows."""


@transaction.atomic
def answer_offer(*, by: Person, proposal: Proposal, accepted: bool, now: datetime, reason: str = "") -> Proposal:
    """One side says yes or no. Two yeses start the mentorship; one no closes the offer kindly.

    `reason` is optional, encrypted, and shown to nobody but its author. Raises OfferClosed, and whatever
    start_mentorship refuses (a mentor who has become full, say); then nothing is saved.
    """
    proposal = _locked(proposal)
    if by.pk not in {proposal.mentee.person_id, proposal.mentor.person_id}:
        raise NotAllowed(_("This offer is not addressed to you."))
    if not rules.can_answer(by, proposal):
        raise OfferClosed(_("This offer is no longer open. Your home page shows what is next."))
    OfferAnswer.objects.update_or_create(
        proposal=proposal, person=by,
        defaults={"organisation_id": by.organisation_id, "accepted": accepted, "reason": reason, "at": now},
    )  # fmt: skip
    if not accepted:
        _settle(proposal, ProposalState.REFUSED, by=by, now=now)
    elif OfferAnswer.objects.filter(proposal=proposal, accepted=True).count() == 2:
        _accept(proposal, by=by, now=now)
    return proposal


def _accept(proposal: Proposal, *, by: Person, now: datetime) -> None:
    proposal.mentorship = start_mentorship(
        by=by, programme=proposal.programme, mentee=proposal.mentee.person, mentor=proposal.mentor.person,
        score=proposal.score, reasons=proposal.reasons, now=now,
    )  # fmt: skip
    move(proposal, ProposalState.ACCEPTED, by=None, now=now)
    _publish_settled(proposal, now)


def _settle(proposal: Proposal, to: str, *, by: Person | None, now: datetime) -> None:
    """Close an offer that did not come about, tell the other side without a reason, and look for the next choice."""
    move(proposal, to, by=None, now=now)
    said_no = by.pk if by else None
    for enrolment in (proposal.mentee, proposal.mentor):
        if enrolment.person_id == said_no:
            continue
        tell(
            person=enrolment.person, kind=notices.OFFER_NOT_TAKEN, key=f"proposal:{proposal.pk}:not_taken", now=now,
            path=reverse("home"), parameters={"programme": proposal.programme.name},
        )  # fmt: skip
    _publish_settled(proposal, now)
    fall_through(after=proposal, now=now)


def _publish_settled(proposal: Proposal, now: datetime) -> None:
    publish(
        OfferSettled(organisation_id=proposal.organisation_id, proposal_id=proposal.pk, state=proposal.state), at=now
    )


@transaction.atomic
def fall_through(*, after: Proposal, now: datetime) -> Proposal | None:
    """Lay the mentee's next best possible mentor before the programme manager. None if nobody is left.

    Mentors whom this mentee was already offered in the programme are passed over.
    """
    if after.mentee.state != "approved":
        return None
    tried = set(
        Proposal.objects.filter(programme_id=after.programme_id, mentee=after.mentee).values_list(
            "mentor_id", flat=True
        )
    )
    for found in best_for(after.mentee, now=now, most=len(tried) + 1):
        if found.mentor.pk in tried:
            continue
        return Proposal.objects.create(
            organisation_id=after.organisation_id, programme_id=after.programme_id, round_id=after.round_id,
            mentee=after.mentee, mentor=found.mentor, origin=ProposalOrigin.FALL_THROUGH, score=found.score,
            reasons=found.reasons,
        )  # fmt: skip
    return None


@transaction.atomic
def remind_and_expire(*, now: datetime) -> tuple[int, int]:
    """Remind sides that have not answered after 48 and 120 hours and 7 days; close offers after 14 days.

    Returns how many reminders were due and how many offers ran out. Running it twice does nothing more.
    """
    offered = Proposal.objects.select_for_update(of=("self",)).filter(state=ProposalState.OFFERED)
    reminded = 0
    for step, after in enumerate(REMINDERS_AFTER, start=1):
        due = offered.filter(offered_at__lte=now - after, expires_at__gt=now, reminders_sent__lt=step)
        for proposal in due.select_related("programme", "mentee__person", "mentor__person"):
            _remind(proposal, step, now)
            reminded += 1
    expired = list(offered.filter(expires_at__lte=now))
    for proposal in expired:
        _settle(_locked(proposal), ProposalState.EXPIRED, by=None, now=now)
    return reminded, len(expired)


def _remind(proposal: Proposal, step: int, now: datetime) -> None:
    answered = set(proposal.answers.values_list("person_id", flat=True))
    sides = (proposal.mentee.person, proposal.mentor.person), (proposal.mentor.person, proposal.mentee.person)
    for reader, partner in sides:
        if reader.pk in answered or proposal.expires_at is None:
            continue
        tell(
            person=reader, kind=notices.OFFER_REMINDER, key=f"proposal:{proposal.pk}:reminder:{step}", now=now,
            path=reverse("offer", args=[proposal.pk]),
            parameters={
                "partner": partner.full_name, "programme": proposal.programme.name,
                "until": date_format(proposal.expires_at, "j F"),
            },
        )  # fmt: skip
    Proposal.objects.filter(pk=proposal.pk).update(reminders_sent=F("reminders_sent") + 1)


@transaction.atomic
def ask_mentor(*, by: Person, mentee: Enrolment, mentor: Enrolment, now: datetime) -> Proposal:
    """The mentee asks a mentor directly, where the programme lets them; their own yes is given with it.

    Raises NotAllowed, TooManyRequests, OfferClosed (already asked), or says why the pair is not possible.
    """
    mentee = Enrolment.objects.select_for_update(of=("self",)).select_related("programme", "person").get(pk=mentee.pk)
    if not rules.can_ask(by, mentee, mentee.programme):
        raise NotAllowed(_("In this programme the matches are made in rounds. Rank your wishes instead."))
    open_now = Proposal.objects.filter(mentee=mentee, state=ProposalState.OFFERED)
    if open_now.count() >= OPEN_REQUESTS:
        raise TooManyRequests(
            _("You are already waiting for %(count)d answers. Ask again when one has come.") % {"count": OPEN_REQUESTS}
        )
    if open_now.filter(mentor=mentor).exists():
        raise OfferClosed(_("You have already asked %(name)s.") % {"name": mentor.person.full_name})
    found = next((each for each in best_for(mentee, now=now, most=None) if each.mentor.pk == mentor.pk), None)
    if found is None:
        raise OfferClosed(
            _("%(name)s cannot be asked now: there is no free place, or a rule of the programme forbids it.")
            % {"name": mentor.person.full_name}
        )
    proposal = Proposal.objects.create(
        organisation_id=mentee.organisation_id, programme=mentee.programme, mentee=mentee, mentor=mentor,
        origin=ProposalOrigin.REQUEST, state=ProposalState.OFFERED, score=found.score, reasons=found.reasons,
        offered_at=now, expires_at=now + timedelta(days=OFFER_DAYS),
    )  # fmt: skip
    OfferAnswer.objects.create(
        organisation_id=mentee.organisation_id, proposal=proposal, person=by, accepted=True, at=now
    )
    tell(
        person=mentor.person, kind=notices.REQUEST_TO_MENTOR, key=f"proposal:{proposal.pk}:offer", now=now,
        path=reverse("offer", args=[proposal.pk]),
        parameters={
            "partner": by.full_name, "programme": mentee.programme.name,
            "until": date_format(now + timedelta(days=OFFER_DAYS), "j F"),
        },
    )  # fmt: skip
    return proposal


def _locked(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related(
        "programme", "mentee__person", "mentor__person"
    )
    return rows.get(pk=proposal.pk)
