from datetime import timedelta

import pytest

from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.people.importing import NOW, previewed, uploaded
from tests.samples.directory import as_csv, people
from trellis.kernel import clock, jobs
from trellis.kernel.models import EventRow, Job
from trellis.kernel.tenancy import organisation_scope
from trellis.people.actions.directory import resume_import, start_apply, start_check, stop_import
from trellis.people.choices import ImportState, OrganisationRole
from trellis.people.jobs import tidy_imports
from trellis.people.models import DirectoryImport, Organisation, Person

COLUMNS = {"employee_id": "external_id", "email": "email", "first_name": "given_name", "manager_id": "manager"}


@pytest.fixture
def admin(organisation: Organisation) -> Person:
    return RoleGrantFactory(person=PersonFactory(organisation=organisation), role=OrganisationRole.ADMIN).person


def begun(organisation: Organisation, admin: Person) -> DirectoryImport:
    run = uploaded(organisation, as_csv(people(10)).encode(), by=admin)
    return start_check(by=admin, run=run, columns=COLUMNS, date_order="", missing_means_left=False, now=NOW)


def state_of(run: DirectoryImport) -> str:
    return DirectoryImport.objects.get(pk=run.pk).state


def test_jobs_carry_an_import_to_its_end(organisation: Organisation, admin: Person) -> None:
    run = begun(organisation, admin)
    jobs.drain()
    run = DirectoryImport.objects.get(pk=run.pk)
    assert run.state == ImportState.PREVIEW

    start_apply(by=admin, run=run, allow_leavers=False, now=NOW)
    jobs.drain()

    assert state_of(run) == ImportState.APPLIED
    assert Person.objects.count() == 11
    job = Job.objects.get(name="people.import_directory")
    assert (job.state, job.started_by_id, job.result) == ("done", admin.pk, {"created": 10, "updated": 0, "left": 0})
    [event] = EventRow.objects.filter(kind="people.DirectoryImported")
    assert event.fields["created"] == 10


def test_job_run_twice_does_nothing_more(organisation: Organisation, admin: Person) -> None:
    run = begun(organisation, admin)
    jobs.drain()
    for name in ("people.check_directory", "people.import_directory"):
        jobs.queue(name, organisation_id=organisation.pk, import_id=run.pk)

    jobs.drain()

    assert state_of(run) == ImportState.PREVIEW
    assert Person.objects.count() == 1


def test_waiting_job_is_stopped_at_once_and_the_file_dropped(organisation: Organisation, admin: Person) -> None:
    run = begun(organisation, admin)

    stop_import(by=admin, run=run, now=NOW)
    jobs.drain()

    stopped = DirectoryImport.objects.get(pk=run.pk)
    assert (stopped.state, bytes(stopped.content)) == (ImportState.CANCELLED, b"")
    assert Job.objects.get(pk=run.job_id).state == "cancelled"


@pytest.mark.usefixtures("transactional_db")  # a worker runs a job outside any transaction
@pytest.mark.parametrize("name", ["people.check_directory", "people.import_directory"])
def test_running_job_that_is_asked_to_stop_marks_the_import(
    organisation: Organisation, admin: Person, name: str
) -> None:
    run = begun(organisation, admin)
    if name == "people.import_directory":
        jobs.drain()
        run = start_apply(by=admin, run=DirectoryImport.objects.get(pk=run.pk), allow_leavers=False, now=NOW)

    def asked_to_stop(done: int, total: int) -> None:
        stop_import(by=admin, run=DirectoryImport.objects.get(pk=run.pk), now=NOW)

    with jobs.watching_progress(asked_to_stop):
        jobs.run_due()

    assert state_of(run) == ImportState.CANCELLED
    assert Job.objects.get(pk=run.job_id).state == "cancelled"
    assert Person.objects.count() == 1


def test_job_cancelled_from_elsewhere_can_go_on(organisation: Organisation, admin: Person) -> None:
    run = begun(organisation, admin)
    assert run.job_id is not None
    jobs.request_cancel(job_id=run.job_id, organisation_id=organisation.pk, started_by_id=None)
    assert state_of(run) == ImportState.CHECKING

    resume_import(by=admin, run=run)
    jobs.drain()

    assert state_of(run) == ImportState.PREVIEW


def test_admin_who_lost_the_role_meanwhile_writes_nobody(organisation: Organisation, admin: Person) -> None:
    run = previewed(organisation, people(10), by=admin)
    start_apply(by=admin, run=run, allow_leavers=False, now=NOW)
    admin.role_grants.all().delete()

    jobs.run_due()

    assert Job.objects.get(name="people.import_directory").state == "dead"
    assert Person.objects.count() == 1


def test_file_of_an_import_that_nobody_brings_on_is_dropped_after_thirty_days(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    """Somebody uploads the HR file, looks at it and leaves: it must not lie there for years."""
    run = previewed(organisation, people(3))
    with organisation_scope(other_organisation.pk):
        elsewhere = uploaded(other_organisation, as_csv(people(2)).encode())

    for days, state in ((29, ImportState.PREVIEW), (31, ImportState.CANCELLED)):
        with clock.shifted(NOW + timedelta(days=days) - clock.now()):
            tidy_imports()
        run.refresh_from_db()
        assert run.state == state
    assert (bytes(run.content), run.report["created"], "sample_created" in run.report) == (b"", 3, False)
    with organisation_scope(other_organisation.pk):
        assert DirectoryImport.objects.get(pk=elsewhere.pk).state == ImportState.CANCELLED
