"""Lists written before they were encrypted are encrypted by the migration, and can be taken back."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from trellis.kernel import clock
from trellis.kernel.encryption import decrypt

BEFORE, AFTER = ("programmes", "0002_longer_condition_kinds"), ("programmes", "0003_encrypt_aims")


def _raw() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT aims, interests FROM programmes_enrolment ORDER BY id")
        return [(str(aims), str(interests)) for aims, interests in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_written_lists_become_cipher_and_back() -> None:
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    executor.migrate([BEFORE])
    try:
        tables = executor.loader.project_state([BEFORE, *[n for n in newest if n[0] == "people"]]).apps
        now = clock.now()
        organisation = tables.get_model("people", "Organisation").objects.create(name="O", slug="o", created_at=now)
        person = tables.get_model("people", "Person").objects.create(
            organisation=organisation, external_id="1", email="a@example.org", given_name="A", sort_name="a"
        )
        programme = tables.get_model("programmes", "Programme").objects.create(
            organisation=organisation, name="P", slug="p", template_id="t", model="formal", duration_weeks=4,
            interval_early_days=7, interval_later_days=7, meeting_minutes=30, planned_meetings=4, created_at=now,
            enrolment_opens_on=now.date(), starts_on=now.date(),
        )  # fmt: skip
        enrolments = tables.get_model("programmes", "Enrolment").objects
        for side, aims in (("mentee", ["Lead “Übersicht”"]), ("mentor", [])):
            enrolments.create(
                organisation=organisation, programme=programme, person=person, side=side, aims=aims, created_at=now
            )

        MigrationExecutor(connection).migrate([AFTER])
        encrypted = _raw()
        MigrationExecutor(connection).migrate([BEFORE])
        back = [row.aims for row in enrolments.order_by("pk")]
    finally:
        MigrationExecutor(connection).migrate(newest)

    assert "Lead" not in encrypted[0][0]
    assert decrypt(encrypted[0][0]).startswith('["Lead')
    assert (encrypted[0][1], encrypted[1]) == ("", ("", ""))
    assert back == [["Lead “Übersicht”"], []]
