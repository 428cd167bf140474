"""The one door through which a mentorship changes its state, and what every action here shares."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.audit import Facts
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.events import publish
from trellis.mentorships import rules
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.events import MentorshipChanged
from trellis.mentorships.models import Mentorship, Transition
from trellis.people.models import Person


class MoveRefused(Refusal):
    """The mentorship is not in a state in which this can be done."""


def locked(mentorship: Mentorship) -> Mentorship:
    """The same row, fresh and held until the transaction ends."""
    return Mentorship.objects.select_for_update(of=("self",)).select_related("programme").get(pk=mentorship.pk)


def check_party(by: Person | None, mentorship: Mentorship) -> None:
    """Only its own people act in a mentorship; None is the system."""
    if by is not None and not rules.is_party(by, mentorship):
        raise NotAllowed(_("Only the two people in this mentoring can do that."))


def day_of(now: datetime) -> date:
    """The day it is, where the acting person is."""
    return timezone.localdate(now)


def move(
    mentorship: Mentorship, to_state: str, *, by: Person | None, now: datetime, closure: str = "", words: str = ""
) -> None:
    """Step to another state if the state machine allows it, and write the history. The caller saves the row."""
    if not rules.can_move(mentorship, to_state):
        raise MoveRefused(
            _("This mentoring is %(state)s, so that is not possible any more.")
            % {"state": MentorshipState(mentorship.state).label.lower()}
        )
    Transition.objects.create(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, from_state=mentorship.state,
        to_state=to_state, closure=closure, at=now, by=by, words=words,
    )  # fmt: skip
    mentorship.state = to_state


def move_back(mentorship: Mentorship, *, by: Person | None, now: datetime) -> None:
    """From ended to active: only the undo of a parting may do this. The history keeps both. The caller saves."""
    Transition.objects.create(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, from_state=mentorship.state,
        to_state=MentorshipState.ACTIVE, at=now, by=by,
    )  # fmt: skip
    mentorship.state = MentorshipState.ACTIVE


def tell_world(
    verb: str, mentorship: Mentorship, *, by: Person | None, now: datetime, facts: Facts | None = None
) -> None:
    """Audit the step and publish it."""
    record(verb, mentorship, by=by, now=now, facts={"state": mentorship.state, **(facts or {})})
    publish(
        MentorshipChanged(
            organisation_id=mentorship.organisation_id, mentorship_id=mentorship.pk, state=mentorship.state
        ),
        at=now,
    )


def record(verb: str, mentorship: Mentorship, *, by: Person | None, now: datetime, facts: Facts | None = None) -> None:
    audit.record(
        organisation_id=mentorship.organisation_id, actor_id=by.pk if by else None, verb=f"mentorship.{verb}",
        subject=f"mentorship:{mentorship.pk}", at=now, facts=facts,
    )  # fmt: skip
