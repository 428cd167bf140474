"""A mentee asks a mentor directly, where the programme lets them."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import notices, rules
from trellis.matching.actions.proposals import hold
from trellis.matching.actions.publishing import OFFER_DAYS
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.models import OfferAnswer, Proposal
from trellis.matching.queries.finding import why_not_ask
from trellis.matching.queries.suggestions import Outlook, outlook_of
from trellis.notifications.actions import tell
from trellis.people.models import Person
from trellis.programmes.models import Enrolment

OPEN_REQUESTS = 3


class TooManyRequests(Refusal):
    """The mentee already waits for as many mentors as the programme allows."""


class CannotAsk(Refusal):
    """This mentor cannot be asked by this mentee now; the words say why."""


@transaction.atomic
def ask_mentor(*, by: Person, mentee: Enrolment, mentor: Enrolment, now: datetime) -> Proposal:
    """The mentee asks a mentor; their own yes is given with it, and the mentor has 14 days to answer.

    Raises NotAllowed, TooManyRequests, or CannotAsk with the reason in words.
    """
    hold([(mentor.pk, mentee.pk)])
    mentee = Enrolment.objects.select_related("programme", "person").get(pk=mentee.pk)
    mentor = Enrolment.objects.select_related("person").get(pk=mentor.pk)
    if not rules.can_ask(by, mentee, mentee.programme):
        raise NotAllowed(_("In this programme the matches are made in rounds. Rank your wishes instead."))
    if open_requests(mentee) >= OPEN_REQUESTS:
        raise TooManyRequests(
            _("You are already waiting for %(count)d answers. Ask again when one has come.") % {"count": OPEN_REQUESTS}
        )
    outlook = _outlook(mentee, mentor, now)
    code = mentor.person.external_id
    proposal = Proposal.objects.create(
        organisation_id=mentee.organisation_id, programme=mentee.programme, mentee=mentee, mentor=mentor,
        origin=ProposalOrigin.REQUEST, state=ProposalState.OFFERED, score=outlook.scores[code],
        reasons=outlook.reasons(code), offered_at=now, expires_at=now + timedelta(days=OFFER_DAYS),
    )  # fmt: skip
    OfferAnswer.objects.create(
        organisation_id=mentee.organisation_id, proposal=proposal, person=by, accepted=True, at=now
    )
    audit.record(
        organisation_id=mentee.organisation_id, actor_id=by.pk, verb="proposal.ask", subject=f"proposal:{proposal.pk}",
        at=now, facts={"programme": mentee.programme_id},
    )  # fmt: skip
    _tell_mentor(proposal, now)
    return proposal


def open_requests(mentee: Enrolment) -> int:
    return Proposal.objects.filter(mentee=mentee, state=ProposalState.OFFERED).count()


def _outlook(mentee: Enrolment, mentor: Enrolment, now: datetime) -> Outlook:
    """What the matcher says, if it says that this mentor can be asked."""
    outlook = outlook_of(mentee, now=now)
    if outlook is None:
        raise CannotAsk(_("You cannot ask anybody at the moment. Your sign-up page shows what is missing."))
    why = why_not_ask(outlook, mentee, mentor)
    if why:
        raise CannotAsk(why)
    return outlook


def _tell_mentor(proposal: Proposal, now: datetime) -> None:
    tell(
        person=proposal.mentor.person, kind=notices.REQUEST_TO_MENTOR, key=f"proposal:{proposal.pk}:offer", now=now,
        path=reverse("offer", args=[proposal.pk]),
        parameters={
            "partner": proposal.mentee.person.full_name, "programme": proposal.programme.name,
            "until": notices.last_day(now + timedelta(days=OFFER_DAYS), proposal.mentor.person),
        },
    )  # fmt: skip
