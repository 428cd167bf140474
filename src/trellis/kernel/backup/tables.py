"""Rows to lines of JSON and back, the same for both databases. Cipher stays cipher."""

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models
from django.db.models.functions import Cast
from django.utils.duration import duration_string

from trellis.kernel.encryption import EncryptedTextField

AT_A_TIME = 2000
# Signing people in, or made anew by migrations: neither belongs into a backup.
SIGN_INS = ("sessions.Session", "usersessions.UserSession")
LEFT_OUT = {"contenttypes.ContentType", "auth.Permission", *SIGN_INS}

Model = type[models.Model]


def kept_models() -> list[Model]:
    """Every table that a backup holds, by name."""
    every = apps.get_models(include_auto_created=True)
    kept = [model for model in every if model._meta.managed and not model._meta.proxy]
    return sorted(
        (model for model in kept if model._meta.label not in LEFT_OUT), key=lambda model: model._meta.db_table
    )


def sign_in_models() -> list[Model]:
    """The tables by which browsers are signed in: to numbers of accounts, which a restore gives to others."""
    return [apps.get_model(label) for label in SIGN_INS]


def row_lines(model: Model) -> Iterator[bytes]:
    """One line for each row, in the order of the primary key."""
    fields = _fields(model)
    # Cast leaves the stored text as it is, where the field itself would decrypt it
    columns = [
        Cast(models.F(field.attname), models.TextField()) if _is_cipher(field) else models.F(field.attname)
        for field in fields
    ]
    rows: models.QuerySet[Any, Any] = models.QuerySet(model).order_by("pk").values_list(*columns)
    for row in rows.iterator(chunk_size=AT_A_TIME):
        line = json.dumps([_plain(value) for value in row], ensure_ascii=False, separators=(",", ":"))
        yield line.encode() + b"\n"


def column_line(model: Model) -> bytes:
    """The first line of a table: its columns."""
    return json.dumps([field.column for field in _fields(model)]).encode() + b"\n"


def columns_of(model: Model) -> list[str]:
    return [field.column for field in _fields(model)]


def ciphers(model: Model, lines: Iterable[bytes]) -> Iterator[str]:
    """The encrypted values among a table's row lines."""
    places = [place for place, field in enumerate(_fields(model)) if _is_cipher(field)]
    if not places:
        return
    for line in lines:
        row = json.loads(line)
        yield from (row[place] for place in places if row[place])


def insert_rows(model: Model, lines: Iterable[bytes]) -> int:
    """Put the rows in as they were, ids included."""
    fields = _fields(model)
    quote = connection.ops.quote_name
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in fields)}) "  # noqa: S608  # names of our own tables
        f"VALUES ({', '.join(['%s'] * len(fields))})"
    )
    count = 0
    with connection.cursor() as cursor:
        for batch in _batches(lines):
            cursor.executemany(
                statement, [[_stored(field, value) for field, value in zip(fields, row, strict=True)] for row in batch]
            )
            count += len(batch)
    return count


def empty(every: Iterable[Model]) -> None:
    """Delete all rows. The caller's transaction checks foreign keys at its end."""
    tables = [connection.ops.quote_name(model._meta.db_table) for model in every]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  # names of our own tables


def reset_sequences(every: Iterable[Model]) -> None:
    """Let the next row get the next number."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(every)):
            cursor.execute(statement)


def _fields(model: Model) -> list[Any]:  # Any: Django's fields have no useful common type
    return sorted(model._meta.local_concrete_fields, key=lambda field: str(field.column))


def _is_cipher(field: Any) -> bool:
    return isinstance(field, EncryptedTextField)


def _batches(lines: Iterable[bytes]) -> Iterator[list[list[Any]]]:
    batch: list[list[Any]] = []
    for line in lines:
        batch.append(json.loads(line))
        if len(batch) == AT_A_TIME:
            yield batch
            batch = []
    if batch:
        yield batch


def _plain(value: object) -> object:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_string(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value


def _stored(field: Any, value: Any) -> Any:
    """What the database driver wants for a value of the archive."""
    if value is None and isinstance(field, models.JSONField) and not field.null:
        return connection.ops.adapt_json_value(None, field.encoder)  # JSON's own null
    if value is None or _is_cipher(field):
        return value
    return field.get_db_prep_save(
        field.target_field.to_python(value) if field.is_relation else field.to_python(value), connection
    )
