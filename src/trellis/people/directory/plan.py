"""What a file would change: people added, changed and left, and the rows that need somebody."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from trellis.people.choices import PersonStatus
from trellis.people.directory.fields import Field
from trellis.people.directory.known import Known
from trellis.people.directory.managers import Managers
from trellis.people.directory.matching import Match, Matching
from trellis.people.directory.rows import Entry, Fault, Reading, Readout, Value, cut
from trellis.people.directory.values import MAX_ID

PRESENT = {PersonStatus.ACTIVE, PersonStatus.ON_LEAVE, PersonStatus.SUSPENDED}
MANY_LEAVERS = 0.05  # of the people present: more than this stops and asks


@dataclass(frozen=True)
class Directory:
    """The directory a file is compared with."""

    people: Sequence[Known]
    admins: frozenset[int]
    time_zone: str
    today: date


@dataclass(frozen=True)
class Change:
    """One person to write: `values` by Person's columns, with `manager_id` as a reference (see matching.Ref).

    `person` is None for somebody new, who has all values; `line` is 0 for somebody the file does not mention.
    """

    line: int
    person: Known | None
    values: dict[str, Value]

    @property
    def name(self) -> str:
        given = self.values.get("given_name") or (self.person.given_name if self.person else "")
        family = self.values.get("family_name", self.person.family_name if self.person else "")
        return f"{given} {family}".strip()

    @property
    def number(self) -> str:
        return str(self.values.get("external_id") or (self.person.external_id if self.person else ""))

    @property
    def leaves(self) -> bool:
        was_there = self.person is not None and self.person.status in PRESENT
        return was_there and self.values.get("status") == PersonStatus.LEFT


@dataclass
class Plan:
    present_before: int = 0
    created: list[Change] = field(default_factory=list)  # managers before their reports
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    names: Mapping[int, str] = field(default_factory=dict)  # by matching.Ref

    @property
    def left(self) -> list[Change]:
        return [change for change in self.changed if change.leaves]

    @property
    def too_many_leave(self) -> bool:
        return len(self.left) > MANY_LEAVERS * self.present_before

    @property
    def refused_lines(self) -> set[int]:
        return {fault.line for fault in self.faults if not fault.applied}


def plan_import(readout: Readout, directory: Directory, reading: Reading, *, missing_means_left: bool = False) -> Plan:
    """Compare the good rows with the directory, and add the faults that only the comparison shows."""
    matching = Matching(directory.people, reading)
    matches = matching.match(readout.entries)
    managers = Managers(directory.people, matches, reading)
    plan = Plan(
        present_before=sum(person.status in PRESENT for person in directory.people),
        faults=[*readout.faults, *matching.faults, *managers.faults],
        names=managers.names,
    )
    for match in matches:
        change = _change(match, managers, directory, returns=missing_means_left)
        if change is None:
            plan.unchanged += 1
        else:
            (plan.changed if change.person else plan.created).append(change)
    if missing_means_left:
        plan.changed += _missing(readout.mentioned, directory)
    _keep_an_admin(plan, directory, reading)
    depth = managers.depth(-change.line for change in plan.created)
    plan.created.sort(key=lambda change: (depth[-change.line], change.line))
    plan.faults.sort(key=lambda fault: (fault.line, fault.column))
    return plan


def _change(match: Match, managers: Managers, directory: Directory, *, returns: bool) -> Change | None:
    entry, person = match.entry, match.person
    values = dict(entry.values) | {"email": entry.email} | _standing(entry, person, directory.today, returns=returns)
    if match.ref in managers.stated:
        values["manager_id"] = managers.of[match.ref]
    if person is None:
        number = entry.external_id or _stand_in(entry.email)
        return Change(entry.line, None, {"time_zone": directory.time_zone, **values, "external_id": number})
    if entry.external_id:
        values["external_id"] = entry.external_id
    changed = {name: value for name, value in values.items() if getattr(person, name) != value}
    return Change(entry.line, person, changed) if changed else None


def _stand_in(email: str) -> str:
    """Until a file brings an employee ID, the address is the number (see Known.has_number)."""
    return email if len(email) <= MAX_ID else hashlib.sha256(email.encode()).hexdigest()


def _standing(entry: Entry, person: Known | None, today: date, *, returns: bool) -> dict[str, Value]:
    """Status and last day together.

    A last day that has come means left, unless the person was hired again after it. A suspension made in Trellis
    outlasts the file's "active". Somebody who left comes back only where the file speaks of status or last day, or
    `returns` (a file that lists everybody) says that being listed is enough.
    """
    stated = entry.values
    status = stated.get("status") or (person.status if person else PersonStatus.ACTIVE)
    left_on = stated.get("left_on", person.left_on if person else None)
    hired_on = stated.get("hired_on", person.hired_on if person else None)
    over = isinstance(left_on, date) and left_on <= today and not (isinstance(hired_on, date) and hired_on > left_on)
    if stated.get("status") == PersonStatus.LEFT or ("left_on" in stated and over):
        known_day = person.left_on if person and person.status == PersonStatus.LEFT else today
        return {"status": PersonStatus.LEFT.value, "left_on": left_on or known_day}
    if person and person.status == PersonStatus.LEFT:
        if not (returns or {"status", "left_on"} & stated.keys()):
            return {}
        return {"status": stated.get("status") or PersonStatus.ACTIVE.value, "left_on": stated.get("left_on")}
    if person and person.status == PersonStatus.SUSPENDED:
        status = PersonStatus.SUSPENDED
    return {"status": str(PersonStatus(str(status)).value), "left_on": left_on}


def _missing(mentioned: set[str], directory: Directory) -> list[Change]:
    """People whom a file of everybody does not mention, not even in a refused row. Who has no number is not missing."""
    return [
        Change(0, person, {"status": PersonStatus.LEFT.value, "left_on": directory.today})
        for person in directory.people
        if person.status in PRESENT
        and person.has_number
        and mentioned.isdisjoint({person.external_id.lower(), person.email.lower()})
    ]


def _keep_an_admin(plan: Plan, directory: Directory, reading: Reading) -> None:
    """The last admin cannot be sent away by a file."""
    leaving = {change.person.id for change in plan.left if change.person}
    if not directory.admins or directory.admins - leaving:
        return
    kept = [change for change in plan.changed if change.person and change.person.id in directory.admins]
    plan.changed = [change for change in plan.changed if change not in kept]
    column = reading.header_of(Field.STATUS, Field.LEFT_ON, Field.EMAIL)
    plan.faults += [
        Fault(
            change.line, column, cut(change.number),
            _("%(name)s is the only organisation admin.") % {"name": change.name},
            _("Make somebody else an admin first, then import again."), "conflict",
        )
        for change in kept
    ]  # fmt: skip
