"""Conditions for joining and questions of the sign-up form: adding, changing, removing, ordering. One row at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from trellis.people.models import Person
from trellis.programmes import checks
from trellis.programmes.actions.programmes import SettingsRefused
from trellis.programmes.actions.settings import NOBODY, Touched, hold, record_change, refuse_if_newer
from trellis.programmes.choices import COMPARED_KINDS, AnswerMode, Side
from trellis.programmes.configuration import QuestionText
from trellis.programmes.eligibility import Condition, readable
from trellis.programmes.models import EligibilityRule, Programme, Question

LONGEST_KEY = 60


@transaction.atomic
def add_condition(
    *, by: Person, programme: Programme, rule: Condition, now: datetime, touched: Touched = NOBODY
) -> EligibilityRule:
    """One more condition for one side. Who has signed up already stays in. Raises NotAllowed, SettingsRefused."""
    hold(by, programme)
    rows = EligibilityRule.objects.filter(programme=programme, side=rule.side)
    _refuse([*checks.check_condition(rule), *checks.check_room(rows.count())])
    made = EligibilityRule.objects.create(
        organisation_id=programme.organisation_id, programme=programme, side=rule.side, kind=rule.kind,
        value=dict(rule.value), words=readable(rule)[:300], position=_next_position(rows),
    )  # fmt: skip
    record_change(by, programme, ["eligibility"], touched, now)
    return made


@transaction.atomic
def change_condition(
    *, by: Person, row: EligibilityRule, rule: Condition, now: datetime, touched: Touched = NOBODY,
    seen: int | None = None,
) -> EligibilityRule:  # fmt: skip
    """Another kind, value or wording for a condition. Raises NotAllowed, SettingsRefused, ChangedMeanwhile."""
    _hold_row(by, row)
    _refuse(checks.check_condition(rule))
    refuse_if_newer(row.programme, ["eligibility"], seen)
    row.side, row.kind, row.value, row.words = rule.side, rule.kind, dict(rule.value), readable(rule)[:300]
    row.save(update_fields=["side", "kind", "value", "words"])
    record_change(by, row.programme, ["eligibility"], touched, now)
    return row


@transaction.atomic
def remove_condition(*, by: Person, row: EligibilityRule, now: datetime, touched: Touched = NOBODY) -> None:
    """Take a condition away; who signed up under it stays in."""
    hold(by, row.programme)
    row.delete()
    record_change(by, row.programme, ["eligibility"], touched, now)


@transaction.atomic
def add_question(
    *, by: Person, programme: Programme, question: QuestionText, now: datetime, touched: Touched = NOBODY,
    of_both: bool = False,
) -> Question:  # fmt: skip
    """One more question at the end of a side's form; its key comes from its words.

    `of_both`: the other side is asked the same under the same key, so that matching can compare the answers.
    Raises NotAllowed, SettingsRefused.
    """
    hold(by, programme)
    sides = [question.side, *(side for side in Side.values if of_both and side != question.side)]
    rows = Question.objects.filter(programme=programme, side__in=sides)
    room = [fault for side in sides for fault in checks.check_room(rows.filter(side=side).count())]
    _refuse([*checks.check_question(question), *room])
    key = _free_key(question.text, set(rows.values_list("key", flat=True)))
    made = [
        Question.objects.create(
            organisation_id=programme.organisation_id, programme=programme, side=side, key=key, kind=question.kind,
            text=question.text, help=question.help, options=list(question.options), required=question.required,
            position=_next_position(rows.filter(side=side)),
        )
        for side in sides
    ]  # fmt: skip
    record_change(by, programme, ["questions"], touched, now)
    return made[0]


@transaction.atomic
def change_question(
    *, by: Person, row: Question, question: QuestionText, now: datetime, touched: Touched = NOBODY,
    seen: int | None = None,
) -> Question:  # fmt: skip
    """Other words, options or kind. Its side and key stay; another kind drops the answers given so far.

    Raises NotAllowed, SettingsRefused, ChangedMeanwhile.
    """
    _hold_row(by, row)
    _refuse(checks.check_question(question))
    refuse_if_newer(row.programme, ["questions"], seen)
    if row.kind != question.kind:
        row.answers.all().delete()
    if question.kind not in COMPARED_KINDS:
        Question.objects.filter(programme=row.programme, key=row.key).update(mode=AnswerMode.IGNORE)
    row.kind, row.text, row.help, row.required = question.kind, question.text, question.help, question.required
    row.options = list(question.options)
    row.save(update_fields=["kind", "text", "help", "required", "options"])
    record_change(by, row.programme, ["questions"], touched, now)
    return row


@transaction.atomic
def remove_question(*, by: Person, row: Question, now: datetime, touched: Touched = NOBODY) -> None:
    """Remove a question and the answers to it; where the other side is asked it too, nothing is compared any more."""
    hold(by, row.programme)
    Question.objects.filter(programme=row.programme, key=row.key).update(mode=AnswerMode.IGNORE)
    row.delete()
    record_change(by, row.programme, ["questions"], touched, now)


@transaction.atomic
def move_question(*, by: Person, row: Question, up: bool, now: datetime) -> None:
    """One place up or down on its side's form; at either end it stays."""
    _hold_row(by, row)
    rows = list(Question.objects.filter(programme=row.programme, side=row.side).order_by("position", "id"))
    here = rows.index(row)
    there = here + (-1 if up else 1)
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    _number(rows)
    record_change(by, row.programme, ["questions"], NOBODY, now)


def _number(rows: Sequence[Question]) -> None:
    for position, row in enumerate(rows):
        row.position = position
    Question.objects.bulk_update(rows, ["position"])


def _hold_row(by: Person, row: EligibilityRule | Question) -> None:
    """The row's programme held and the row read again; refused where somebody has removed it."""
    hold(by, row.programme)
    try:
        row.refresh_from_db()
    except ObjectDoesNotExist:
        _refuse([checks.Fault("", _("Somebody has removed this meanwhile."), _("Add it anew if it is still wanted."))])


def _refuse(faults: Iterable[checks.Fault]) -> None:
    found = list(faults)
    if found:
        raise SettingsRefused(found)


def _next_position(rows: QuerySet[Any]) -> int:  # Any: conditions and questions alike
    last: int | None = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _free_key(words: str, taken: set[str]) -> str:
    """A key that is free on this side: "how-would-you-like-to-meet", else with a number."""
    stem = slugify(words)[: LONGEST_KEY - 4].strip("-") or "question"
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key
