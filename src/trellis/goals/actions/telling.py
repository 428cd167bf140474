"""What every change of a goal leaves behind: an audit line, an event, sometimes a notice. Never content."""

from datetime import datetime

from trellis.goals.events import GoalChanged
from trellis.goals.models import Goal
from trellis.kernel import audit, events
from trellis.mentorships.models import Party
from trellis.notifications.actions import tell
from trellis.notifications.registry import NoticeKind
from trellis.people.models import Person


def changed(by: Person, verb: str, goal: Goal, now: datetime, **facts: int | bool) -> None:
    audit.record(
        organisation_id=goal.organisation_id, actor_id=by.pk, verb=verb, subject=f"goal:{goal.pk}", at=now,
        facts={"mentorship": goal.mentorship_id, "status": goal.status, **facts},
    )  # fmt: skip
    events.publish(
        GoalChanged(
            organisation_id=goal.organisation_id, mentorship_id=goal.mentorship_id, goal_id=goal.pk,
            status=goal.status,
        ),
        at=now,
    )  # fmt: skip


def tell_partner(goal: Goal, by: Person, kind: NoticeKind, about: str, now: datetime) -> None:
    """Tell everybody else in the mentorship, once for each `about`."""
    others = Party.objects.filter(mentorship=goal.mentorship_id).exclude(person=by).select_related("person")
    for party in others:
        tell(
            person=party.person, kind=kind, key=f"{kind.name}:{about}", now=now, path=f"/goals/{goal.pk}/",
            parameters={"name": by.first_name},
        )  # fmt: skip
