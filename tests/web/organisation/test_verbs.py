"""Every verb that the source writes into the audit log has words for those who read the log."""

import ast
from collections.abc import Iterator

from tests.architecture.source import modules
from trellis.matching.choices import ProposalState
from trellis.programmes.choices import EnrolmentState
from trellis.web.organisation.words import VERBS

# f"{prefix}.{state}" where the state comes from the state machine
STATES = {"enrolment": EnrolmentState.values, "proposal": ProposalState.values}


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _texts(node: ast.expr) -> set[str]:
    """The constants that an expression may be: one, or both of `a if x else b`."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def _argument(call: ast.Call, function: ast.FunctionDef, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    position = [argument.arg for argument in function.args.args].index(name)
    return call.args[position] if position < len(call.args) else None


def _verbs_of(app: str, function: ast.FunctionDef, value: ast.expr) -> Iterator[str]:
    """What `value`, inside `function`, can be: follows parameters to the calls of the function in its app."""
    if isinstance(value, ast.JoinedStr):
        start, end = value.values
        assert isinstance(start, ast.Constant)
        assert isinstance(end, ast.FormattedValue)
        prefix = str(start.value)
        found = STATES.get(prefix.rstrip(".")) or list(_verbs_of(app, function, end.value))
        yield from (f"{prefix}{verb}" for verb in found)
    elif isinstance(value, ast.Name) and value.id in {
        each.arg for each in function.args.args + function.args.kwonlyargs
    }:
        for path, tree in modules():
            if _app(path) == app:
                for caller in _functions(tree):
                    yield from _passed(app, function, value.id, caller)
    else:
        yield from _texts(value)


def _passed(app: str, function: ast.FunctionDef, name: str, caller: ast.FunctionDef) -> Iterator[str]:
    for call in (node for node in ast.walk(caller) if isinstance(node, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        value = None
        if called == function.name and caller is not function:
            value = _argument(call, function, name) if not _is_kernel(call) else None
        if value is not None:
            yield from _verbs_of(app, caller, value)


def _is_kernel(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "audit"


def _app(path: str) -> str:
    return path.split("/")[1]


def written_verbs() -> set[str]:
    found: set[str] = set()
    for path, tree in modules():
        for function in _functions(tree):
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call) and _is_kernel(node)):
                for keyword in call.keywords:
                    if keyword.arg == "verb":
                        found.update(_verbs_of(_app(path), function, keyword.value))
    return found


def test_collector_follows_every_kind_of_writer() -> None:
    expected = {
        "message.sent", "meeting.moved", "goal.step_ticked", "mentorship.ended", "mentorship.agreement_signed",
        "round.publish", "proposal.expired", "enrolment.waiting", "journey.task_unticked", "programme.role_taken",
        "directory_import.stopped", "role.revoked", "objective.removed",
    }  # fmt: skip

    assert expected - written_verbs() == set()


def test_every_verb_has_words() -> None:
    assert sorted(written_verbs() - set(VERBS)) == []


def test_every_word_has_a_verb() -> None:
    assert sorted(set(VERBS) - written_verbs()) == []
