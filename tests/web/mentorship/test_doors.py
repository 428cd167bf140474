"""Nobody but its two people finds anything of a mentorship: for all others it does not exist."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from tests.factories.journeys import CertificateFactory, a_started_pair, mentor_of
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from tests.web.mentorship.conftest import signed_in
from trellis.journeys.actions import start_journey
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.models import Mentorship
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person

PAGES = (
    "", "agreement/", "review/", "closing/", "pause/", "end/", "extend/", "check-in/pulse_30/",
)  # fmt: skip
POSTS = (*PAGES[1:], "next/", "tasks/", "wish/", "agreement/sign/", "closing/words/", "resume/")

Stranger = Callable[[Mentorship], Person]


def somebody(pair: Mentorship) -> Person:
    return PersonFactory(organisation=pair.organisation)


def in_another_pair(pair: Mentorship) -> Person:
    return mentor_of(a_started_pair(pair.programme))


def owner(pair: Mentorship) -> Person:
    return ProgrammeRoleFactory(programme=pair.programme).person


def admin(pair: Mentorship) -> Person:
    return RoleGrantFactory(person=somebody(pair), role=OrganisationRole.ADMIN).person


def safeguarding(pair: Mentorship) -> Person:
    return RoleGrantFactory(person=somebody(pair), role=OrganisationRole.SAFEGUARDING).person


def people_manager(pair: Mentorship) -> Person:
    boss = somebody(pair)
    Person.objects.filter(parties__mentorship=pair).update(manager=boss)
    return boss


OTHERS = (somebody, in_another_pair, owner, admin, safeguarding, people_manager)


@pytest.mark.parametrize("who", OTHERS)
def test_others_find_none_of_the_pages(client: Client, pair: Mentorship, who: Stranger) -> None:
    signed_in(client, who(pair))

    assert {client.get(f"/mentorships/{pair.pk}/{page}").status_code for page in PAGES} == {404}


@pytest.mark.parametrize("who", OTHERS)
def test_others_change_nothing(client: Client, pair: Mentorship, who: Stranger) -> None:
    signed_in(client, who(pair))

    assert {client.post(f"/mentorships/{pair.pk}/{page}").status_code for page in POSTS} == {404}
    pair.refresh_from_db()
    assert pair.state == "active"


def test_another_organisation_finds_nothing(client: Client, pair: Mentorship, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = a_started_pair(ProgrammeFactory(organisation=other_organisation))
        stranger = mentor_of(theirs)
    signed_in(client, stranger)

    assert client.get(f"/mentorships/{theirs.pk}/").status_code == 200
    assert {client.get(f"/mentorships/{pair.pk}/{page}").status_code for page in PAGES} == {404}
    assert {client.post(f"/mentorships/{pair.pk}/{page}").status_code for page in POSTS} == {404}


@pytest.mark.parametrize("who", [*OTHERS, mentor_of])
def test_a_certificate_is_its_owners_alone(
    client: Client, pair: Mentorship, mentee: Person, now: datetime, who: Stranger
) -> None:
    journey = start_journey(mentorship=pair, now=now)
    certificate = CertificateFactory(journey=journey, person=mentee)

    assert signed_in(client, who(pair)).get(f"/certificates/{certificate.number}/").status_code == 404
    assert signed_in(client, mentee).get(f"/certificates/{certificate.number}/").status_code == 200
    assert client.get("/certificates/AAAA/").status_code == 404


def test_without_signing_in_there_is_the_sign_in_page(client: Client, pair: Mentorship) -> None:
    answer = client.get(f"/mentorships/{pair.pk}/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_buttons_are_not_addresses(client: Client, pair: Mentorship, mentee: Person) -> None:
    signed_in(client, mentee)

    for page in ("next/", "tasks/", "wish/", "agreement/sign/", "closing/words/", "resume/"):
        assert client.get(f"/mentorships/{pair.pk}/{page}").status_code == 405
