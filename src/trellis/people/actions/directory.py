"""The directory import up to its preview: receive the file, choose columns, compare, start, stop.

Writing people is in directory_apply.py. Every step asks for an organisation admin (`by` None is the command line of
the server) and leaves one audit line with counts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit, jobs
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.models import Job
from trellis.people import rules
from trellis.people.choices import ImportState
from trellis.people.directory.dates import Order, evidence
from trellis.people.directory.fields import DATES, LABELS, Field, guess
from trellis.people.directory.plan import Plan, plan_import
from trellis.people.directory.report import Report, report_of
from trellis.people.directory.rows import Reading, read_rows
from trellis.people.directory.sheet import Sheet, pack, unpack
from trellis.people.directory.values import storable
from trellis.people.models import ColumnMapping, DirectoryImport, Organisation, Person
from trellis.people.queries.directory import directory_now

Progress = Callable[[int, int], None]
OPEN = {ImportState.UPLOADED, ImportState.PREVIEW}
WORKING = {ImportState.CHECKING, ImportState.APPLYING}
KEEP_WAITING = timedelta(days=30)
MAX_FAULTS = 20_000  # kept with an import; nobody reads more


class ImportRefused(Refusal):
    """The import cannot take this step."""


class TooManyLeavers(ImportRefused):
    """The file would send away more than one in twenty of the people present, and nobody said that it should."""


@transaction.atomic
def receive_file(
    *,
    by: Person | None,
    organisation: Organisation,
    file_name: str,
    header: Sequence[str],
    rows: Sequence[tuple[int, list[str]]],
    read_as: str,
    now: datetime,
) -> DirectoryImport:
    """Keep an uploaded table for the steps to come. Columns about protected matters are dropped before it is kept."""
    _must_be_admin(by)
    header = [storable(name) for name in header]
    refused = {name: str(why) for name in header if (why := guess(name).refused)}
    run = DirectoryImport.objects.create(
        organisation=organisation, file_name=file_name[:255],
        content=pack(Sheet(tuple(header), list(rows)).without(refused)),
        options={"read_as": read_as, "refused_columns": refused, "rows": len(rows)}, started_by=by, created_at=now,
    )  # fmt: skip
    _record(by, run, "directory_import.received", now, {"rows": len(rows), "refused_columns": len(refused)})
    return run


@transaction.atomic
def choose_columns(
    *,
    by: Person | None,
    run: DirectoryImport,
    columns: Mapping[str, str],
    date_order: str = "",
    missing_means_left: bool = False,
    now: datetime,
) -> DirectoryImport:
    """Say which column is which field ("" leaves it out), and remember it for the organisation's next file.

    Raises `ImportRefused` for a missing or doubled field, and where 03/04 could be either day and `date_order`
    does not say which. The import then waits for `check_import`.
    """
    _must_be_admin(by)
    _take_turn(run, OPEN)
    sheet = unpack(bytes(run.content))
    chosen = {name: columns.get(name, "") for name in sheet.header}
    _check_fields([field for field in chosen.values() if field])
    run.mapping = chosen
    orders = _date_orders(sheet, chosen, date_order)
    run.options |= {"missing_means_left": missing_means_left, "date_order": date_order, "orders": orders}
    run.state = ImportState.CHECKING
    run.save(update_fields=["mapping", "options", "state"])
    ColumnMapping.objects.bulk_create(
        (
            ColumnMapping(organisation_id=run.organisation_id, header=name, field=field)
            for name, field in chosen.items()
        ),
        update_conflicts=True,
        unique_fields=["organisation", "purpose", "header"],
        update_fields=["field"],
    )
    _record(by, run, "directory_import.columns_chosen", now, {"columns": sum(map(bool, chosen.values()))})
    return run


@transaction.atomic
def start_check(
    *,
    by: Person,
    run: DirectoryImport,
    columns: Mapping[str, str],
    date_order: str,
    missing_means_left: bool,
    now: datetime,
) -> DirectoryImport:
    """`choose_columns`, and queue the comparison."""
    run = choose_columns(
        by=by, run=run, columns=columns, date_order=date_order, missing_means_left=missing_means_left, now=now
    )
    return _queue("people.check_directory", by, run)


def check_import(*, by: Person | None, run: DirectoryImport, now: datetime, progress: Progress) -> DirectoryImport:
    """Compare the file with the directory and keep the preview. Writes nobody."""
    _must_be_admin(by)
    _must_be_in(run, {ImportState.CHECKING})
    plan = plan_of(run, now=now, progress=progress)
    with transaction.atomic():
        _take_turn(run, {ImportState.CHECKING})  # somebody may have stopped it meanwhile
        keep_plan(run, plan)
        run.state = ImportState.PREVIEW
        run.save(update_fields=["report", "faults", "state"])
        _record(by, run, "directory_import.checked", now, figures_of(run))
    return run


@transaction.atomic
def start_apply(*, by: Person, run: DirectoryImport, allow_leavers: bool, now: datetime) -> DirectoryImport:
    """Queue the writing of a preview, once however often it is pressed. May raise `TooManyLeavers`."""
    run = confirm_apply(by=by, run=run, allow_leavers=allow_leavers, now=now)
    return _queue("people.import_directory", by, run)


@transaction.atomic
def confirm_apply(*, by: Person | None, run: DirectoryImport, allow_leavers: bool, now: datetime) -> DirectoryImport:
    """The decision that a preview shall be written. One import of an organisation is written at a time."""
    _must_be_admin(by)
    Organisation.objects.select_for_update().get(pk=run.organisation_id)  # also those who press at another import
    _take_turn(run, {ImportState.PREVIEW})
    if DirectoryImport.objects.filter(state=ImportState.APPLYING).exists():
        raise ImportRefused(_("Another import is being applied. Wait until it is done, or stop it."))
    if run.report["too_many_leave"] and not allow_leavers:
        raise too_many_leavers(run.report["left"], run.report["present_before"])
    run.options["allow_leavers"] = allow_leavers
    run.report.pop("written", None)
    run.state = ImportState.APPLYING
    run.save(update_fields=["options", "report", "state"])
    _record(by, run, "directory_import.confirmed", now, {"allow_leavers": allow_leavers})
    return run


@transaction.atomic
def stop_import(*, by: Person | None, run: DirectoryImport, now: datetime) -> DirectoryImport:
    """Throw a waiting import away, or ask a working one to stop after its present batch. What is written stays."""
    _must_be_admin(by)
    _take_turn(run, OPEN | WORKING)
    if run.state in WORKING and run.job_id is not None:
        jobs.request_cancel(job_id=run.job_id, organisation_id=run.organisation_id, started_by_id=None)
        if Job.objects.filter(pk=run.job_id, state="running").exists():
            return run  # the job marks it stopped
    return mark_stopped(by=by, run=run, now=now)


@transaction.atomic
def resume_import(*, by: Person, run: DirectoryImport) -> DirectoryImport:
    """Set the work going again where its job failed or was cancelled from the list of jobs."""
    _must_be_admin(by)
    _take_turn(run, WORKING)
    if run.job_id is not None:
        jobs.run_again(job_id=run.job_id, organisation_id=run.organisation_id)
    return run


@transaction.atomic
def mark_stopped(*, by: Person | None, run: DirectoryImport, now: datetime) -> DirectoryImport:
    """The import has stopped. Its file and what was shown of it are dropped; its figures stay."""
    run.state, run.content, run.faults = ImportState.CANCELLED, b"", []
    run.report = without_details(run.report)
    run.save(update_fields=["state", "content", "faults", "report"])
    _record(by, run, "directory_import.stopped", now, dict(run.report.get("written", {})))
    return run


@transaction.atomic
def drop_forgotten_imports(*, now: datetime) -> int:
    """Throw away the organisation's imports that nobody has brought on for 30 days, with the HR file they hold."""
    forgotten = DirectoryImport.objects.filter(state__in=OPEN, created_at__lt=now - KEEP_WAITING)
    runs = list(forgotten.defer("content").select_for_update().order_by("pk"))
    for run in runs:
        mark_stopped(by=None, run=run, now=now)
    return len(runs)


