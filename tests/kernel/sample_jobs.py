"""Jobs that only the tests have. What they did is kept as events, one row for each time."""

import os
import signal
import time

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.kernel.jobs import job, progress
from trellis.kernel.models import EventRow
from trellis.kernel.tenancy import organisation_scope

ORGANISATION = 1


def _did(what: str) -> None:
    EventRow.objects.create(organisation_id=ORGANISATION, kind=what, at=clock.now(), fields={})


@job("sample.mark")
def mark(*, organisation_id: int, number: int) -> dict[str, int]:
    _did(f"mark {number}")
    return {"number": number}


@job("sample.sleep")
def sleep(*, organisation_id: int, seconds: float) -> None:
    _did("began")
    time.sleep(seconds)
    _did("ended")


def let_go() -> None:
    """End every `wait`."""
    with organisation_scope(ORGANISATION):
        _did("go")


@job("sample.wait")
def wait(*, organisation_id: int) -> None:
    """Run until it is let go: however slow the machine, it does not end before."""
    _did("began")
    while not EventRow.objects.filter(kind="go").exists():
        time.sleep(0.05)
    _did("ended")


@job("sample.steps")
def steps(*, organisation_id: int, count: int, pause: float = 0) -> int:
    for done in range(count):
        progress(done, count)
        time.sleep(pause)
    progress(count, count)
    return count


@job("sample.fail", attempts=2)
def fail(*, organisation_id: int, quote: str) -> None:
    raise ValueError(f"somebody wrote {quote}")


@job("sample.fail_wrapped", attempts=1)
def fail_wrapped(*, organisation_id: int) -> None:
    try:
        raise KeyError("inner words")
    except KeyError as error:
        raise RuntimeError("outer words") from error


@job("sample.refuse")
def refuse(*, organisation_id: int) -> None:
    raise Refusal("The file is empty. Choose another one.")


@job("sample.break_database", attempts=2)
def break_database(*, organisation_id: int) -> None:
    EventRow.objects.create(organisation_id=ORGANISATION, kind="half", at=None, fields={})  # type: ignore[misc]


@job("sample.not_json", attempts=1)
def not_json(*, organisation_id: int) -> object:
    return object()


@job("sample.poison")
def poison(*, organisation_id: int) -> None:
    _did("took poison")
    os.kill(os.getpid(), signal.SIGKILL)


@job("sample.tick", every_minutes=1)
def tick() -> str:
    return "no organisation"
