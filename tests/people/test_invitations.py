from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.people import AccountFactory, PersonFactory, RoleGrantFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.people.actions.invitations import (
    InvitationSpent,
    accept_invitation,
    fresh_token,
    hash_of,
    invite_people,
    open_invitation,
)
from trellis.people.choices import OrganisationRole, PersonStatus
from trellis.people.models import Account, Invitation, Organisation, Person

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def newcomer(organisation: Organisation) -> Person:
    return PersonFactory(organisation=organisation, account=None, email="amara@example.org")


@pytest.fixture
def admin(person: Person) -> Person:
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


@pytest.fixture
def token(newcomer: Person, admin: Person) -> str:
    [invitation] = invite_people(by=admin, people=[newcomer], now=NOW)
    return fresh_token(invitation=invitation)


def test_only_the_hash_of_the_token_is_kept(token: str) -> None:
    invitation = Invitation.objects.get()

    assert invitation.token_hash == hash_of(token)
    assert token not in str(list(EventRow.objects.values())) + str(list(AuditEntry.objects.values()))


def test_invitation_opens_for_fourteen_days(token: str) -> None:
    assert open_invitation(token, now=NOW + timedelta(days=13, hours=23)) == Invitation.objects.get()
    with pytest.raises(InvitationSpent):
        open_invitation(token, now=NOW + timedelta(days=14))


def test_accepting_makes_the_account(token: str, newcomer: Person) -> None:
    account = accept_invitation(token=token, now=NOW)

    assert account == Account.objects.get(email="amara@example.org")
    assert Invitation.objects.get().accepted_at == NOW
    assert [entry.verb for entry in AuditEntry.objects.order_by("position")] == [
        "person.invited",
        "invitation.accepted",
    ]


def test_invitation_to_a_closed_account_opens_nothing(token: str, newcomer: Person) -> None:
    AccountFactory(email=newcomer.email, is_active=False)

    with pytest.raises(InvitationSpent):
        accept_invitation(token=token, now=NOW)


def test_invitation_works_once(token: str) -> None:
    accept_invitation(token=token, now=NOW)

    with pytest.raises(InvitationSpent, match="This link was used or has expired"):
        accept_invitation(token=token, now=NOW)


def test_unknown_token_reads_like_a_used_one(organisation: Organisation) -> None:
    with pytest.raises(InvitationSpent, match="This link was used or has expired"):
        open_invitation("nonsense", now=NOW)


def test_a_new_invitation_ends_the_one_before(token: str, newcomer: Person) -> None:
    invite_people(by=None, people=[newcomer], now=NOW + timedelta(hours=1))

    with pytest.raises(InvitationSpent):
        open_invitation(token, now=NOW + timedelta(hours=1))


def test_invitation_of_somebody_who_left_is_spent(token: str, newcomer: Person) -> None:
    Person.objects.filter(pk=newcomer.pk).update(status=PersonStatus.LEFT)

    with pytest.raises(InvitationSpent):
        accept_invitation(token=token, now=NOW)


def test_people_who_left_are_not_invited(organisation: Organisation) -> None:
    gone = PersonFactory(organisation=organisation, status=PersonStatus.LEFT)

    assert invite_people(by=None, people=[gone], now=NOW) == []


def test_only_an_admin_invites_to_sign_in(person: Person, newcomer: Person) -> None:
    with pytest.raises(NotAllowed):
        invite_people(by=person, people=[newcomer], now=NOW)

    assert not Invitation.objects.exists()
