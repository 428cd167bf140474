"""The account behind a person: made when somebody of the directory first signs in, and kept in step with it.

The e-mail in the directory decides. An account is never reached through another organisation's row: whoever
can change an address in one directory must not come by what the account may see in another.
"""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from trellis.kernel import audit, events
from trellis.kernel.encryption import encrypt
from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.people.events import SignInAddressMoved
from trellis.people.models import Account, Person
from trellis.people.queries.accounts import people_by_email


@transaction.atomic
def account_for_sign_in(*, email: str, now: datetime) -> Account | None:
    """The account that `email` may sign in with, made on first use; None when no active person has this address."""
    people = people_by_email(email)
    if not people:
        return None
    account = Account.objects.filter(email=email).first() or _account_that_moved(email, people, now)
    if account is None:
        account, _fresh = Account.objects.get_or_create(
            email=email, defaults={"password": make_password(None), "created_at": now}
        )
    return account if account.is_active else None


def _account_that_moved(email: str, people: list[Person], now: datetime) -> Account | None:
    """The account whose every person now has `email`: the directory changed the address, so the account follows."""
    account = people[0].account
    if account is None:
        return None
    with every_organisation("an account may stand for people of several organisations"):
        addresses = {person.email.lower() for person in Person.objects.active().filter(account=account)}
    if addresses != {email}:
        return None
    for person in people:
        _record_move(person, account.email, now)
    account.email = email
    account.save(update_fields=["email"])
    return account


def _record_move(person: Person, old_address: str, now: datetime) -> None:
    """Somebody is signed in to by another address from now on: recorded, and told to both addresses."""
    with organisation_scope(person.organisation_id):
        audit.record(
            organisation_id=person.organisation_id, actor_id=None, verb="account.address_moved",
            subject=f"person:{person.pk}", at=now,
        )  # fmt: skip
        moved = SignInAddressMoved(
            organisation_id=person.organisation_id, person_id=person.pk, old_address=encrypt(old_address)
        )
        events.publish(moved, at=now)


@transaction.atomic
def link_people(*, account: Account, now: datetime) -> int:
    """Tie every active person with the account's e-mail to it; returns how many were tied just now.

    Who was tied to another account changes hands, because the directory gave them this account's address.
    """
    strangers = [person for person in people_by_email(account.email) if person.account_id != account.pk]
    for person in strangers:
        if person.account is not None:
            _record_move(person, person.account.email, now)
        with organisation_scope(person.organisation_id):
            Person.objects.filter(pk=person.pk).update(account=account)
            audit.record(
                organisation_id=person.organisation_id, actor_id=person.pk, verb="account.linked",
                subject=f"person:{person.pk}", at=now,
            )  # fmt: skip
    return len(strangers)


@transaction.atomic
def save_preferences(
    *, by: Person, language: str, theme: str, time_zone: str, preferred_name: str, languages: list[str], now: datetime
) -> None:
    """Keep how a person wants to be shown and addressed. Theme and language belong to the account, the rest to them."""
    by.time_zone, by.preferred_name, by.languages = time_zone, preferred_name, languages
    by.save(update_fields=["time_zone", "preferred_name", "languages"])
    Account.objects.filter(people=by).update(language=language, theme=theme)
    audit.record(
        organisation_id=by.organisation_id, actor_id=by.pk, verb="account.preferences_saved",
        subject=f"person:{by.pk}", at=now,
    )  # fmt: skip


@transaction.atomic
def set_password(*, by: Person, account: Account, password: str, now: datetime) -> None:
    """Give the person's account a new password, which ends its sessions elsewhere. The password was checked before."""
    account.set_password(password)
    account.save(update_fields=["password"])
    audit.record(
        organisation_id=by.organisation_id, actor_id=by.pk, verb="account.password_set",
        subject=f"person:{by.pk}", at=now,
    )  # fmt: skip
