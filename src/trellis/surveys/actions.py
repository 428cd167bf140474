"""Answering a pack, or declining it. Declining counts as done, and nobody is told which of the two it was."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.kernel.events import publish
from trellis.people.models import Person
from trellis.surveys import rules
from trellis.surveys.events import PackSettled
from trellis.surveys.models import SurveyResponse
from trellis.surveys.packs import pack
from trellis.surveys.rules import Value


class AnswerRefused(Refusal):
    """An answer that its question does not offer; `field` is the question's id."""


@transaction.atomic
def answer_pack(
    *, by: Person, pack_id: str, role: str, context: str, answers: Mapping[str, Value], now: datetime
) -> SurveyResponse:
    """Keep a person's answers, encrypted and theirs alone; answering again replaces them.

    Questions may be left out; with none answered it is a decline. `role` decides which questions there are.
    Raises AnswerRefused for a question or value that the pack does not have.
    """
    offered = pack(pack_id)
    items = {item.id: item for item in offered.items_for(role)} if offered else {}
    if not items:
        raise AnswerRefused(_("These questions are not for you."))
    for key, value in answers.items():
        if key not in items:
            raise AnswerRefused(_("There is no such question here."), field="")
        if not rules.is_answer(items[key], value):
            raise AnswerRefused(_("Choose one of the answers that are offered, or leave it empty."), field=key)
    return _settle(by, pack_id, context, now, answers=dict(answers))


@transaction.atomic
def decline_pack(*, by: Person, pack_id: str, context: str, now: datetime) -> SurveyResponse:
    """Skip a pack. It is done with that. Answers given before stay. Raises AnswerRefused for an unknown pack."""
    if pack(pack_id) is None:
        raise AnswerRefused(_("There are no such questions."))
    before = SurveyResponse.objects.filter(person=by, pack=pack_id, context=context).first()
    if before is None:
        return _settle(by, pack_id, context, now, answers={})
    _record(before, now)  # as after an answer: else the missing line would say that this was a decline
    return before


def _settle(by: Person, pack_id: str, context: str, now: datetime, *, answers: dict[str, Value]) -> SurveyResponse:
    response, _fresh = SurveyResponse.objects.update_or_create(
        person=by, pack=pack_id, context=context,
        defaults={
            "organisation_id": by.organisation_id, "declined": not answers,
            "answers": json.dumps(answers) if answers else "", "at": now,
        },
    )  # fmt: skip
    _record(response, now)
    return response


def _record(response: SurveyResponse, now: datetime) -> None:
    organisation_id, person_id = response.organisation_id, response.person_id
    audit.record(
        organisation_id=organisation_id, actor_id=person_id, verb="survey.settled", subject=response.context, at=now,
        facts={"pack": response.pack},
    )  # fmt: skip
    settled = PackSettled(
        organisation_id=organisation_id, person_id=person_id, pack=response.pack, context=response.context
    )
    publish(settled, at=now)
