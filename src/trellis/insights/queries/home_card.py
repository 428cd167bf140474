"""The one next step on the home page: what waits longest for this person, and the button that does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.goals.queries import OverdueStep
from trellis.journeys.addresses import address
from trellis.journeys.queries import NextStep
from trellis.matching.choices import ProposalOrigin
from trellis.matching.models import Proposal
from trellis.matching.notices import last_day
from trellis.meetings.queries import MeetingRow, SlotRow
from trellis.people import rules as people_rules
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Programme
from trellis.programmes.queries.participant import OpenProgramme, OwnEnrolment


@dataclass(frozen=True)
class Card:
    """Title, one sentence why, and where the button leads. `slots` are booked, and `meeting` is answered, in place."""

    key: str
    title: str
    why: str
    path: str
    button: str
    mentorship_id: int = 0
    slots: Sequence[SlotRow] = ()
    meeting: MeetingRow | None = None


def offer_card(offers: Sequence[Proposal], person: Person) -> Card | None:
    """An offer that waits for this person's answer, the one that runs out first."""
    if not offers:
        return None
    first = offers[0]
    as_mentee = first.mentee.person_id == person.pk
    partner = first.mentor.person if as_mentee else first.mentee.person
    names = {"name": partner.first_name, "programme": first.programme.name}
    title = _("%(name)s could be your mentor") if as_mentee else _("%(name)s would like you as mentor")
    if first.origin == ProposalOrigin.MENTOR_REQUEST:
        title = _("%(name)s would like to be your mentor")
    if first.meeting_from:
        title = _("Meet %(name)s once, then say yes or no")
    why = _("A match in %(programme)s, with the reasons for it.") % names
    if first.expires_at:
        why += " " + _("Please answer by %(day)s.") % {"day": last_day(first.expires_at, person)}
    if len(offers) > 1:
        more = len(offers) - 1
        why += " " + ngettext("%(more)d more offer waits.", "%(more)d more offers wait.", more) % {"more": more}
    return Card("offer", title % names, why, address("offer", first.pk), _("See the offer"))


def enrolment_card(enrolments: Sequence[OwnEnrolment]) -> Card | None:
    """A sign-up that this person has begun and not finished."""
    for one in enrolments:
        name = {"programme": one.programme}
        if one.state == EnrolmentState.STARTED:
            return Card(
                "enrolment", _("Finish your sign-up for %(programme)s") % name,
                _("What you filled in so far is kept. Matching begins once you send it."),
                address("enrolment_form", one.slug, one.side), _("Go on"),
            )  # fmt: skip
        if one.waits_for_training:
            return Card(
                "training", _("Take the short training for %(programme)s") % name,
                _("You can stop at any point and go on later."), address("programme_join", one.slug), _("Open it"),
            )  # fmt: skip
    return None


def waiting_card(enrolments: Sequence[OwnEnrolment]) -> Card | None:
    """For somebody without a pair: an invitation, or what happens next with their sign-up."""
    for one in enrolments:
        name = {"programme": one.programme}
        if one.state == EnrolmentState.INVITED:
            return Card(
                "invited", _("You are invited to %(programme)s") % name, _("See what it asks of you and what you get."),
                address("programme_join", one.slug), _("Have a look"),
            )  # fmt: skip
        if one.state == EnrolmentState.APPROVED and one.asks:
            mentor = one.side == Side.MENTOR
            return Card(
                "find", _("See who could be your mentee") if mentor else _("Ask a mentor"),
                _("In %(programme)s people find and ask each other.") % name,
                address("find_mentee" if mentor else "find_mentor", one.slug),
                _("See mentees") if mentor else _("See mentors"),
            )  # fmt: skip
        if one.state == EnrolmentState.APPROVED and one.side == Side.MENTEE:
            return Card(
                "find", _("Say whom you would like as mentor"),
                _("You are ready to be matched in %(programme)s. Your wishes count in the next round.") % name,
                address("find_mentor", one.slug), _("See mentors"),
            )  # fmt: skip
    return None


def overview_card(managed: Sequence[Programme]) -> Card | None:
    """For somebody who runs programmes and has no step of their own."""
    if not managed:
        return None
    one = len(managed) == 1
    return Card(
        "overview", _("See what waits for you"),
        ngettext("The overview of your programme starts with what needs you today.",
                 "The overview of each programme starts with what needs you today.", len(managed)),
        address("programme_overview", managed[0].slug) if one else address("manage"),
        _("Open the overview") if one else _("Open your programmes"),
    )  # fmt: skip


def report_card(person: Person) -> Card | None:
    """For an executive who has no step of their own."""
    if not people_rules.is_executive(person):
        return None
    return Card(
        "report", _("See what mentoring does here"), _("One page of figures about groups, never about a person."),
        address("executive_report"), _("Read the report"),
    )  # fmt: skip


def join_card(programmes: Sequence[OpenProgramme]) -> Card | None:
    """For somebody in no programme while some are open."""
    if not programmes:
        return None
    number = len(programmes)
    return Card(
        "join", _("Find a programme that suits you"),
        ngettext("%(number)d is open to you. You can leave again at any time.",
                 "%(number)d are open to you. You can leave again at any time.", number) % {"number": number},
        address("programmes"), _("See programmes"),
    )  # fmt: skip


def step_card(step: NextStep, mentorship_id: int, slots: Sequence[SlotRow], waiting: Sequence[MeetingRow]) -> Card:
    """The stage's own next step, done in place where one tap is enough."""
    asked = next((row for row in waiting if address("meeting", row.id) == step.path), None)
    return Card(step.key, step.title, step.why, step.path, step.button, mentorship_id, slots, asked)


def overdue_card(step: OverdueStep, today: date) -> Card:
    late = (today - step.due_on).days
    return Card(
        "overdue", step.text,
        ngettext("Your own step, due yesterday.", "Your own step, due %(late)d days ago.", late) % {"late": late},
        address("goal", step.goal_id), _("Open the goal"),
    )  # fmt: skip
