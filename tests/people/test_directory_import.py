from datetime import date

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.people import AccountFactory, PersonFactory, RoleGrantFactory
from tests.people.importing import NOW, applied, previewed, quietly, uploaded
from tests.samples.directory import as_csv, changed, number, people
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.people.actions.directory import (
    ImportRefused,
    TooManyLeavers,
    choose_columns,
    confirm_apply,
    receive_file,
    stop_import,
)
from trellis.people.actions.directory_apply import apply_import
from trellis.people.actions.invitations import InvitationSpent, fresh_token, invite_people, open_invitation
from trellis.people.choices import ImportState, OrganisationRole, PersonStatus
from trellis.people.directory.sheet import unpack
from trellis.people.models import ColumnMapping, DirectoryImport, Organisation, Person, RoleGrant
from trellis.people.queries.directory import refused_rows

ROWS = people(120)
COUNTS = ("created", "updated", "unchanged", "left", "errors", "conflicts")
NARROW = ("employee_id", "email", "first_name")


def counts(run: DirectoryImport) -> tuple[int, ...]:
    return tuple(run.report[name] for name in COUNTS)


def rows_written(queries: CaptureQueriesContext) -> int:
    verbs = ('INSERT INTO "people_person"', 'UPDATE "people_person"', 'DELETE FROM "people_person"')
    return sum(query["sql"].startswith(verbs) for query in queries.captured_queries)


def test_first_import_fills_the_directory(organisation: Organisation) -> None:
    run = applied(organisation, ROWS)

    assert counts(run) == (120, 0, 0, 0, 0, 0)
    assert run.report["created_left"] == 3
    found = Person.objects.select_related("manager").get(external_id=number(10))
    assert found.email == "e10@example.org"
    assert (found.preferred_name, found.full_name, found.sort_name) == ("Sam", "Sam Okafor", "okafor محمد")
    assert (found.level, found.unit, found.location, found.time_zone) == (1, "Sales, Europe", "Kraków", "Europe/Warsaw")
    assert (found.hired_on, found.left_on, found.full_time) == (date(2015, 1, 31), None, True)
    assert found.languages == ["English"]
    assert found.manager is not None
    assert found.manager.external_id == number(3)
    assert (found.status, found.account, found.onboarded_at) == (PersonStatus.ACTIVE, None, None)


def test_second_run_writes_nobody(organisation: Organisation) -> None:
    applied(organisation, ROWS)

    with CaptureQueriesContext(connection) as queries:
        run = applied(organisation, ROWS)

    assert counts(run) == (0, 0, 120, 0, 0, 0)
    assert rows_written(queries) == 0


def test_only_changed_rows_are_written(organisation: Organisation) -> None:
    applied(organisation, ROWS)
    before = dict(Person.objects.values_list("external_id", "job_title"))

    run = applied(organisation, changed(changed(ROWS, 7, job_title="Head"), 9, manager_id=number(5), level="5"))

    assert counts(run) == (0, 2, 118, 0, 0, 0)
    assert dict(Person.objects.values_list("external_id", "job_title")) == before | {number(7): "Head"}
    assert Person.objects.get(external_id=number(9)).manager == Person.objects.get(external_id=number(5))


def test_preview_names_old_and_new_values_and_writes_nobody(organisation: Organisation) -> None:
    applied(organisation, ROWS)

    run = previewed(organisation, changed(ROWS, 9, manager_id=number(5), location="Leeds", languages="Polish; French"))

    assert run.state == ImportState.PREVIEW
    assert [(row["number"], row["field"], row["old"], row["new"]) for row in run.report["sample_updated"]] == [
        (number(9), "Site", "London", "Leeds"),
        (number(9), "Languages", "English; French", "Polish; French"),
        (number(9), "Line manager (employee ID)", "Łukasz Wiśniewski", "結衣 佐藤"),
    ]
    assert Person.objects.get(external_id=number(9)).location == "London"


