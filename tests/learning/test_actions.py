import pytest

from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.learning.actions import (
    ModuleUnfinished,
    UnknownModule,
    complete_module,
    record_training_taken_elsewhere,
)
from trellis.learning.models import ModuleCompletion
from trellis.learning.modules import Module, module_for
from trellis.learning.queries import completed_modules, has_completed, people_who_completed
from trellis.people.models import Organisation, Person


def right_answers(one: Module) -> dict[str, int]:
    return {chapter.id: chapter.right for chapter in one.chapters}


def test_complete_module_records_audits_and_publishes(person: Person) -> None:
    one = module_for("mentee")

    complete_module(by=person, module_id=one.id, answers=right_answers(one), now=clock.now())

    assert completed_modules(person) == {one.id}
    assert AuditEntry.objects.get().facts == {"module": one.id, "inside_trellis": True}
    assert EventRow.objects.get().fields == {
        "organisation_id": person.organisation_id, "person_id": person.pk, "module": one.id,
    }  # fmt: skip


def test_complete_module_twice_changes_nothing(person: Person) -> None:
    one = module_for("mentee")
    first = complete_module(by=person, module_id=one.id, now=clock.now())

    second = complete_module(by=person, module_id=one.id, now=clock.now())

    assert second == first
    assert AuditEntry.objects.count() == 1


def test_complete_module_with_a_wrong_answer_names_the_chapter_and_keeps_nothing(person: Person) -> None:
    one = module_for("mentee")
    answers = right_answers(one)
    wrong = one.chapters[1]
    answers[wrong.id] = (wrong.right + 1) % len(wrong.options)

    with pytest.raises(ModuleUnfinished) as refused:
        complete_module(by=person, module_id=one.id, answers=answers, now=clock.now())

    assert refused.value.chapters == (wrong.id,)
    assert not has_completed(person, one.id)


def test_complete_module_that_does_not_exist_is_refused(person: Person) -> None:
    with pytest.raises(UnknownModule):
        complete_module(by=person, module_id="juggling", now=clock.now())


def test_training_taken_elsewhere_is_recorded_once(organisation: Organisation) -> None:
    people = [PersonFactory(organisation=organisation).pk for _ in range(3)]

    first, second = (
        record_training_taken_elsewhere(
            by=None, organisation_id=organisation.pk, people=people, module_id="mentee_start", now=clock.now()
        )
        for _ in range(2)
    )

    assert (first, second) == (3, 0)
    assert people_who_completed("mentee_start", people) == frozenset(people)


def test_completions_of_another_organisation_are_not_seen(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = PersonFactory(organisation=other_organisation)
        complete_module(by=theirs, module_id="mentee_start", now=clock.now())

    assert ModuleCompletion.objects.count() == 0
    assert people_who_completed("mentee_start", [theirs.pk]) == frozenset()
