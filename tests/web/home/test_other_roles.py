"""The home of somebody with a role and no pair: their own work leads, and one card says so."""

from django.test import Client
from django.urls import reverse

from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person


def next_steps(client: Client, person: Person) -> list[str]:
    """Where the one highlighted card leads."""
    client.force_login(person.account)
    cards = client.get(reverse("home")).content.decode().split('<section class="card next"')[1:]
    return [card.split("</section>")[0].split('<a class="btn pri" href="')[1].split('"')[0] for card in cards]


def test_home_of_a_programme_manager_leads_to_what_waits(client: Client, organisation: Organisation) -> None:
    manager = PersonFactory(organisation=organisation)
    first = ProgrammeFactory(organisation=organisation)
    ProgrammeRoleFactory(programme=first, person=manager)
    assert next_steps(client, manager) == [reverse("programme_overview", args=[first.slug])]

    ProgrammeRoleFactory(programme=ProgrammeFactory(organisation=organisation), person=manager)
    assert next_steps(client, manager) == [reverse("manage")]


def test_home_of_an_executive_leads_to_the_report(client: Client, organisation: Organisation) -> None:
    executive = PersonFactory(organisation=organisation)
    ProgrammeFactory(organisation=organisation)  # open to the executive as well, and no reason to hide the report
    RoleGrantFactory(person=executive, role=OrganisationRole.EXECUTIVE)

    assert next_steps(client, executive) == [reverse("executive_report")]
