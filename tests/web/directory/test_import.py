import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.people.importing import applied, previewed
from tests.samples.directory import HEADER, Row, as_csv, changed, number, people
from tests.samples.workbooks import workbook
from trellis.kernel import jobs
from trellis.kernel.models import Job
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import ImportState, OrganisationRole, PersonStatus
from trellis.people.models import DirectoryImport, Organisation, Person

ROWS = people(30)
STEPS = ("columns/", "apply/", "stop/", "again/")


@pytest.fixture(autouse=True)
def admin(organisation: Organisation, client: Client) -> Person:
    organisation.second_factor_for_admins = False
    organisation.save()
    grant = RoleGrantFactory(person=PersonFactory(organisation=organisation), role=OrganisationRole.ADMIN)
    client.force_login(grant.person.account)
    admin: Person = grant.person
    return admin


def upload(client: Client, content: bytes, name: str = "people.csv", **more: str) -> str:
    file = SimpleUploadedFile(name, content)
    return client.post("/organisation/import/", {"file": file, **more}, follow=True).content.decode()


def chosen(run: DirectoryImport, client: Client, **more: str) -> dict[str, str]:
    """What the form of columns would send with its guesses."""
    form = client.get(f"/organisation/import/{run.pk}/").context["columns_form"]
    return {name: form[name].value() or "" for name in form.fields if name != "missing_means_left"} | more


def latest() -> DirectoryImport:
    return DirectoryImport.objects.latest("id")


def carried_to_preview(client: Client, rows: list[Row], **more: str) -> DirectoryImport:
    upload(client, as_csv(rows).encode())
    run = latest()
    client.post(f"/organisation/import/{run.pk}/columns/", chosen(run, client, **more))
    jobs.drain()
    return latest()


def test_file_to_directory_through_the_pages(client: Client, admin: Person) -> None:
    page = upload(client, as_csv(ROWS).encode())
    assert "Read as UTF-8, separated by commas; 30 rows." in page
    assert "<b>gender</b>: not imported and not stored." in page

    run = latest()
    path = f"/organisation/import/{run.pk}/"
    page = client.post(f"{path}columns/", chosen(run, client), follow=True).content.decode()
    assert "Comparing with the directory" in page

    jobs.drain()
    page = client.get(path, {"show": "created"}).content.decode()
    assert "Dry run of 30 rows. Nothing has been written." in page
    assert "Import 30 rows" in page
    assert Person.objects.count() == 1

    page = client.post(f"{path}apply/", follow=True).content.decode()
    assert "Importing" in page
    jobs.drain()
    assert "Written: 30 new, 0 changed, 0 left." in client.get(path).content.decode()
    assert Person.objects.count() == 31
    assert latest().started_by == admin


def test_workbook_is_read_as_well(client: Client) -> None:
    page = upload(client, workbook([HEADER, *[list(row.values()) for row in ROWS]]), name="people.xlsx")

    assert "Read as Excel workbook; 30 rows." in page


def test_unreadable_file_is_refused_beside_the_field(client: Client) -> None:
    page = upload(client, workbook([HEADER]), name="people.csv")

    assert "This is an Excel workbook; rename or upload as .xlsx." in page
    assert DirectoryImport.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty. Choose the file that holds the rows."),
        (b"id,email,name\n", "The file has a header but no rows."),
        ("Zoë,ł\n1,2\n".encode() + b"3,\x92\n", "Line 3: byte 0x92 is not UTF-8."),
    ],
)
def test_bad_files_are_explained(client: Client, content: bytes, message: str) -> None:
    assert message in upload(client, content)


def test_no_file_and_unknown_encoding_are_explained(client: Client) -> None:
    page = client.post("/organisation/import/", {"encoding": "klingon"}).content.decode()

    assert "This field is required." in page
    assert "Select a valid choice." in page


def test_columns_that_cannot_work_keep_what_was_chosen(client: Client) -> None:
    upload(client, as_csv(ROWS).encode())
    run = latest()

    page = client.post(f"/organisation/import/{run.pk}/columns/", chosen(run, client, column_1="unit", column_7=""))

    text = page.content.decode()
    assert "Choose the column with the work e-mail. Nobody can be invited without one." in text
    assert page.context["columns_form"]["column_1"].value() == "unit"
    assert latest().state == ImportState.UPLOADED


