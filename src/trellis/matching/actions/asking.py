"""Putting a question to whoever is asked now: the clock that starts with it, the notice, and the reminders."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.urls import reverse

from trellis.matching import notices, rules
from trellis.matching.choices import ASKED_BY
from trellis.matching.models import Proposal
from trellis.notifications.actions import tell
from trellis.notifications.registry import NoticeKind
from trellis.people.models import Person
from trellis.programmes.choices import EQUALS, Side

OFFER_DAYS = 14
REMINDERS_AFTER = (timedelta(hours=48), timedelta(hours=120), timedelta(days=7))
LAST_REMINDER = len(REMINDERS_AFTER)
OFFERED, MEETING = "offer", "meeting"  # the end of a notice's key: which question it put


def start_clock(proposal: Proposal, now: datetime) -> None:
    """Every question stands for 14 days of its own, with its own reminders. The caller saves."""
    proposal.offered_at, proposal.expires_at = now, now + timedelta(days=OFFER_DAYS)
    proposal.reminders_sent = 0


def put(proposal: Proposal, sides: Collection[str], *, now: datetime) -> None:
    """Tell these sides that their answer is asked for. The clock has been started."""
    for side in sorted(sides):
        _tell(proposal, side, _question(proposal, side), MEETING if proposal.meeting_from else OFFERED, now)


def remind(proposal: Proposal, sides: Collection[str], step: int, *, now: datetime) -> None:
    """Tell these sides once more; the last reminder says that it is the last."""
    meeting = proposal.meeting_from is not None
    kind = notices.MEETING_REMINDER if meeting else notices.OFFER_REMINDER
    if step == LAST_REMINDER:
        kind = notices.OFFER_LAST_NOTICE
    for side in sorted(sides):
        _tell(proposal, side, kind, f"{'meeting_' if meeting else ''}reminder:{step}", now)


def _question(proposal: Proposal, side: str) -> NoticeKind:
    if proposal.meeting_from:
        return notices.MEET_FIRST
    if proposal.programme.model in EQUALS:
        return notices.OFFER_TO_PEER
    if ASKED_BY.get(proposal.origin, side) != side:
        return notices.REQUEST_TO_MENTOR if side == Side.MENTOR else notices.REQUEST_TO_MENTEE
    if side == Side.MENTEE and proposal.replaces_id:
        return notices.OFFER_INSTEAD
    first = side in rules.turns_of(proposal)[0]
    if side == Side.MENTOR:
        return notices.OFFER_TO_MENTOR if first else notices.TURN_OF_MENTOR
    return notices.OFFER_TO_MENTEE if first else notices.TURN_OF_MENTEE


def _tell(proposal: Proposal, side: str, kind: NoticeKind, key: str, now: datetime) -> None:
    assert proposal.expires_at is not None  # set with every question
    reader, partner = people(proposal, side)
    tell(
        person=reader, kind=kind, key=f"proposal:{proposal.pk}:{key}", now=now,
        path=reverse("offer", args=[proposal.pk]),
        parameters={
            "partner": partner.full_name, "programme": proposal.programme.name,
            "until": notices.last_day(proposal.expires_at, reader),
        },
    )  # fmt: skip


def people(proposal: Proposal, side: str) -> tuple[Person, Person]:
    """The person on this side, and the one on the other."""
    pair = proposal.mentee.person, proposal.mentor.person
    return pair if side == Side.MENTEE else (pair[1], pair[0])
