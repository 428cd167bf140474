"""The standard Tasks API (`django_tasks`, later `django.tasks`), both ways; nothing else of Trellis knows it.

In: `LeasedRows` is a Tasks backend over our job table, so any `@task` of an installed app can be enqueued and is
run by Trellis's worker. Out: an operator may name another backend in TASKS. Every job is still a row of ours
(it carries progress, cancelling and the result), and the other backend is handed `carry`, which runs that row.
Keep one `trellis worker` all the same: it fires the timers and picks up rows the other backend lost.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string
from django_scopes import get_scope
from django_tasks import TaskResult, TaskResultStatus, task, task_backends
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError
from django_tasks.exceptions import TaskResultDoesNotExist

from trellis.kernel import clock
from trellis.kernel.jobs.registry import job
from trellis.kernel.jobs.running import run_row
from trellis.kernel.jobs.tables import Job, JobState

FOREIGN = "kernel.standard_task"
STATUS = {
    JobState.READY: TaskResultStatus.READY,
    JobState.RUNNING: TaskResultStatus.RUNNING,
    JobState.DONE: TaskResultStatus.SUCCESSFUL,
    JobState.DEAD: TaskResultStatus.FAILED,
    JobState.CANCELLED: TaskResultStatus.FAILED,
}


class LeasedRows(BaseTaskBackend):
    """Tasks kept as job rows, in the caller's transaction, with the organisation in scope."""

    supports_defer = True
    supports_get_result = True

    def enqueue(self, task: Task[..., Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        self.validate_task(task)
        now = clock.now()
        row = Job.objects.create(
            name=FOREIGN, organisation_id=get_scope().get("organisation"), created_at=now,
            run_after=task.run_after or now,
            arguments={"path": task.module_path, "args": list(args), "kwargs": dict(kwargs)},
        )  # fmt: skip
        return self._result(row, task)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        row = Job.objects.filter(pk=result_id, name=FOREIGN).first()
        if row is None:
            raise TaskResultDoesNotExist(result_id)
        return self._result(row, import_string(row.arguments["path"]))

    def _result(self, row: Job, task: Task[..., Any]) -> TaskResult[Any]:
        result: TaskResult[Any] = TaskResult(
            task=task, id=str(row.pk), status=STATUS[JobState(row.state)], enqueued_at=row.created_at,
            started_at=None, last_attempted_at=None, finished_at=row.finished_at,
            args=row.arguments["args"], kwargs=row.arguments["kwargs"], backend=self.alias,
            errors=[TaskError(exception_class_path="builtins.Exception", traceback=row.error)] if row.error else [],
            worker_ids=[row.owner] * row.attempts,
        )  # fmt: skip
        object.__setattr__(result, "_return_value", row.result)  # frozen, and the API offers no other way in
        return result


@job(FOREIGN)
def run_standard_task(
    *, path: str, args: list[Any], kwargs: dict[str, Any], organisation_id: int | None = None
) -> object:
    """Run a function that somebody decorated with `@task`."""
    return import_string(path).call(*args, **kwargs)


@task()
def carry(job_id: int) -> None:
    """What another backend is given: the number of the row to run."""
    run_row(job_id)


def hand_over(job_id: int) -> None:
    """Tell a backend that is not ours about a new row, once the row is there for it to read."""
    if not isinstance(task_backends["default"], LeasedRows):
        transaction.on_commit(partial(carry.enqueue, job_id))