def test_blank_cells_clear_but_keep_what_people_set_themselves(organisation: Organisation) -> None:
    applied(organisation, ROWS)
    Person.objects.filter(external_id=number(9)).update(preferred_name="Zo", time_zone="Europe/Oslo")

    applied(organisation, changed(ROWS, 9, preferred_name="", time_zone="", languages="", job_title="", level=""))

    found = Person.objects.get(external_id=number(9))
    assert (found.preferred_name, found.time_zone, found.languages) == ("Zo", "Europe/Oslo", ["English", "French"])
    assert (found.job_title, found.level) == ("", None)


def test_columns_that_are_not_in_the_file_stay(organisation: Organisation) -> None:
    applied(organisation, ROWS)

    narrow = [{name: row[name] for name in NARROW} for row in ROWS[:3]]
    run = applied(organisation, as_csv(narrow, header=NARROW).encode())

    assert counts(run) == (0, 0, 3, 0, 0, 0)


def test_addresses_change_hands_in_the_database_too(organisation: Organisation) -> None:
    applied(organisation, ROWS)
    swapped = changed(changed(ROWS, 4, email="e5@example.org"), 5, email="e4@example.org")
    newcomer = {**ROWS[6], "employee_id": "E-9", "email": "e6@example.org"}

    run = applied(organisation, [*changed(swapped, 6, email="e6new@example.org"), newcomer])

    assert counts(run) == (1, 3, 117, 0, 0, 0)
    emails = dict(Person.objects.values_list("external_id", "email"))
    assert [emails[key] for key in (number(4), number(5), number(6), "E-9")] == [
        "e5@example.org", "e4@example.org", "e6new@example.org", "e6@example.org"
    ]  # fmt: skip


def test_twelve_kinds_of_damage_are_named_and_the_good_rows_go_in(organisation: Organisation) -> None:
    """Windows-1252 with semicolons; a file with a byte order mark is in the reader's tests."""
    rows = [
        {key: value.encode("cp1252", "ignore").decode("cp1252") or "X" for key, value in row.items()} for row in ROWS
    ]
    rows = [
        row | {"last_promotion_date": "", "termination_date": "", "preferred_name": "", "manager_id": ""}
        for row in rows
    ]
    rows = [row | {"employment_status": "active"} for row in rows]
    for place, cells in {
        10: {"employee_id": number(11)},
        20: {"email": "e21@example.org"},
        30: {"manager_id": number(31)}, 31: {"manager_id": number(30)},
        40: {"hire_date": "31/02/2024"},
        50: {"email": ""},
        60: {"level": "Wizard"},
        70: {"first_name": "   "}, 71: {"first_name": "\u00ad"},
        80: {"first_name": "x" * 10_000},
        90: {"first_name": '=HYPERLINK("http://evil")', "job_title": "line one\nline two"},
        100: {"employment_status": "zombie", "time_zone": "Mars"},
    }.items():  # fmt: skip
        rows = changed(rows, place, **cells)

    run = applied(organisation, as_csv(rows, separator=";").encode("cp1252"))

    assert [(fault["line"], fault["column"], fault["value"], fault["what"]) for fault in run.faults] == [
        (13, "employee_id", number(11), "The same employee ID is in line 12."),
        (23, "email", "e21@example.org", "The same e-mail is in line 22."),
        (32, "manager_id", number(31), f"The managers form a circle: {_circle(rows, 30, 31, 30)}."),
        (33, "manager_id", number(30), f"The managers form a circle: {_circle(rows, 30, 31, 30)}."),
        (42, "hire_date", "31/02/2024", "31/02/2024 does not exist: February 2024 has 29 days."),
        (52, "email", "", "The e-mail is missing."),
        (62, "level", "Wizard", "This level is not known."),
        (72, "first_name", "", "The name is missing."),
        (73, "first_name", "\u00ad", "It looks empty: only spaces or invisible characters."),
        (82, "first_name", "x" * 59 + "…", "At most 200 characters (you have 10,000)."),
        (103, "employment_status", "zombie", "This status is not known."),
        (103, "time_zone", "Mars", "This time zone is not known."),
    ]
    assert all(fault["cure"] for fault in run.faults)
    refused = {11, 21, 40, 50, 60, 70, 71, 80, 100}  # 10 came before 11 and has its ID, 20 before 21 its address
    written = {number(place) for place in range(120) if place not in refused and place != 10} | {number(11)}
    assert set(Person.objects.values_list("external_id", flat=True)) == written
    formula = Person.objects.get(external_id=number(90))
    assert (formula.given_name, formula.job_title) == ('=HYPERLINK("http://evil")', "line one line two")


