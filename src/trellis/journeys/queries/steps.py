"""The one next step: what this person can do now that helps most, and why now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trellis.goals.models import GoalStatus
from trellis.journeys.addresses import address
from trellis.journeys.guide import stage_name
from trellis.journeys.queries.material import GoalFact, Material, MeetingFact
from trellis.journeys.queries.tasks import TaskLine, task_lines
from trellis.journeys.queries.words import survey_opens_on
from trellis.meetings.models import MeetingState
from trellis.mentorships.choices import MentorshipState, PartyRole
from trellis.mentorships.models import Party
from trellis.people.models import Person
from trellis.surveys.packs import all_packs
from trellis_engine.journey import Condition
from trellis_engine.journey.assess import conditions_of


@dataclass(frozen=True)
class NextStep:
    """`key` names the step for tests and measures; `path` is where the button leads."""

    key: str
    title: str
    why: str
    path: str
    button: str


@dataclass(frozen=True)
class View:
    """One person's view of the material."""

    material: Material
    me: Party
    partner: Person

    @property
    def number(self) -> int:
        return self.material.mentorship.pk

    @property
    def is_mentor(self) -> bool:
        return self.me.role == PartyRole.MENTOR


def view_of(material: Material, person: Person) -> View:
    me = next(party for party in material.parties if party.person_id == person.pk)
    return View(material, me, next(party.person for party in material.parties if party is not me))


def choose_step(view: View, tasks: Sequence[TaskLine] | None = None) -> NextStep:
    """What is over or paused first; then a meeting to confirm, the stage's conditions, those of stages that have begun
    beside it, the earliest required task, and at last the next meeting. Reads the tasks unless they are given."""
    return next(_candidates(view, task_lines(view.material, view.me) if tasks is None else tasks))


def _candidates(view: View, tasks: Sequence[TaskLine]) -> Iterator[NextStep]:
    yield from _standstill(view)
    yield from _meeting_to_confirm(view)
    yield from _conditions(view, view.material.standing.stage, view.material.standing.exit)
    for stage_id in view.material.standing.open_stages:
        yield from _conditions(view, stage_id, _exit_of(view.material, stage_id))
    yield from _earliest_task(view, tasks)
    yield _next_meeting(view)


def _exit_of(material: Material, stage_id: str) -> tuple[Condition, ...]:
    stage = material.plan.stages[material.plan.index(stage_id)]
    return conditions_of(material.plan, stage.exit, material.facts)


# ---------------------------------------------------------------- over, paused, unconfirmed


def _standstill(view: View) -> Iterator[NextStep]:
    state, partner = view.material.mentorship.state, {"name": view.partner.first_name}
    if state == MentorshipState.COMPLETED:
        yield NextStep(
            "look_back", _("Look back, and keep your certificate"),
            _("You have closed this round with %(name)s.") % partner,
            address("closure", view.number), _("Open the closing page"),
        )  # fmt: skip
    if state == MentorshipState.ENDED:
        yield NextStep(
            "say_wish", _("Say what you would like next"), _("A new match, or a break: both are fine."),
            address("mentorship", view.number), _("Open"),
        )  # fmt: skip
    if state == MentorshipState.PAUSED:
        until = view.material.mentorship.paused_until
        yield NextStep(
            "resume", _("You two are on a pause"),
            _("It ends by itself on %(day)s, and all later dates move with it. Nothing is expected of you meanwhile.")
            % {"day": date_format(until, "j F") if until else ""},
            address("mentorship_pause", view.number), _("Go on earlier"),
        )  # fmt: skip


def _meeting_to_confirm(view: View) -> Iterator[NextStep]:
    for meeting in view.material.meetings:
        over = meeting.ends_at <= view.material.now and meeting.state != MeetingState.CANCELLED
        if over and not meeting.held and view.me.person_id not in meeting.answered_by:
            yield NextStep(
                "confirm_meeting", _("Did your meeting on %(day)s take place?") % {"day": _day(meeting)},
                _("One tap. Only meetings that somebody confirms count."),
                address("meeting", meeting.id), _("Answer"),
            )  # fmt: skip


def _day(meeting: MeetingFact) -> str:
    return date_format(timezone.localtime(meeting.starts_at), "j F")


# ---------------------------------------------------------------- conditions


def _conditions(view: View, stage_id: str, conditions: tuple[Condition, ...]) -> Iterator[NextStep]:
    for condition in conditions:
        if not condition.met and (step := _FOR[condition.key](view, condition, stage_id)):
            yield step


Maker = Callable[[View, Condition, str], NextStep | None]


def _mine(view: View, condition: Condition) -> bool:
    return view.me.person_id in condition.waiting_for


