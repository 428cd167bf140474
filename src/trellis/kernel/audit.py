"""Who did what, when: an append-only chain of hashes for each organisation. Never content.

Each entry's hash covers the entry before it, so an edit, deletion, swap or insertion breaks the
chain from there on. Cutting off the end is only seen by comparing with a head kept elsewhere: `head` is
what to keep. The database refuses to change or delete entries as well (audit_guard).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from trellis.kernel.models import AuditEntry, AuditHead

Facts = Mapping[str, str | int | bool | None]
GENESIS = "0" * 64


@dataclass(frozen=True)
class Break:
    """The first entry whose hash does not follow from the one before."""

    position: int
    why: str


def entry_hash(
    previous: str, *, position: int, at: datetime, actor_id: int | None, verb: str, subject: str, facts: Facts
) -> str:
    line = json.dumps(
        [previous, position, at.astimezone(UTC).isoformat(), actor_id, verb, subject, dict(facts)],
        sort_keys=True, separators=(",", ":"), ensure_ascii=False,
    )  # fmt: skip
    return hashlib.sha256(line.encode()).hexdigest()


@dataclass(frozen=True)
class Line:
    """One line to append: `actor_id` (None = the system) did `verb` to `subject` ("mentorship:12").

    `facts` holds ids, states and counts only; a text that a person wrote must never be in it.
    """

    actor_id: int | None
    verb: str
    subject: str
    at: datetime
    facts: Facts = field(default_factory=dict)


def record(
    *, organisation_id: int, actor_id: int | None, verb: str, subject: str, at: datetime, facts: Facts | None = None
) -> AuditEntry:
    """Append one line, as `Line` says."""
    return record_all(organisation_id, [Line(actor_id, verb, subject, at, facts or {})])[0]


@transaction.atomic(savepoint=False)
def record_all(organisation_id: int, lines: Sequence[Line]) -> list[AuditEntry]:
    """Append these lines in their order, in as many queries for many as for one."""
    end, _ = AuditHead.objects.select_for_update().get_or_create(
        organisation_id=organisation_id, defaults={"position": 0, "hash": GENESIS}
    )
    entries = []
    for line in lines:
        end.position += 1
        what: dict[str, Any] = {**vars(line), "facts": dict(line.facts)}
        end.hash = entry_hash(end.hash, position=end.position, **what)
        entries.append(AuditEntry(organisation_id=organisation_id, position=end.position, hash=end.hash, **what))
    end.save()
    return AuditEntry.objects.bulk_create(entries)


def head(organisation_id: int) -> tuple[int, str]:
    """Position and hash of the newest entry: what to keep outside the database."""
    row = AuditHead.objects.filter(organisation_id=organisation_id).first()
    return (row.position, row.hash) if row else (0, GENESIS)


def first_break(organisation_id: int, *, kept: tuple[int, str] | None = None) -> Break | None:
    """Walk the whole chain; None when it holds. `kept` is a `head` of earlier, which must still be in the chain.

    The present head is read before the walk and after it: entries that are written meanwhile are no break.
    """
    previous, position = GENESIS, 0
    wanted = {end for end in (kept, head(organisation_id)) if end and end != (0, GENESIS)}
    for entry in AuditEntry.objects.filter(organisation_id=organisation_id).order_by("position").iterator():
        position += 1
        if entry.position != position:
            return Break(position, "missing")
        expected = entry_hash(
            previous, position=position, at=entry.at, actor_id=entry.actor_id,
            verb=entry.verb, subject=entry.subject, facts=entry.facts,
        )  # fmt: skip
        if entry.hash != expected:
            return Break(position, "altered")
        previous = entry.hash
        here = {end for end in wanted if end[0] == position}
        if any(digest != previous for _position, digest in here):
            return Break(position, "rewritten")
        wanted -= here
    if wanted:
        return Break(position + 1, "cut off")
    if position > head(organisation_id)[0]:
        return Break(position, "added")
    return None
