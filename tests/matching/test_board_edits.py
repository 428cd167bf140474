"""What could be taken back before edits of a board were rows of their own can be taken back afterwards."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from trellis.kernel import clock

BEFORE, AFTER = ("matching", "0008_mentor_requests"), ("matching", "0009_board_edits")


@pytest.mark.django_db(transaction=True)
def test_edits_in_the_settings_become_rows_and_go_back() -> None:
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    executor.migrate([BEFORE])
    try:
        others = [node for node in newest if node[0] in ("people", "programmes", "mentorships")]
        tables = executor.loader.project_state([BEFORE, *others]).apps
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
        mentee, mentor = (
            tables.get_model("programmes", "Enrolment").objects.create(
                organisation=organisation, programme=programme, person=person, side=side, created_at=now
            )
            for side in ("mentee", "mentor")
        )
        rounds = tables.get_model("matching", "Round").objects
        found = rounds.create(organisation=organisation, programme=programme, number=1, salt="s", created_at=now)
        forced = tables.get_model("matching", "Proposal").objects.create(
            organisation=organisation, programme=programme, round=found, mentee=mentee, mentor=mentor
        )
        entries = [
            {"forced": forced.pk, "made": [forced.pk, 8], "gone": [number], "moved": number} for number in (1, 2)
        ]
        rounds.filter(pk=found.pk).update(settings={"spread": 3, "rearranged": entries})

        new = MigrationExecutor(connection)
        new.migrate([AFTER])
        edits = new.loader.project_state([AFTER, *others]).apps.get_model("matching", "BoardEdit").objects
        rows = list(edits.order_by("pk").values_list("organisation", "round", "forced", "made", "gone", "moved"))
        settings = rounds.get(pk=found.pk).settings
        MigrationExecutor(connection).migrate([BEFORE])
        back = rounds.get(pk=found.pk).settings
    finally:
        MigrationExecutor(connection).migrate(newest)

    whose = organisation.pk, found.pk, forced.pk, [forced.pk, 8]
    assert rows == [(*whose, [1], 1), (*whose, [2], 2)]
    assert settings == {"spread": 3}
    assert back == {"spread": 3, "rearranged": entries}