def plan_of(run: DirectoryImport, *, now: datetime, progress: Progress) -> Plan:
    """Read the kept file with the chosen columns and compare it with the directory as it is now."""
    sheet = unpack(bytes(run.content))
    reading = Reading(
        columns={Field(field): name for name, field in run.mapping.items() if field},
        orders={Field(field): Order(order) for field, order in run.options["orders"].items()},
    )
    total = len(sheet.rows)
    readout = read_rows(sheet, reading, lambda done: progress(done, total))
    directory = directory_now(run.organisation, now=now)
    return plan_import(readout, directory, reading, missing_means_left=run.options["missing_means_left"])


def without_details(report: Report) -> Report:
    """The figures alone, without names."""
    return {name: value for name, value in report.items() if not name.startswith("sample_")}


def keep_plan(run: DirectoryImport, plan: Plan) -> None:
    run.report = report_of(plan, rows=run.options["rows"])
    run.faults = [fault.as_json() for fault in plan.faults[:MAX_FAULTS]]


def figures_of(run: DirectoryImport) -> dict[str, int]:
    names = ("rows", "created", "updated", "unchanged", "left", "errors", "conflicts")
    return {name: run.report[name] for name in names}


def too_many_leavers(left: int, present: int) -> TooManyLeavers:
    return TooManyLeavers(
        _("The file would mark %(left)s of %(present)s people as left: more than one in twenty. "
          "Check that the file is complete; if they have really left, confirm it.")
        % {"left": left, "present": present},
        field="allow_leavers",
    )  # fmt: skip


