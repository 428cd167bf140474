from datetime import UTC, datetime

import pytest

from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.notifications.models import Notice
from trellis.people.choices import OrganisationRole, PersonStatus
from trellis.people.models import Organisation, Person
from trellis.programmes.actions.roles import RoleRefused, give_role, take_role
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import Programme, ProgrammeRole
from trellis.programmes.queries.settings import find_people, programmes_with_roles_of, role_rows

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
OWNER, COORDINATOR, ANALYST = ProgrammeRoleKind.OWNER, ProgrammeRoleKind.COORDINATOR, ProgrammeRoleKind.ANALYST


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation)


@pytest.fixture
def owner(programme: Programme) -> Person:
    return ProgrammeRoleFactory(programme=programme, kind=OWNER).person


def roles() -> dict[int, str]:
    return dict(ProgrammeRole.objects.values_list("person", "kind"))


def test_give_role_tells_the_person_and_is_recorded(owner: Person, programme: Programme, person: Person) -> None:
    give_role(by=owner, programme=programme, person=person, kind=COORDINATOR, now=NOW)

    assert roles() == {owner.pk: OWNER, person.pk: COORDINATOR}
    assert [(notice.person, notice.kind) for notice in Notice.objects.all()] == [(person, "programmes.role_given")]
    entry = AuditEntry.objects.get(verb="programme.role_given")
    assert entry.facts == {"person": person.pk, "role": "coordinator"}


def test_give_role_again_changes_nothing(owner: Person, programme: Programme) -> None:
    give_role(by=owner, programme=programme, person=owner, kind=OWNER, now=NOW)

    assert not AuditEntry.objects.exists()


def test_give_role_replaces_the_one_before(owner: Person, programme: Programme) -> None:
    coordinator = ProgrammeRoleFactory(programme=programme, kind=COORDINATOR).person

    give_role(by=owner, programme=programme, person=coordinator, kind=ANALYST, now=NOW)

    assert roles()[coordinator.pk] == ANALYST


def test_an_owner_who_becomes_coordinator_is_news_to_the_other_owners(owner: Person, programme: Programme) -> None:
    other, third = (ProgrammeRoleFactory(programme=programme, kind=OWNER).person for _ in range(2))

    give_role(by=owner, programme=programme, person=third, kind=COORDINATOR, now=NOW)

    told = Notice.objects.order_by("person").values_list("person", "kind")
    assert sorted(told) == [(other.pk, "programmes.owner_changed"), (third.pk, "programmes.role_given")]


def test_give_role_to_somebody_who_has_left_is_refused(owner: Person, programme: Programme) -> None:
    gone = PersonFactory(organisation=programme.organisation, status=PersonStatus.LEFT)

    with pytest.raises(RoleRefused, match="is not active in the directory"):
        give_role(by=owner, programme=programme, person=gone, kind=ANALYST, now=NOW)


@pytest.mark.parametrize("kind", [COORDINATOR, ANALYST])
def test_roles_are_changed_by_owners_only(owner: Person, programme: Programme, kind: ProgrammeRoleKind) -> None:
    reader = ProgrammeRoleFactory(programme=programme, kind=kind).person

    with pytest.raises(NotAllowed):
        give_role(by=reader, programme=programme, person=reader, kind=OWNER, now=NOW)
    with pytest.raises(NotAllowed):
        take_role(by=reader, programme=programme, person=owner, now=NOW)


def test_an_owner_of_another_programme_changes_nothing_here(programme: Programme) -> None:
    other = ProgrammeRoleFactory(programme=ProgrammeFactory(organisation=programme.organisation)).person

    with pytest.raises(NotAllowed):
        give_role(by=other, programme=programme, person=other, kind=OWNER, now=NOW)


def test_an_organisation_admin_may_appoint_an_owner_and_the_owners_are_told(
    owner: Person, programme: Programme, person: Person
) -> None:
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)

    give_role(by=person, programme=programme, person=person, kind=OWNER, now=NOW)

    assert roles() == {owner.pk: OWNER, person.pk: OWNER}
    assert [(notice.person, notice.kind) for notice in Notice.objects.all()] == [(owner, "programmes.owner_changed")]


def test_take_role(owner: Person, programme: Programme) -> None:
    coordinator = ProgrammeRoleFactory(programme=programme, kind=COORDINATOR).person

    take_role(by=owner, programme=programme, person=coordinator, now=NOW)

    assert roles() == {owner.pk: OWNER}
    assert AuditEntry.objects.get(verb="programme.role_taken").facts == {
        "person": coordinator.pk, "role": "coordinator",
    }  # fmt: skip


def test_take_role_of_somebody_without_one_changes_nothing(owner: Person, programme: Programme, person: Person) -> None:
    take_role(by=owner, programme=programme, person=person, now=NOW)

    assert not AuditEntry.objects.exists()


def test_the_last_owner_cannot_go(owner: Person, programme: Programme) -> None:
    ProgrammeRoleFactory(programme=programme, kind=COORDINATOR)

    with pytest.raises(RoleRefused, match="is the only owner"):
        take_role(by=owner, programme=programme, person=owner, now=NOW)
    with pytest.raises(RoleRefused, match="is the only owner"):
        give_role(by=owner, programme=programme, person=owner, kind=ANALYST, now=NOW)
    assert roles()[owner.pk] == OWNER


def test_one_of_two_owners_may_go_and_the_other_is_told(owner: Person, programme: Programme) -> None:
    second = ProgrammeRoleFactory(programme=programme, kind=OWNER).person

    take_role(by=owner, programme=programme, person=owner, now=NOW)

    assert roles() == {second.pk: OWNER}
    assert [notice.person for notice in Notice.objects.all()] == [second]


# --- reads


def test_role_rows_owners_first(owner: Person, programme: Programme) -> None:
    ProgrammeRoleFactory(programme=programme, kind=ANALYST)
    ProgrammeRoleFactory(programme=programme, kind=COORDINATOR)

    assert [row.kind for row in role_rows(programme)] == [OWNER, COORDINATOR, ANALYST]


def test_find_people_by_every_word_of_name_or_address(programme: Programme) -> None:
    found = PersonFactory(
        organisation=programme.organisation, given_name="Ioana", family_name="Popescu", email="ip@example.org"
    )
    PersonFactory(organisation=programme.organisation, given_name="Ioana", family_name="Other")
    ProgrammeRoleFactory(programme=programme, person=found, kind=ANALYST)

    assert [(each.id, each.role) for each in find_people("POPESCU ioana", programme)] == [
        (found.pk, "Analyst (read-only)")
    ]
    assert [each.id for each in find_people("ip@example", programme)] == [found.pk]
    assert find_people("  ", programme) == []


def test_find_people_never_finds_another_organisation(programme: Programme, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, family_name="Popescu")

    assert find_people("popescu", programme) == []


def test_find_people_leaves_out_who_has_left(programme: Programme) -> None:
    PersonFactory(organisation=programme.organisation, family_name="Popescu", status=PersonStatus.LEFT)

    assert find_people("popescu", programme) == []


def test_programmes_with_roles_of_owner_and_admin(owner: Person, programme: Programme, person: Person) -> None:
    coordinator = ProgrammeRoleFactory(programme=programme, kind=COORDINATOR).person
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)

    assert list(programmes_with_roles_of(owner)) == [programme]
    assert list(programmes_with_roles_of(person)) == [programme]
    assert list(programmes_with_roles_of(coordinator)) == []
