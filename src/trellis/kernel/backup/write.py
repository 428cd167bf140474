"""Writing a backup of a running installation: one moment of the database, then the files."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from trellis.kernel.backup import archive, tables
from trellis.kernel.encryption import encrypt
from trellis.kernel.tenancy import every_organisation

KEY_CHECK = "Trellis"
Watch = Callable[[int, int], None]


def write_archive(file: Path, *, uploads: Path, now: datetime, watch: Watch | None = None) -> archive.Manifest:
    """Write the backup beside `file` and put it in place when it is whole, readable by its owner alone."""
    draft = file.with_name(f".{file.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with archive.create(draft) as target:
            manifest = archive.Manifest(
                archive.FORMAT, version("trellis-mentoring"), now.isoformat(), newest_migrations(), encrypt(KEY_CHECK)
            )
            manifest.parts.extend(_add_all(target, uploads, watch))
            archive.seal(target, manifest)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _add_all(target: ZipFile, uploads: Path, watch: Watch | None) -> Iterator[archive.Part]:
    models = tables.kept_models()
    files = sorted(path for path in uploads.rglob("*") if path.is_file()) if uploads.is_dir() else []
    total = len(models) + len(files)
    with one_moment(), every_organisation("a backup holds the whole installation"):
        for done, model in enumerate(models, start=1):
            lines = chain([tables.column_line(model)], tables.row_lines(model))
            part = archive.add(target, f"tables/{model._meta.db_table}.jsonl", lines, counting=True)
            yield archive.Part(part.name, part.sha256, part.rows - 1)
            _tell(watch, done, total)
    for done, path in enumerate(files, start=len(models) + 1):
        yield archive.add(target, f"uploads/{path.relative_to(uploads).as_posix()}", _pieces(path))
        _tell(watch, done, total)


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything as of one moment, without holding up writers."""
    if connection.in_atomic_block:  # the caller's transaction is the moment
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own would take the write lock
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def newest_migrations() -> list[list[str]]:
    """App and newest applied migration, so that a restore meets the same tables."""
    loader = MigrationLoader(connection)
    applied = set(loader.applied_migrations)
    return [[app, name] for app, name in sorted(loader.graph.leaf_nodes()) if (app, name) in applied]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while piece := handle.read(archive.CHUNK):
            yield piece


def _tell(watch: Watch | None, done: int, total: int) -> None:
    if watch:
        watch(done, total)
