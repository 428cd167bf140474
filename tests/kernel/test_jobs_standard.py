"""The standard Tasks API over our rows, and our rows over somebody else's backend."""

from collections.abc import Iterator

import pytest
from django_tasks import TaskResultStatus, task, task_backends
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.exceptions import TaskResultDoesNotExist
from pytest_django import DjangoCaptureOnCommitCallbacks

from tests.kernel import sample_jobs  # noqa: F401  # registers them
from trellis.kernel import clock
from trellis.kernel.jobs import drain, queue, run_due
from trellis.kernel.jobs.tables import Job, JobState
from trellis.kernel.tenancy import organisation_in_scope, organisation_scope

pytestmark = pytest.mark.django_db


@task()
def add(left: int, right: int) -> int:
    return left + right


@task()
def where() -> int:
    return organisation_in_scope()


@task()
def stumble() -> None:
    raise ValueError


def test_a_standard_task_is_a_row_and_its_result_can_be_read() -> None:
    waiting = add.enqueue(2, right=3)
    before = waiting.status

    drain()
    waiting.refresh()

    assert (before, waiting.status, waiting.return_value) == (
        TaskResultStatus.READY,
        TaskResultStatus.SUCCESSFUL,
        5,
    )
    assert waiting.attempts == 1


def test_a_standard_task_keeps_the_organisation_it_was_asked_in() -> None:
    with organisation_scope(12):
        waiting = where.enqueue()

    drain()
    waiting.refresh()

    assert waiting.return_value == 12


def test_a_standard_task_that_fails_shows_where() -> None:
    waiting = stumble.enqueue()

    run_due()
    waiting.refresh()

    assert waiting.errors[0].traceback.splitlines()[0] == "builtins.ValueError"


def test_a_standard_task_can_wait() -> None:
    later = clock.now().replace(year=clock.now().year + 1)

    add.using(run_after=later).enqueue(1, 1)

    assert run_due() == 0


def test_an_unknown_result_is_said_to_be_unknown() -> None:
    with pytest.raises(TaskResultDoesNotExist):
        task_backends["default"].get_result("999999")


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """Another backend, as an operator may choose by the setting TASKS."""
    ours = task_backends["default"]
    task_backends["default"] = ImmediateBackend(alias="default", params={})
    yield
    task_backends["default"] = ours


def test_another_backend_carries_our_rows(
    elsewhere: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        number = queue("sample.mark", organisation_id=1, number=5)

    assert Job.objects.get(pk=number).state == JobState.DONE
