"""The invented organisation: about 300 people with managers, units and places."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trellis.demo.names import REGIONS, TITLES, UNITS, Region
from trellis.people.choices import ConsentKind, OrganisationRole
from trellis.people.directory.names import sort_name_of
from trellis.people.models import Account, Consent, Organisation, Person, RoleGrant

PEOPLE = 300
DOMAIN = "aldermere.example"


@dataclass(frozen=True)
class SignIn:
    """One of the people a visitor can sign in as with one click."""

    key: str
    given: str
    family: str
    title: str
    level: int
    unit: str
    region: int
    who: str  # shown on the button

    @property
    def email(self) -> str:
        return f"{self.key.replace('_', '.')}@{DOMAIN}"


SIGN_INS = (
    SignIn("mentee", "Amara", "Okafor", "Pricing analyst", 3, "Finance", 0, "a mentee"),
    SignIn("mentor", "Priya", "Sharma", "Director of Revenue", 6, "Sales", 2, "a mentor"),
    SignIn("programme_manager", "Mirjam", "Keller", "Talent development lead", 5, "People", 1, "a programme manager"),
    SignIn("admin", "Henrik", "Solberg", "HR systems lead", 5, "People", 1, "an organisation admin"),
    SignIn("people_manager", "Tomás", "Whitfield", "Finance manager", 6, "Finance", 0, "a people manager"),
    SignIn("executive", "Lucia", "Ferrante", "Chief people officer", 8, "People", 1, "an executive"),
)


@dataclass
class Cast:
    """The organisation and everybody in it; `named` are those a visitor can be."""

    organisation: Organisation
    everyone: list[Person]
    named: dict[str, Person] = field(default_factory=dict)


def make_organisation(now: datetime) -> Organisation:
    return Organisation.objects.create(
        name="Aldermere", slug="aldermere", time_zone="Europe/London", created_at=now - timedelta(days=400),
        privacy_notice=(
            "Trellis keeps your directory entry, what you enter here and when you met. Messages, notes and "
            "agreements can be read by you and your partner only. Figures about groups are shown from five people up."
        ),
        second_factor_for_admins=False,
    )  # fmt: skip


def make_cast(organisation: Organisation, dice: random.Random, now: datetime) -> Cast:
    """Everybody, with accounts, managers and roles. Needs the organisation's scope."""
    named = [_named(organisation, number, sign_in, now) for number, sign_in in enumerate(SIGN_INS)]
    others = [_other(organisation, dice, number, now) for number in range(len(named), PEOPLE)]
    everyone = Person.objects.bulk_create([*named, *others])
    cast = Cast(organisation, everyone, {sign_in.key: everyone[n] for n, sign_in in enumerate(SIGN_INS)})
    _open_accounts(cast, now)
    _appoint_managers(cast, dice)
    _give_roles(cast, now)
    return cast


def _person(organisation: Organisation, number: int, given: str, family: str, region: Region, now: datetime) -> Person:
    return Person(
        organisation=organisation, external_id=f"AL-{1000 + number}", email=f"person{1000 + number}@{DOMAIN}",
        given_name=given, family_name=family, location=region.location,
        sort_name=sort_name_of(given_name=given, family_name=family),
        time_zone=region.time_zone, languages=list(region.languages), onboarded_at=now - timedelta(days=200),
    )  # fmt: skip


def _named(organisation: Organisation, number: int, sign_in: SignIn, now: datetime) -> Person:
    person = _person(organisation, number, sign_in.given, sign_in.family, REGIONS[sign_in.region], now)
    person.email = sign_in.email
    person.job_title, person.level, person.unit = sign_in.title, sign_in.level, sign_in.unit
    person.hired_on = (now - timedelta(days=900 + 100 * number)).date()
    return person


def _other(organisation: Organisation, dice: random.Random, number: int, now: datetime) -> Person:
    region = dice.choice(REGIONS)
    person = _person(organisation, number, dice.choice(region.given), dice.choice(region.family), region, now)
    person.level = dice.choices(range(1, 9), weights=(4, 14, 22, 22, 17, 12, 6, 3))[0]
    person.unit = dice.choice(UNITS)
    person.job_title = TITLES[person.level].format(unit=person.unit)
    person.hired_on = (now - timedelta(days=dice.randint(40, 3500))).date()
    return person


def _open_accounts(cast: Cast, now: datetime) -> None:
    """Everybody has signed in once, with no password that would open anything."""
    accounts = Account.objects.bulk_create(
        Account(email=person.email, password="!demo", created_at=now) for person in cast.everyone
    )
    for person, account in zip(cast.everyone, accounts, strict=True):
        person.account = account
    Person.objects.bulk_update(cast.everyone, ["account"])
    Consent.objects.bulk_create(
        Consent(
            organisation=cast.organisation, person=person, kind=ConsentKind.PRIVACY_NOTICE, version=1,
            given_at=now - timedelta(days=200),
        )
        for person in cast.everyone
    )  # fmt: skip


def _appoint_managers(cast: Cast, dice: random.Random) -> None:
    """Everybody reports to somebody above them in their own unit, where there is one."""
    executive = cast.named["executive"]
    for person in cast.everyone:
        above = [
            other for other in cast.everyone if other.unit == person.unit and (other.level or 0) > (person.level or 0)
        ]
        near = [other for other in above if (other.level or 0) <= (person.level or 0) + 2] or above
        person.manager = dice.choice(near) if near else (executive if person.pk != executive.pk else None)
    cast.named["mentee"].manager = cast.named["people_manager"]
    for person in cast.everyone:
        if person.unit == "Finance" and person.level in {2, 3} and dice.random() < 0.5:
            person.manager = cast.named["people_manager"]
    executive.manager = None
    Person.objects.bulk_update(cast.everyone, ["manager"])


def _give_roles(cast: Cast, now: datetime) -> None:
    for key, role in (("admin", OrganisationRole.ADMIN), ("executive", OrganisationRole.EXECUTIVE)):
        RoleGrant.objects.create(organisation=cast.organisation, person=cast.named[key], role=role, granted_at=now)
