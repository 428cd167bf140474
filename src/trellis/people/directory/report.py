"""What a plan would do, as plain figures and a sample, for the page and the command line."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from trellis.people.choices import PersonStatus
from trellis.people.directory.fields import LABELS, Field
from trellis.people.directory.plan import Change, Plan
from trellis.people.directory.rows import Value

SAMPLE = 50
Report = dict[str, Any]  # what a JSON column holds; the keys are below


def report_of(plan: Plan, *, rows: int) -> Report:
    left = plan.left
    refused = plan.refused_lines
    return {
        "rows": rows,
        "created": len(plan.created),
        "created_left": sum(change.values.get("status") == PersonStatus.LEFT for change in plan.created),
        "updated": len(plan.changed) - len(left),
        "unchanged": plan.unchanged,
        "left": len(left),
        "missing": sum(change.line == 0 for change in left),
        "errors": len({fault.line for fault in plan.faults if fault.kind == "error"}),
        "conflicts": len({fault.line for fault in plan.faults if fault.kind == "conflict"}),
        "refused": len(refused),
        "present_before": plan.present_before,
        "too_many_leave": plan.too_many_leave,
        "sample_created": [_shown(change) for change in plan.created[:SAMPLE]],
        "sample_updated": _differences(plan, (change for change in plan.changed if not change.leaves)),
        "sample_left": [_shown(change) for change in left[:SAMPLE]],
    }


def _shown(change: Change) -> dict[str, str | int]:
    title = change.values.get("job_title") or (change.person.job_title if change.person else "")
    last_day = change.values.get("left_on") or (change.person.left_on if change.person else None)
    return {
        "line": change.line, "name": change.name, "number": change.number, "job_title": str(title or ""),
        "left_on": str(last_day or ""),
    }  # fmt: skip


def _differences(plan: Plan, changes: Iterable[Change]) -> list[dict[str, str | int]]:
    """The first differences, one for each field of each person."""
    found: list[dict[str, str | int]] = []
    for change in changes:
        assert change.person
        for name, new in change.values.items():
            if len(found) == SAMPLE:
                return found
            old = getattr(change.person, name)
            found.append({
                "line": change.line, "name": change.name, "number": change.number,
                "field": str(LABELS[Field.MANAGER] if name == "manager_id" else LABELS[Field(name)]),
                "old": _words(plan, name, old), "new": _words(plan, name, new),
            })  # fmt: skip
    return found


def _words(plan: Plan, name: str, value: Value) -> str:
    if name == "manager_id":
        return plan.names.get(value, "") if isinstance(value, int) else ""
    if name == "status":
        return str(PersonStatus(str(value)).label)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
