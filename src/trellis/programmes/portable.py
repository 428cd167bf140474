"""A programme as one YAML file: all its settings, no people. Always written alike; read with every fault named."""

from decimal import Decimal
from typing import Any

import yaml
from django.utils.translation import gettext as _

from trellis.programmes import templates
from trellis.programmes.checks import check_configuration
from trellis.programmes.choices import MentoringModel, PairVisibility, QuestionKind, Side, SignUp
from trellis.programmes.configuration import Configuration, ObjectiveText, QuestionText, Target
from trellis.programmes.eligibility import KINDS, STATEMENT, Condition, condition
from trellis.programmes.plain_readers import (
    Bad,
    Record,
    bad,
    by_key,
    day,
    decimal,
    flag,
    many,
    mapping,
    maybe,
    number,
    one_of,
    text,
)
from trellis.programmes.plan import Agenda, AgendaItem, Cadence, Milestone, Task, Window, plain_tasks
from trellis.programmes.settings_model import MatchingSettings
from trellis.programmes.yaml_reader import Document, FileRefused, LineFault, Plain, read

FORMAT = 1
MARK = "trellis_programme"
HEAD = "# A mentoring programme of Trellis: all its settings, no people.\n"
MOST_FAULTS = 20


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def write(configuration: Configuration) -> bytes:
    """The file. The same configuration always gives the same bytes."""
    text = yaml.dump(_as_plain(configuration), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return (HEAD + text).encode()


def read_configuration(data: bytes) -> Configuration:
    """The configuration in a file. Raises `FileRefused` with every fault: its line, what it is, how to cure it."""
    document = read(data)
    if not isinstance(document.value, dict) or MARK not in document.value:
        what = _("This is not a programme that Trellis exported: “%(mark)s” is missing.") % {"mark": MARK}
        raise FileRefused([LineFault(1, what, _("Choose a file that ends in .yaml and came from an export."))])
    try:
        configuration: Configuration = _PROGRAMME(document.value, "")
    except Bad as bad:
        raise _refused(document, bad.faults) from None
    faults = [(fault.path, fault.what, fault.cure) for fault in check_configuration(configuration)]
    if faults:
        raise _refused(document, faults)
    return configuration


def _refused(document: Document, faults: list[tuple[str, str, str]]) -> FileRefused:
    told = [LineFault(document.line_of(path), f"{path}: {what}", cure) for path, what, cure in faults]
    return FileRefused(sorted(told, key=lambda fault: fault.line or 0)[:MOST_FAULTS])


def _as_plain(given: Configuration) -> dict[str, Plain]:
    objective = given.objective
    return {
        MARK: FORMAT,
        "name": given.name,
        "slug": given.slug,
        "template": given.template,
        "model": str(given.model),
        "audience": given.audience,
        "summary": given.summary,
        "objective": {"title": objective.title, "description": objective.description} if objective else None,
        "enrolment_opens_on": given.enrolment_opens_on,
        "enrolment_closes_on": given.enrolment_closes_on,
        "starts_on": given.starts_on,
        "ends_on": given.ends_on,
        "duration_weeks": given.duration_weeks,
        "cadence": dict(vars(given.cadence)),
        "sign_up": str(given.sign_up),
        "mentors_need_approval": given.mentors_need_approval,
        "training_gate": given.training_gate,
        "mentor_capacity": given.mentor_capacity,
        "mentors_per_mentee": given.mentors_per_mentee,
        "places_for_mentees": given.places_for_mentees,
        "pair_visibility": str(given.pair_visibility),
        "matching": _plain_matching(given.matching),
        "stage_plan": [window.plain() for window in given.stage_plan],
        "tasks": plain_tasks(given.tasks),
        "agendas": [agenda.plain() for agenda in given.agendas],
        "milestones": [milestone.plain() for milestone in given.milestones],
        "surveys": list(given.surveys),
        "prompt_packs": list(given.prompt_packs),
        "eligibility": [_plain_condition(rule) for rule in given.eligibility],
        "questions": [_plain_question(question) for question in given.questions],
        "kpi_targets": [{"kpi": each.kpi, "target": _plain_number(each.target)} for each in given.targets],
        "terms": given.terms,
    }


def _plain_matching(given: MatchingSettings) -> dict[str, Plain]:
    row = dict(vars(given)) | {"weights": {factor: given.weights.get(factor, 0) for factor in templates.factors()}}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}


def _plain_condition(rule: Condition) -> dict[str, Plain]:
    if rule.kind not in KINDS:
        return {"side": str(rule.side), "kind": rule.kind, "words": rule.words}
    parameter = KINDS[rule.kind].parameter
    value = {"value": rule.value[parameter]} if parameter else {}
    return {"side": str(rule.side), "kind": rule.kind, **value}


def _plain_question(question: QuestionText) -> dict[str, Plain]:
    row = dict(vars(question)) | {"options": list(question.options)}
    return row | {"side": str(question.side), "kind": str(question.kind), "mode": str(question.mode)}


