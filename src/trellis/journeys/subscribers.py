"""What moves a journey: news from the relationship, its meetings, goals, surveys and training."""

from collections.abc import Iterable

from trellis.goals.events import GoalChanged
from trellis.journeys.actions import refresh_journey, start_journey
from trellis.kernel import clock
from trellis.kernel.events import hears
from trellis.learning.events import ModuleCompleted
from trellis.meetings.events import MeetingConfirmed
from trellis.mentorships.events import AgreementSigned, MentorshipChanged, MentorshipStarted
from trellis.mentorships.models import Mentorship
from trellis.surveys.events import PackSettled


@hears(MentorshipStarted)
def start_at_mentorship_start(*, organisation_id: int, mentorship_id: int) -> None:
    for mentorship in _mentorships([mentorship_id]):
        start_journey(mentorship=mentorship, now=clock.now())


@hears(MentorshipChanged)
def refresh_at_change(*, organisation_id: int, mentorship_id: int, state: str) -> None:
    _refresh([mentorship_id])


@hears(AgreementSigned)
def refresh_at_agreement(*, organisation_id: int, mentorship_id: int) -> None:
    _refresh([mentorship_id])


@hears(MeetingConfirmed)
def refresh_at_meeting(*, organisation_id: int, mentorship_id: int, meeting_id: int, state: str) -> None:
    _refresh([mentorship_id])


@hears(GoalChanged)
def refresh_at_goal(*, organisation_id: int, mentorship_id: int, goal_id: int, status: str) -> None:
    _refresh([mentorship_id])


@hears(PackSettled)
def refresh_at_survey(*, organisation_id: int, person_id: int, pack: str, context: str) -> None:
    kind, _, number = context.partition(":")
    _refresh([int(number)] if kind == "mentorship" and number.isdigit() else [])


@hears(ModuleCompleted)
def refresh_at_training(*, organisation_id: int, person_id: int, module: str) -> None:
    _refresh(Mentorship.objects.live().filter(parties__person=person_id).values_list("pk", flat=True))


def _refresh(numbers: Iterable[int]) -> None:
    for mentorship in _mentorships(numbers):
        refresh_journey(mentorship=mentorship, now=clock.now())


def _mentorships(numbers: Iterable[int]) -> list[Mentorship]:
    """Those that are still there: a withdrawn one is gone before its news is heard."""
    return list(Mentorship.objects.filter(pk__in=list(numbers)).select_related("programme").order_by("pk"))
