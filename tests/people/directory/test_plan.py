"""The comparison itself, without a database."""

from datetime import date
from typing import Any

import pytest

from trellis.people.directory.fields import Field
from trellis.people.directory.known import Known
from trellis.people.directory.plan import Directory, Plan, plan_import
from trellis.people.directory.rows import Reading, read_rows
from trellis.people.directory.sheet import Sheet

TODAY = date(2026, 11, 22)
COLUMNS = {
    "id": Field.EXTERNAL_ID, "mail": Field.EMAIL, "first": Field.GIVEN_NAME, "boss": Field.MANAGER,
    "status": Field.STATUS, "last": Field.LEFT_ON, "hired": Field.HIRED_ON,
}  # fmt: skip


def known(pk: int, **values: Any) -> Known:
    plain = {
        "external_id": f"P{pk}", "email": f"p{pk}@example.org", "given_name": f"Given{pk}", "family_name": "",
        "preferred_name": "", "job_title": "", "level": None, "unit": "", "location": "", "time_zone": "UTC",
        "languages": [], "hired_on": None, "promoted_on": None, "left_on": None, "full_time": True,
        "manager_id": None, "status": "active",
    }  # fmt: skip
    return Known(id=pk, **plain | values)


def planned(
    header: str, *rows: str, people: tuple[Known, ...] = (), admins: frozenset[int] = frozenset(), missing: bool = False
) -> Plan:
    names = header.split()
    sheet = Sheet(tuple(names), [(line, row.split("|")) for line, row in enumerate(rows, start=2)])
    reading = Reading({COLUMNS[name]: name for name in names}, {})
    directory = Directory(people, admins, "Europe/Berlin", TODAY)
    return plan_import(read_rows(sheet, reading), directory, reading, missing_means_left=missing)


def faults(plan: Plan) -> list[tuple[int, str, str, str, bool]]:
    return [(fault.line, fault.column, fault.value, fault.what, fault.applied) for fault in plan.faults]


def test_new_person_gets_the_organisations_zone() -> None:
    [change] = planned("id mail first", "P1|p1@example.org|Ana").created

    assert change.values == {
        "external_id": "P1", "email": "p1@example.org", "given_name": "Ana", "time_zone": "Europe/Berlin",
        "status": "active", "left_on": None,
    }  # fmt: skip


def test_unchanged_person_is_not_written() -> None:
    plan = planned("id mail first", "P1|P1@Example.org| Given1 ", people=(known(1),))

    assert (plan.created, plan.changed, plan.unchanged) == ([], [], 1)


def test_only_changed_columns_are_written() -> None:
    [change] = planned("id mail first", "P1|p1@example.org|Anna", people=(known(1),)).changed

    assert change.values == {"given_name": "Anna"}


def test_without_an_id_column_the_address_is_the_key() -> None:
    plan = planned("mail first", "p1@example.org|Given1", "p2@example.org|Bo", people=(known(1),))

    assert plan.unchanged == 1
    assert [change.number for change in plan.created] == ["p2@example.org"]


def test_id_is_adopted_by_a_person_known_by_address_alone() -> None:
    person = known(1, external_id="p1@example.org")

    [change] = planned("id mail first", "P1|p1@example.org|Given1", people=(person,)).changed

    assert change.values == {"external_id": "P1"}


def test_address_of_somebody_with_another_id_is_a_conflict() -> None:
    plan = planned("id mail first", "P9|p1@example.org|Ana", people=(known(1),))

    assert faults(plan) == [(2, "mail", "p1@example.org", "This e-mail is already used by Given1 (P1).", False)]


def test_addresses_may_change_hands_within_a_file() -> None:
    people = (known(1), known(2))

    plan = planned("id mail first", "P1|p2@example.org|Given1", "P2|p1@example.org|Given2", people=people)

    assert faults(plan) == []
    assert [change.values for change in plan.changed] == [{"email": "p2@example.org"}, {"email": "p1@example.org"}]


def test_address_of_somebody_whose_own_row_is_refused_stays_theirs() -> None:
    people = (known(1), known(2), known(3))

    plan = planned("id mail first", "P1|p2@example.org|Given1", "P2|p3@example.org|Given2", people=people)

    assert [fault.line for fault in plan.faults] == [2, 3]
    assert plan.changed == []


def test_second_row_with_an_id_or_address_is_a_conflict() -> None:
    plan = planned("id mail first", "P1|a@example.org|Ana", "P1|b@example.org|Bo", "P3|a@example.org|Cy")

    assert [change.name for change in plan.created] == ["Ana"]
    assert faults(plan) == [
        (3, "id", "P1", "The same employee ID is in line 2.", False),
        (4, "mail", "a@example.org", "The same e-mail is in line 2.", False),
    ]


def test_of_two_rows_the_one_that_agrees_with_the_directory_is_taken() -> None:
    plan = planned("id mail first", "P1|x@example.org|Wrong", "P1|p1@example.org|Given1", people=(known(1),))

    assert plan.unchanged == 1
    assert [fault.line for fault in plan.faults] == [2]


def test_managers_come_before_their_reports() -> None:
    plan = planned(
        "id mail first boss", "P1|p1@example.org|Ana|P2", "P2|p2@example.org|Bo|p3@example.org", "P3|p3@example.org|Cy|"
    )

    assert [change.name for change in plan.created] == ["Cy", "Bo", "Ana"]
    assert [change.values["manager_id"] for change in plan.created] == [None, -4, -3]


