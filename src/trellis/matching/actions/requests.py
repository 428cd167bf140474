"""A mentee asks a mentor directly, where the programme lets them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import rules
from trellis.matching.actions.asking import put, start_clock
from trellis.matching.actions.proposals import hold
from trellis.matching.choices import Approval, ProposalOrigin, ProposalState
from trellis.matching.models import OfferAnswer, PlaceWait, Proposal
from trellis.matching.queries.finding import why_not_ask
from trellis.matching.queries.suggestions import Outlook, outlook_of
from trellis.people.models import Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment


class TooManyRequests(Refusal):
    """The mentee already waits for as many mentors as the programme allows."""


class CannotAsk(Refusal):
    """This mentor cannot be asked by this mentee now; the words say why."""


NOT_NOW = (NotAllowed, TooManyRequests, CannotAsk)


@transaction.atomic
def ask_mentor(*, by: Person, mentee: Enrolment, mentor: Enrolment, now: datetime) -> Proposal:
    """The mentee asks a mentor; their own yes is given with it, and the mentor has 14 days to answer.

    Raises NotAllowed, TooManyRequests, or CannotAsk with the reason in words.
    """
    hold([(mentor.pk, mentee.pk)])
    mentee = Enrolment.objects.select_related("programme", "person").get(pk=mentee.pk)
    if not rules.can_ask(by, mentee, mentee.programme):
        raise NotAllowed(_("In this programme the matches are made in rounds. Rank your wishes instead."))
    return open_request(mentee=mentee, mentor=mentor, now=now, by=by)


def open_request(*, mentee: Enrolment, mentor: Enrolment, now: datetime, by: Person | None = None) -> Proposal:
    """Put the mentee's request to the mentor. `by` None: their next wish, asked as they agreed beforehand.

    The caller holds both sign-ups. Raises as ask_mentor.
    """
    mentor = Enrolment.objects.select_related("person").get(pk=mentor.pk)
    if not rules.can_ask(mentee.person, mentee, mentee.programme):
        raise NotAllowed(_("You cannot ask anybody at the moment. Your sign-up page shows what is missing."))
    agreeing = rules.Agreeing.of(mentee.programme)
    if open_requests(mentee) >= agreeing.open_requests:
        raise TooManyRequests(_too_many(agreeing.open_requests))
    outlook = _outlook(mentee, mentor, now)
    code = mentor.person.external_id
    proposal = Proposal(
        organisation_id=mentee.organisation_id, programme=mentee.programme, mentee=mentee, mentor=mentor,
        origin=ProposalOrigin.REQUEST, state=ProposalState.OFFERED, score=outlook.score_of(code),
        reasons=outlook.reasons(code), approval=Approval.BOTH, meets_first=agreeing.first_meeting,
    )  # fmt: skip
    start_clock(proposal, now)
    proposal.save()
    OfferAnswer.objects.create(
        organisation_id=mentee.organisation_id, proposal=proposal, person=mentee.person, accepted=True, at=now,
        final=not proposal.meets_first,
    )  # fmt: skip
    PlaceWait.objects.filter(mentee=mentee, mentor=mentor).delete()
    audit.record(
        organisation_id=mentee.organisation_id, actor_id=by.pk if by else None, verb="proposal.ask",
        subject=f"proposal:{proposal.pk}", at=now, facts={"programme": mentee.programme_id, "next_wish": by is None},
    )  # fmt: skip
    put(proposal, {Side.MENTOR}, now=now)
    return proposal


def open_requests(mentee: Enrolment) -> int:
    return Proposal.objects.filter(mentee=mentee, state=ProposalState.OFFERED).count()


def _too_many(most: int) -> str:
    return ngettext(
        "You are already waiting for %(count)d answer. Ask again when it has come.",
        "You are already waiting for %(count)d answers. Ask again when one has come.", most,
    ) % {"count": most}  # fmt: skip


def _outlook(mentee: Enrolment, mentor: Enrolment, now: datetime) -> Outlook:
    """What the matcher says, if it says that this mentor can be asked."""
    outlook = outlook_of(mentee, now=now)
    if outlook is None:
        raise CannotAsk(_("You cannot ask anybody at the moment. Your sign-up page shows what is missing."))
    why = why_not_ask(outlook, mentee, mentor)
    if why:
        raise CannotAsk(why)
    return outlook


@transaction.atomic
def ask_on(*, by: Person, mentee: Enrolment, wanted: bool, now: datetime) -> None:
    """Whether the next of the mentee's wishes is asked when a request does not come about. Raises NotAllowed."""
    mentee = (
        Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("programme").get(pk=mentee.pk)
    )
    if not rules.can_ask(by, mentee, mentee.programme):
        raise NotAllowed(_("In this programme the matches are made in rounds. Rank your wishes instead."))
    mentee.asks_next = wanted
    mentee.save(update_fields=["asks_next"])
    audit.record(
        organisation_id=mentee.organisation_id, actor_id=by.pk, verb="wishes.ask_on", subject=f"enrolment:{mentee.pk}",
        at=now, facts={"wanted": wanted},
    )  # fmt: skip
