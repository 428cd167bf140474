import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from trellis.people.models import Person, ProtectedAttribute
from trellis.people.queries.attributes import attributes_of

PAGE = "/account/for-fairness/"


@pytest.fixture
def mine(client: Client, person: Person) -> Client:
    client.force_login(person.account)
    return client


def test_a_person_says_changes_and_deletes(mine: Client, person: Person) -> None:
    assertRedirects(mine.post(PAGE, {"gender": "woman", "age": "40_49"}), reverse("account_attributes"))
    assert attributes_of(person) == {"gender": "woman", "age": "40_49"}

    shown = mine.get(PAGE).content.decode()
    assert '<option value="woman" selected>' in shown
    assert "Delete my answers" in shown

    mine.post(PAGE, {"gender": "man"})
    assert attributes_of(person) == {"gender": "man"}

    mine.post(PAGE, {"gender": "man", "delete": "1"})
    assert ProtectedAttribute.objects.count() == 0


def test_the_page_says_who_can_read_it(mine: Client) -> None:
    shown = mine.get(PAGE).content.decode()

    assert "Nobody in your organisation can read your answers" in shown
    assert "at least ten people" in shown
    assert "Delete my answers" not in shown


def test_a_made_up_answer_is_refused_and_the_rest_is_kept_on_the_page(mine: Client) -> None:
    response = mine.post(PAGE, {"gender": "admin", "age": "40_49"})

    shown = response.content.decode()
    assert response.status_code == 200
    assert "Select a valid choice" in shown
    assert '<option value="40_49" selected>' in shown
    assert ProtectedAttribute.objects.count() == 0
