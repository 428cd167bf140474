from datetime import date, timedelta

from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.mentorships.choices import PartyRole
from trellis.mentorships.models import Mentorship, Party
from trellis.mentorships.rules import can_write_in
from trellis.people.models import Person

LIVE_AT_MOST = 3
FIRST_WITHIN = timedelta(days=30)
TITLE_AT_MOST, TEXT_AT_MOST = 200, 2_000  # characters
NEEDED = ("title", "outcome", "evidence", "due_on", "why", "linked_skill")  # before a goal may start
SETTLED = (GoalStatus.REACHED, GoalStatus.DROPPED)


def can_draft(person: Person, mentorship: Mentorship) -> bool:
    """Goals are the mentee's (in a pair of peers, of both), while the mentorship is live."""
    if not can_write_in(person, mentorship):
        return False
    return not Party.objects.filter(mentorship=mentorship, person=person, role=PartyRole.MENTOR).exists()


def can_change(person: Person, goal: Goal) -> bool:
    """Its owner alone, while the mentorship is live."""
    return goal.owner_id == person.pk and can_write_in(person, goal.mentorship)


def can_add_step(person: Person, goal: Goal, owner: Person) -> bool:
    """The goal's owner adds steps for either party; the partner adds their own, and others once they see the goal
    in full. A draft and its steps are its owner's alone."""
    if goal.status in SETTLED or not can_write_in(person, goal.mentorship):
        return False
    if not Party.objects.filter(mentorship=goal.mentorship_id, person=owner).exists():
        return False
    if goal.status == GoalStatus.DRAFT:
        return person.pk == owner.pk == goal.owner_id
    return person.pk in {goal.owner_id, owner.pk} or goal.shared_in_full


def can_tick(person: Person, action: ActionItem) -> bool:
    """Whose step it is, or whose goal."""
    return person.pk in {action.owner_id, action.goal.owner_id} and can_write_in(person, action.goal.mentorship)


def missing(goal: Goal) -> list[str]:
    """What a goal still needs before it may start."""
    return [field for field in NEEDED if not getattr(goal, field)]


def is_due_soon_enough(goal: Goal, *, first: bool, today: date) -> bool:
    """The first goal of a mentorship is due within 30 days; later ones whenever they like."""
    return not first or (goal.due_on is not None and goal.due_on <= today + FIRST_WITHIN)
