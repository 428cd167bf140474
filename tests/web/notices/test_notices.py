import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.notifications.actions import tell
from trellis.notifications.models import Notice
from trellis.notifications.notices import ROLE_GRANTED
from trellis.people.models import Organisation, Person


def told(person: Person, key: str = "one", path: str = "/account/") -> Notice:
    notice = tell(
        person=person, kind=ROLE_GRANTED, key=key, now=clock.now(), path=path,
        parameters={"role": "Analyst", "organisation": "<b>Aldermere</b>"},
    )  # fmt: skip
    assert notice is not None
    return notice


@pytest.fixture
def me(client: Client, person: Person) -> Person:
    client.force_login(person.account)
    return person


def test_inbox_shows_ones_own_notices_as_text(client: Client, me: Person, organisation: Organisation) -> None:
    told(me)
    told(PersonFactory(organisation=organisation), key="theirs")

    page = client.get(reverse("notices")).content.decode()

    assert page.count("You have a new role: Analyst") == 2  # the subject, and the name of its button
    assert "&lt;b&gt;Aldermere&lt;/b&gt;" in page


def test_opening_marks_as_read_and_leads_on(client: Client, me: Person) -> None:
    notice = told(me)

    assertRedirects(client.post(reverse("notice", args=[notice.pk])), "/account/")
    assert Notice.objects.get().read_at is not None
    assert "Nothing unread" in client.get(reverse("notices"), {"show": "unread"}).content.decode()


def test_reading_the_inbox_marks_nothing(client: Client, me: Person) -> None:
    told(me)
    client.get(reverse("notices"))

    assert Notice.objects.get().read_at is None


def test_path_outside_is_not_followed(client: Client, me: Person) -> None:
    notice = told(me, path="//evil.example")

    assertRedirects(client.post(reverse("notice", args=[notice.pk])), reverse("notices"))


def test_notice_of_somebody_else_is_not_found(client: Client, me: Person, organisation: Organisation) -> None:
    theirs = told(PersonFactory(organisation=organisation))

    assert client.post(reverse("notice", args=[theirs.pk])).status_code == 404
    client.post(reverse("notices_read_all"))
    assert Notice.objects.get().read_at is None


def test_all_are_marked_read(client: Client, me: Person) -> None:
    told(me)
    told(me, key="two")

    assertRedirects(client.post(reverse("notices_read_all")), reverse("notices"))
    assert Notice.objects.filter(read_at=None).count() == 0


def test_empty_inbox_says_what_will_stand_there(client: Client, me: Person) -> None:
    assert "Nothing yet" in client.get(reverse("notices")).content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1.5"])
def test_nonsense_in_the_address_does_not_exist(client: Client, me: Person, before: str) -> None:
    assert client.get(reverse("notices"), {"before": before}).status_code == 404
