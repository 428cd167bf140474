"""The audit chain: every tampering is found, and the database itself refuses the plain ones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trellis.kernel import audit, audit_guard
from trellis.kernel.audit import GENESIS, Break, first_break, head, record
from trellis.kernel.models import AuditEntry, AuditHead
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation

AT = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)


def write(organisation: Organisation, count: int) -> None:
    for number in range(1, count + 1):
        record(
            organisation_id=organisation.pk, actor_id=number, verb="goal.settled", subject=f"goal:{number}",
            at=AT + timedelta(minutes=number), facts={"state": "done", "count": number, "late": number % 2 == 0},
        )  # fmt: skip


def swap(left: AuditEntry, right: AuditEntry) -> None:
    for field in ("at", "actor_id", "verb", "subject", "facts", "hash"):
        one, other = getattr(left, field), getattr(right, field)
        AuditEntry.objects.filter(pk=left.pk).update(**{field: other})
        AuditEntry.objects.filter(pk=right.pk).update(**{field: one})


def edit(entry: AuditEntry, last: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=entry.pk).update(verb="goal.dropped")


def edit_facts(entry: AuditEntry, last: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=entry.pk).update(facts={**entry.facts, "count": 99})


def delete(entry: AuditEntry, last: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=entry.pk).delete()


def exchange(entry: AuditEntry, last: AuditEntry) -> None:
    swap(entry, last)


def insert(entry: AuditEntry, last: AuditEntry) -> None:
    """One entry more in the middle, the later ones moved up by one."""
    later = AuditEntry.objects.filter(position__gte=entry.position).order_by("-position")
    for row in later:
        AuditEntry.objects.filter(pk=row.pk).update(position=row.position + 1)
    AuditEntry.objects.create(
        organisation_id=entry.organisation_id, position=entry.position, at=AT, actor_id=1, verb="x", subject="x",
        facts={}, hash="0" * 64,
    )  # fmt: skip


def truncate(entry: AuditEntry, last: AuditEntry) -> None:
    AuditEntry.objects.filter(position__gte=entry.position).delete()


def test_an_untouched_chain_holds(organisation: Organisation) -> None:
    write(organisation, 5)

    assert first_break(organisation.pk) is None
    assert head(organisation.pk)[0] == 5


def test_entries_written_during_the_walk_are_no_break(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy organisation writes while an admin has the chain checked."""
    write(organisation, 5)
    plain = audit.entry_hash

    def writing_meanwhile(previous: str, **fields: Any) -> str:
        digest = plain(previous, **fields)
        if fields["position"] == 5:
            monkeypatch.setattr(audit, "entry_hash", plain)
            write(organisation, 2)
        return digest

    monkeypatch.setattr(audit, "entry_hash", writing_meanwhile)

    assert first_break(organisation.pk) is None
    assert head(organisation.pk)[0] == 7


def test_an_entry_beyond_the_head_is_found(organisation: Organisation) -> None:
    """Well chained, and yet nobody of ours wrote it."""
    write(organisation, 3)
    end = AuditHead.objects.get()
    write(organisation, 1)
    AuditHead.objects.update(position=end.position, hash=end.hash)

    assert first_break(organisation.pk) == Break(4, "added")


def test_an_empty_chain_holds(organisation: Organisation) -> None:
    assert first_break(organisation.pk) is None
    assert first_break(organisation.pk, kept=(0, GENESIS)) is None
    assert head(organisation.pk) == (0, GENESIS)


@pytest.mark.parametrize("tamper", [edit, edit_facts, delete, exchange, insert, truncate])
def test_tampering_is_found(organisation: Organisation, tamper: Callable[[AuditEntry, AuditEntry], None]) -> None:
    write(organisation, 6)
    entries = list(AuditEntry.objects.order_by("position"))

    with audit_guard.lifted("somebody with the database in hand"):
        tamper(entries[2], entries[5])

    assert first_break(organisation.pk) is not None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tamper=st.sampled_from([edit, edit_facts, delete, exchange, insert, truncate]),
    where=st.integers(0, 7),
    length=st.integers(2, 8),
)
def test_tampering_anywhere_is_found(
    organisation: Organisation, tamper: Callable[[AuditEntry, AuditEntry], None], where: int, length: int
) -> None:
    with transaction.atomic():
        write(organisation, length)
        entries = list(AuditEntry.objects.order_by("position"))
        with audit_guard.lifted("somebody with the database in hand"):
            tamper(entries[min(where, length - 2)], entries[-1])
        found = first_break(organisation.pk)
        transaction.set_rollback(True)

    assert found is not None


def test_a_chain_cut_off_together_with_its_head_is_found_by_a_head_kept_elsewhere(organisation: Organisation) -> None:
    write(organisation, 4)
    third = AuditEntry.objects.get(position=3)
    kept = head(organisation.pk)

    with audit_guard.lifted("somebody with the database in hand"):
        AuditEntry.objects.filter(position=4).delete()
        AuditHead.objects.update(position=3, hash=third.hash)

    assert first_break(organisation.pk) is None
    assert first_break(organisation.pk, kept=kept) == Break(4, "cut off")


def test_a_chain_written_anew_is_found_by_a_head_kept_elsewhere(organisation: Organisation) -> None:
    write(organisation, 3)
    kept = head(organisation.pk)

    with audit_guard.lifted("somebody with the database in hand"):
        AuditEntry.objects.all().delete()
        AuditHead.objects.all().delete()
        record(organisation_id=organisation.pk, actor_id=None, verb="x", subject="x", at=AT)
        write(organisation, 4)

    assert first_break(organisation.pk) is None
    assert first_break(organisation.pk, kept=kept) == Break(3, "rewritten")


def test_a_kept_head_that_is_in_the_chain_holds(organisation: Organisation) -> None:
    write(organisation, 2)
    kept = head(organisation.pk)
    write(organisation, 2)

    assert first_break(organisation.pk, kept=kept) is None


def test_a_time_of_another_zone_is_the_same_moment(organisation: Organisation) -> None:
    record(
        organisation_id=organisation.pk, actor_id=None, verb="x", subject="x",
        at=AT.astimezone(timezone(timedelta(hours=5, minutes=30))),
    )  # fmt: skip

    assert first_break(organisation.pk) is None


def test_each_organisation_has_its_own_chain(organisation: Organisation, other_organisation: Organisation) -> None:
    write(organisation, 2)
    with organisation_scope(other_organisation.pk):
        write(other_organisation, 3)
        theirs = AuditEntry.objects.count()

    assert theirs == 3
    assert list(AuditEntry.objects.order_by("position").values_list("position", flat=True)) == [1, 2]


@pytest.mark.parametrize("change", ["UPDATE kernel_auditentry SET verb = 'x'", "DELETE FROM kernel_auditentry"])
def test_the_database_refuses_to_change_the_log(organisation: Organisation, change: str) -> None:
    write(organisation, 1)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert first_break(organisation.pk) is None


def test_the_guard_is_back_after_maintenance(organisation: Organisation) -> None:
    write(organisation, 1)

    with audit_guard.lifted("a test"):
        AuditEntry.objects.all().delete()
    write(organisation, 1)

    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_a_rolled_back_caller_leaves_no_entry(organisation: Organisation) -> None:
    with transaction.atomic():
        write(organisation, 1)
        transaction.set_rollback(True)

    assert head(organisation.pk) == (0, audit.GENESIS)
