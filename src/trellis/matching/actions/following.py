"""What comes after a pair that did not come about: the mentee's next choice, or the next of their own wishes."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from trellis.matching import notices
from trellis.matching.actions.requests import NOT_NOW, hold_both, open_request
from trellis.matching.choices import ACROSS, ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Wish
from trellis.matching.queries.fitness import GONE
from trellis.matching.queries.suggestions import best_for
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.queries import live_parties
from trellis.notifications.actions import tell
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment

OUT = (RoundState.PUBLISHED, RoundState.PUBLISHING)


@transaction.atomic
def fall_through(*, after: Proposal, now: datetime) -> Proposal | None:
    """Lay the mentee's next best possible mentor before the programme manager.

    None if nobody is left, or the mentee needs nobody now. Mentors whom this mentee was already offered, or with
    whom a person has ruled the pair out, are passed over.
    """
    if after.week is not None:  # their next mentor comes with the next week
        return None
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


def ask_next_wish(*, after: Proposal, now: datetime) -> Proposal | None:
    """A request did not come about: ask the next of the asker's wishes who can be asked, as the asker agreed to.

    Tells the asker either way, unless their places are taken meanwhile. None where nobody was asked. Each wish is
    tried in a transaction of its own, because each locks another sign-up.
    """
    asker = Enrolment.objects.select_related("programme", "person").get(pk=after.asker.pk)
    if live_parties(asker.programme, asker.person, asker.side) >= asker.places:
        return None
    for wished in _wishes_left(asker, after) if asker.asks_next else ():
        found = _ask(asker, wished, after, now)
        if found is not None:
            return found
    tell_not_taken(after, now=now)
    return None


def _wishes_left(asker: Enrolment, after: Proposal) -> list[Enrolment]:
    """In the asker's order, without those who were asked or offered before."""
    across = ACROSS[asker.side]
    tried = Proposal.objects.filter(**{asker.side: asker}).exclude(state=ProposalState.WITHDRAWN).values(across)
    wishes = Wish.objects.filter(wisher=asker).exclude(wished__in=tried).exclude(wished=getattr(after, across))
    return [wish.wished for wish in wishes.select_related("wished__person").order_by("rank")]


@transaction.atomic
def _ask(asker: Enrolment, wished: Enrolment, after: Proposal, now: datetime) -> Proposal | None:
    hold_both(asker, wished)
    try:
        found = open_request(asker=asker, asked=wished, now=now)
    except NOT_NOW:
        return None
    tell_not_taken(after, now=now, then=found)
    return found


FIND = {Side.MENTEE: "find_mentor", Side.MENTOR: "find_mentee"}  # the page of whoever asks


def tell_not_taken(after: Proposal, *, now: datetime, then: Proposal | None = None) -> None:
    """One notice to whoever asked says both: that it did not come about, and what follows."""
    asker = after.asker
    where = reverse("offer", args=[then.pk]) if then else reverse(FIND[Side(asker.side)], args=[after.programme.slug])
    tell(
        person=asker.person, kind=notices.REQUEST_PASSED_ON if then else notices.REQUEST_NOT_TAKEN,
        key=f"proposal:{after.pk}:not_taken", now=now, path=where,
        parameters={
            "programme": after.programme.name,
            **({"partner": getattr(then, ACROSS[asker.side]).person.full_name} if then else {}),
        },
    )  # fmt: skip


@transaction.atomic
def follow_who_left(*, enrolment: Enrolment, now: datetime) -> int:
    """A mentor of published pairs takes part no more: each mentee's next choice is laid out, and they are told.

    For mentorships that have ended since; how many next choices were laid out. Repeatable: a mentee who has one
    coming, or a mentor again, gets no other.
    """
    if enrolment.side != Side.MENTOR or not has_left(enrolment):
        return 0
    begun = Proposal.objects.filter(mentor=enrolment, state=ProposalState.ACCEPTED, round__state__in=OUT)
    ended = begun.filter(mentorship__state=MentorshipState.ENDED).select_related("programme", "mentee__person")
    return sum(_follow(proposal, enrolment, now) for proposal in ended.order_by("id"))


def has_left(enrolment: Enrolment) -> bool:
    return enrolment.state == EnrolmentState.WITHDRAWN or enrolment.person.status in GONE


def _follow(proposal: Proposal, gone: Enrolment, now: datetime) -> bool:
    if fall_through(after=proposal, now=now) is None:
        return False
    tell(
        person=proposal.mentee.person, kind=notices.NEXT_CHOICE_LOOKED_AT, key=f"proposal:{proposal.pk}:left", now=now,
        path=reverse("home"),
        parameters={"partner": gone.person.full_name, "programme": proposal.programme.name},
    )  # fmt: skip
    return True
