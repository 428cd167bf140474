"""The directory import's two long steps, which may be run again (a finished step is passed over), and tidying."""

from trellis.kernel import clock
from trellis.kernel.jobs import Cancelled, job, progress
from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.people.actions.directory import check_import, drop_forgotten_imports, mark_stopped
from trellis.people.actions.directory_apply import apply_import
from trellis.people.actions.sessions import forget_ended_sessions
from trellis.people.choices import ImportState
from trellis.people.models import DirectoryImport


def _run_in(import_id: int, state: ImportState) -> DirectoryImport | None:
    rows = DirectoryImport.objects.select_related("organisation", "started_by")
    return rows.filter(pk=import_id, state=state).first()


@job("people.check_directory")
def check_directory(*, organisation_id: int, import_id: int) -> None:
    """Compare an uploaded file with the directory."""
    run = _run_in(import_id, ImportState.CHECKING)
    if run is None:
        return
    try:
        check_import(by=run.started_by, run=run, now=clock.now(), progress=progress)
    except Cancelled:
        mark_stopped(by=run.started_by, run=run, now=clock.now())
        raise


@job("people.import_directory")
def import_directory(*, organisation_id: int, import_id: int) -> dict[str, int] | None:
    """Write a confirmed import, and return how many people were added, changed and have left."""
    run = _run_in(import_id, ImportState.APPLYING)
    if run is None:
        return None
    try:
        run = apply_import(by=run.started_by, run=run, now=clock.now(), progress=progress)
    except Cancelled:
        mark_stopped(by=run.started_by, run=run, now=clock.now())
        raise
    written: dict[str, int] = run.report["written"]
    return written


@job("people.tidy_imports", every_minutes=24 * 60)
def tidy_imports() -> dict[str, int]:
    """Forget the files of imports that were begun and left."""
    with every_organisation("each organisation's waiting imports are looked at in its own scope"):
        organisations = list(DirectoryImport.objects.order_by().values_list("organisation_id", flat=True).distinct())
    dropped = 0
    for organisation_id in organisations:
        with organisation_scope(organisation_id):
            dropped += drop_forgotten_imports(now=clock.now())
    return {"imports": dropped}


@job("people.tidy_sessions", every_minutes=24 * 60)
def tidy_sessions() -> dict[str, int]:
    """Forget the sign-ins that are over."""
    return {"sessions": forget_ended_sessions(now=clock.now())}
