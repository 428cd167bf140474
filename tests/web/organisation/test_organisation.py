import csv
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from tests.factories.people import PersonFactory, RoleGrantFactory
from trellis.kernel import audit, audit_guard
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person, RoleGrant

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
PAGES = ("organisation_settings", "organisation_roles", "audit_log")


@pytest.fixture
def admin(client: Client, organisation: Organisation) -> Person:
    person = PersonFactory(organisation=organisation, given_name="Ada", family_name="Admin")
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    client.force_login(person.account)
    return person


def record(person: Person, verb: str = "thing.done", at: datetime = NOW, **facts: Any) -> AuditEntry:
    return audit.record(
        organisation_id=person.organisation_id, actor_id=person.pk, verb=verb, subject=f"person:{person.pk}", at=at,
        facts=facts,
    )  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "role", [None, OrganisationRole.ANALYST, OrganisationRole.EXECUTIVE, OrganisationRole.SAFEGUARDING]
)
def test_pages_are_closed_to_others(client: Client, person: Person, name: str, role: OrganisationRole | None) -> None:
    if role:
        RoleGrantFactory(person=person, role=role)
    client.force_login(person.account)

    assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_pages_lead_strangers_to_sign_in(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(name))["Location"] == f"/sign-in/?next={reverse(name)}"


def test_settings_are_saved(client: Client, admin: Person) -> None:
    response = client.post(
        reverse("organisation_settings"),
        {"name": "Aldermere", "time_zone": "Europe/Berlin", "session_days": "7"},
    )

    assertRedirects(response, reverse("organisation_settings"))
    kept = Organisation.objects.get(pk=admin.organisation_id)
    assert (kept.name, kept.time_zone, kept.session_days, kept.second_factor_for_admins) == (
        "Aldermere", "Europe/Berlin", 7, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"session_days": "0"}, "greater than or equal to 1"), ({"session_days": "1e9"}, "Enter a whole number"),
     ({"name": ""}, "This field is required"), ({"time_zone": "Mars"}, "Mars is not one of the available choices")],
)  # fmt: skip
def test_wrong_settings_keep_what_was_typed(client: Client, admin: Person, wrong: dict[str, str], said: str) -> None:
    good = {"name": "Typed name", "time_zone": "Europe/Berlin", "session_days": "7"}

    page = client.post(reverse("organisation_settings"), good | wrong).content.decode()

    assert said in page
    if "name" not in wrong:
        assert "Typed name" in page
    assert Organisation.objects.get(pk=admin.organisation_id).session_days == 30


def test_notice_is_published(client: Client, admin: Person) -> None:
    client.post(reverse("organisation_notice"), {"text": "We keep little."})

    assert Organisation.objects.get(pk=admin.organisation_id).privacy_notice_version == 2
    again = client.post(reverse("organisation_notice"), {"text": "We keep little."})
    assert "This is the text that stands already." in again.content.decode()


def test_role_is_given_and_taken_away(client: Client, admin: Person, person: Person) -> None:
    client.post(reverse("organisation_roles"), {"person": person.pk, "role": "analyst", "search": "x"})
    grant = RoleGrant.objects.get(person=person)
    assert f"{person.full_name} is now Analyst" in client.get(reverse("organisation_roles")).content.decode()

    client.post(reverse("organisation_role_remove", args=[grant.pk]))
    assert not RoleGrant.objects.filter(person=person).exists()


def test_last_admin_stays_and_the_page_says_why(client: Client, admin: Person) -> None:
    grant = RoleGrant.objects.get(person=admin)

    page = client.post(reverse("organisation_role_remove", args=[grant.pk]), follow=True).content.decode()

    assert "Ada Admin is the only organisation admin. Make somebody else admin first." in page
    assert RoleGrant.objects.filter(pk=grant.pk).exists()


def test_role_that_does_not_go_together_is_refused_on_the_page(client: Client, admin: Person) -> None:
    page = client.post(reverse("organisation_roles"), {"person": admin.pk, "role": "safeguarding"}).content.decode()

    assert "cannot be organisation admin and safeguarding contact at once" in page


@pytest.mark.parametrize("posted", [{"role": "god"}, {"person": "x"}, {"person": "9" * 30}, {}])
def test_nonsense_as_a_role_changes_nothing(client: Client, admin: Person, posted: dict[str, str]) -> None:
    status = client.post(reverse("organisation_roles"), {"person": str(admin.pk), "role": ""} | posted).status_code

    assert status in {200, 404}
    assert RoleGrant.objects.count() == 1