def _circle(rows: list[dict[str, str]], *places: int) -> str:
    return " → ".join(f"{rows[place]['first_name']} {rows[place]['last_name']}".strip() for place in places)


def test_refused_rows_come_back_in_their_own_columns(organisation: Organisation) -> None:
    run = applied(organisation, changed(changed(ROWS, 3, hire_date="31/02/2024", level="x"), 8, first_name=""))

    header, rows = refused_rows(run)

    assert header == [*[name for name in ROWS[0] if name != "gender"], "problem"]
    assert [(row[0], row[-1]) for row in rows] == [
        (
            number(3),
            "hire_date: 31/02/2024 does not exist: February 2024 has 29 days. Correct it, or write it as YYYY-MM-DD. "
            "/ level: This level is not known. Use a number from 1 to 12, or one of: Starting, Contributing, "
            "Independent, Senior, Leading, Principal, Executive.",
        ),
        (number(8), "first_name: The name is missing. Fill it in."),
    ]


def test_protected_columns_are_not_even_kept(organisation: Organisation) -> None:
    run = uploaded(organisation, as_csv(ROWS[:2]).encode())

    assert list(run.options["refused_columns"]) == ["gender"]
    sheet = unpack(bytes(run.content))
    assert "gender" not in sheet.header
    assert all("woman" not in cells for _line, cells in sheet.rows)


def test_applied_import_keeps_only_refused_rows_and_older_ones_keep_only_figures(organisation: Organisation) -> None:
    first = applied(organisation, changed(ROWS, 3, level="x"))
    assert [line for line, _cells in unpack(bytes(first.content)).rows] == [5]

    second = applied(organisation, ROWS)

    first.refresh_from_db()
    assert bytes(first.content) == bytes(second.content) == b""
    assert first.faults == []
    assert first.report["created"] == 119
    assert "sample_created" not in first.report


def test_null_bytes_in_a_file_are_faults_of_their_rows(organisation: Organisation) -> None:
    """Read as UTF-8 on purpose, with the null byte beyond what is looked at to guess the letters."""
    text = as_csv([*ROWS[:60], {**ROWS[60], "first_name": "A\0na"}]).replace("gender", "gen\0der")

    run = applied(organisation, f"\ufeff{text}".encode())

    assert (run.report["created"], run.report["errors"]) == (60, 1)
    assert run.faults[0]["value"] == "A\ufffdna"
    assert "gen\ufffdder" in run.mapping


def test_leavers_lose_their_sessions_and_are_announced(organisation: Organisation) -> None:
    applied(organisation, ROWS)
    account = AccountFactory()
    leaver = Person.objects.get(external_id=number(20))
    Person.objects.filter(pk=leaver.pk).update(account=account)
    session = SessionStore()
    session.create()
    UserSession.objects.create(user=account, session_key=session.session_key, ip="127.0.0.1", user_agent="x")

    run = applied(organisation, changed(ROWS, 20, employment_status="terminated", termination_date="2026-11-20"))

    assert counts(run) == (0, 0, 119, 1, 0, 0)
    leaver.refresh_from_db()
    assert (leaver.status, leaver.left_on) == (PersonStatus.LEFT, date(2026, 11, 20))
    assert not SessionStore().exists(session.session_key or "")
    [event] = EventRow.objects.filter(kind="people.PersonLeft")
    assert event.fields == {"organisation_id": organisation.pk, "person_id": leaver.pk, "left_on": "2026-11-20"}


