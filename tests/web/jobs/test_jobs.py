from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.people import PersonFactory, RoleGrantFactory
from trellis.kernel import clock
from trellis.kernel.jobs.registry import all_entries
from trellis.kernel.jobs.tables import Job
from trellis.kernel.models import AuditEntry
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.web.jobs.words import NAMES


def a_job(person: Person, state: str = "running", name: str = "matching.solve_round", **more: Any) -> Job:
    now = clock.now()
    ended = {"finished_at": now} if state in {"done", "dead", "cancelled"} else {}
    return Job.objects.create(
        organisation_id=person.organisation_id, started_by_id=person.pk, name=name, state=state, run_after=now,
        created_at=now, **ended, **more,
    )  # fmt: skip


@pytest.fixture
def me(client: Client, person: Person) -> Person:
    client.force_login(person.account)
    return person


@pytest.fixture
def admin(client: Client, organisation: Organisation) -> Person:
    person = PersonFactory(organisation=organisation)
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    client.force_login(person.account)
    return person


def test_job_shows_how_far_it_is_and_asks_again(client: Client, me: Person) -> None:
    job = a_job(me, progress_done=40, progress_total=100)
    address = reverse("job", args=[job.pk])

    page = client.get(address).content.decode()
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert '<progress class="jobp" max="100" value="40"' in page
    assert f'hx-get="{address}" hx-trigger="every 2s"' in part
    assert "<html" not in part


def test_job_that_ended_asks_no_more_and_leads_to_its_result(client: Client, me: Person) -> None:
    job = a_job(me, "done", result={"path": "/organisation/people/"})

    page = client.get(reverse("job", args=[job.pk])).content.decode()

    assert "hx-trigger" not in page
    assert 'href="/organisation/people/"' in page


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "javascript:alert(1)", 7, None])
def test_result_outside_is_no_link(client: Client, me: Person, path: object) -> None:
    job = a_job(me, "done", result={"path": path})

    assert "See the result" not in client.get(reverse("job", args=[job.pk])).content.decode()


def test_trace_of_a_failed_job_is_not_shown(client: Client, me: Person) -> None:
    job = a_job(me, "dead", error="builtins.ValueError CANARY", arguments={"secret": "CANARY"})

    page = client.get(reverse("job", args=[job.pk])).content.decode()

    assert "It did not work" in page
    assert "CANARY" not in page


def test_job_of_somebody_else_is_not_found(client: Client, me: Person, organisation: Organisation) -> None:
    job = a_job(PersonFactory(organisation=organisation))

    assert client.get(reverse("job", args=[job.pk])).status_code == 404
    assert client.post(reverse("job_cancel", args=[job.pk])).status_code == 404
    assert not Job.objects.get(pk=job.pk).cancel_requested


def test_own_job_is_asked_to_stop(client: Client, me: Person) -> None:
    job = a_job(me)

    client.post(reverse("job_cancel", args=[job.pk]))

    assert Job.objects.get(pk=job.pk).cancel_requested
    assert "Stopping at the next safe point" in client.get(reverse("job", args=[job.pk])).content.decode()


def test_list_is_for_admins(client: Client, me: Person) -> None:
    assert client.get(reverse("jobs")).status_code == 403


def test_admin_sees_the_organisations_jobs_and_no_others(
    client: Client, admin: Person, other_organisation: Organisation
) -> None:
    a_job(admin)
    a_job(admin, "done", "people.import_directory")
    Job.objects.create(
        organisation_id=other_organisation.pk, name="their.job", run_after=clock.now(), created_at=clock.now()
    )

    page = client.get(reverse("jobs")).content.decode()

    assert "Best plan for a round" in page
    assert "Directory import" in page
    assert "Job</b>" not in page


def test_list_costs_the_same_however_long_it_is(client: Client, admin: Person) -> None:
    costs = []
    for count in (3, 50):
        for _ in range(count):
            a_job(admin)
            a_job(admin, "done")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("jobs"))
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_failed_ones_can_be_tried_again_by_an_admin(client: Client, admin: Person) -> None:
    job = a_job(admin, "dead", attempts=3)

    assert "failed after 3 tries" in client.get(reverse("jobs"), {"show": "failed"}).content.decode()
    client.post(reverse("job_again", args=[job.pk]))

    assert Job.objects.get(pk=job.pk).state == "ready"


def test_jobs_elsewhere_cannot_be_stopped_or_run(
    client: Client, admin: Person, other_organisation: Organisation
) -> None:
    job = Job.objects.create(
        organisation_id=other_organisation.pk, name="x.y", state="dead", run_after=clock.now(), created_at=clock.now()
    )

    assert client.post(reverse("job_cancel_any", args=[job.pk])).status_code == 404
    assert client.post(reverse("job_again", args=[job.pk])).status_code == 404
    assert Job.objects.get(pk=job.pk).state == "dead"


@pytest.mark.parametrize("query", ["show=all", "before=x", "before=-1", "before=" + "9" * 40])
def test_nonsense_in_the_address_does_not_exist(client: Client, admin: Person, query: str) -> None:
    assert client.get(f"{reverse('jobs')}?{query}").status_code == 404


def test_stopping_and_repeating_leave_lines_in_the_audit_log(client: Client, admin: Person, person: Person) -> None:
    theirs, own = a_job(person), a_job(admin)

    client.post(reverse("job_cancel_any", args=[theirs.pk]))
    client.post(reverse("job_cancel", args=[own.pk]))
    Job.objects.filter(pk=theirs.pk).update(state="dead")
    client.post(reverse("job_again", args=[theirs.pk]))
    client.post(reverse("job_again", args=[theirs.pk]))  # it waits already: nothing happens, and nothing is recorded

    lines = AuditEntry.objects.filter(actor_id=admin.pk).order_by("position").values_list("verb", "subject")
    assert list(lines) == [
        ("job.stopped", f"job:{theirs.pk}"), ("job.stopped", f"job:{own.pk}"),
        ("job.set_going_again", f"job:{theirs.pk}"),
    ]  # fmt: skip


def test_every_job_of_an_organisation_has_a_name_in_words() -> None:
    of_the_installation = {"kernel.standard_task", "notifications.send_sign_in_mail"}
    ours = [entry for entry in all_entries() if entry.handler.__module__.startswith("trellis.")]
    names = {entry.name for entry in ours if not entry.every_minutes} - of_the_installation

    assert names - set(NAMES) == set()