def test_roles_elsewhere_are_not_found(client: Client, admin: Person, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        stranger = PersonFactory(organisation=other_organisation, given_name="Ada")
        grant = RoleGrantFactory(person=stranger, role=OrganisationRole.ANALYST)

    assert client.post(reverse("organisation_role_remove", args=[grant.pk])).status_code == 404
    assert client.post(reverse("organisation_roles"), {"person": stranger.pk, "role": "analyst"}).status_code == 404
    assert stranger.email not in client.get(reverse("organisation_roles"), {"search": "Ada"}).content.decode()


def test_log_shows_who_did_what(client: Client, admin: Person) -> None:
    record(admin, "role.granted", role="analyst")

    page = client.get(reverse("audit_log")).content.decode()

    assert "Gave a role" in page
    assert "Ada Admin" in page
    assert "role analyst" in page


def test_log_is_filtered_by_person_verb_and_days(client: Client, admin: Person, person: Person) -> None:
    record(admin, "one.thing")
    record(person, "other.thing", at=datetime(2027, 3, 2, 9, tzinfo=UTC))
    address = reverse("audit_log")

    def shown(**filters: object) -> list[str]:
        return [row[0].verb for row in client.get(address, filters).context["rows"]]

    assert shown() == ["other.thing", "one.thing"]
    assert shown(person=admin.pk) == ["one.thing"]
    assert shown(verb="other.thing") == ["other.thing"]
    assert shown(since="2027-03-02") == ["other.thing"]
    assert shown(until="2027-03-01") == ["one.thing"]
    assert shown(verb="' OR 1=1 --") == []


@pytest.mark.parametrize("query", ["person=x", "since=31/02/2027", "before=-1", "until=9999-99-99", "since=0001-01-01"])
def test_nonsense_as_a_filter_is_explained(client: Client, admin: Person, query: str) -> None:
    assert client.get(f"{reverse('audit_log')}?{query}").status_code == 400


def test_log_pages_cost_the_same_however_long_it_is(client: Client, admin: Person) -> None:

    costs = []
    for count in (3, 70):
        for _ in range(count):
            record(admin)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("audit_log"))
        costs.append(len(queries))

    assert costs[0] == costs[1]
    assert len(response.context["rows"]) == 50
    older = client.get(reverse("audit_log"), {"before": response.context["older"]})
    assert [row[0].position for row in older.context["rows"]] == list(range(23, 0, -1))


def test_unbroken_chain_is_said_with_its_figure(client: Client, admin: Person) -> None:
    for _ in range(3):
        record(admin)

    assert "Unbroken: 3 entries" in client.get(reverse("audit_log"), {"check": 1}).content.decode()


def test_altered_entry_is_found_and_named(client: Client, admin: Person) -> None:
    for _ in range(3):
        record(admin)
    with audit_guard.lifted("to see that the page notices"):
        AuditEntry.objects.filter(position=2).update(verb="nothing.happened")

    assert "The chain is broken at entry 2." in client.get(reverse("audit_log"), {"check": 1}).content.decode()


def test_export_has_the_filtered_rows_and_leaves_a_line(client: Client, admin: Person, person: Person) -> None:
    record(admin, "one.thing")
    record(person, "other.thing")

    response = client.post(reverse("audit_export"), {"verb": "one.thing"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["verb"], row["actor"]) for row in rows] == [("one.thing", "Ada Admin")]
    assert AuditEntry.objects.latest("position").verb == "audit.exported"


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\tx", "\rx"])
def test_formula_in_a_name_is_exported_as_text(client: Client, admin: Person, name: str) -> None:
    Person.objects.filter(pk=admin.pk).update(given_name=name, family_name="x")
    record(admin)

    response = client.post(reverse("audit_export"))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    cells = [cell for row in csv.reader(text.splitlines(keepends=True)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_log_of_another_organisation_is_not_shown_or_exported(
    client: Client, admin: Person, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        record(PersonFactory(organisation=other_organisation), "their.thing")

    page = client.get(reverse("audit_log")).content.decode()
    response = client.post(reverse("audit_export"))

    assert "Their: thing" not in page
    assert b"their.thing" not in b"".join(response.streaming_content)  # type: ignore[attr-defined]
