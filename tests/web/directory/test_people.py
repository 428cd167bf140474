import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.people import PersonFactory, RoleGrantFactory
from trellis.kernel.jobs import drain
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import OrganisationRole, PersonStatus
from trellis.people.models import Invitation, Organisation, Person

PAGES = ("/organisation/people/", "/organisation/import/", "/organisation/import/template.csv")


@pytest.fixture
def admin(organisation: Organisation, client: Client) -> Person:
    organisation.second_factor_for_admins = False
    organisation.save()
    admin: Person = RoleGrantFactory(
        person=PersonFactory(organisation=organisation, given_name="Ada", family_name="Admin", sort_name="admin ada"),
        role=OrganisationRole.ADMIN,
    ).person
    assert admin.account
    client.force_login(admin.account)
    return admin


@pytest.mark.usefixtures("admin")
def test_list_shows_people_as_they_are_written(client: Client, organisation: Organisation) -> None:
    PersonFactory(organisation=organisation, given_name="<img src=x onerror=alert(1)>", family_name="=1+1")

    page = client.get("/organisation/people/", {"q": "<img"}).content.decode()

    assert "<bdi>&lt;img src=x onerror=alert(1)&gt; =1+1</bdi>" in page
    assert "Ada Admin</bdi>" not in page


@pytest.mark.usefixtures("admin")
def test_list_costs_the_same_at_three_and_at_fifty_rows(client: Client, organisation: Organisation) -> None:
    counts = []
    for size in (3, 47):
        PersonFactory.create_batch(size, organisation=organisation)
        client.get("/organisation/people/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/organisation/people/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.usefixtures("admin")
def test_empty_answer_says_what_to_do(client: Client) -> None:
    page = client.get("/organisation/people/", {"q": "nobody"}).content.decode()

    assert "Nobody found" in page


@pytest.mark.parametrize("query", ["after=x", "after=-1", "before=999999", "status=password", "after=9" + "9" * 30])
@pytest.mark.usefixtures("admin")
def test_nonsense_in_the_address_does_not_exist(client: Client, query: str) -> None:
    assert client.get(f"/organisation/people/?{query}").status_code == 404


def test_person_page_links_manager_and_reports(client: Client, organisation: Organisation, admin: Person) -> None:
    report = PersonFactory(organisation=organisation, manager=admin, given_name="Rio", family_name="Report")

    assert "Rio Report" in client.get(f"/organisation/people/{admin.pk}/").content.decode()
    assert "Ada Admin</bdi></a>" in client.get(f"/organisation/people/{report.pk}/").content.decode()


@pytest.mark.usefixtures("admin")
def test_person_of_another_organisation_does_not_exist(client: Client, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        stranger = PersonFactory(organisation=other_organisation, given_name="Stranger")

    assert client.get(f"/organisation/people/{stranger.pk}/").status_code == 404
    assert client.get("/organisation/people/", {"after": stranger.pk}).status_code == 404
    assert "Stranger" not in client.get("/organisation/people/?status=all").content.decode()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", ["", OrganisationRole.ANALYST, OrganisationRole.EXECUTIVE])
def test_only_admins_come_in(client: Client, person: Person, path: str, role: str) -> None:
    if role:
        RoleGrantFactory(person=person, role=role)
    assert person.account
    client.force_login(person.account)

    assert client.get(path).status_code == 403


@pytest.mark.usefixtures("admin")
def test_somebody_who_never_signed_in_is_invited_and_the_page_says_so(
    client: Client, organisation: Organisation, mailoutbox: list[EmailMessage]
) -> None:
    newcomer = PersonFactory(organisation=organisation, account=None, email="new@example.org", onboarded_at=None)
    page = f"/organisation/people/{newcomer.pk}/"

    answer = client.post(page + "invite/", follow=True).content.decode()
    drain()

    assert "An invitation goes to new@example.org." in answer
    assert "An invitation was sent on" in client.get(page).content.decode()
    assert [mail.to for mail in mailoutbox] == [["new@example.org"]]


@pytest.mark.usefixtures("admin")
def test_who_has_left_is_not_invited(client: Client, organisation: Organisation) -> None:
    gone = PersonFactory(organisation=organisation, status=PersonStatus.LEFT, onboarded_at=None)

    answer = client.post(f"/organisation/people/{gone.pk}/invite/", follow=True).content.decode()

    assert "Only people who are here can be invited." in answer
    assert not Invitation.objects.exists()
