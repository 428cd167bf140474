from trellis.kernel.tenancy import every_organisation
from trellis.people.models import Account, Person


def people_by_email(email: str) -> list[Person]:
    """Active people of every organisation with this address, oldest first.

    The database folds case in its own way, so the answer is compared once more here.
    """
    with every_organisation("somebody who signs in names an address, not an organisation"):
        rows = Person.objects.active().filter(email__iexact=email).select_related("account", "organisation")
        return [person for person in rows.order_by("id") if person.email.lower() == email]


def people_of(account: Account) -> list[Person]:
    """The active people that an account stands for, oldest first."""
    with every_organisation("an account is signed in before its organisation is known"):
        rows = Person.objects.active().filter(account=account).select_related("organisation", "account")
        return list(rows.order_by("id"))
