"""The page of a round's matching report, and its two downloads."""

from base64 import b64decode

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.matching import World, a_round
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeRoleFactory
from trellis.kernel import clock, jobs
from trellis.kernel.jobs.tables import Job
from trellis.kernel.models import AuditEntry
from trellis.matching.actions.reports import ask_for_report
from trellis.matching.actions.rounds import start_round
from trellis.matching.models import Report, Round
from trellis.programmes.choices import ProgrammeRoleKind

FILES = ("round_report_pdf", "round_report_sheet")


@pytest.fixture
def found(world: World) -> Round:
    return a_round(world)


def address(name: str, found: Round) -> str:
    return reverse(name, args=[found.programme.slug, found.number])


def test_the_job_leads_to_two_downloads(manager: Client, found: Round) -> None:
    answer = manager.post(address("round_report_make", found))
    job = Job.objects.get(name="matching.make_report")
    assert answer["Location"] == reverse("job", args=[job.pk])
    assert "The report is being made" in manager.get(address("round_report", found)).content.decode()

    jobs.drain()

    assert address("round_report", found) in manager.get(answer["Location"]).content.decode()
    page = manager.get(address("round_report", found)).content.decode()
    assert [address(name, found) in page for name in FILES] == [True, True]
    pdf, sheet = (manager.get(address(name, found)) for name in FILES)
    report = Report.objects.get(round=found)
    assert (pdf.content, sheet.content) == (b64decode(report.pdf), b64decode(report.sheet))
    assert (pdf["Content-Type"], sheet["Content-Type"].rpartition(".")[2]) == ("application/pdf", "sheet")
    slug = found.programme.slug
    assert pdf["Content-Disposition"] == f'attachment; filename="matching-{slug}-1.pdf"'
    assert sheet["Content-Disposition"] == f'attachment; filename="matching-{slug}-1.xlsx"'
    assert "no-store" in pdf["Cache-Control"]
    assert AuditEntry.objects.filter(verb="round.download_report").count() == 2


def test_a_second_person_sees_that_it_is_being_made(manager: Client, world: World, found: Round) -> None:
    other = PersonFactory(organisation=found.organisation)
    ProgrammeRoleFactory(programme=found.programme, person=other, organisation=found.organisation)
    ask_for_report(by=other, found=found, now=clock.now())

    answer = manager.post(address("round_report_make", found))

    assert answer["Location"] == address("round_report", found)
    assert Job.objects.filter(name="matching.make_report").count() == 1


def test_before_it_is_made_there_is_nothing_to_download(manager: Client, found: Round) -> None:
    assert [manager.get(address(name, found)).status_code for name in FILES] == [404, 404]


def test_a_round_without_a_plan_says_so(manager: Client, world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())

    assert "There is no plan yet" in manager.get(address("round_report", found)).content.decode()
    answer = manager.post(address("round_report_make", found), follow=True)
    assert "This round has no plan yet" in answer.content.decode()


def test_an_analyst_gets_no_names(client: Client, manager: Client, found: Round) -> None:
    manager.post(address("round_report_make", found))
    jobs.drain()
    analyst = PersonFactory(organisation=found.organisation)
    ProgrammeRoleFactory(
        programme=found.programme, person=analyst, organisation=found.organisation, kind=ProgrammeRoleKind.ANALYST
    )
    client.force_login(analyst.account)

    assert [client.get(address(name, found)).status_code for name in ("round_report", *FILES)] == [403, 403, 403]
