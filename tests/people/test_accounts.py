from datetime import UTC, datetime

import pytest

from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory
from trellis.kernel.encryption import decrypt
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.people.actions.accounts import account_for_sign_in, link_people, save_preferences, set_password
from trellis.people.choices import PersonStatus
from trellis.people.models import Account, Organisation, Person
from trellis.people.queries.accounts import people_of

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def newcomer(organisation: Organisation) -> Person:
    return PersonFactory(organisation=organisation, account=None, email="amara@example.org")


def test_account_is_made_for_an_active_person(newcomer: Person) -> None:
    account = account_for_sign_in(email="amara@example.org", now=NOW)

    assert account is not None
    assert (account.email, account.has_usable_password(), account.created_at) == ("amara@example.org", False, NOW)


def test_account_is_found_again(newcomer: Person) -> None:
    first = account_for_sign_in(email="amara@example.org", now=NOW)

    assert account_for_sign_in(email="amara@example.org", now=NOW) == first
    assert Account.objects.count() == 1


@pytest.mark.parametrize("status", [PersonStatus.LEFT, PersonStatus.SUSPENDED])
def test_account_is_refused_to_somebody_who_is_gone(newcomer: Person, status: PersonStatus) -> None:
    Person.objects.update(status=status)

    assert account_for_sign_in(email="amara@example.org", now=NOW) is None
    assert Account.objects.count() == 0


def test_account_is_refused_to_a_stranger(organisation: Organisation) -> None:
    assert account_for_sign_in(email="stranger@example.org", now=NOW) is None


def test_account_is_refused_when_it_is_closed(newcomer: Person) -> None:
    AccountFactory(email="amara@example.org", is_active=False)

    assert account_for_sign_in(email="amara@example.org", now=NOW) is None


def test_address_that_only_folds_to_the_same_letters_is_a_stranger(organisation: Organisation) -> None:
    PersonFactory(organisation=organisation, account=None, email="mıke@example.org")

    assert account_for_sign_in(email="mike@example.org", now=NOW) is None


def test_people_of_two_organisations_are_linked(newcomer: Person, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, account=None, email="Amara@example.org")
    account = AccountFactory(email="amara@example.org")

    assert link_people(account=account, now=NOW) == 2
    assert {person.organisation_id for person in people_of(account)} == {
        newcomer.organisation_id, other_organisation.pk,
    }  # fmt: skip
    assert link_people(account=account, now=NOW) == 0


def test_linking_leaves_one_audit_line_in_each_organisation(newcomer: Person, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, account=None, email="amara@example.org")

    link_people(account=AccountFactory(email="amara@example.org"), now=NOW)

    with every_organisation("counting both logs"):
        lines = AuditEntry.objects.filter(verb="account.linked").values_list("organisation_id", flat=True)
        assert sorted(lines) == sorted([newcomer.organisation_id, other_organisation.pk])


def test_account_follows_an_address_that_its_only_directory_changed(organisation: Organisation) -> None:
    person = PersonFactory(organisation=organisation, account=AccountFactory(email="old@example.org"))
    Person.objects.update(email="new@example.org")

    account = account_for_sign_in(email="new@example.org", now=NOW)

    assert account == person.account
    assert account is not None
    assert account.email == "new@example.org"
    assert [entry.verb for entry in AuditEntry.objects.all()] == ["account.address_moved"]


def test_another_organisations_directory_cannot_take_an_account_over(organisation: Organisation) -> None:
    """An admin elsewhere gives "their" person a mailbox of their own; the victim's account must stay out of reach."""
    victim = AccountFactory(email="victim@example.org")
    here = PersonFactory(organisation=organisation, account=victim)
    elsewhere = OrganisationFactory()
    with organisation_scope(elsewhere.pk):
        there = PersonFactory(organisation=elsewhere, account=victim)
        Person.objects.filter(pk=there.pk).update(email="attacker@evil.example")

    account = account_for_sign_in(email="attacker@evil.example", now=NOW)
    assert account is not None
    link_people(account=account, now=NOW)

    assert account != victim
    assert [person.pk for person in people_of(account)] == [there.pk]
    assert [person.pk for person in people_of(victim)] == [here.pk]


def test_person_who_changes_hands_is_told_at_the_old_address(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    """An admin gives somebody the address of an account that is there already: it comes in, but not in silence."""
    person = PersonFactory(organisation=organisation, account=AccountFactory(email="old@example.org"))
    Person.objects.filter(pk=person.pk).update(email="new@example.org")
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, account=AccountFactory(email="new@example.org"))

    account = account_for_sign_in(email="new@example.org", now=NOW)
    assert account is not None
    link_people(account=account, now=NOW)

    verbs = list(AuditEntry.objects.order_by("position").values_list("verb", flat=True))
    assert verbs == ["account.address_moved", "account.linked"]
    [event] = EventRow.objects.all()
    assert event.fields["person_id"] == person.pk
    assert decrypt(event.fields["old_address"]) == "old@example.org"


def test_preferences_are_kept(person: Person) -> None:
    save_preferences(
        by=person, language="en-gb", theme="dark", time_zone="Asia/Kolkata", preferred_name="Ama", languages=["Igbo"],
        now=NOW,
    )  # fmt: skip

    kept = Person.objects.select_related("account").get(pk=person.pk)
    assert (kept.time_zone, kept.first_name, kept.languages) == ("Asia/Kolkata", "Ama", ["Igbo"])
    assert kept.account is not None
    assert (kept.account.language, kept.account.theme) == ("en-gb", "dark")
    assert [(entry.verb, entry.facts) for entry in AuditEntry.objects.all()] == [("account.preferences_saved", {})]


def test_password_is_set_and_recorded(person: Person) -> None:
    assert person.account is not None

    set_password(by=person, account=person.account, password="three long words together", now=NOW)

    assert Account.objects.get(pk=person.account_id).check_password("three long words together")
    assert [(entry.verb, entry.facts) for entry in AuditEntry.objects.all()] == [("account.password_set", {})]
