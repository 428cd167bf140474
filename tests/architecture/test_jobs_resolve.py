"""Every job that is queued by name exists, and is given what it asks for."""

import ast
import inspect

from tests.architecture.source import calls
from trellis.kernel.jobs.registry import all_entries, entry_of

# Where a name is passed on as an argument, the names that are passed.
PASSED_ON = {
    "trellis/people/actions/directory.py": {"people.check_directory", "people.import_directory"},
}


def queued() -> list[tuple[str, ast.Call]]:
    """Calls of `queue(...)` or `jobs.queue(...)` outside the kernel, whose own pass names on."""
    return [
        (path, call)
        for path, call in calls()
        if ast.unparse(call.func) in {"queue", "jobs.queue"} and not path.startswith("trellis/kernel/")
    ]


def test_every_queued_name_is_a_job() -> None:
    literal = {(path, call.args[0].value) for path, call in queued() if isinstance(call.args[0], ast.Constant)}
    passed_on = {(path, name) for path, names in PASSED_ON.items() for name in names}
    known = {entry.name for entry in all_entries()}

    assert {(path, name) for path, name in literal | passed_on if name not in known} == set()
    assert literal


def test_a_name_that_is_passed_on_is_listed_here() -> None:
    by_variable = {path for path, call in queued() if not isinstance(call.args[0], ast.Constant)}

    assert by_variable == set(PASSED_ON)


def test_every_queued_job_gets_the_arguments_it_asks_for() -> None:
    wrong = []
    for path, call in queued():
        given = {keyword.arg for keyword in call.keywords}
        if None in given or not isinstance(call.args[0], ast.Constant):  # **arguments: seen when it runs
            continue
        handler = inspect.signature(entry_of(str(call.args[0].value)).handler).parameters
        asked = {name for name, parameter in handler.items() if parameter.default is inspect.Parameter.empty}
        if not asked <= given or not given - {"started_by_id"} <= set(handler):
            wrong.append((path, call.args[0].value, sorted(map(str, given ^ set(handler)))))

    assert wrong == []


def test_a_job_on_a_timer_needs_no_arguments() -> None:
    asking = {
        entry.name: str(inspect.signature(entry.handler))
        for entry in all_entries()
        if entry.every_minutes
        and any(p.default is inspect.Parameter.empty for p in inspect.signature(entry.handler).parameters.values())
    }

    assert asking == {}
