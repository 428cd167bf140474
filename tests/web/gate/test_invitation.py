import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from tests.factories.people import PersonFactory
from tests.web.gate.conftest import newest_mail, path_in
from trellis.kernel import clock
from trellis.kernel.models import Job
from trellis.people.actions.invitations import invite_people
from trellis.people.models import Account, Organisation, Person


@pytest.fixture
def path(organisation: Organisation, amara: Person) -> str:
    newcomer = PersonFactory(
        organisation=organisation, account=None, email="new@example.org", given_name="Noor", onboarded_at=None
    )
    invite_people(by=None, people=[newcomer], now=clock.now())
    return path_in(newest_mail())


def test_invitation_arrives_and_its_button_leads_to_welcome(client: Client, path: str) -> None:
    assert mail.outbox[-1].to == ["new@example.org"]
    for _ in range(2):
        assert "Welcome, Noor" in client.get(path).content.decode()
    assert "_auth_user_id" not in client.session

    assertRedirects(client.post(path), reverse("welcome"))
    assert client.session["_auth_user_id"] == str(Account.objects.get(email="new@example.org").pk)


def test_invitation_used_and_unknown_read_the_same(client: Client, path: str) -> None:
    client.post(path)

    answers = [Client().get(path), Client().post(path), Client().get("/invitation/unknown/")]

    assert {answer.status_code for answer in answers} == {404}
    assert all("This link was used or has expired. Ask for a new one." in a.content.decode() for a in answers)


def test_invitation_signs_another_account_out_first(client: Client, path: str, amara: Person) -> None:
    assert amara.account is not None
    client.force_login(amara.account)

    client.post(path)

    assert client.session["_auth_user_id"] == str(Account.objects.get(email="new@example.org").pk)


def test_mail_that_is_sent_again_carries_a_new_link(client: Client, path: str) -> None:

    Job.objects.filter(name="notifications.send_invitation").update(state="ready", attempts=0)
    again = path_in(newest_mail())

    assert again != path
    assert client.get(path).status_code == 404
    assert client.get(again).status_code == 200
