from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.people.choices import ConsentKind
from trellis.people.models import Account, Consent, Person


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


def notice_is_new_to(person: Person) -> bool:
    """They accepted an earlier privacy notice, and the organisation has published another since."""
    with organisation_scope(person.organisation_id):
        accepted = Consent.objects.filter(person=person, kind=ConsentKind.PRIVACY_NOTICE)
        versions = set(accepted.values_list("version", flat=True))
    return bool(versions) and person.organisation.privacy_notice_version not in versions
