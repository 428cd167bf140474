"""The menu leads everybody to where they may go."""

import pytest
from django.test import Client
from django.urls import reverse

from trellis.people.choices import OrganisationRole
from trellis.people.models import Person, RoleGrant

pytestmark = pytest.mark.django_db
LINK = f'href="{reverse("manage")}"'


@pytest.mark.parametrize(
    ("role", "led"), [(OrganisationRole.ADMIN, True), (OrganisationRole.ANALYST, True), (None, False)]
)
def test_page_of_all_programmes_is_in_the_menu_before_there_is_one(
    client: Client, person: Person, role: OrganisationRole | None, led: bool
) -> None:
    if role:
        RoleGrant.objects.create(
            organisation=person.organisation, person=person, role=role, granted_at=person.onboarded_at
        )
    client.force_login(person.account)

    assert (LINK in client.get(reverse("notices")).content.decode()) == led
