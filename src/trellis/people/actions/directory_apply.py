"""Writing an import: only who is new or changed, in short transactions, managers before their reports."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit, events
from trellis.kernel.errors import NotAllowed
from trellis.people import rules
from trellis.people.actions.directory import (
    ImportRefused,
    Progress,
    keep_plan,
    plan_of,
    too_many_leavers,
    without_details,
)
from trellis.people.actions.invitations import end_invitations
from trellis.people.actions.roles import take_roles_of_leavers
from trellis.people.actions.sessions import end_sessions
from trellis.people.choices import ImportState
from trellis.people.directory.names import sort_name_of
from trellis.people.directory.plan import Change, Plan
from trellis.people.directory.sheet import pack, unpack
from trellis.people.events import DirectoryImported, PersonLeft
from trellis.people.models import DirectoryImport, Person

BATCH = 500  # rows of one transaction; keeps SQLite's write lock below a quarter of a second
NOTHING = {"created": 0, "updated": 0, "left": 0}


def apply_import(*, by: Person | None, run: DirectoryImport, now: datetime, progress: Progress) -> DirectoryImport:
    """Write a confirmed import. Many short transactions on purpose: see BATCH.

    Good rows go in whatever the others are like. Interrupted and begun again, it goes on where it stopped, because it
    compares anew and only differences are written; the figures add up in `report["written"]`. Leavers lose their
    sessions and their roles (each a line in the audit log), and `PersonLeft` is published for each of them. Whose
    address changes can no longer use an invitation that went to the old one. For all else the audit log gets one line.
    """
    if by is not None and not rules.is_admin(by):
        raise NotAllowed(_("Only an organisation admin can import people."))
    if run.state != ImportState.APPLYING:
        raise ImportRefused(_("This import is not waiting to be applied."))
    plan = plan_of(run, now=now, progress=lambda done, total: None)
    if "written" not in run.report:
        _begin(run, plan)
    _Writer(run, plan, now).write(progress)
    return _finish(by, run, now)


def _begin(run: DirectoryImport, plan: Plan) -> None:
    keep_plan(run, plan)
    if plan.too_many_leave and not run.options.get("allow_leavers"):
        run.state = ImportState.PREVIEW
        run.save(update_fields=["report", "faults", "state"])
        raise too_many_leavers(len(plan.left), plan.present_before)
    run.report["written"] = dict(NOTHING)
    run.save(update_fields=["report", "faults"])


class _Writer:
    """One pass over a plan. `ids` grows with the people added, so that their reports find them."""

    def __init__(self, run: DirectoryImport, plan: Plan, now: datetime) -> None:
        self.run, self.plan, self.now = run, plan, now
        self.ids: dict[int, int] = {}  # matching.Ref of somebody new to their id
        self.done, self.total = 0, len(plan.created) + len(plan.changed)

    def write(self, progress: Progress) -> None:
        progress(0, self.total)
        self._pass_addresses_on()
        for batch in self._batches_managers_first():
            with transaction.atomic():
                self._add(batch)
                self._keep_figures(created=len(batch))
            self._advance(batch, progress)
        for start in range(0, len(self.plan.changed), BATCH):
            batch = self.plan.changed[start : start + BATCH]
            leaving = [change for change in batch if change.leaves]
            with transaction.atomic():
                self._change(batch)
                self._see_off(leaving)
                self._keep_figures(updated=len(batch) - len(leaving), left=len(leaving))
            self._advance(batch, progress)

    def _advance(self, batch: Sequence[Change], progress: Progress) -> None:
        self.done += len(batch)
        progress(self.done, self.total)

    def _batches_managers_first(self) -> Iterator[list[Change]]:
        batch: list[Change] = []
        waiting: set[int] = set()
        for change in self.plan.created:
            if len(batch) == BATCH or change.values.get("manager_id") in waiting:
                yield batch
                batch, waiting = [], set()
            batch.append(change)
            waiting.add(-change.line)
        if batch:
            yield batch

    def _pass_addresses_on(self) -> None:
        """Where an address goes from one person to another, its old owner gets their new one first."""
        wanted = {
            change.values["email"] for change in [*self.plan.created, *self.plan.changed] if "email" in change.values
        }
        givers = [
            change for change in self.plan.changed
            if change.person and "email" in change.values and change.person.email.lower() in wanted
        ]  # fmt: skip
        with transaction.atomic():
            for change in givers:
                assert change.person
                Person.objects.filter(pk=change.person.id).update(email=f"moving-{change.person.id}@trellis.invalid")
            for change in givers:
                assert change.person
                Person.objects.filter(pk=change.person.id).update(email=change.values["email"])
            end_invitations(people=_with_new_address(givers), now=self.now)

    def _add(self, batch: Sequence[Change]) -> None:
        people = [self._filled(Person(organisation_id=self.run.organisation_id), change) for change in batch]
        Person.objects.bulk_create(people)
        self.ids |= {-change.line: person.pk for change, person in zip(batch, people, strict=True)}

    def _change(self, batch: Sequence[Change]) -> None:
        """Read the rows again under lock, so that what somebody changed meanwhile in other columns is kept."""
        ids = [change.person.id for change in batch if change.person]
        found = {person.pk: person for person in Person.objects.select_for_update().filter(pk__in=ids)}
        people = [
            self._filled(found[change.person.id], change)
            for change in batch if change.person and change.person.id in found
        ]  # fmt: skip
        columns = {column for change in batch for column in change.values} | {"sort_name"}
        names = ["manager" if column == "manager_id" else column for column in sorted(columns)]
        Person.objects.bulk_create(people, update_conflicts=True, unique_fields=["id"], update_fields=names)
        end_invitations(people=_with_new_address(batch), now=self.now)

    def _filled(self, person: Person, change: Change) -> Person:
        for column, value in change.values.items():
            setattr(person, column, self.ids.get(_number(value), value) if column == "manager_id" else value)
        person.sort_name = sort_name_of(given_name=person.given_name, family_name=person.family_name)
        return person

    def _see_off(self, leaving: Sequence[Change]) -> None:
        ids = [change.person.id for change in leaving if change.person]
        end_sessions(Person.objects.filter(pk__in=ids).exclude(account=None).values_list("account_id", flat=True))
        take_roles_of_leavers(by=self.run.started_by, people=ids, now=self.now)
        for change in leaving:
            assert change.person
            left_on = change.values.get("left_on") or change.person.left_on
            assert isinstance(left_on, date)
            left = PersonLeft(organisation_id=self.run.organisation_id, person_id=change.person.id, left_on=left_on)
            events.publish(left, at=self.now)

    def _keep_figures(self, **more: int) -> None:
        written = self.run.report["written"]
        self.run.report["written"] = {name: count + more.get(name, 0) for name, count in written.items()}
        self.run.save(update_fields=["report"])


def _with_new_address(changes: Sequence[Change]) -> list[int]:
    """Ids of the known people who get another address; one that is only spelt with other capitals is the same."""
    return [
        change.person.id for change in changes
        if change.person and change.values.get("email", change.person.email) != change.person.email.lower()
    ]  # fmt: skip


def _number(ref: Any) -> int:  # Any: a cell of Change.values, known to be a reference here
    return ref or 0


@transaction.atomic
def _finish(by: Person | None, run: DirectoryImport, now: datetime) -> DirectoryImport:
    """Keep the refused rows for download and drop the rest of the file; older imports keep only their figures."""
    refused = {fault["line"] for fault in run.faults if not fault["applied"]}
    run.content = pack(unpack(bytes(run.content)).only(refused)) if refused else b""
    run.state, run.applied_at = ImportState.APPLIED, now
    run.save(update_fields=["content", "state", "applied_at"])
    _forget_details_of_older(run)
    written = run.report["written"]
    audit.record(
        organisation_id=run.organisation_id, actor_id=by.pk if by else None, verb="directory_import.applied",
        subject=f"directory_import:{run.pk}", at=now,
        facts={**written, "unchanged": run.report["unchanged"], "refused": len(refused)},
    )  # fmt: skip
    events.publish(DirectoryImported(organisation_id=run.organisation_id, import_id=run.pk, **written), at=now)
    return run


def _forget_details_of_older(run: DirectoryImport) -> None:
    """Names and cells of an earlier file are of no use once a newer one is in."""
    ended = [ImportState.APPLIED, ImportState.CANCELLED, ImportState.FAILED]
    older = DirectoryImport.objects.filter(pk__lt=run.pk, state__in=ended).exclude(content=b"", faults=[])
    for earlier in older.defer("content"):
        earlier.content, earlier.faults = b"", []
        earlier.report = without_details(earlier.report)
        earlier.save(update_fields=["content", "faults", "report"])
