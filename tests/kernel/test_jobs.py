"""What any backend of jobs must do, inside one process. test_jobs_processes.py holds the part that needs several."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import transaction
from django_scopes import get_scope

from tests.kernel import sample_jobs
from trellis.kernel import clock
from trellis.kernel.errors import Refusal, without_content
from trellis.kernel.jobs import (
    Cancelled,
    Interrupted,
    drain,
    job,
    leases,
    progress,
    queue,
    request_cancel,
    run_again,
    run_due,
    running,
    watching_progress,
)
from trellis.kernel.jobs.registry import all_entries, entry_of
from trellis.kernel.jobs.running import run, run_row
from trellis.kernel.jobs.schedule import Timers, tick_at, tidy_jobs
from trellis.kernel.jobs.tables import Job, JobState, ScheduleTick
from trellis.kernel.models import EventRow
from trellis.kernel.tenancy import organisation_scope

pytestmark = pytest.mark.django_db
HERE = sample_jobs.ORGANISATION


def queued(name: str, **arguments: object) -> Job:
    return Job.objects.get(pk=queue(name, organisation_id=HERE, started_by_id=7, **arguments))


def done_things() -> list[str]:
    with organisation_scope(HERE):
        return list(EventRow.objects.order_by("id").values_list("kind", flat=True))


def test_a_job_runs_once_and_keeps_its_result() -> None:
    row = queued("sample.mark", number=4)

    ran = [drain(), drain()]

    row.refresh_from_db()
    assert ran == [1, 0]
    assert done_things() == ["mark 4"]
    assert (row.state, row.result, row.attempts, row.error) == (JobState.DONE, {"number": 4}, 1, "")
    assert row.finished_at is not None


def test_a_rolled_back_caller_leaves_no_job() -> None:
    with transaction.atomic():
        queue("sample.mark", organisation_id=HERE, number=1)
        transaction.set_rollback(True)

    assert not Job.objects.exists()


def test_a_job_runs_inside_its_organisation_only() -> None:
    seen: list[object] = []

    @job("sample.scope_seen")
    def look(*, organisation_id: int) -> None:
        seen.append((organisation_id, get_scope()["organisation"]))

    queue("sample.scope_seen", organisation_id=HERE)
    drain()

    assert seen == [(HERE, HERE)]
    assert "organisation" not in get_scope()


def test_two_jobs_cannot_share_a_name() -> None:
    with pytest.raises(AssertionError):
        job("sample.mark")(lambda: None)


def test_jobs_run_in_order_and_run_due_stops_at_its_limit() -> None:
    for number in (1, 2, 3):
        queued("sample.mark", number=number)

    assert run_due(2) == 2
    assert done_things() == ["mark 1", "mark 2"]


def test_a_failing_job_waits_longer_each_time_and_ends_dead_with_its_traceback() -> None:
    row = queued("sample.fail", quote="my secret")

    run_due()
    row.refresh_from_db()
    first = (row.state, row.attempts, row.run_after > clock.now() + timedelta(seconds=9))
    waits = run_due()
    with clock.shifted(timedelta(seconds=11)):
        run_due()
    row.refresh_from_db()

    assert first == (JobState.READY, 1, True)
    assert waits == 0
    assert (row.state, row.attempts) == (JobState.DEAD, 2)
    assert row.error.splitlines()[0] == "builtins.ValueError"
    assert row.error.splitlines()[-1].startswith("  tests/kernel/sample_jobs.py:")
    assert "my secret" not in row.error


def test_the_traceback_names_causes_but_no_words_of_theirs() -> None:
    row = queued("sample.fail_wrapped")

    run_due()

    row.refresh_from_db()
    kinds = [line for line in row.error.splitlines() if not line.startswith(" ")]
    assert kinds == ["builtins.RuntimeError", "builtins.KeyError"]
    assert "words" not in row.error


def test_the_traceback_leaves_out_a_suppressed_context() -> None:
    try:
        try:
            raise KeyError
        except KeyError:
            raise ValueError from None
    except ValueError as error:
        lines = without_content(error).splitlines()

    assert [line for line in lines if not line.startswith(" ")] == ["builtins.ValueError"]


def test_back_off_grows_to_six_hours() -> None:
    waits = [leases.back_off(attempts).total_seconds() for attempts in (1, 2, 3, 4, 7, 200)]

    assert waits == [10, 40, 160, 640, 21_600, 21_600]


def test_a_refusal_ends_a_job_at_once_with_its_words() -> None:
    row = queued("sample.refuse")

    with pytest.raises(Refusal):
        drain()

    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == (JobState.DEAD, 1, "The file is empty. Choose another one.")


def test_a_database_error_leaves_the_callers_transaction_usable() -> None:
    row = queued("sample.break_database")

    run_due()

    row.refresh_from_db()
    assert row.state == JobState.READY
    assert done_things() == []


def test_a_result_that_cannot_be_kept_is_a_failure() -> None:
    row = queued("sample.not_json")

    run_due()

    row.refresh_from_db()
    assert row.state == JobState.DEAD


def test_an_unknown_name_fails_visibly() -> None:
    row = queued("sample.nobody_knows")

    for hours in (0, 1, 2):
        with clock.shifted(timedelta(hours=hours)):
            run_due()

    row.refresh_from_db()
    assert (row.state, row.error.splitlines()[0]) == (JobState.DEAD, "builtins.KeyError")


def test_progress_is_kept_and_shown_to_a_watcher() -> None:
    row = queued("sample.steps", count=2)
    seen: list[tuple[int, int]] = []

    with watching_progress(lambda done, total: seen.append((done, total))):
        drain()

    row.refresh_from_db()
    assert seen == [(0, 2), (1, 2), (2, 2)]
    assert (row.progress_done, row.progress_total, row.result) == (2, 2, 2)


def test_progress_outside_a_job_does_nothing() -> None:
    progress(1, 2)

    assert not Job.objects.exists()


def test_the_person_who_started_a_waiting_job_can_cancel_it() -> None:
    row = queued("sample.mark", number=1)

    asked = [
        request_cancel(job_id=row.pk, organisation_id=HERE, started_by_id=8),
        request_cancel(job_id=row.pk, organisation_id=HERE + 1, started_by_id=7),
        request_cancel(job_id=row.pk, organisation_id=HERE, started_by_id=7),
        request_cancel(job_id=row.pk, organisation_id=HERE, started_by_id=7),
    ]
    drain()

    row.refresh_from_db()
    assert asked == [False, False, True, False]
    assert row.state == JobState.CANCELLED
    assert done_things() == []


def test_a_running_job_stops_at_its_next_progress_when_cancelled() -> None:
    row = queued("sample.steps", count=3)
    claimed = leases.claim("me")
    assert claimed is not None
    request_cancel(job_id=row.pk, organisation_id=HERE, started_by_id=None)

    outcome = run(claimed)

    row.refresh_from_db()
    assert isinstance(outcome.error, Cancelled)
    assert row.state == JobState.CANCELLED


def test_a_cancelled_job_whose_worker_died_is_not_run_again() -> None:
    row = queued("sample.mark", number=1)
    leases.claim("me", lease=timedelta(seconds=-1))
    request_cancel(job_id=row.pk, organisation_id=HERE, started_by_id=7)

    ran = run_due()

    row.refresh_from_db()
    assert (ran, row.state) == (0, JobState.CANCELLED)


def test_a_dead_job_can_be_run_again_by_whoever_the_callers_rule_allows() -> None:
    row = queued("sample.refuse")
    run_due()

    answers = [
        run_again(job_id=row.pk, organisation_id=HERE + 1),
        run_again(job_id=row.pk, organisation_id=HERE),
        run_again(job_id=row.pk, organisation_id=HERE),
    ]

    row.refresh_from_db()
    assert answers == [False, True, False]
    assert (row.state, row.attempts, row.error) == (JobState.READY, 0, "")


def test_a_leased_job_is_nobody_elses_until_the_lease_runs_out() -> None:
    queued("sample.mark", number=1)
    first = leases.claim("first")
    during = leases.claim("second")

    with clock.shifted(timedelta(seconds=16)):
        after = leases.claim("second")

    assert first is not None
    assert during is None
    assert after is not None
    assert (after.pk, after.owner, after.attempts) == (first.pk, "second", 2)


def test_a_renewed_lease_holds() -> None:
    queued("sample.mark", number=1)
    first = leases.claim("first")
    assert first is not None
    with clock.shifted(timedelta(seconds=10)):
        renewed = leases.extend(first)

    with clock.shifted(timedelta(seconds=16)):
        second = leases.claim("second")

    assert renewed
    assert second is None


def test_a_worker_does_not_claim_what_it_is_still_running() -> None:
    queued("sample.mark", number=1)
    first = leases.claim("me", lease=timedelta(seconds=-1))
    assert first is not None

    assert leases.claim("me", busy=[first.pk]) is None


def test_a_revived_zombie_changes_nothing() -> None:
    row = queued("sample.mark", number=1)
    zombie = leases.claim("zombie", lease=timedelta(seconds=-1))
    heir = leases.claim("heir")
    assert zombie is not None
    assert heir is not None

    writes = [
        leases.extend(zombie),
        leases.finish(zombie, "stale"),
        leases.fail(zombie, "stale"),
        leases.release(zombie),
        leases.finish_cancelled(zombie),
        leases.finish(heir, "fresh"),
    ]

    row.refresh_from_db()
    assert writes == [False, False, False, False, False, True]
    assert (row.state, row.result) == (JobState.DONE, "fresh")


def test_a_zombie_is_interrupted_at_its_next_progress_and_gives_nothing_back() -> None:
    queued("sample.steps", count=3)
    zombie = leases.claim("zombie", lease=timedelta(seconds=-1))
    heir = leases.claim("heir")
    assert zombie is not None
    assert heir is not None

    outcome = run(zombie)

    heir.refresh_from_db()
    assert isinstance(outcome.error, Interrupted)
    assert (heir.state, heir.owner) == (JobState.RUNNING, "heir")


def test_a_job_that_killed_its_worker_each_time_ends_dead() -> None:
    row = queued("sample.mark", number=1)
    for _ in range(3):
        assert leases.claim("doomed", lease=timedelta(seconds=-1)) is not None

    ran = run_due()

    row.refresh_from_db()
    assert (ran, row.state, row.error) == (0, JobState.DEAD, leases.WORKER_DIED)


def test_run_row_takes_one_row_and_raises_what_its_handler_raised() -> None:
    other, row = queued("sample.mark", number=1), queued("sample.fail", quote="x")

    with pytest.raises(ValueError, match="somebody"):
        run_row(row.pk)
    run_row(other.pk)
    run_row(other.pk)

    assert done_things() == ["mark 1"]


def test_a_timer_fires_once_for_each_tick_whoever_looks() -> None:
    here, there = Timers(), Timers()
    scheduled = sum(1 for entry in all_entries() if entry.every_minutes)

    fired = [here.fire(), here.fire(), there.fire()]
    with clock.shifted(timedelta(minutes=1)):
        there.fire()
        here.fire()

    assert fired == [scheduled, 0, 0]
    assert Job.objects.filter(name="sample.tick").count() == 2


def test_a_scheduled_job_runs_without_an_organisation() -> None:
    row = Job.objects.get(pk=queue("sample.tick"))

    drain()

    row.refresh_from_db()
    assert row.result == "no organisation"


def test_ticks_fall_on_whole_multiples_since_midnight() -> None:
    at = clock.now().replace(hour=13, minute=38, second=12, microsecond=5)

    ticks = [tick_at(at, minutes).strftime("%H:%M:%S") for minutes in (1, 15, 60, 24 * 60)]

    assert ticks == ["13:38:00", "13:30:00", "13:00:00", "00:00:00"]


def test_tidying_forgets_old_finished_jobs_and_keeps_dead_ones() -> None:
    done, dead = queued("sample.mark", number=1), queued("sample.refuse")
    run_due()
    Timers().fire()

    with clock.shifted(timedelta(days=31)):
        counts = tidy_jobs()

    assert counts["jobs"] == 1
    assert counts["ticks"] == sum(1 for entry in all_entries() if entry.every_minutes)
    assert not Job.objects.filter(pk=done.pk).exists()
    assert Job.objects.filter(pk=dead.pk).exists()
    assert not ScheduleTick.objects.exists()


def test_a_name_knows_its_handler_and_attempts() -> None:
    entry = entry_of("sample.fail")

    assert (entry.handler, entry.attempts, queued("sample.fail", quote="x").max_attempts) == (sample_jobs.fail, 2, 2)


def test_progress_inside_a_transaction_of_the_jobs_own_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row must stay free for the heartbeat; the watcher still sees it."""
    row = queued("sample.mark", number=1)
    claimed = leases.claim("me")
    assert claimed is not None
    this = running.Run(claimed, inside=False)
    token = running._current.set(this)

    progress(1, 2)  # the test's transaction stands for the job's own
    running._current.reset(token)

    row.refresh_from_db()
    assert row.progress_done == 0


def test_progress_is_written_twice_a_second_at_most() -> None:
    row = queued("sample.mark", number=1)
    claimed = leases.claim("me")
    assert claimed is not None
    token = running._current.set(running.Run(claimed, inside=True))

    for done in range(1, 10):
        progress(done, 10)
    running._current.reset(token)

    row.refresh_from_db()
    assert row.progress_done == 1


def test_a_worker_that_stops_interrupts_the_job_at_its_progress() -> None:
    row = queued("sample.steps", count=3)
    claimed = leases.claim("me")
    assert claimed is not None
    stop = Event()
    stop.set()

    run(claimed, stop)

    row.refresh_from_db()
    assert (row.state, row.attempts) == (JobState.READY, 0)