def test_leavers_lose_their_roles_and_come_back_without(organisation: Organisation) -> None:
    applied(organisation, ROWS)
    admin = RoleGrantFactory(person=PersonFactory(organisation=organisation), role=OrganisationRole.ADMIN).person
    leaver = Person.objects.get(external_id=number(20))
    RoleGrantFactory(person=leaver, role=OrganisationRole.ADMIN)

    applied(organisation, changed(ROWS, 20, employment_status="terminated"), by=admin)
    applied(organisation, ROWS, by=admin)

    assert Person.objects.get(pk=leaver.pk).status == PersonStatus.ACTIVE
    assert list(RoleGrant.objects.values_list("person_id", flat=True)) == [admin.pk]
    entry = AuditEntry.objects.get(verb="role.revoked")
    assert (entry.actor_id, entry.subject, entry.facts) == (admin.pk, f"person:{leaver.pk}", {"role": "admin"})


@pytest.mark.parametrize(
    ("zone", "status"), [("Etc/GMT+12", PersonStatus.ACTIVE), ("UTC", PersonStatus.LEFT)]
)  # 9:00 UTC is still the day before, twelve hours west of it
def test_last_day_comes_when_it_comes_to_the_organisation(
    organisation: Organisation, zone: str, status: PersonStatus
) -> None:
    organisation.time_zone = zone
    organisation.save()

    applied(organisation, changed(ROWS, 20, termination_date="2026-11-22"))

    assert Person.objects.get(external_id=number(20)).status == status


def test_invitation_that_went_to_another_address_is_closed(organisation: Organisation) -> None:
    """Whoever reads the mailbox of a mistyped address must not come in as the person it was meant for."""
    applied(organisation, changed(ROWS, 6, email="e7@example.org")[:7])
    invited = Person.objects.get(external_id=number(6))
    untouched = Person.objects.get(external_id=number(5))
    kept, lost = (
        fresh_token(invitation=invitation)
        for invitation in invite_people(by=None, people=[untouched, invited], now=NOW)
    )

    applied(organisation, ROWS[:8])  # the person gets their own address, and their old one its owner

    assert open_invitation(kept, now=NOW).person == untouched
    with pytest.raises(InvitationSpent):
        open_invitation(lost, now=NOW)


def test_people_who_had_left_before_they_came_are_not_announced(organisation: Organisation) -> None:
    applied(organisation, ROWS)

    assert Person.objects.filter(status=PersonStatus.LEFT).count() == 3
    assert EventRow.objects.filter(kind="people.PersonLeft").count() == 0


def test_many_leavers_need_a_yes(organisation: Organisation) -> None:
    applied(organisation, ROWS)
    run = previewed(organisation, ROWS[:60], missing_means_left=True)

    with pytest.raises(TooManyLeavers, match="would mark 58 of 117 people as left"):
        confirm_apply(by=None, run=run, allow_leavers=False, now=NOW)

    run = confirm_apply(by=None, run=run, allow_leavers=True, now=NOW)
    apply_import(by=None, run=run, now=NOW, progress=quietly)
    assert Person.objects.filter(status=PersonStatus.LEFT).count() == 61


def test_leavers_that_appear_after_the_preview_need_a_yes_as_well(organisation: Organisation) -> None:
    applied(organisation, ROWS)
    run = previewed(organisation, ROWS, missing_means_left=True)
    confirm_apply(by=None, run=run, allow_leavers=False, now=NOW)
    for place in range(20):
        PersonFactory(organisation=organisation, external_id=f"X{place}")

    with pytest.raises(TooManyLeavers):
        apply_import(by=None, run=run, now=NOW, progress=quietly)

    assert DirectoryImport.objects.get(pk=run.pk).state == ImportState.PREVIEW
    assert Person.objects.filter(status=PersonStatus.LEFT).count() == 3


