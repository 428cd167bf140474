"""What stands in the way of a round before it is started, each with a way on."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal
from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Party
from trellis.people.choices import PersonStatus
from trellis.programmes.choices import EQUALS, EnrolmentState, Side
from trellis.programmes.models import Enrolment, Programme

GONE = (PersonStatus.LEFT, PersonStatus.SUSPENDED)


@dataclass(frozen=True)
class Obstacle:
    """`way` names what helps: "invite", "approve", "people" or "places". With `stops` a round could match nobody."""

    words: str
    way: str
    stops: bool = False


@dataclass(frozen=True)
class Openings:
    """Who could be matched now, and the places still open; running pairs and open offers are taken off."""

    mentees: int  # who still look for somebody
    mentors: int  # with at least one place
    places: int
    wanted: int  # mentors that mentees still look for
    applied: int  # people who wait to be approved
    people: int  # among equals: who could be in a pair, counted once however they signed up


def openings_of(programme: Programme) -> Openings:
    """Three queries."""
    parties = Party.objects.filter(mentorship__programme=programme, mentorship__state__in=LIVE_STATES)
    held = Counter(
        {(person, role): count for person, role, count in
         parties.values_list("person_id", "role").annotate(count=Count("id")).order_by()}
    )  # fmt: skip
    promised: Counter[int] = Counter()
    for pair in Proposal.objects.filter(programme=programme, state=ProposalState.OFFERED).values_list(
        "mentee_id", "mentor_id"
    ):
        promised.update(pair)
    rows = Enrolment.objects.filter(programme=programme).exclude(person__status__in=GONE)
    free: dict[str, list[int]] = {side: [] for side in Side.values}
    applied, people = 0, set[int]()
    for number, side, state, places, person in rows.filter(
        state__in=[EnrolmentState.APPROVED, EnrolmentState.APPLIED]
    ).values_list("id", "side", "state", "places", "person_id"):
        if state == EnrolmentState.APPLIED:
            applied += 1
        elif (left := places - held[person, side] - held[person, PartyRole.PEER] - promised[number]) > 0:
            free[side].append(left)
            people.add(person)
    mentees, mentors = free[Side.MENTEE], free[Side.MENTOR]
    return Openings(len(mentees), len(mentors), sum(mentors), sum(mentees), applied, len(people))


def obstacles_of(programme: Programme, now: Openings) -> list[Obstacle]:
    """In the order in which they should be read. No query."""
    people = _people(programme, now)
    found = [people] if people else []
    if now.applied:
        words = ngettext(
            "%(count)d person waits for approval and is not in a round before that.",
            "%(count)d people wait for approval and are not in a round before that.", now.applied,
        )  # fmt: skip
        found.append(Obstacle(words % {"count": now.applied}, "approve"))
    return found


def _people(programme: Programme, now: Openings) -> Obstacle | None:
    if not now.mentees and not now.mentors:
        words = _("Nobody is ready to be matched: nobody is approved, or everybody has all they asked for.")
        return Obstacle(words, "approve" if now.applied else "invite", stops=True)
    if programme.model in EQUALS:
        return _alone(now)
    if not now.mentors:
        words = ngettext(
            "You have %(count)d mentee who looks for a mentor, and no mentor with a free place.",
            "You have %(count)d mentees who look for a mentor, and no mentor with a free place.", now.mentees,
        )  # fmt: skip
        return Obstacle(words % {"count": now.mentees}, "invite", stops=True)
    if not now.mentees:
        words = ngettext(
            "You have %(count)d mentor with a free place, and no mentee who looks for one.",
            "You have %(count)d mentors with a free place, and no mentee who looks for one.", now.mentors,
        )  # fmt: skip
        return Obstacle(words % {"count": now.mentors}, "invite", stops=True)
    if now.mentees > now.places:
        return _too_few(now)
    return None


def _alone(now: Openings) -> Obstacle | None:
    if now.people > 1:
        return None
    return Obstacle(_("One person alone cannot be matched."), "invite", stops=True)


def _too_few(now: Openings) -> Obstacle:
    without = now.mentees - now.places
    words = ngettext(
        "%(mentees)d mentees look for a mentor and there is %(places)d place: at least %(without)d will be left "
        "without.",
        "%(mentees)d mentees look for a mentor and there are %(places)d places: at least %(without)d will be left "
        "without.", now.places,
    )  # fmt: skip
    return Obstacle(words % {"mentees": now.mentees, "places": now.places, "without": without}, "places")