def _profile(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    if not _mine(view, condition):
        return None
    return NextStep(
        "profile", _("Finish your sign-up form"), _("It is what your match and your first talks build on."),
        _programme_page(view), _("Open the form"),
    )  # fmt: skip


def _consent(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    if not _mine(view, condition):
        return None
    return NextStep(
        "consent", _("Read and accept the current terms"),
        _("They say who can see what. They have changed or are new."),
        _programme_page(view), _("Read them"),
    )  # fmt: skip


def _training(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    if not _mine(view, condition):
        return None
    return NextStep(
        "training", _("Take the short training"), _("You can stop at any point and go on later."),
        _programme_page(view), _("Open the training"),
    )  # fmt: skip


def _programme_page(view: View) -> str:
    side = PartyRole.MENTOR if view.is_mentor else PartyRole.MENTEE
    return address("enrolment_form", view.material.mentorship.programme.slug, side)


def _meet(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    if view.material.next_meeting:
        return None
    return _plan_meeting(view)


def _plan_meeting(view: View) -> NextStep:
    held, partner = view.material.facts.meetings_held, {"name": view.partner.first_name}
    if held == 0:
        title, why = (
            _("Plan your first meeting with %(name)s") % partner,
            _("The first ten days are a good time for it."),
        )
    else:
        title = _("Plan your next meeting with %(name)s") % partner
        why = _("None is planned. A date in the calendar is what keeps mentoring going.")
    if held < 2 and view.is_mentor:
        why = _("In the beginning the mentor takes the first step, so that nobody waits to be asked.")
    return NextStep("plan_meeting", title, why, address("meeting_plan", view.number), _("Find a time"))


def _agree(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    path, partner = address("agreement", view.number), {"name": view.partner.first_name}
    if view.material.agreement is None:
        return NextStep(
            "write_agreement", _("Write your agreement with %(name)s") % partner,
            _("Four short answers: aims, rhythm, limits, and what stays between you."), path, _("Write it"),
        )  # fmt: skip
    if not _mine(view, condition):
        return None
    return NextStep(
        "sign_agreement", _("Read and sign your agreement"),
        _("It is written. Change what does not fit; sign when it does."), path, _("Read and sign"),
    )  # fmt: skip


def _survey(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    pack = all_packs()[condition.names[0]]
    if not _mine(view, condition) or survey_opens_on(view.material, pack.id) > view.material.today:
        return None
    return NextStep(
        "check_in", str(pack.name), _("Your answers are yours alone. Skipping is fine, and counts as done."),
        address("checkin", view.number, pack.id), _("Answer or skip"),
    )  # fmt: skip


def _goals(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    if view.is_mentor or _active_goal(view):
        return None
    title, why = _("Write your first goal"), _("One that you can reach within thirty days. A draft is yours alone.")
    if view.material.goals:
        title, why = _("Write your next goal"), _("What you had set yourself is reached. A draft is yours alone.")
    return NextStep("write_goal", title, why, address("goal_new", view.number), _("Write a goal"))


def _active_goal(view: View) -> GoalFact | None:
    return next((goal for goal in view.material.goals if goal.status == GoalStatus.ACTIVE), None)


def _goal_has(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    if view.is_mentor or not view.material.goals:
        return None
    goal = next(each for each in view.material.goals if set(condition.names) - each.fields)
    titles: Mapping[str, tuple[str, str]] = {
        "evaluation": (_("Score your goals"), _("On the scale you wrote at the start, with the evidence behind it.")),
        "action_planning": (
            _("Write an if–then plan for your goal"),
            _("If this happens, then I will do that: such plans are kept more often."),
        ),
    }  # fmt: skip
    otherwise = _("Finish writing your goal"), _("What, why, by when, and how you will know.")
    title, why = titles.get(stage_id, otherwise)
    return NextStep("complete_goal", title, why, address("goal", goal.id), _("Open the goal"))


def _actions(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    if view.is_mentor or not view.material.goals:
        return None
    goal = _active_goal(view)
    if goal is None:  # a goal that is reached takes no more steps
        return _goals(view, condition, stage_id)
    return NextStep(
        "add_steps", _("Break your goal into small steps"), _("Two weeks or less each, with a date. Three are enough."),
        address("goal", goal.id), _("Add steps"),
    )  # fmt: skip


def _review(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    if not _mine(view, condition):
        return None
    return NextStep(
        "review", _("Half-time: how do you want to go on?"),
        _("You each answer alone. Both see only the result, and only once both have answered."),
        address("review", view.number), _("Choose"),
    )  # fmt: skip


def _close(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    return NextStep(
        "close", _("Close this round well"), _("Look back, say thank you, and decide what continues."),
        address("closure", view.number), _("Open the closing page"),
    )  # fmt: skip


def _nothing(view: View, condition: Condition, stage_id: str) -> NextStep | None:
    """Time must pass, or it is already so."""
    return None


_FOR: Mapping[str, Maker] = {
    "profile_complete": _profile, "consent_recorded": _consent, "training_done": _training,
    "match_accepted_both": _nothing, "meetings_held_gte": _meet, "agreement_signed_both": _agree,
    "survey_done": _survey, "goals_active_between": _goals, "goal_has": _goal_has, "action_items_open_gte": _actions,
    "elapsed_share_gte": _nothing, "meetings_share_of_planned_gte": _meet, "review_recorded": _review,
    "closure_recorded": _close,
}  # fmt: skip


# ---------------------------------------------------------------- tasks, and the next meeting


def _earliest_task(view: View, tasks: Sequence[TaskLine]) -> Iterator[NextStep]:
    open_ones = [line for line in tasks if line.required and not line.done]
    if open_ones:
        yield _task_step(view, min(open_ones, key=lambda line: (line.due_on is None, line.due_on, line.id)))


def _task_step(view: View, line: TaskLine) -> NextStep:
    why = _("Part of “%(stage)s”.") % {"stage": _(stage_name(line.stage))}
    if line.due_on and not line.overdue:
        why = _("Part of “%(stage)s”, best by %(day)s.") % {
            "stage": _(stage_name(line.stage)), "day": date_format(line.due_on, "j F"),
        }  # fmt: skip
    return NextStep("task", line.title, why, address("mentorship", view.number) + "#tasks", _("See your tasks"))


def _next_meeting(view: View) -> NextStep:
    meeting = view.material.next_meeting
    if meeting is None:
        return _plan_meeting(view)
    return NextStep(
        "prepare_meeting", _("Prepare your meeting on %(day)s") % {"day": _day(meeting)},
        _("Three questions for this stage and an agenda wait on your page."),
        address("meeting", meeting.id), _("Open the meeting"),
    )  # fmt: skip
