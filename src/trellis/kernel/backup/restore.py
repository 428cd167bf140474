"""Reading a backup back: everything is checked first, then all of it goes in, or nothing."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import DatabaseError, OperationalError
from django.utils.translation import gettext as _

from trellis.kernel import audit_guard
from trellis.kernel.backup import archive, tables
from trellis.kernel.backup.archive import Manifest, Part
from trellis.kernel.backup.write import KEY_CHECK, newest_migrations
from trellis.kernel.encryption import decrypt
from trellis.kernel.errors import Refusal
from trellis.kernel.tenancy import every_organisation

Watch = Callable[[int, int], None]
# What lines raise that somebody else wrote: no JSON, not the shape of a row, not the kind of a column.
UNFIT = (ValueError, LookupError, TypeError, AttributeError, OverflowError)


class RestoreRefused(Refusal):
    """The backup cannot be read back here; nothing was changed."""


def restore_archive(file: Path, *, uploads: Path, replace: bool, watch: Watch | None = None) -> Manifest:
    """Put a backup in place of what is here. Raises `RestoreRefused`, with nothing changed, when anything is wrong.

    Without `replace` the installation must be empty. Uploaded files of before are kept where the backup has none
    of that name. One transaction: an error on the way leaves the database as it was.
    """
    manifest = check_archive(file)
    models = {model._meta.db_table: model for model in tables.kept_models()}
    with every_organisation("a restore fills the whole installation"):
        if not replace and any(model._base_manager.exists() for model in models.values() if _counts(model)):
            raise RestoreRefused(
                _("This installation is not empty. Add --replace to overwrite what is in it, after a backup of it.")
            )
        try:
            _replace_tables(file, manifest, models, watch)
        except OperationalError:  # the database is away or full; the file is not at fault
            raise
        except (DatabaseError, ValidationError, *UNFIT) as error:
            raise RestoreRefused(
                _("%(file)s holds rows that do not fit the tables here. Nothing was changed. Take another backup.")
                % {"file": file.name}
            ) from error
        _write_uploads(file, manifest, uploads)
    return manifest


def _replace_tables(file: Path, manifest: Manifest, models: dict[str, tables.Model], watch: Watch | None) -> None:
    """Everybody is signed out, and what was sent to sign in with is void: the numbers of accounts are others now."""
    with ZipFile(file) as source, audit_guard.lifted("a restore replaces the audit log as well"):
        tables.empty([*models.values(), *tables.sign_in_models()])
        cache.clear()
        for done, part in enumerate(_tables(manifest), start=1):
            tables.insert_rows(models[_table_name(part)], _rows(source, part))
            if watch:
                watch(done, len(manifest.parts))
        tables.reset_sequences(models.values())


def check_archive(file: Path) -> Manifest:
    """Read the whole backup without changing anything: format, version, checksums, columns, keys."""
    try:
        manifest = archive.read_manifest(file)
        _check_manifest(manifest)
        with ZipFile(file) as source:
            for part in manifest.parts:
                archive.verify(source, part)
                if part.name.startswith("uploads/"):
                    archive.inside(Path(), part.name.removeprefix("uploads/"))
            _check_tables(source, manifest)
    except archive.Damaged as damage:
        raise RestoreRefused(
            _("%(file)s cannot be used: %(why)s. Take another backup.") % {"file": file.name, "why": damage}
        ) from damage
    except OSError as error:
        raise RestoreRefused(_("%(file)s cannot be read. Is the name right?") % {"file": file}) from error
    return manifest


def _check_manifest(manifest: Manifest) -> None:
    if manifest.format != archive.FORMAT:
        raise RestoreRefused(
            _("The backup has format %(theirs)s, and this Trellis reads %(ours)s. Use Trellis %(version)s for it.")
            % {"theirs": manifest.format, "ours": archive.FORMAT, "version": manifest.version}
        )
    if manifest.migrations != newest_migrations():
        raise RestoreRefused(
            _(
                "The backup was written by Trellis %(version)s, whose tables differ from the ones here. "
                "Restore it with that version, then upgrade."
            )
            % {"version": manifest.version}
        )
    if _opens(manifest.key_check) != KEY_CHECK:
        raise RestoreRefused(_wrong_key())


def _check_tables(source: ZipFile, manifest: Manifest) -> None:
    models = {model._meta.db_table: model for model in tables.kept_models()}
    if {_table_name(part) for part in _tables(manifest)} != set(models):
        raise archive.Damaged(_("its tables are not those of this Trellis"))
    for part in _tables(manifest):
        try:
            _check_table(archive.lines(source, part), models[_table_name(part)], part)
        except UNFIT as error:
            raise archive.Damaged(_("%(table)s cannot be read") % {"table": part.name}) from error


def _check_table(lines: Iterator[bytes], model: tables.Model, part: Part) -> None:
    if json.loads(next(lines, b"")) != tables.columns_of(model):
        raise archive.Damaged(_("the columns of %(table)s differ") % {"table": part.name})
    if any(_opens(cipher) is None for cipher in tables.ciphers(model, lines)):
        raise RestoreRefused(_wrong_key())


def _wrong_key() -> str:
    return _(
        "The keys here do not open what is encrypted in the backup. Put the field.keys of the installation "
        "that wrote it into the data folder (or TRELLIS_FIELD_KEYS). Nothing was changed."
    )


def _opens(cipher: str) -> str | None:
    with suppress(InvalidToken):
        return decrypt(cipher)
    return None


def _tables(manifest: Manifest) -> list[Part]:
    return [part for part in manifest.parts if part.name.startswith("tables/")]


def _table_name(part: Part) -> str:
    return part.name.removeprefix("tables/").removesuffix(".jsonl")


def _rows(source: ZipFile, part: Part) -> Iterator[bytes]:
    lines = archive.lines(source, part)
    next(lines)  # the columns
    return lines


def _counts(model: tables.Model) -> bool:
    """Timers leave ticks and jobs behind in an installation nobody has used yet."""
    return model._meta.label not in {"kernel.Job", "kernel.ScheduleTick"}


def _write_uploads(file: Path, manifest: Manifest, uploads: Path) -> None:
    with ZipFile(file) as source:
        for part in manifest.parts:
            if not part.name.startswith("uploads/"):
                continue
            target = archive.inside(uploads, part.name.removeprefix("uploads/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            with source.open(part.name) as member, target.open("wb") as handle:
                while piece := member.read(archive.CHUNK):
                    handle.write(piece)


__all__ = ["RestoreRefused", "check_archive", "restore_archive"]
