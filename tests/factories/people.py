"""One explicit factory per model of the people app."""

import factory
from factory.django import DjangoModelFactory

from trellis.kernel import clock
from trellis.people.models import Account, Organisation, Person, RoleGrant


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    slug = factory.Sequence(lambda n: f"organisation-{n}")
    second_factor_for_admins = False  # the gate's own tests turn it on
    created_at = factory.LazyFunction(clock.now)


class AccountFactory(DjangoModelFactory[Account]):
    class Meta:
        model = Account

    email = factory.Sequence(lambda n: f"account{n}@example.org")
    password = "!"
    created_at = factory.LazyFunction(clock.now)


class PersonFactory(DjangoModelFactory[Person]):
    """Somebody who has signed in and finished onboarding. Needs the organisation's scope."""

    class Meta:
        model = Person

    organisation = factory.SubFactory(OrganisationFactory)
    account = factory.SubFactory(AccountFactory)
    external_id = factory.Sequence(lambda n: f"P{n:05d}")
    email = factory.LazyAttribute(lambda person: person.account.email if person.account else "nobody@example.org")
    given_name = factory.Sequence(lambda n: f"Given{n}")
    family_name = factory.Sequence(lambda n: f"Family{n}")
    sort_name = factory.LazyAttribute(lambda person: f"{person.family_name} {person.given_name}".casefold())
    level = 4
    unit = "Finance"
    location = "London"
    time_zone = "Europe/London"
    languages = ["English"]
    onboarded_at = factory.LazyFunction(clock.now)


class RoleGrantFactory(DjangoModelFactory[RoleGrant]):
    class Meta:
        model = RoleGrant

    organisation = factory.LazyAttribute(lambda grant: grant.person.organisation)
    person = factory.SubFactory(PersonFactory)
    granted_at = factory.LazyFunction(clock.now)
