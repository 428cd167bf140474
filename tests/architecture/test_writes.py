"""Every write is an action's. The exceptions stand here, each with its reason."""

import ast

from tests.architecture.source import calls

CREATES = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
ROOMS = ("actions", "models", "migrations")
FREE = {
    "trellis/kernel/": "holds the tables that every action writes through",
    "trellis/demo/": "builds a world, past dates included",
}
ALLOWED = {
    "trellis/web/account/safety.py: form.save": "allauth's form: notes in the session that the second factor was shown",
}


def is_write(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    name, words = call.func.attr, {keyword.arg for keyword in call.keywords}
    if name == "update":  # a queryset's takes keywords alone; a dictionary's or a hash's takes a value
        return bool(words) and not call.args
    if name == "delete":
        return not call.args and not words
    if name == "save":
        return not call.args and words <= {"update_fields", "force_insert", "using"}
    return name in CREATES and "objects" in ast.unparse(call.func.value)


def in_a_room(path: str) -> bool:
    return any(part.removesuffix(".py") in ROOMS for part in path.split("/")) or path.startswith(tuple(FREE))


def test_writes_stand_in_actions_only() -> None:
    found = {f"{path}: {ast.unparse(call.func)}" for path, call in calls() if is_write(call) and not in_a_room(path)}

    assert found - set(ALLOWED) == set()


def test_every_exception_is_still_needed() -> None:
    found = {f"{path}: {ast.unparse(call.func)}" for path, call in calls() if is_write(call)}

    assert set(ALLOWED) - found == set()


def call_in(line: str) -> ast.Call:
    call = ast.parse(line, mode="eval").body
    assert isinstance(call, ast.Call)
    return call


def test_the_check_sees_a_write() -> None:
    seen = [
        is_write(call_in(line))
        for line in (
            "person.save()",
            "rows.delete()",
            "Person.objects.filter(pk=1).update(unit='x')",
            "Person.objects.create(unit='x')",
            "words.update({'a': 1})",
            "factory.create()",
        )
    ]

    assert seen == [True, True, True, True, False, False]


def test_nothing_changes_or_removes_an_audit_entry() -> None:
    touching = {
        f"{path}: {ast.unparse(call.func)}"
        for path, call in calls()
        if is_write(call) and "AuditEntry" in ast.unparse(call) and not appends(call)
    }

    assert touching == set()


def appends(call: ast.Call) -> bool:
    """New rows and nothing else: told what to do about rows that are there, `bulk_create` would write over them."""
    name = ast.unparse(call.func).rpartition(".")[2]
    return name == "create" or (name == "bulk_create" and not call.keywords)


def test_only_new_rows_are_taken_for_appending() -> None:
    lines = (
        "AuditEntry.objects.create(position=1)",
        "AuditEntry.objects.bulk_create(rows)",
        "AuditEntry.objects.bulk_create(rows, update_conflicts=True)",
        "AuditEntry.objects.bulk_create(rows, **given)",
        "AuditEntry.objects.bulk_update(rows, fields)",
        "AuditEntry.objects.update_or_create(position=1)",
    )

    assert [appends(call_in(line)) for line in lines] == [True, True, False, False, False, False]
