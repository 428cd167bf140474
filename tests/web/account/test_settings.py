import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.conversations.models import Message
from trellis.kernel import clock
from trellis.notifications.models import MutedGroup
from trellis.notifications.registry import GROUPS
from trellis.people.models import Organisation, Person

GOOD = {
    "preferred_name": "Ama", "languages": "English, Igbo, English,", "time_zone": "Asia/Kolkata", "language": "en-gb",
    "theme": "dark",
}  # fmt: skip


@pytest.fixture
def me(client: Client, person: Person) -> Person:
    client.force_login(person.account)
    return person


def test_settings_are_saved(client: Client, me: Person) -> None:
    client.post(reverse("account_settings"), GOOD)

    kept = Person.objects.select_related("account").get(pk=me.pk)
    assert (kept.preferred_name, kept.languages, kept.time_zone) == ("Ama", ["English", "Igbo"], "Asia/Kolkata")
    assert kept.account is not None
    assert kept.account.theme == "dark"
    assert 'data-theme="dark"' in client.get(reverse("account_settings")).content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus is not one of the available choices"),
        ({"preferred_name": "x" * 201}, "at most 200 characters (it has 201)"),
        ({"theme": "pink"}, "pink is not one of the available choices"),
    ],
)
def test_wrong_settings_are_explained_and_nothing_is_saved(
    client: Client, me: Person, wrong: dict[str, str], said: str
) -> None:
    response = client.post(reverse("account_settings"), GOOD | wrong)

    assert said in response.content.decode()
    assert Person.objects.get(pk=me.pk).time_zone == "Europe/London"


def test_fields_that_are_not_on_the_form_change_nothing(client: Client, me: Person) -> None:
    client.post(reverse("account_settings"), GOOD | {"status": "left", "email": "x@evil.example", "role": "admin"})

    kept = Person.objects.get(pk=me.pk)
    assert (kept.status, kept.email, kept.organisation_roles) == ("active", me.email, frozenset())


def test_mail_choice_is_saved(client: Client, me: Person) -> None:
    client.post(reverse("account_mail"), {"wanted": ["meetings"]})

    assert "meetings" not in set(MutedGroup.objects.values_list("group", flat=True))
    assert "goals" in set(MutedGroup.objects.values_list("group", flat=True))


def test_mail_choice_may_be_nothing_at_all(client: Client, me: Person) -> None:
    client.post(reverse("account_mail"), {})

    assert MutedGroup.objects.count() == len(GROUPS)


def test_my_data_has_what_i_wrote_and_not_what_my_partner_wrote(
    client: Client, me: Person, organisation: Organisation
) -> None:
    partner = PersonFactory(organisation=organisation)
    pair = a_pair(ProgrammeFactory(organisation=organisation), mentee=me, mentor=partner)
    for author, body in ((me, "CANARY-MINE"), (partner, "CANARY-THEIRS")):
        Message.objects.create(
            organisation=organisation, mentorship=pair, author=author, body=body, sent_at=clock.now()
        )

    response = client.post(reverse("account_data_download"))

    text = response.content.decode()
    data = json.loads(text)
    assert response["Content-Disposition"] == 'attachment; filename="trellis-my-data.json"'
    assert "CANARY-MINE" in text
    assert "CANARY-THEIRS" not in text
    assert partner.email not in text
    assert (data["person"]["email"], len(data["mentorships"])) == (me.email, 1)


def test_my_data_needs_a_post(client: Client, me: Person) -> None:
    assert client.get(reverse("account_data_download")).status_code == 405


def test_zone_that_a_file_brought_is_not_lost_by_saving_something_else(client: Client, me: Person) -> None:
    Person.objects.filter(pk=me.pk).update(time_zone="CET")

    page = client.get(reverse("account_settings")).content.decode()
    client.post(reverse("account_settings"), GOOD | {"time_zone": "CET"})

    assert '<option value="CET" selected>' in page
    assert Person.objects.get(pk=me.pk).time_zone == "CET"
    client.post(reverse("account_settings"), GOOD | {"time_zone": "EST"})
    assert Person.objects.get(pk=me.pk).time_zone == "CET"
