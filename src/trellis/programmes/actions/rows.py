"""The rows of a programme that stand in tables of their own: conditions, questions, targets."""

from collections.abc import Iterable

from trellis.programmes.configuration import Configuration, QuestionText, Target
from trellis.programmes.eligibility import Condition, readable
from trellis.programmes.models import EligibilityRule, KpiTarget, Programme, Question


def write_rows(programme: Programme, configuration: Configuration) -> None:
    """All of them, for a programme that has none yet."""
    write_conditions(programme, configuration.eligibility)
    write_questions(programme, configuration.questions)
    write_targets(programme, configuration.targets)


def write_conditions(programme: Programme, conditions: Iterable[Condition]) -> None:
    EligibilityRule.objects.bulk_create(
        EligibilityRule(
            organisation_id=programme.organisation_id, programme=programme, side=rule.side, kind=rule.kind,
            value=dict(rule.value), words=readable(rule)[:300], position=position,
        )
        for position, rule in enumerate(conditions)
    )  # fmt: skip


def write_questions(programme: Programme, questions: Iterable[QuestionText]) -> None:
    Question.objects.bulk_create(
        Question(
            organisation_id=programme.organisation_id, programme=programme, side=each.side, key=each.key,
            kind=each.kind, text=each.text, help=each.help, options=list(each.options), required=each.required,
            position=position, mode=each.mode, importance=each.importance,
        )
        for position, each in enumerate(questions)
    )  # fmt: skip


def write_targets(programme: Programme, targets: Iterable[Target]) -> None:
    KpiTarget.objects.bulk_create(
        KpiTarget(organisation_id=programme.organisation_id, programme=programme, kpi=each.kpi, target=each.target)
        for each in targets
    )
