from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest

from tests.factories.people import PersonFactory
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.people.actions.attributes import UnknownAnswer, save_attributes
from trellis.people.models import Organisation, Person, ProtectedAttribute
from trellis.people.queries.attributes import attributes_of, said_by

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
OPEN = {"gender": "", "age": "", "ethnicity": "", "disability": ""}


def test_answers_are_kept_changed_and_taken_back(person: Person) -> None:
    assert save_attributes(by=person, said={**OPEN, "gender": "woman", "age": "30_39"}, now=NOW) == 2
    assert attributes_of(person) == {"gender": "woman", "age": "30_39"}

    assert save_attributes(by=person, said={**OPEN, "gender": "another"}, now=NOW) == 2
    assert attributes_of(person) == {"gender": "another"}

    assert save_attributes(by=person, said=OPEN, now=NOW) == 1
    assert attributes_of(person) == {}
    assert ProtectedAttribute.objects.count() == 0


def test_a_changed_answer_is_a_new_row_and_the_same_answer_is_not(person: Person) -> None:
    save_attributes(by=person, said={"gender": "woman", "age": "30_39"}, now=NOW)
    before = dict(ProtectedAttribute.objects.values_list("kind", "pk"))

    save_attributes(by=person, said={"gender": "man", "age": "30_39"}, now=NOW)

    after = dict(ProtectedAttribute.objects.values_list("kind", "pk"))
    assert after["gender"] != before["gender"]
    assert after["age"] == before["age"]


def test_the_audit_line_says_nothing_of_the_answer(person: Person) -> None:
    save_attributes(by=person, said={"gender": "woman"}, now=NOW)
    save_attributes(by=person, said={"gender": "woman"}, now=NOW)

    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor_id, entry.subject) == ("account.attributes_saved", person.pk, f"person:{person.pk}")
    assert entry.facts == {}


@pytest.mark.parametrize("said", [{"gender": "wman"}, {"faith": "yes"}, {"age": "woman"}])
def test_what_is_not_in_the_list_is_refused_and_nothing_is_saved(person: Person, said: dict[str, str]) -> None:
    with pytest.raises(UnknownAnswer, match="Choose one of the answers"):
        save_attributes(by=person, said={"disability": "yes", **said}, now=NOW)

    assert ProtectedAttribute.objects.count() == 0
    assert AuditEntry.objects.count() == 0


def test_answers_of_another_organisation_are_not_counted(person: Person, other_organisation: Organisation) -> None:
    save_attributes(by=person, said={"gender": "woman"}, now=NOW)
    with organisation_scope(other_organisation.pk):
        stranger = PersonFactory(organisation=other_organisation)
        save_attributes(by=stranger, said={"gender": "man"}, now=NOW)

    assert [(each.person_id, each.kind, each.answer) for each in said_by(Person.objects.all())] == [
        (person.pk, "gender", "woman")
    ]
    assert attributes_of(stranger) == {}


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_leave_one_answer(organisation: Organisation, person: Person) -> None:
    from django.db import connection  # noqa: PLC0415  # each thread closes its own

    start, failures = Barrier(2), []

    def save(answer: str) -> None:
        try:
            with organisation_scope(organisation.pk):
                start.wait()
                save_attributes(by=person, said={"gender": answer}, now=NOW)
        except Exception as failure:  # told below
            failures.append(failure)
        finally:
            connection.close()

    threads = [Thread(target=save, args=[answer]) for answer in ("woman", "man")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert attributes_of(person)["gender"] in {"woman", "man"}
