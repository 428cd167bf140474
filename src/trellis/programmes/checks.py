"""What is wrong with a programme's settings, in words: where, what, and how to cure it. Pure.

Used before settings are saved and when a file is read, so that both say the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trellis.programmes import content, templates
from trellis.programmes.choices import (
    COMPARED_KINDS,
    LEAST_IMPORTANCE,
    MOST_IMPORTANCE,
    AnswerMode,
    QuestionKind,
)
from trellis.programmes.configuration import Configuration, QuestionText, Target
from trellis.programmes.eligibility import HIGHEST, KINDS, STATEMENT, Condition
from trellis.programmes.plan import Agenda, Cadence, Milestone, Task, Tasks, Window
from trellis.programmes.settings_model import (
    ALWAYS_KEPT,
    APPROVALS,
    HARD_RULES,
    OBJECTIVES,
    PRIORITIES,
    SCORE_UNITS,
    MatchingSettings,
)
from trellis_engine.journey.tasks import PER_MEETING, PERIODS

EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2100, 12, 31)
TOTAL = 100
LONGEST_WEEKS, EARLIEST_WEEK = 156, -12
LEVELS = 20  # the widest gap of levels that makes sense
KEY = re.compile(r"[-\w]{1,60}", re.ASCII)  # of a question, of a task: what their columns and addresses can hold
RECURRING = frozenset({"", PER_MEETING, *PERIODS})
MOST_ROWS = 60  # tasks of a side in a stage, agendas, questions of a side, conditions of a side


@dataclass(frozen=True)
class Fault:
    """`path` is where, in the words of the exported file: "matching.weights"."""

    path: str
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.what} {self.cure}"


Faults = Iterator[Fault]


def check_configuration(given: Configuration) -> list[Fault]:
    """Every fault of a whole configuration, in the order of the file."""
    return [
        *check_text(given.name, "name", 200, needed=True),
        *check_text(given.audience, "audience", 300),
        *check_text(given.summary, "summary", 4000),
        *check_text(given.terms, "terms", 20_000),
        *(check_objective(given.objective.title, given.objective.description, "objective.") if given.objective else ()),
        *check_dates(given.enrolment_opens_on, given.enrolment_closes_on, given.starts_on, given.ends_on),
        *check_cadence(given.cadence, given.duration_weeks),
        *check_places(given.mentor_capacity, given.mentors_per_mentee, given.places_for_mentees),
        *check_matching(given.matching, given.template),
        *check_stage_plan(given.stage_plan, given.duration_weeks),
        *check_tasks(given.tasks, given.stage_plan),
        *check_agendas(given.agendas, given.duration_weeks),
        *check_milestones(given.milestones, given.duration_weeks),
        *check_known(given.surveys, "surveys", content.survey_packs()),
        *check_known(given.prompt_packs, "prompt_packs", content.prompt_packs()),
        *check_conditions(given.eligibility),
        *check_questions(given.questions),
        *check_targets(given.targets),
    ]


def check_text(text: str, path: str, at_most: int, *, needed: bool = False) -> Faults:
    if needed and not any(char.isalnum() for char in text):
        yield Fault(path, _("There are no words here."), _("Write at least one."))
    if len(text) > at_most:
        yield Fault(
            path,
            _("At most %(most)d characters (there are %(have)d).") % {"most": at_most, "have": len(text)},
            _("Shorten it."),
        )


def check_objective(title: str, description: str, path: str = "") -> Faults:
    yield from check_text(title, f"{path}title", 200, needed=True)
    yield from check_text(description, f"{path}description", 4000)


def check_day(day: date, path: str) -> Faults:
    """A day that people now at work could live to see; others are slips of the keyboard, and cannot be counted from."""
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        yield Fault(path, _("This date is too far away."), _("Choose one from the years 2000 to 2100."))


def check_dates(opens_on: date, closes_on: date | None, starts_on: date, ends_on: date | None) -> Faults:
    """Sign-up opens before it closes and before the start; the end comes after the start and after sign-up."""
    days = {
        "enrolment_opens_on": opens_on, "enrolment_closes_on": closes_on, "starts_on": starts_on, "ends_on": ends_on,
    }  # fmt: skip
    for path, day in days.items():
        if day:
            yield from check_day(day, path)
    steps = (
        ("enrolment_closes_on", opens_on, closes_on, _("Sign-up closes before it opens on %(date)s.")),
        ("starts_on", opens_on, starts_on, _("The programme starts before sign-up opens on %(date)s.")),
        ("ends_on", starts_on, ends_on, _("The programme ends before it starts on %(date)s.")),
        ("ends_on", closes_on, ends_on, _("The programme ends before sign-up closes on %(date)s.")),
    )
    for path, before, after, words in steps:
        if before and after and after < before:
            yield Fault(path, words % {"date": date_format(before)}, _("Choose a later date."))


def check_number(number: int, path: str, least: int, most: int) -> Faults:
    if not least <= number <= most:
        yield Fault(
            path,
            _("%(number)d is out of range.") % {"number": number},
            _("Use a whole number from %(least)d to %(most)d.") % {"least": least, "most": most},
        )


def check_cadence(cadence: Cadence, duration_weeks: int) -> Faults:
    yield from check_number(duration_weeks, "duration_weeks", 1, LONGEST_WEEKS)
    yield from check_number(cadence.interval_early_days, "cadence.interval_early_days", 0, 180)
    yield from check_number(cadence.interval_later_days, "cadence.interval_later_days", 0, 180)
    yield from check_number(cadence.meeting_minutes, "cadence.meeting_minutes", 10, 480)
    yield from check_number(cadence.planned_meetings, "cadence.planned_meetings", 1, 200)


def check_places(mentor_capacity: int, mentors_per_mentee: int, places_for_mentees: int | None) -> Faults:
    yield from check_number(mentor_capacity, "mentor_capacity", 1, 50)
    yield from check_number(mentors_per_mentee, "mentors_per_mentee", 1, 10)
    if places_for_mentees is not None:
        yield from check_number(places_for_mentees, "places_for_mentees", 1, 100_000)


def check_weights(weights: MatchingSettings) -> Faults:
    """Whole numbers over the factors that sum to 100."""
    given = weights.weights
    for factor in given:
        if factor not in templates.factors():
            yield Fault(
                f"matching.weights.{factor}",
                _("“%(factor)s” is not a factor of matching.") % {"factor": factor},
                _("Use: %(factors)s.") % {"factors": ", ".join(templates.factors())},
            )
    for factor, weight in given.items():
        yield from check_number(weight, f"matching.weights.{factor}", 0, TOTAL)
    if sum(given.values()) != TOTAL:
        yield Fault("matching.weights", sum_in_words(sum(given.values())), _("Make them sum to 100."))


def sum_in_words(total: int) -> str:
    """How far the weights are from 100."""
    if total > TOTAL:
        return _("The weights sum to %(sum)d, which is %(off)d too many.") % {"sum": total, "off": total - TOTAL}
    return _("The weights sum to %(sum)d, which is %(off)d too few.") % {"sum": total, "off": TOTAL - total}


def check_matching(given: MatchingSettings, template_id: str) -> Faults:
    yield from check_weights(given)
    yield from check_number(given.suggestions, "matching.suggestions", 1, 10)
    yield from check_number(given.minimum_percent, "matching.minimum_percent", 0, 100)
    yield from check_known(given.hard_rules, "matching.hard_rules", HARD_RULES)
    yield from check_known([given.priority_rule], "matching.priority_rule", PRIORITIES)
    yield from check_known([given.method], "matching.method", {each.method for each in templates.all_templates()})
    yield from _check_count(given.ground_rules, "matching.ground_rules")
    for words in given.ground_rules:
        yield from check_text(words, "matching.ground_rules", 300, needed=True)
    yield from _check_gap(given.ideal_level_gap, "matching.ideal_level_gap")
    yield from _check_gap(given.level_gap, "matching.level_gap")
    if given.time_zone_hours is not None:
        yield from check_number(given.time_zone_hours, "matching.time_zone_hours", 0, 12)
    if given.shared_manager_levels is not None:
        yield from check_number(given.shared_manager_levels, "matching.shared_manager_levels", 1, LEVELS)
    yield from check_known([given.objective], "matching.objective", OBJECTIVES)
    yield from check_known([given.approval], "matching.approval", APPROVALS)
    yield from check_number(given.open_requests, "matching.open_requests", 1, 20)
    yield from check_number(given.spread, "matching.spread", 0, TOTAL * SCORE_UNITS)
    yield from check_number(given.keep_bonus, "matching.keep_bonus", 0, TOTAL * SCORE_UNITS)
    rule_words = {rule: told for told, rule in templates.RULES_BY_WORDS.items()}
    for rule in kept_rules(template_id):
        if rule not in given.hard_rules:
            yield Fault(
                "matching.hard_rules",
                _("The rule “%(rule)s” cannot be switched off in this programme.") % {"rule": rule_words[rule]},
                _("Put it back; people were promised it."),
            )


def kept_rules(template_id: str) -> tuple[str, ...]:
    """Rules that nobody can switch off: no-match lists, and the reporting line wherever the template has it."""
    known = {template.id: template for template in templates.all_templates()}
    template = known.get(template_id)
    line = "reporting_line" if template is None or "reporting_line" in template.hard_rules else ""
    return tuple(rule for rule in (line, ALWAYS_KEPT) if rule)


def _check_gap(gap: tuple[int | None, int | None] | None, path: str) -> Faults:
    low, high = gap or (None, None)
    for number in (low, high):
        if number is not None:
            yield from check_number(number, path, -LEVELS, LEVELS)
    if low is not None and high is not None and low > high:
        yield Fault(
            path,
            _("The smallest gap of levels, %(low)d, is larger than the largest, %(high)d.")
            % {"low": low, "high": high},
            _("Swap them."),
        )


def check_known(given: Iterable[str], path: str, known: Iterable[str]) -> Faults:
    """Every name is one that we know, and stands there once."""
    seen: set[str] = set()
    for name in given:
        if name not in known:
            yield Fault(
                path,
                _("“%(name)s” is not known here.") % {"name": name},
                _("Use: %(names)s.") % {"names": ", ".join(sorted(known))},
            )
        if name in seen:
            yield Fault(path, _("“%(name)s” stands here twice.") % {"name": name}, _("Remove one of them."))
        seen.add(name)


def check_stage_plan(plan: Sequence[Window], duration_weeks: int) -> Faults:
    """Known stages, each once, in the order of the cycle; windows inside the programme. They may overlap."""
    yield from check_known([window.stage for window in plan], "stage_plan", content.stages())
    if not plan:
        yield Fault("stage_plan", _("There is no stage."), _("Keep at least one."))
    order = list(content.stages())
    places = [order.index(window.stage) for window in plan if window.stage in order]
    if places != sorted(places):
        yield Fault("stage_plan", _("The stages are out of order."), _("Use the order: %s.") % ", ".join(order))
    for number, window in enumerate(plan):
        yield from _check_window(window, f"stage_plan.{number}", duration_weeks)
    starts = [window.from_week for window in plan]
    for number in range(1, len(starts)):
        if starts[number] < starts[number - 1]:
            yield Fault(
                f"stage_plan.{number}.from_week",
                _("“%(stage)s” starts in week %(week)d, before the stage that comes first.")
                % {"stage": stage_name(plan[number].stage), "week": starts[number]},
                _("Choose week %(week)d or later.") % {"week": starts[number - 1]},
            )


def _check_window(window: Window, path: str, duration_weeks: int) -> Faults:
    name = stage_name(window.stage)
    if window.from_week > window.to_week:
        yield Fault(
            f"{path}.to_week",
            _("“%(stage)s” ends in week %(to)d, before it starts in week %(start)d.")
            % {"stage": name, "to": window.to_week, "start": window.from_week},
            _("Swap the weeks."),
        )
    if window.from_week < EARLIEST_WEEK or window.to_week > duration_weeks:
        yield Fault(
            path,
            _("“%(stage)s” lies outside the programme's weeks.") % {"stage": name},
            _("Use weeks from %(first)d to %(last)d.") % {"first": EARLIEST_WEEK, "last": duration_weeks},
        )


def stage_name(stage: str) -> str:
    found = content.stages().get(stage)
    return found.name if found else stage


def check_tasks(tasks: Tasks, plan: Sequence[Window]) -> Faults:
    """Tasks belong to stages of the plan; every id stands once in the whole programme."""
    planned = {window.stage for window in plan}
    seen: set[str] = set()
    for stage, sides in tasks.items():
        if stage not in planned:
            yield Fault(
                f"tasks.{stage}",
                _("There are tasks for “%(stage)s”, which is not in the plan.") % {"stage": stage_name(stage)},
                _("Add the stage to the plan, or remove its tasks."),
            )
        for side, rows in sides.items():
            yield from _check_count(rows, f"tasks.{stage}.{side}")
            for number, task in enumerate(rows):
                yield from _check_task(task, f"tasks.{stage}.{side}.{number}", seen)


def _check_task(task: Task, path: str, seen: set[str]) -> Faults:
    yield from check_text(task.title, f"{path}.title", 200, needed=True)
    yield from check_number(task.due_days, f"{path}.due_days", 0, 365)
    yield from check_known([task.recurring], f"{path}.recurring", RECURRING)
    yield from _check_key(task.id, f"{path}.id")
    if task.id in seen:
        yield Fault(f"{path}.id", _("The id “%(id)s” is used twice.") % {"id": task.id}, _("Give it another."))
    seen.add(task.id)


def _check_key(key: str, path: str) -> Faults:
    if not KEY.fullmatch(key):
        yield Fault(
            path,
            _("“%(key)s” cannot be used as a name here.") % {"key": key[:60]},
            _("Use 1 to 60 letters without accents, digits and hyphens."),
        )


def _check_count(rows: Sequence[object], path: str) -> Faults:
    if len(rows) > MOST_ROWS:
        yield Fault(path, _("There are %(have)d of them.") % {"have": len(rows)}, _("Keep at most %d.") % MOST_ROWS)


def check_room(rows: int) -> Faults:
    """Whether one more row fits on a side."""
    if rows >= MOST_ROWS:
        yield Fault("rows", _("There are %d of them already.") % rows, _("Remove one first."))


def check_agendas(agendas: Sequence[Agenda], duration_weeks: int) -> Faults:
    yield from _check_count(agendas, "agendas")
    for number, agenda in enumerate(agendas):
        path = f"agendas.{number}"
        yield from check_text(agenda.title, f"{path}.title", 200, needed=True)
        yield from _check_week(agenda.week, agenda.title, f"{path}.week", EARLIEST_WEEK, duration_weeks)
        yield from _check_count(agenda.items, f"{path}.items")
        for item in agenda.items:
            yield from check_text(item.topic, f"{path}.items", 200, needed=True)
            yield from check_number(item.minutes, f"{path}.items", 1, 480)


def _check_week(week: int, title: str, path: str, first: int, last: int) -> Faults:
    if not first <= week <= last:
        yield Fault(
            path,
            _("“%(title)s” is in week %(week)d, outside the programme's weeks.") % {"title": title[:60], "week": week},
            _("Use a week from %(first)d to %(last)d.") % {"first": first, "last": last},
        )


def check_milestones(milestones: Sequence[Milestone], duration_weeks: int) -> Faults:
    yield from _check_count(milestones, "milestones")
    for number, milestone in enumerate(milestones):
        yield from check_text(milestone.title, f"milestones.{number}.title", 200, needed=True)
        yield from _check_week(milestone.week, milestone.title, f"milestones.{number}.week", 0, duration_weeks)


def check_conditions(conditions: Sequence[Condition]) -> Faults:
    yield from _check_count(conditions, "eligibility")
    for number, rule in enumerate(conditions):
        yield from check_condition(rule, f"eligibility.{number}")


def check_condition(rule: Condition, path: str = "value") -> Faults:
    """A statement has words; a computed rule has the number or the list that its kind needs."""
    if rule.kind == STATEMENT:
        yield from check_text(rule.words, f"{path}.words", 300, needed=True)
        return
    yield from check_known([rule.kind], f"{path}.kind", [*KINDS, STATEMENT])
    if rule.kind not in KINDS:
        return
    parameter = KINDS[rule.kind].parameter
    value = rule.value.get(parameter) if parameter else None
    if parameter == "values":
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_ROWS or not all(_is_word(each) for each in value):
            yield Fault(
                f"{path}.value", _("The rule names nothing to choose from."), _("Write one or more, with commas.")
            )
    elif parameter and (type(value) is not int or not 0 <= value <= HIGHEST[parameter]):
        yield Fault(
            f"{path}.value",
            _("The rule needs a number."),
            _("Use a whole number from 0 to %(most)d.") % {"most": HIGHEST[parameter]},
        )


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 200


def check_questions(questions: Sequence[QuestionText]) -> Faults:
    yield from _check_count(questions, "questions")
    seen: set[tuple[str, str]] = set()
    for number, question in enumerate(questions):
        path = f"questions.{number}"
        yield from check_question(question, path)
        yield from _check_key(question.key, f"{path}.key")
        if (question.side, question.key) in seen:
            yield Fault(f"{path}.key", _("The key “%s” is used twice on one side.") % question.key, _("Use another."))
        seen.add((question.side, question.key))


def check_question(question: QuestionText, path: str = "question") -> Faults:
    """A question has words; one that offers a choice has two options or more, each once."""
    yield from check_text(question.text, f"{path}.text", 300, needed=True)
    yield from check_text(question.help, f"{path}.help", 300)
    offers = question.kind in (QuestionKind.CHOICE, QuestionKind.MANY, QuestionKind.RANK)
    options = question.options
    if offers and not 2 <= len(options) <= MOST_ROWS:
        yield Fault(f"{path}.options", _("This kind of question needs options."), _("Write two or more, one a line."))
    if not offers and options:
        yield Fault(
            f"{path}.options", _("This kind of question has no options."), _("Remove them, or change the kind.")
        )
    if len(set(options)) != len(options):
        yield Fault(f"{path}.options", _("An option stands there twice."), _("Remove one of them."))
    for option in options:
        yield from check_text(option, f"{path}.options", 120, needed=True)
    yield from check_answer_use(question, path)


def check_answer_use(question: QuestionText, path: str) -> Faults:
    """How matching uses the answers: only choices can be compared."""
    yield from check_use(question.mode, question.importance, path)
    compared = question.mode in AnswerMode.values and question.mode != AnswerMode.IGNORE
    if compared and question.kind not in COMPARED_KINDS:
        yield Fault(
            f"{path}.mode",
            _("Matching can compare choices only, not “%(kind)s”.") % {"kind": QuestionKind(question.kind).label},
            _("Use “ignore”, or ask for one choice or several."),
        )


def check_use(mode: str, importance: int, path: str) -> Faults:
    yield from check_known([mode], f"{path}.mode", AnswerMode.values)
    yield from check_number(importance, f"{path}.importance", LEAST_IMPORTANCE, MOST_IMPORTANCE)


def check_targets(targets: Sequence[Target]) -> Faults:
    yield from check_known([target.kpi for target in targets], "kpi_targets", content.kpis())
    for target in targets:
        if target.target is not None and not -100_000 < target.target < 100_000:
            yield Fault(
                f"kpi_targets.{target.kpi}",
                _("%(target)s is out of range.") % {"target": target.target},
                _("Use a number below 100000."),
            )