def test_unknown_field_in_the_form_is_refused(client: Client) -> None:
    upload(client, as_csv(ROWS).encode())
    run = latest()

    page = client.post(f"/organisation/import/{run.pk}/columns/", chosen(run, client, column_1="password"))

    assert "Select a valid choice. password is not one of the available choices." in page.content.decode()
    assert latest().state == ImportState.UPLOADED


def test_unclear_dates_are_asked_beside_the_field(client: Client) -> None:
    upload(client, as_csv([row | {"hire_date": "03/04/2024", "termination_date": ""} for row in ROWS]).encode())
    run = latest()
    path = f"/organisation/import/{run.pk}/columns/"

    page = client.post(path, chosen(run, client)).content.decode()
    assert "could be either order. Say which comes first." in page

    client.post(path, chosen(run, client, date_order="day_first"))
    assert latest().state == ImportState.CHECKING


def test_bad_rows_are_listed_and_can_be_downloaded(client: Client) -> None:
    rows = changed(changed(ROWS, 3, hire_date="31/02/2024"), 5, job_title="=1+1", level="Wizard")

    run = carried_to_preview(client, rows)

    page = client.get(f"/organisation/import/{run.pk}/").content.decode()
    assert "<b>hire_date</b> “<bdi>31/02/2024</bdi>”: 31/02/2024 does not exist: February 2024 has 29 days." in page
    file = client.get(f"/organisation/import/{run.pk}/refused.csv")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert file["Content-Disposition"] == f'attachment; filename="refused-rows-{run.pk}.csv"'
    assert lines[0].endswith(",full_time,problem")
    assert [line.split(",")[0] for line in lines[1:]] == [number(3), number(5)]
    assert ",'=1+1," in lines[2]


def test_many_leavers_need_a_tick(client: Client, organisation: Organisation) -> None:
    applied(organisation, ROWS)
    run = carried_to_preview(client, ROWS[:10], missing_means_left="on")
    path = f"/organisation/import/{run.pk}/"
    assert "Yes, these 20 people have left" in client.get(path).content.decode()

    page = client.post(f"{path}apply/", follow=True).content.decode()
    assert "The file would mark 20 of 31 people as left" in page
    assert latest().state == ImportState.PREVIEW

    client.post(f"{path}apply/", {"allow_leavers": "on"})
    jobs.drain()
    assert Person.objects.filter(status=PersonStatus.LEFT).count() == 20


def test_import_can_be_thrown_away(client: Client, organisation: Organisation) -> None:
    run = previewed(organisation, ROWS)

    page = client.post(f"/organisation/import/{run.pk}/stop/", follow=True).content.decode()

    assert "This import was stopped" in page
    assert bytes(latest().content) == b""


def test_steps_out_of_order_are_explained(client: Client, organisation: Organisation) -> None:
    run = applied(organisation, ROWS)

    for step in STEPS:
        page = client.post(f"/organisation/import/{run.pk}/{step}", follow=True)
        assert (page.status_code, 'class="flash error"' in page.content.decode()) == (200, True)


def test_progress_is_asked_for_alone_and_then_the_page(client: Client) -> None:
    upload(client, as_csv(ROWS).encode())
    run = latest()
    path = f"/organisation/import/{run.pk}/"
    client.post(f"{path}columns/", chosen(run, client))
    Job.objects.filter(name="people.check_directory").update(progress_done=15, progress_total=30)

    part = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "15 of 30 rows" in part
    assert "<html" not in part

    jobs.drain()
    assert client.get(path, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_failed_work_can_go_on(client: Client) -> None:
    upload(client, as_csv(ROWS).encode())
    run = latest()
    path = f"/organisation/import/{run.pk}/"
    client.post(f"{path}columns/", chosen(run, client))
    Job.objects.filter(name="people.check_directory").update(state="dead")
    assert "The work has stopped" in client.get(path).content.decode()

    client.post(f"{path}again/")
    jobs.drain()

    assert latest().state == ImportState.PREVIEW


def test_template_has_every_column_and_can_be_filled(client: Client) -> None:
    content = client.get("/organisation/import/template.csv").content

    page = upload(client, content + b"1,a@example.org,Ana" + b"," * 14 + b"\n")

    assert "please check" in page
    assert ">skipped<" not in page


def test_imports_of_another_organisation_do_not_exist(client: Client, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        run = previewed(other_organisation, ROWS)

    path = f"/organisation/import/{run.pk}/"
    assert [client.get(path).status_code, client.get(f"{path}refused.csv").status_code] == [404, 404]
    assert {client.post(f"{path}{step}").status_code for step in STEPS} == {404}
    assert "people.csv" not in client.get("/organisation/import/").content.decode()
