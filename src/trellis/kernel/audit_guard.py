"""Triggers that make the audit log append-only in the database itself, for SQLite and PostgreSQL.

Maintenance that must remove entries (erasing a whole organisation, restoring a backup over an installation) does it
inside `lifted(reason)`. Lifting needs the right to change the table, which the application's own database role can be
refused: then only the operator's role can do it, by the documented command.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "kernel_auditentry"
WORDS = "The audit log is append-only."

_INSTALL = {
    "sqlite": tuple(
        f"CREATE TRIGGER kernel_audit_no_{verb} BEFORE {verb} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        for verb in ("update", "delete")
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION kernel_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER kernel_audit_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION kernel_audit_refuse()",
    ),
}
_REMOVE = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS kernel_audit_no_{verb}" for verb in ("update", "delete")),
    "postgresql": (f"DROP TRIGGER IF EXISTS kernel_audit_append_only ON {TABLE}",),
}


def install(database: BaseDatabaseWrapper) -> None:
    _execute(database, _INSTALL)


def remove(database: BaseDatabaseWrapper) -> None:
    _execute(database, _REMOVE)


@contextmanager
def lifted(reason: str) -> Iterator[None]:
    """Entries may be removed in this block, which is one transaction. `reason` is for the reader of the code."""
    assert reason
    with transaction.atomic():
        remove(connection)
        yield
        install(connection)


def _execute(database: BaseDatabaseWrapper, statements: dict[str, tuple[str, ...]]) -> None:
    with database.cursor() as cursor:
        for statement in statements[database.vendor]:
            cursor.execute(statement)