def test_audit_has_one_line_a_step_with_counts_only(organisation: Organisation) -> None:
    run = applied(organisation, changed(ROWS, 3, level="x"))

    entries = AuditEntry.objects.filter(subject=f"directory_import:{run.pk}").order_by("position")
    assert [(entry.verb, entry.facts) for entry in entries] == [
        ("directory_import.received", {"rows": 120, "refused_columns": 1}),
        ("directory_import.columns_chosen", {"columns": 17}),
        (
            "directory_import.checked",
            {"rows": 120, "created": 119, "updated": 0, "unchanged": 0, "left": 0, "errors": 1, "conflicts": 3},
        ),
        ("directory_import.confirmed", {"allow_leavers": False}),
        ("directory_import.applied", {"created": 119, "updated": 0, "left": 0, "unchanged": 0, "refused": 1}),
    ]


def test_stopped_in_the_middle_and_begun_again_it_adds_up(organisation: Organisation) -> None:
    run = previewed(organisation, ROWS)
    run = confirm_apply(by=None, run=run, allow_leavers=False, now=NOW)

    class Killed(Exception):
        pass

    def killed(done: int, total: int) -> None:
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        apply_import(by=None, run=run, now=NOW, progress=killed)
    assert 0 < Person.objects.count() < 120

    again = apply_import(by=None, run=DirectoryImport.objects.get(pk=run.pk), now=NOW, progress=quietly)

    assert again.report["written"] == {"created": 120, "updated": 0, "left": 0}
    assert Person.objects.filter(manager=None).count() == 1


def test_what_somebody_changes_during_the_import_is_kept(organisation: Organisation) -> None:
    applied(organisation, ROWS)
    run = previewed(organisation, changed(ROWS, 9, job_title="Head"))
    run = confirm_apply(by=None, run=run, allow_leavers=False, now=NOW)

    def meanwhile(done: int, total: int) -> None:
        Person.objects.filter(external_id=number(9)).update(preferred_name="Zo")

    apply_import(by=None, run=run, now=NOW, progress=meanwhile)

    found = Person.objects.get(external_id=number(9))
    assert (found.job_title, found.preferred_name) == ("Head", "Zo")


def test_columns_are_remembered_for_the_next_file(organisation: Organisation) -> None:
    run = uploaded(organisation, b"Nr,Mail,Rufname,Kostenstelle\n1,a@example.org,Ana,44\n")

    choose_columns(by=None, run=run, columns={"Nr": "external_id", "Mail": "email", "Rufname": "given_name"}, now=NOW)

    assert dict(ColumnMapping.objects.values_list("header", "field")) == {
        "Nr": "external_id", "Mail": "email", "Rufname": "given_name", "Kostenstelle": ""
    }  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"first_name": "given_name"}, "Choose the column with the work e-mail"),
        ({"email": "email"}, "Choose the column with the given name, or with the whole name"),
        ({"email": "email", "first_name": "given_name", "last_name": "given_name"}, "Two columns are chosen"),
        ({"email": "email", "first_name": "password"}, "There is no field password"),
    ],
)  # fmt: skip
def test_choice_of_columns_that_cannot_work_is_refused(
    organisation: Organisation, columns: dict[str, str], message: str
) -> None:
    run = uploaded(organisation, as_csv(ROWS[:2]).encode())

    with pytest.raises(ImportRefused, match=message):
        choose_columns(by=None, run=run, columns=columns, now=NOW)


def test_dates_that_could_be_either_are_asked_about(organisation: Organisation) -> None:
    rows = [row | {"hire_date": "03/04/2024"} for row in ROWS[:3]]
    run = uploaded(organisation, as_csv(rows).encode())
    columns = {"email": "email", "first_name": "given_name", "employee_id": "external_id", "hire_date": "hired_on"}

    with pytest.raises(ImportRefused, match="“hire_date” has dates like 03/04/2024 that could be either order"):
        choose_columns(by=None, run=run, columns=columns, now=NOW)

    run = choose_columns(by=None, run=run, columns=columns, date_order="month_first", now=NOW)
    assert run.options["orders"] == {"hired_on": "month_first"}