def _check_fields(fields: Sequence[str]) -> None:
    unknown = next((field for field in fields if field not in set(Field)), None)
    if unknown:
        raise ImportRefused(_("There is no field %(field)s.") % {"field": unknown})
    twice = next((field for field in fields if fields.count(field) > 1), None)
    if twice:
        raise ImportRefused(_("Two columns are chosen for “%(field)s”. Keep one.") % {"field": LABELS[Field(twice)]})
    if Field.EMAIL not in fields:
        raise ImportRefused(_("Choose the column with the work e-mail. Nobody can be invited without one."))
    if not {Field.GIVEN_NAME, Field.FULL_NAME} & set(fields):
        raise ImportRefused(_("Choose the column with the given name, or with the whole name."))


def _date_orders(sheet: Sheet, chosen: Mapping[str, str], wanted: str) -> dict[str, str]:
    """Day or month first, for each date column: by its own values, else by the file's other dates, else as asked."""
    columns = {name: field for name, field in chosen.items() if field in DATES}
    found = {name: evidence(sheet.column(name)) for name in columns}
    proved = {order for order in found.values() if order}
    general = next(iter(proved)) if len(proved) == 1 else wanted
    for name, order in found.items():
        if order is None and not general:
            raise ImportRefused(
                _("“%(column)s” has dates like 03/04/2024 that could be either order. Say which comes first.")
                % {"column": name},
                field="date_order",
            )
    return {columns[name]: str(order or general) for name, order in found.items() if order or general}


def _queue(job: str, by: Person, run: DirectoryImport) -> DirectoryImport:
    run.job_id = jobs.queue(job, organisation_id=run.organisation_id, started_by_id=by.pk, import_id=run.pk)
    run.save(update_fields=["job_id"])
    return run


def _must_be_admin(by: Person | None) -> None:
    if by is not None and not rules.is_admin(by):
        raise NotAllowed(_("Only an organisation admin can import people."))


def _take_turn(run: DirectoryImport, states: set[ImportState]) -> None:
    """Lock the import and read how it stands: of two who press at once, the second sees what the first did."""
    DirectoryImport.objects.select_for_update().only("id").get(pk=run.pk)
    run.refresh_from_db(fields=["state", "mapping", "options", "report", "job_id"])
    _must_be_in(run, states)


def _must_be_in(run: DirectoryImport, states: set[ImportState]) -> None:
    if run.state not in states:
        raise ImportRefused(
            _("This import is already “%(state)s”. Open it again to see where it stands.")
            % {"state": ImportState(run.state).label}
        )


def _record(by: Person | None, run: DirectoryImport, verb: str, now: datetime, facts: audit.Facts) -> None:
    audit.record(
        organisation_id=run.organisation_id, actor_id=by.pk if by else None, verb=verb,
        subject=f"directory_import:{run.pk}", at=now, facts=facts,
    )  # fmt: skip
