"""Who did what, when: an append-only chain of hashes for each organisation. Never content.

Each entry's hash covers the entry before it, so an edit, deletion, swap or insertion breaks the
chain from there on. Cutting off the end is only seen by comparing with a head kept elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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
        [previous, position, at.isoformat(), actor_id, verb, subject, dict(facts)],
        sort_keys=True, separators=(",", ":"), ensure_ascii=False,
    )  # fmt: skip
    return hashlib.sha256(line.encode()).hexdigest()


@transaction.atomic
def record(
    *, organisation_id: int, actor_id: int | None, verb: str, subject: str, at: datetime, facts: Facts | None = None
) -> AuditEntry:
    """Append one line: `actor_id` (None = the system) did `verb` to `subject` ("mentorship:12").

    `facts` holds ids, states and counts only; a text that a person wrote must never be in it.
    """
    head, _ = AuditHead.objects.select_for_update().get_or_create(
        organisation_id=organisation_id, defaults={"position": 0, "hash": GENESIS}
    )
    position = head.position + 1
    facts = dict(facts or {})
    digest = entry_hash(
        head.hash, position=position, at=at, actor_id=actor_id, verb=verb, subject=subject, facts=facts
    )  # fmt: skip
    entry = AuditEntry.objects.create(
        organisation_id=organisation_id, position=position, at=at, actor_id=actor_id,
        verb=verb, subject=subject, facts=facts, hash=digest,
    )  # fmt: skip
    head.position, head.hash = position, digest
    head.save()
    return entry


def first_break(organisation_id: int) -> Break | None:
    """Walk the whole chain; None when it holds."""
    previous, position = GENESIS, 0
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
    head = AuditHead.objects.filter(organisation_id=organisation_id).first()
    if head and (head.position, head.hash) != (position, previous):
        return Break(position + 1, "cut off")
    return None
