from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.people import OrganisationFactory, PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeRoleFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import OrganisationRole
from trellis.people.models import Person
from trellis.programmes.actions.programmes import create_programme
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import EligibilityRule, Objective, Programme, ProgrammeRole, Question
from trellis.web.wizard.sections import SECTIONS

PAGES = [
    "programme_settings",
    "programme_duplicate",
    "programme_export",
    "programme_questions",
    "condition_new",
    "question_new",
]
POSTS = ["programme_move", "role_give"]


def sign_in(client: Client, person: Person) -> Client:
    client.force_login(person.account)  # type: ignore[arg-type]  # the factory gave them one
    return client


def addresses(programme: Programme) -> list[str]:
    """Every address of one programme's settings."""
    rule = EligibilityRule.objects.filter(programme=programme).first()
    question = Question.objects.filter(programme=programme).first()
    assert rule
    assert question
    return [
        *(reverse(name, args=[programme.slug]) for name in PAGES),
        *(reverse("programme_section", args=[programme.slug, section.key]) for section in SECTIONS if section.form),
        reverse("condition", args=[programme.slug, rule.pk]),
        reverse("question", args=[programme.slug, question.pk]),
    ]


@pytest.mark.parametrize("kind", [None, ProgrammeRoleKind.ANALYST])
def test_settings_do_not_exist_for_people_who_do_not_run_it(
    client: Client, programme: Programme, kind: ProgrammeRoleKind | None
) -> None:
    person = PersonFactory(organisation=programme.organisation)
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    if kind:
        ProgrammeRoleFactory(programme=programme, person=person, kind=kind)
    sign_in(client, person)

    assert {client.get(address).status_code for address in addresses(programme)} == {404}
    assert client.post(reverse("programme_move", args=[programme.slug]), {"to": "enrolling"}).status_code == 404


def test_settings_are_closed_to_members(client: Client, programme: Programme) -> None:
    sign_in(client, PersonFactory(organisation=programme.organisation))

    assert {client.get(address).status_code for address in addresses(programme)} == {403}


def test_settings_do_not_exist_for_an_owner_of_another_organisation(client: Client, programme: Programme) -> None:
    other = OrganisationFactory()
    inside = addresses(programme)
    with organisation_scope(other.pk):
        stranger = PersonFactory(organisation=other)
        RoleGrantFactory(person=stranger, role=OrganisationRole.ADMIN)
        create_programme(
            by=stranger,
            template="flash",
            name="Theirs",
            starts_on=date(2027, 1, 11),
            now=datetime(2026, 11, 22, tzinfo=UTC),
        )
    sign_in(client, stranger)

    assert {client.get(address).status_code for address in inside} == {404}
    assert client.get(reverse("programme_summary", args=[programme.slug])).status_code == 404
    assert client.get(reverse("programme_roles", args=[programme.slug])).status_code == 404


def test_rows_of_another_programme_do_not_exist_in_this_one(
    browser: Client, programme: Programme, admin: Person
) -> None:
    other = create_programme(
        by=admin,
        template="career_formal",
        name="Other",
        starts_on=date(2027, 1, 11),
        now=datetime(2026, 11, 22, tzinfo=UTC),
    )
    rule = EligibilityRule.objects.filter(programme=other).first()
    question = Question.objects.filter(programme=other).first()
    assert rule
    assert question

    for name, row in (("condition", rule.pk), ("question", question.pk)):
        assert browser.get(reverse(name, args=[programme.slug, row])).status_code == 404
        assert browser.post(reverse(f"{name}_remove", args=[programme.slug, row])).status_code == 404
    assert EligibilityRule.objects.filter(programme=other).count() == 4


def test_objectives_of_another_organisation_do_not_exist(browser: Client) -> None:
    other = OrganisationFactory()
    with organisation_scope(other.pk):
        theirs = Objective.objects.create(organisation=other, title="Theirs alone")

    assert browser.get(reverse("objective", args=[theirs.pk])).status_code == 404
    assert browser.post(reverse("objective_remove", args=[theirs.pk])).status_code == 404
    assert b"Theirs alone" not in browser.get(reverse("objectives")).content


def test_an_analyst_reads_the_summary_without_a_way_to_settings(client: Client, programme: Programme) -> None:
    analyst = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST).person
    page = sign_in(client, analyst).get(reverse("programme_summary", args=[programme.slug]))

    assert page.status_code == 200
    assert reverse("programme_settings", args=[programme.slug]) not in page.content.decode()


def test_an_admin_without_a_role_reaches_the_roles_page_only(client: Client, programme: Programme) -> None:
    second = PersonFactory(organisation=programme.organisation)
    RoleGrantFactory(person=second, role=OrganisationRole.ADMIN)
    sign_in(client, second)

    assert client.get(reverse("programme_roles", args=[programme.slug])).status_code == 200
    assert client.get(reverse("programme_settings", args=[programme.slug])).status_code == 404


def test_a_coordinator_sees_roles_and_changes_none(client: Client, programme: Programme) -> None:
    coordinator = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.COORDINATOR).person
    sign_in(client, coordinator)

    page = client.get(reverse("programme_roles", args=[programme.slug]) + "?q=Ada").content.decode()
    given = client.post(reverse("role_give", args=[programme.slug]), {"person": coordinator.pk, "kind": "owner"})

    assert "Only an owner of this programme can change who runs it." in page
    assert given.status_code == 404
    assert ProgrammeRole.objects.get(person=coordinator).kind == ProgrammeRoleKind.COORDINATOR
