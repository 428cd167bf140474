"""Steps that the import's tests share."""

from collections.abc import Callable
from datetime import UTC, datetime

from tests.samples.directory import Row, as_csv
from trellis.integrations.tables import read_table
from trellis.people.actions.directory import check_import, choose_columns, confirm_apply, receive_file
from trellis.people.actions.directory_apply import apply_import
from trellis.people.directory.fields import guess_all
from trellis.people.models import DirectoryImport, Organisation, Person

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def quietly(done: int, total: int) -> None:
    """A progress that nobody watches."""


def uploaded(organisation: Organisation, content: bytes, *, by: Person | None = None) -> DirectoryImport:
    table = read_table(name="people.csv", content=content)
    return receive_file(
        by=by, organisation=organisation, file_name="people.csv", header=table.header, rows=table.rows,
        read_as=table.read_as, now=NOW,
    )  # fmt: skip


def previewed(
    organisation: Organisation, rows: list[Row] | bytes, *, by: Person | None = None, missing_means_left: bool = False
) -> DirectoryImport:
    content = rows if isinstance(rows, bytes) else as_csv(rows).encode()
    run = uploaded(organisation, content, by=by)
    table = read_table(name="people.csv", content=content)
    kept = [name for name in table.header if name not in run.options["refused_columns"]]
    columns = {name: str(guess.field or "") for name, guess in guess_all(kept, {}).items()}
    run = choose_columns(by=by, run=run, columns=columns, missing_means_left=missing_means_left, now=NOW)
    return check_import(by=by, run=run, now=NOW, progress=quietly)


def applied(
    organisation: Organisation,
    rows: list[Row] | bytes,
    *,
    by: Person | None = None,
    allow_leavers: bool = False,
    missing_means_left: bool = False,
    progress: Callable[[int, int], None] = quietly,
) -> DirectoryImport:
    run = previewed(organisation, rows, by=by, missing_means_left=missing_means_left)
    run = confirm_apply(by=by, run=run, allow_leavers=allow_leavers, now=NOW)
    return apply_import(by=by, run=run, now=NOW, progress=progress)
