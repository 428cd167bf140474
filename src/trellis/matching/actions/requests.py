"""One side asks the other directly, where the programme lets people choose for themselves."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import rules
from trellis.matching.actions.asking import put, start_clock
from trellis.matching.actions.proposals import hold
from trellis.matching.choices import ACROSS, ASKS_AS, Approval, ProposalState
from trellis.matching.models import OfferAnswer, PlaceWait, Proposal
from trellis.matching.queries.finding import why_not_ask
from trellis.matching.queries.suggestions import Outlook, outlook_of
from trellis.people.models import Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment


class TooManyRequests(Refusal):
    """Who asks already waits for as many answers as the programme allows."""


class CannotAsk(Refusal):
    """This person cannot be asked by that one now; the words say why."""


NOT_NOW = (NotAllowed, TooManyRequests, CannotAsk)


@transaction.atomic
def ask(*, by: Person, asker: Enrolment, asked: Enrolment, now: datetime) -> Proposal:
    """A mentee asks a mentor, or a mentor a mentee who lets mentors ask; the other has 14 days to answer.

    Whoever asks has said yes with it. Two who ask each other at the same moment get one offer: the second is told that
    the other's question waits for them, and nothing begins before they have read it. Raises NotAllowed,
    TooManyRequests, or CannotAsk with the reason in words.
    """
    hold_both(asker, asked)
    asker = Enrolment.objects.select_related("programme", "person").get(pk=asker.pk)
    if not rules.can_ask(by, asker, asker.programme):
        raise NotAllowed(_("In this programme the matches are made in rounds. Rank your wishes instead."))
    return open_request(asker=asker, asked=asked, now=now, by=by)


def hold_both(one: Enrolment, other: Enrolment) -> None:
    mentor, mentee = (one, other) if one.side == Side.MENTOR else (other, one)
    hold([(mentor.pk, mentee.pk)])


def open_request(*, asker: Enrolment, asked: Enrolment, now: datetime, by: Person | None = None) -> Proposal:
    """Put the asker's request to the other. `by` None: their next wish, asked as they agreed beforehand.

    The caller holds both sign-ups. Raises as ask.
    """
    asked = Enrolment.objects.select_related("person", "programme").get(pk=asked.pk)
    if asked.side != ACROSS[asker.side] or not rules.can_ask(asker.person, asker, asker.programme):
        raise NotAllowed(_("You cannot ask anybody at the moment. Your sign-up page shows what is missing."))
    agreeing = rules.Agreeing.of(asker.programme)
    if open_requests(asker) >= agreeing.open_requests:
        raise TooManyRequests(_too_many(agreeing.open_requests))
    outlook = _outlook(asker, asked, now)
    code = asked.person.external_id
    proposal = Proposal(
        organisation_id=asker.organisation_id, programme=asker.programme, **{asker.side: asker, asked.side: asked},
        origin=ASKS_AS[asker.side], state=ProposalState.OFFERED, score=outlook.score_of(code),
        reasons=outlook.reasons(code), approval=Approval.BOTH, meets_first=agreeing.first_meeting,
    )  # fmt: skip
    start_clock(proposal, now)
    proposal.save()
    OfferAnswer.objects.create(
        organisation_id=asker.organisation_id, proposal=proposal, person=asker.person, accepted=True, at=now,
        final=not proposal.meets_first,
    )  # fmt: skip
    PlaceWait.objects.filter(mentee=proposal.mentee, mentor=proposal.mentor).delete()
    audit.record(
        organisation_id=asker.organisation_id, actor_id=by.pk if by else None, verb="proposal.ask",
        subject=f"proposal:{proposal.pk}", at=now, facts={"programme": asker.programme_id, "next_wish": by is None},
    )  # fmt: skip
    put(proposal, {asked.side}, now=now)
    return proposal


def open_requests(asker: Enrolment) -> int:
    """How many answers they wait for: those to questions that they have asked themselves."""
    asked = Proposal.objects.filter(**{asker.side: asker}, origin=ASKS_AS[asker.side], state=ProposalState.OFFERED)
    return asked.count()


def _too_many(most: int) -> str:
    return ngettext(
        "You are already waiting for %(count)d answer. Ask again when it has come.",
        "You are already waiting for %(count)d answers. Ask again when one has come.", most,
    ) % {"count": most}  # fmt: skip


def _outlook(asker: Enrolment, asked: Enrolment, now: datetime) -> Outlook:
    """What the matcher says, if it says that this person can be asked."""
    outlook = outlook_of(asker, now=now)
    if outlook is None:
        raise CannotAsk(_("You cannot ask anybody at the moment. Your sign-up page shows what is missing."))
    why = why_not_ask(outlook, asker, asked)
    if why:
        raise CannotAsk(why)
    return outlook


@transaction.atomic
def ask_on(*, by: Person, asker: Enrolment, wanted: bool, now: datetime) -> None:
    """Whether the next of their wishes is asked when a request does not come about. Raises NotAllowed."""
    asker = Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("programme").get(pk=asker.pk)
    if not rules.can_ask(by, asker, asker.programme):
        raise NotAllowed(_("In this programme the matches are made in rounds. Rank your wishes instead."))
    asker.asks_next = wanted
    asker.save(update_fields=["asks_next"])
    audit.record(
        organisation_id=asker.organisation_id, actor_id=by.pk, verb="wishes.ask_on", subject=f"enrolment:{asker.pk}",
        at=now, facts={"wanted": wanted},
    )  # fmt: skip
