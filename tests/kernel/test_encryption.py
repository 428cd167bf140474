"""Encrypted fields: nothing readable in the database, keys can be rotated, the wrong key is a clear error."""

import json

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.core import serializers
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.kernel.encryption import EncryptedTextField, decrypt, encrypt
from trellis.people.models import Organisation, Person, ProtectedAttribute
from trellis.programmes.models import Enrolment, Programme

FIRST, SECOND = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def stored(attribute: ProtectedAttribute) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM people_protectedattribute WHERE id = %s", [attribute.pk])
        return str(cursor.fetchone()[0])


def attribute_of(person: Person, value: str) -> ProtectedAttribute:
    return ProtectedAttribute.objects.create(
        organisation_id=person.organisation_id, person=person, kind="pronoun", value=value
    )


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    assert decrypt(encrypt(text)) == text


def test_the_database_holds_only_cipher(person: Person) -> None:
    attribute = attribute_of(person, "my canary")

    attribute.refresh_from_db()
    assert attribute.value == "my canary"
    assert "canary" not in stored(attribute)
    assert decrypt(stored(attribute)) == "my canary"


def test_an_empty_text_stays_empty_and_can_be_counted(person: Person) -> None:
    attribute = attribute_of(person, "")

    attribute.refresh_from_db()
    assert attribute.value == ""
    assert stored(attribute) == ""
    assert ProtectedAttribute.objects.filter(value="").count() == 1
    assert ProtectedAttribute.objects.filter(value__isnull=True).count() == 0


def test_after_rotation_old_text_is_still_read_and_new_text_takes_the_new_key(settings: Settings) -> None:
    settings.TRELLIS_FIELD_KEYS = [FIRST]
    old = encrypt("written before")

    settings.TRELLIS_FIELD_KEYS = [SECOND, FIRST]
    before, new = decrypt(old), encrypt("written after")
    settings.TRELLIS_FIELD_KEYS = [SECOND]

    assert before == "written before"
    assert decrypt(new) == "written after"
    with pytest.raises(InvalidToken):
        decrypt(old)


def test_the_wrong_key_is_an_error_and_not_a_wrong_text(person: Person, settings: Settings) -> None:
    attribute = attribute_of(person, "secret")

    settings.TRELLIS_FIELD_KEYS = [FIRST]

    with pytest.raises(InvalidToken):
        attribute.refresh_from_db()


def test_a_changed_cipher_is_an_error(settings: Settings) -> None:
    token = encrypt("text")
    changed = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]

    with pytest.raises(InvalidToken):
        decrypt(changed)


@pytest.mark.parametrize("lookup", ["contains", "startswith", "gt", "in", "iexact", "regex"])
def test_nothing_searches_an_encrypted_field(organisation: Organisation, lookup: str) -> None:
    with pytest.raises(TypeError, match="encrypted"):
        ProtectedAttribute.objects.filter(**{f"value__{lookup}": "x"}).count()


def test_comparing_with_a_text_is_refused(organisation: Organisation) -> None:
    with pytest.raises(TypeError, match="encrypted"):
        ProtectedAttribute.objects.filter(value="some words").count()


def test_no_table_sorts_by_an_encrypted_field() -> None:
    names = [
        (model.__name__, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, EncryptedTextField) and field.name in {name.lstrip("-") for name in model._meta.ordering}
    ]

    assert names == []


WORDS = ["Director of “Übersicht”", "team lead"]


def stored_aims(enrolment: Enrolment) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT aims FROM programmes_enrolment WHERE id = %s", [enrolment.pk])
        return str(cursor.fetchone()[0])


def test_a_list_comes_back_and_is_stored_as_cipher(programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme, aims=WORDS)

    assert Enrolment.objects.get().aims == WORDS
    assert Enrolment.objects.values_list("aims", flat=True).get() == WORDS
    assert "lead" not in stored_aims(enrolment)
    assert json.loads(decrypt(stored_aims(enrolment))) == WORDS


def test_an_empty_list_is_the_default_stays_empty_text_and_can_be_counted(programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme)

    assert Enrolment.objects.get().aims == []
    assert stored_aims(enrolment) == ""
    assert Enrolment.objects.filter(aims="").count() == 1


def test_lists_of_many_rows_are_written_at_once(programme: Programme) -> None:
    rows = [EnrolmentFactory.build(programme=programme, person=PersonFactory()) for _ in range(3)]
    for row in rows:
        row.organisation_id, row.aims = programme.organisation_id, WORDS
    Enrolment.objects.bulk_create(rows)
    for row in rows[1:]:
        row.aims = [] if row is rows[1] else ["other"]
    Enrolment.objects.bulk_update(rows, ["aims"])

    found = list(Enrolment.objects.order_by("pk"))
    assert [row.aims for row in found] == [WORDS, [], ["other"]]
    assert stored_aims(found[1]) == ""
    assert "other" not in stored_aims(found[2])


@pytest.mark.parametrize("lookup", ["contains", "exact", "in"])
def test_nothing_searches_an_encrypted_list(organisation: Organisation, lookup: str) -> None:
    with pytest.raises(TypeError, match="encrypted"):
        Enrolment.objects.filter(**{f"aims__{lookup}": ["x"]}).count()


def test_lists_survive_being_written_as_text(programme: Programme) -> None:
    EnrolmentFactory(programme=programme, aims=WORDS)

    (found,) = serializers.deserialize("json", serializers.serialize("json", Enrolment.objects.all()))

    assert found.object.aims == WORDS