def _plain_number(number: Decimal | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


# --- reading


def _gap(value: Plain, path: str) -> tuple[int | None, int | None]:
    ends: tuple[int | None, ...] = many(maybe(number))(value, path)
    if len(ends) != 2:
        raise bad(path, _("This must be two numbers."), _("Write the smallest and the largest, as [1, 3]."))
    return ends[0], ends[1]


def _ideal(value: Plain, path: str) -> tuple[int, int]:
    low, high = _gap(value, path)
    if low is None or high is None:
        raise bad(path, _("This must be two numbers."), _("Write the smallest and the largest, as [1, 3]."))
    return low, high


def _condition(value: Plain, path: str) -> Condition:
    kind = mapping(value, path).get("kind")
    if kind == STATEMENT or kind not in KINDS:
        return _STATEMENT(value, path)  # type: ignore[no-any-return]  # Record is not generic
    parameter = KINDS[kind].parameter
    needs = {"value": _PARAMETERS[parameter]} if parameter else {}

    def build(side: str, kind: str, value: object = None) -> Condition:
        return condition(side, kind, {parameter: value} if parameter else {})

    return Record(build, {"side": _SIDE, "kind": text, **needs})(value, path)  # type: ignore[no-any-return]


def _words(value: Plain, path: str) -> list[str]:
    words = list(many(text)(value, path))
    if not words:
        raise bad(path, _("The rule names nothing to choose from."), _("Write one or more."))
    return words


_SIDE = one_of(Side.values)
_PARAMETERS = {"values": _words, "months": number, "days": number, "level": number}
_STATEMENT = Record(
    lambda side, kind, words: Condition(side, kind, {}, words),
    {"side": _SIDE, "kind": one_of([*KINDS, STATEMENT]), "words": text},
)
_TASK = Record(
    Task,
    {"id": text, "title": text, "due_days": number, "required": flag, "recurring": text},
    optional=frozenset({"recurring"}),
)
_TASKS = Record(lambda **sides: sides, {side: many(_TASK) for side in Side.values}, optional=frozenset(Side.values))
_ITEM = Record(AgendaItem, {"minutes": number, "topic": text})
_MATCHING = Record(
    MatchingSettings,
    {
        "weights": by_key(number),
        "ideal_level_gap": maybe(_ideal),
        "suggestions": number,
        "minimum_percent": number,
        "hard_rules": many(text),
        "level_gap": maybe(_gap),
        "time_zone_hours": maybe(number),
        "ground_rules": many(text),
        "method": text,
        "priority_rule": text,
        "shared_manager_levels": maybe(number),
        "objective": text,
        "spread": number,
        "keep_bonus": number,
        "scoring": flag,
        "approval": text,
        "open_requests": number,
        "first_meeting": flag,
    },
    # files written before these existed are read as they were meant
    optional=frozenset(
        {
            "shared_manager_levels",
            "objective",
            "spread",
            "keep_bonus",
            "scoring",
            "approval",
            "open_requests",
            "first_meeting",
        }
    ),
)
_QUESTION = Record(
    QuestionText,
    {
        "side": _SIDE, "key": text, "kind": one_of(QuestionKind.values), "text": text, "help": text,
        "options": many(text), "required": flag, "mode": text, "importance": number,
    },
    optional=frozenset({"mode", "importance"}),
)  # fmt: skip


def _configuration(**parts: Any) -> Configuration:  # Any: every part was read by its own reader
    parts.pop(MARK)
    targets = parts.pop("kpi_targets")
    return Configuration(targets=targets, **parts)


def _template(value: Plain, path: str) -> Any:
    return one_of(template.id for template in templates.all_templates())(value, path)


def _format(value: Plain, path: str) -> int:
    if value != FORMAT:
        raise bad(path, _("This file has format %s.") % str(value)[:20], _("Trellis reads format %d.") % FORMAT)
    return FORMAT


_PROGRAMME = Record(
    _configuration,
    {
        MARK: _format,
        "name": text,
        "slug": text,
        "template": _template,
        "model": one_of(MentoringModel.values),
        "audience": text,
        "summary": text,
        "objective": maybe(Record(ObjectiveText, {"title": text, "description": text})),
        "enrolment_opens_on": day,
        "enrolment_closes_on": maybe(day),
        "starts_on": day,
        "ends_on": maybe(day),
        "duration_weeks": number,
        "cadence": Record(
            Cadence,
            {
                "interval_early_days": number, "interval_later_days": number,
                "meeting_minutes": number, "planned_meetings": number,
            },
        ),
        "sign_up": one_of(SignUp.values),
        "mentors_need_approval": flag,
        "training_gate": flag,
        "mentor_capacity": number,
        "mentors_per_mentee": number,
        "places_for_mentees": maybe(number),
        "pair_visibility": one_of(PairVisibility.values),
        "matching": _MATCHING,
        "stage_plan": many(Record(Window, {"stage": text, "from_week": number, "to_week": number})),
        "tasks": by_key(_TASKS),
        "agendas": many(Record(Agenda, {"week": number, "title": text, "items": many(_ITEM)})),
        "milestones": many(Record(Milestone, {"week": number, "title": text})),
        "surveys": many(text),
        "prompt_packs": many(text),
        "eligibility": many(_condition),
        "questions": many(_QUESTION),
        "kpi_targets": many(Record(Target, {"kpi": text, "target": maybe(decimal)})),
        "terms": text,
    },
)  # fmt: skip
