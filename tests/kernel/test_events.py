"""News: written and handed on in the caller's transaction, or not at all."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from trellis.kernel import events
from trellis.kernel.events import Event, hears, name_of, publish
from trellis.kernel.jobs import drain
from trellis.kernel.jobs.registry import entry_of
from trellis.kernel.jobs.tables import Job
from trellis.kernel.models import EventRow
from trellis.people.models import Organisation

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
heard: list[dict[str, object]] = []


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(Event):
    kettle_id: int
    on: date


@dataclass(frozen=True, kw_only=True)
class NobodyHears(Event):
    pass


@hears(KettleBoiled)
def make_tea(*, organisation_id: int, kettle_id: int, on: str) -> None:
    heard.append({"organisation_id": organisation_id, "kettle_id": kettle_id, "on": on})


@pytest.fixture(autouse=True)
def nothing_heard() -> None:
    heard.clear()


def test_an_event_reaches_its_hearer_as_a_job(organisation: Organisation) -> None:
    publish(KettleBoiled(organisation_id=organisation.pk, kettle_id=3, on=date(2026, 11, 22)), at=AT)
    before = list(heard)

    drain()

    assert before == []
    assert heard == [{"organisation_id": organisation.pk, "kettle_id": 3, "on": "2026-11-22"}]


def test_an_event_is_kept_with_its_fields(organisation: Organisation) -> None:
    row = publish(KettleBoiled(organisation_id=organisation.pk, kettle_id=3, on=date(2026, 11, 22)), at=AT)

    row.refresh_from_db()
    assert (row.kind, row.at) == (name_of(KettleBoiled), AT)
    assert row.fields == {"organisation_id": organisation.pk, "kettle_id": 3, "on": "2026-11-22"}


def test_a_rolled_back_change_tells_nobody(organisation: Organisation) -> None:
    with transaction.atomic():
        publish(KettleBoiled(organisation_id=organisation.pk, kettle_id=3, on=date(2026, 11, 22)), at=AT)
        transaction.set_rollback(True)

    assert drain() == 0
    assert not EventRow.objects.exists()


def test_an_event_that_nobody_hears_is_kept_all_the_same(organisation: Organisation) -> None:
    publish(NobodyHears(organisation_id=organisation.pk), at=AT)

    assert EventRow.objects.count() == 1
    assert not Job.objects.exists()


def test_every_hearer_is_a_job_that_exists() -> None:
    names = [name for names in events._hearers.values() for name in names]

    assert sorted(names) == sorted(entry_of(name).name for name in names)
    assert names
