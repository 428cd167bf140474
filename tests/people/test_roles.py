from datetime import UTC, datetime

import pytest

from tests.factories.people import PersonFactory, RoleGrantFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.people.actions.roles import RoleRefused, grant_role, revoke_role
from trellis.people.choices import OrganisationRole, PersonStatus
from trellis.people.directory.names import sort_name_of
from trellis.people.models import Organisation, Person, RoleGrant
from trellis.people.queries.roles import people_starting_with, role_grants

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def admin(organisation: Organisation) -> Person:
    person = PersonFactory(organisation=organisation, given_name="Ada", family_name="Admin")
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


def test_role_is_granted_and_recorded(admin: Person, person: Person) -> None:
    grant_role(by=admin, person=person, role=OrganisationRole.ANALYST, now=NOW)

    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor_id, entry.subject, entry.facts) == (
        "role.granted", admin.pk, f"person:{person.pk}", {"role": "analyst"},
    )  # fmt: skip
    assert RoleGrant.objects.get(person=person).granted_by == admin


def test_role_granted_twice_is_one(admin: Person, person: Person) -> None:
    grant_role(by=admin, person=person, role=OrganisationRole.ANALYST, now=NOW)
    grant_role(by=admin, person=person, role=OrganisationRole.ANALYST, now=NOW)

    assert (RoleGrant.objects.filter(person=person).count(), AuditEntry.objects.count()) == (1, 1)


def test_the_installation_grants_the_first_admin(person: Person) -> None:
    grant_role(by=None, person=person, role=OrganisationRole.ADMIN, now=NOW)

    assert AuditEntry.objects.get().actor_id is None


def test_somebody_without_the_role_cannot_grant_one(person: Person) -> None:
    with pytest.raises(NotAllowed):
        grant_role(by=person, person=person, role=OrganisationRole.ADMIN, now=NOW)

    assert RoleGrant.objects.count() == 0


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (OrganisationRole.ADMIN, OrganisationRole.SAFEGUARDING),
        (OrganisationRole.SAFEGUARDING, OrganisationRole.ADMIN),
    ],
)
def test_admin_and_safeguarding_contact_are_never_one(
    admin: Person, person: Person, held: OrganisationRole, wanted: OrganisationRole
) -> None:
    RoleGrantFactory(person=person, role=held)

    with pytest.raises(RoleRefused, match="cannot be organisation admin and safeguarding contact at once"):
        grant_role(by=admin, person=person, role=wanted, now=NOW)

    assert [grant.role for grant in RoleGrant.objects.filter(person=person)] == [held]


def test_somebody_who_left_cannot_be_given_a_role(admin: Person, person: Person) -> None:
    person.status = PersonStatus.LEFT

    with pytest.raises(RoleRefused, match="not active in the directory"):
        grant_role(by=admin, person=person, role=OrganisationRole.ANALYST, now=NOW)


def test_role_is_taken_away_and_recorded(admin: Person, person: Person) -> None:
    grant = RoleGrantFactory(person=person, role=OrganisationRole.EXECUTIVE)

    revoke_role(by=admin, grant=grant, now=NOW)

    assert not RoleGrant.objects.filter(person=person).exists()
    assert [(entry.verb, entry.facts) for entry in AuditEntry.objects.all()] == [
        ("role.revoked", {"role": "executive"})
    ]


def test_role_taken_away_twice_is_recorded_once(admin: Person, person: Person) -> None:
    grant = RoleGrantFactory(person=person, role=OrganisationRole.EXECUTIVE)
    again = RoleGrant.objects.get(pk=grant.pk)

    revoke_role(by=admin, grant=grant, now=NOW)
    revoke_role(by=admin, grant=again, now=NOW)

    assert [entry.verb for entry in AuditEntry.objects.all()] == ["role.revoked"]


def test_last_admin_stays(admin: Person) -> None:
    with pytest.raises(RoleRefused, match="Ada Admin is the only organisation admin"):
        revoke_role(by=admin, grant=RoleGrant.objects.get(person=admin), now=NOW)

    assert RoleGrant.objects.count() == 1


def test_an_admin_no_more_takes_nobody_elses_role(admin: Person, organisation: Organisation) -> None:
    """Two of three admins remove each other at the same moment: the second began while still an admin."""
    second, third = (RoleGrantFactory(person=PersonFactory(organisation=organisation), role="admin") for _ in range(2))
    assert "admin" in second.person.organisation_roles  # read when their request began
    revoke_role(by=admin, grant=RoleGrant.objects.get(pk=second.pk), now=NOW)

    with pytest.raises(NotAllowed):
        revoke_role(by=second.person, grant=RoleGrant.objects.get(person=admin), now=NOW)

    assert set(RoleGrant.objects.values_list("person_id", flat=True)) == {admin.pk, third.person_id}


def test_an_admin_who_left_does_not_count_as_another(admin: Person, organisation: Organisation) -> None:
    gone = PersonFactory(organisation=organisation, status=PersonStatus.LEFT)
    RoleGrantFactory(person=gone, role=OrganisationRole.ADMIN)

    with pytest.raises(RoleRefused):
        revoke_role(by=admin, grant=RoleGrant.objects.get(person=admin), now=NOW)


def test_an_admin_elsewhere_does_not_count_as_another(admin: Person, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        RoleGrantFactory(person=PersonFactory(organisation=other_organisation), role=OrganisationRole.ADMIN)

    with pytest.raises(RoleRefused):
        revoke_role(by=admin, grant=RoleGrant.objects.get(person=admin), now=NOW)


def test_grants_of_this_organisation_are_listed(admin: Person, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        RoleGrantFactory(person=PersonFactory(organisation=other_organisation), role=OrganisationRole.ADMIN)

    assert [(row.name, row.role) for row in role_grants()] == [("Ada Admin", "admin")]


@pytest.mark.parametrize("typed", ["adm", "Ada", "ada admin", "ADA A", " Ada  Ad "])
def test_person_is_found_by_the_beginning_of_a_name(admin: Person, person: Person, typed: str) -> None:
    assert people_starting_with(typed) == [admin]


@pytest.mark.parametrize("typed", ["kruger", "Krüger", "KRÜGER j"])
def test_person_is_found_with_or_without_accents(organisation: Organisation, admin: Person, typed: str) -> None:
    names = {"given_name": "Jürgen", "family_name": "Krüger"}
    krueger = PersonFactory(organisation=organisation, sort_name=sort_name_of(**names), **names)

    assert people_starting_with(typed) == [krueger]


@pytest.mark.parametrize("typed", ["", "  ", "min", "%", "_da"])
def test_search_finds_nobody_by_the_middle_or_a_wildcard(admin: Person, typed: str) -> None:
    assert people_starting_with(typed) == []


def test_search_stays_inside_the_organisation(admin: Person, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        assert people_starting_with("Ada") == []
