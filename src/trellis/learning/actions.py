"""Finishing a training module."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.kernel.events import publish
from trellis.learning.events import ModuleCompleted
from trellis.learning.models import ModuleCompletion
from trellis.learning.modules import Module, module
from trellis.people.models import Person


class ModuleUnfinished(Refusal):
    """Some chapters' questions are open or not right yet. `chapters` are their ids, in reading order."""

    def __init__(self, chapters: tuple[str, ...]) -> None:
        super().__init__(_("Some questions are not answered right yet. Read why below them and choose again."))
        self.chapters = chapters


class UnknownModule(Refusal):
    """There is no such module."""


def unfinished_chapters(one: Module, answers: Mapping[str, int]) -> tuple[str, ...]:
    """The chapters whose question has no answer, or not the right one."""
    return tuple(chapter.id for chapter in one.chapters if answers.get(chapter.id) != chapter.right)


@transaction.atomic
def complete_module(
    *, by: Person, module_id: str, now: datetime, answers: Mapping[str, int] | None = None
) -> ModuleCompletion:
    """Record that `by` finished a module; the answers themselves are not kept. Doing it again changes nothing.

    `answers` is the chosen option for each chapter; None where the training was taken outside Trellis.
    Raises `UnknownModule`, and `ModuleUnfinished` when a question is not answered right.
    """
    one = module(module_id)
    if one is None:
        raise UnknownModule(_("There is no training module “%(module)s”.") % {"module": module_id})
    if answers is not None and (wrong := unfinished_chapters(one, answers)):
        raise ModuleUnfinished(wrong)
    completion, fresh = ModuleCompletion.objects.get_or_create(
        person=by, module=one.id, defaults={"organisation_id": by.organisation_id, "completed_at": now}
    )
    if fresh:
        audit.record(
            organisation_id=by.organisation_id, actor_id=by.pk, verb="module.completed", subject=f"person:{by.pk}",
            at=now, facts={"module": one.id, "inside_trellis": answers is not None},
        )  # fmt: skip
        publish(ModuleCompleted(organisation_id=by.organisation_id, person_id=by.pk, module=one.id), at=now)
    return completion


@transaction.atomic
def record_training_taken_elsewhere(
    *, by: Person | None, organisation_id: int, people: Iterable[int], module_id: str, now: datetime
) -> int:
    """Note for many people (ids) that they took the training outside Trellis; returns how many were new."""
    wanted = set(people)
    known = ModuleCompletion.objects.filter(module=module_id, person_id__in=wanted)
    fresh = sorted(wanted - set(known.values_list("person_id", flat=True)))
    ModuleCompletion.objects.bulk_create(
        [
            ModuleCompletion(organisation_id=organisation_id, person_id=person_id, module=module_id, completed_at=now)
            for person_id in fresh
        ],
        batch_size=500,
    )
    if fresh:
        audit.record(
            organisation_id=organisation_id, actor_id=by.pk if by else None, verb="module.taken_elsewhere",
            subject=f"module:{module_id}", at=now, facts={"count": len(fresh)},
        )  # fmt: skip
    return len(fresh)