def test_dates_of_another_column_decide_for_all(organisation: Organisation) -> None:
    rows = [row | {"hire_date": "03/04/2024", "last_promotion_date": "25/04/2024"} for row in ROWS[:3]]

    run = previewed(organisation, rows)

    assert run.options["orders"]["hired_on"] == "day_first"


def test_only_an_admin_may_import(organisation: Organisation, person: Person) -> None:
    with pytest.raises(NotAllowed):
        receive_file(by=person, organisation=organisation, file_name="x", header=(), rows=[], read_as="", now=NOW)
    run = previewed(organisation, ROWS[:3])
    with pytest.raises(NotAllowed):
        confirm_apply(by=person, run=run, allow_leavers=False, now=NOW)
    with pytest.raises(NotAllowed):
        stop_import(by=person, run=run, now=NOW)
    run.state = ImportState.APPLYING
    with pytest.raises(NotAllowed):
        apply_import(by=person, run=run, now=NOW, progress=quietly)


def test_admin_is_named_in_the_audit(organisation: Organisation) -> None:
    admin = RoleGrantFactory(person=PersonFactory(organisation=organisation), role=OrganisationRole.ADMIN).person

    run = applied(organisation, ROWS[:3], by=admin)

    assert run.started_by == admin
    assert set(AuditEntry.objects.filter(verb__startswith="directory_import").values_list("actor_id", flat=True)) == {
        admin.pk
    }


def test_steps_cannot_be_taken_out_of_order_or_twice(organisation: Organisation) -> None:
    run = uploaded(organisation, as_csv(ROWS[:3]).encode())
    with pytest.raises(ImportRefused, match="already “Uploaded”"):
        confirm_apply(by=None, run=run, allow_leavers=False, now=NOW)

    run = applied(organisation, ROWS[:3])
    with pytest.raises(ImportRefused, match="already “Applied”"):
        confirm_apply(by=None, run=run, allow_leavers=False, now=NOW)
    with pytest.raises(ImportRefused, match="not waiting to be applied"):
        apply_import(by=None, run=run, now=NOW, progress=quietly)


def test_step_taken_on_an_old_page_is_refused(organisation: Organisation) -> None:
    """Two admins look at one import; the second presses after the first has brought it on."""
    run = previewed(organisation, ROWS[:3])
    seen_before = DirectoryImport.objects.get(pk=run.pk)
    run = confirm_apply(by=None, run=run, allow_leavers=False, now=NOW)
    apply_import(by=None, run=run, now=NOW, progress=quietly)

    with pytest.raises(ImportRefused, match="already “Applied”"):
        stop_import(by=None, run=DirectoryImport(pk=seen_before.pk, state=ImportState.APPLYING), now=NOW)
    with pytest.raises(ImportRefused, match="already “Applied”"):
        choose_columns(by=None, run=seen_before, columns=dict(run.mapping), now=NOW)

    assert DirectoryImport.objects.get(pk=run.pk).state == ImportState.APPLIED


def test_one_import_is_written_at_a_time(organisation: Organisation) -> None:
    first, second = previewed(organisation, ROWS[:3]), previewed(organisation, ROWS[:3])
    confirm_apply(by=None, run=first, allow_leavers=False, now=NOW)

    with pytest.raises(ImportRefused, match="Another import is being applied"):
        confirm_apply(by=None, run=second, allow_leavers=False, now=NOW)


def test_same_ids_and_addresses_in_another_organisation_are_other_people(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        applied(other_organisation, [row | {"last_name": "Other"} for row in ROWS[:5]])

    run = applied(organisation, ROWS[:5])

    assert counts(run) == (5, 0, 0, 0, 0, 0)
    with organisation_scope(other_organisation.pk):
        assert set(Person.objects.values_list("family_name", flat=True)) == {"Other"}