def test_circle_of_managers_is_opened_and_named() -> None:
    plan = planned(
        "id mail first boss",
        "P1|p1@example.org|Ana|P2", "P2|p2@example.org|Bo|P3", "P3|p3@example.org|Cy|P1", "P4|p4@example.org|Di|P1",
    )  # fmt: skip

    assert {change.name: change.values["manager_id"] for change in plan.created} == {
        "Ana": None, "Bo": None, "Cy": None, "Di": -2
    }  # fmt: skip
    assert [(fault.line, fault.value, fault.applied) for fault in plan.faults] == [
        (2, "P2", True), (3, "P3", True), (4, "P1", True)
    ]  # fmt: skip
    assert plan.faults[0].what == "The managers form a circle: Ana → Bo → Cy → Ana."


def test_circle_through_people_outside_the_file_is_found() -> None:
    people = (known(1), known(2, manager_id=1))

    plan = planned("id mail first boss", "P1|p1@example.org|Given1|P2", people=people)

    assert plan.changed == []
    assert faults(plan) == [(2, "boss", "P2", "The managers form a circle: Given1 → Given2 → Given1.", True)]


def test_own_or_unknown_manager_is_left_out() -> None:
    plan = planned("id mail first boss", "P1|p1@example.org|Ana|P1", "P2|p2@example.org|Bo|P9")

    assert [change.values["manager_id"] for change in plan.created] == [None, None]
    assert [(fault.line, fault.value, fault.applied) for fault in plan.faults] == [(2, "P1", True), (3, "P9", True)]


@pytest.mark.parametrize(
    ("row", "before", "after"),
    [
        ("terminated||", known(1), {"status": "left", "left_on": TODAY}),
        ("terminated|2026-12-31|", known(1), {"status": "left", "left_on": date(2026, 12, 31)}),
        ("|2026-11-22|", known(1), {"status": "left", "left_on": TODAY}),
        ("active|2027-01-31|", known(1), {"left_on": date(2027, 1, 31)}),
        ("active|2020-01-31|2024-05-01", known(1), {"left_on": date(2020, 1, 31), "hired_on": date(2024, 5, 1)}),
        ("active||", known(1, status="left", left_on=TODAY), {"status": "active", "left_on": None}),
        ("terminated||", known(1, status="left", left_on=date(2026, 1, 1)), None),
        ("leave||", known(1), {"status": "on_leave"}),
        ("active||", known(1, status="suspended"), None),
        ("terminated||", known(1, status="suspended"), {"status": "left", "left_on": TODAY}),
        ("||", known(1, status="on_leave"), None),
    ],
)  # fmt: skip
def test_status_and_last_day(row: str, before: Known, after: dict[str, object] | None) -> None:
    plan = planned("id mail first status last hired", f"P1|p1@example.org|Given1|{row}", people=(before,))

    assert [change.values for change in plan.changed] == ([after] if after else [])


def test_leaver_stays_left_when_the_file_says_nothing_of_status() -> None:
    people = (known(1, status="left", left_on=TODAY),)

    assert planned("id mail first", "P1|p1@example.org|Given1", people=people).unchanged == 1


def test_missing_people_stay_unless_the_file_lists_everybody() -> None:
    people = (known(1), known(2), known(3, external_id="p3@example.org"), known(4))
    rows = ("P1|p1@example.org|Given1", "P4|broken|Given4")

    assert planned("id mail first", *rows, people=people).changed == []
    [left] = planned("id mail first", *rows, people=people, missing=True).changed
    assert (left.number, left.line, left.values) == ("P2", 0, {"status": "left", "left_on": TODAY})


def test_somebody_missing_before_is_back_when_listed_again() -> None:
    people = (known(1, status="left", left_on=TODAY),)

    [back] = planned("id mail first", "P1|p1@example.org|Given1", people=people, missing=True).changed

    assert back.values == {"status": "active", "left_on": None}


def test_only_admin_cannot_be_sent_away() -> None:
    plan = planned(
        "id mail first status",
        "P1|p1@example.org|Given1|terminated",
        people=(known(1), known(2)),
        admins=frozenset({1}),
    )

    assert plan.changed == []
    assert faults(plan) == [(2, "status", "P1", "Given1 is the only organisation admin.", False)]


def test_more_than_one_in_twenty_leaving_is_too_many() -> None:
    people = tuple(known(number) for number in range(1, 41))
    rows = [f"P{number}|p{number}@example.org|Given{number}|terminated" for number in (1, 2, 3)]

    assert planned("id mail first status", *rows[:2], people=people).too_many_leave is False
    assert planned("id mail first status", *rows, people=people).too_many_leave is True


def test_row_with_too_many_cells_is_refused() -> None:
    plan = planned("id mail first", "P1|p1@example.org|Silva| Ana", "P2|p2@example.org|Bo||")

    assert [change.name for change in plan.created] == ["Bo"]
    assert faults(plan) == [(2, "", "Ana", "The row has 4 cells, the header has 3.", False)]


def test_apostrophe_of_our_own_files_is_taken_off_again() -> None:
    [change] = planned("id mail first", "P1|p1@example.org|'=Ana").created

    assert change.values["given_name"] == "=Ana"
