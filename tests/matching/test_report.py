"""The matching report: its two files say what the round says, to whoever runs the programme and nobody else."""

import json
from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from tests.factories.matching import World, a_published_round, a_round, a_world
from tests.factories.people import PersonFactory
from tests.matching.test_circles import a_group
from tests.matching.test_peers import a_crowd
from tests.matching.test_rotations import planned
from tests.matching.test_settings import ask, set_up
from trellis.kernel import clock, jobs
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs.tables import Job
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.fairness import ask_for_audit
from trellis.matching.actions.reports import NothingToReport, ask_for_report
from trellis.matching.actions.rounds import start_round
from trellis.matching.jobs import tidy_reports
from trellis.matching.models import Report, Round
from trellis.matching.queries.board import board, unmatched_rows
from trellis.matching.queries.fairness_page import audit_of, fairness_of
from trellis.matching.queries.promises import promise_of
from trellis.matching.queries.report import content_of
from trellis.matching.queries.report_settings import fingerprint
from trellis.matching.reports.pdf import pdf_of
from trellis.matching.reports.sheet import sheet_of
from trellis.people.models import Organisation
from trellis.programmes.choices import AnswerMode

Rows = list[list[object]]


def made(found: Round, world: World) -> Report:
    """Asked for and made by the job."""
    ask_for_report(by=world.manager, found=found, now=clock.now())
    jobs.drain()
    return Report.objects.get(round=found)


def text_of(pdf: bytes) -> str:
    """Everything the pages say, in one line."""
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(text.replace("\ufffe", "-").split())


def pdf_text(report: Report) -> str:
    return text_of(b64decode(report.pdf))


def sheet(report: Report, name: str) -> Rows:
    book = CalamineWorkbook.from_filelike(BytesIO(b64decode(report.sheet)))
    return book.get_sheet_by_name(name).to_python()


def test_the_pdf_says_what_the_round_says(world: World) -> None:
    found = a_round(world)
    assert found.certificate is not None

    text = pdf_text(made(found, world))

    promise = promise_of(found.settings, found.certificate, 3)
    said = [promise.headline, promise.text, *(title for title, _words in promise.steps)]
    said += [found.salt, found.input_hash, found.certificate["settings_hash"], fingerprint(found.certificate)]
    said += ["all 9 possible pairs were scored anew, and the certificate holds", world.programme.name, "3 of 3"]
    said += ["trellis verify", "No fairness figures have been made for this round"]
    for row in board(found):
        said += [row.mentee.name, row.mentor.name, *row.reasons]
    assert [words for words in said if " ".join(words.split()) not in text] == []


def test_the_pdf_carries_the_certificate(world: World) -> None:
    found = a_round(world)

    document = pypdfium2.PdfDocument(b64decode(made(found, world).pdf))

    attached = document.get_attachment(0)
    assert (document.count_attachments(), attached.get_name()) == (1, "certificate.json")
    assert json.loads(bytes(attached.get_data())) == found.certificate


def test_the_pdf_can_be_read_out(world: World) -> None:
    assert b"pdfuaid:part" in b64decode(made(a_round(world), world).pdf)


def test_the_rows_of_the_workbook_are_those_of_the_database(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=5, mentors=3)
    found = a_published_round(world)

    report = made(found, world)

    heads, *rows = sheet(report, "Pairs")
    manager = world.manager.full_name
    assert heads[:5] == ["Week", "Mentee", "Mentor", "Score", "State"]
    assert {(*row[1:7], row[8]) for row in rows} == {
        (row.mentee.name, row.mentor.name, row.score, row.state_words, row.origin_words, manager, row.gap)
        for row in board(found)
    }
    assert {tuple(filter(None, row[9:])) for row in rows} == {row.reasons for row in board(found)}
    assert sheet(report, "Not matched")[1:] == [
        [row.name, row.side_words, row.why, row.help] for row in unmatched_rows(found)
    ]
    assert {tuple(row) for row in sheet(report, "Mentors")[1:]} == {
        (mentor.person.full_name, 1.0, float(mentor.places)) for mentor in world.mentors
    }


def test_a_name_that_looks_like_a_formula_stays_a_name(world: World) -> None:
    person = world.mentees[0].person
    person.given_name, person.preferred_name, person.family_name = '=HYPERLINK("x")', "", "+1 #strong[x]"
    person.save()

    report = made(a_round(world), world)

    assert [row[1] for row in sheet(report, "Pairs")].count('=HYPERLINK("x") +1 #strong[x]') == 1
    assert "#strong[x]" in pdf_text(report)
    with ZipFile(BytesIO(b64decode(report.sheet))) as book:
        assert [name for name in book.namelist() if b"<f>" in book.read(name) or b"hyperlink" in book.read(name)] == []


@pytest.mark.parametrize("name", ["Юлія", "Ελένη", "美咲", "أمل", "\U000e0001\U0001f9ff", "a\u0007b\u200f", "Łucja"])
def test_a_name_in_any_script_breaks_nothing(world: World, name: str) -> None:
    person = world.mentees[0].person
    person.given_name, person.preferred_name = name, ""
    person.save()

    report = made(a_round(world), world)

    assert b64decode(report.pdf).startswith(b"%PDF-")
    assert len(sheet(report, "Pairs")) == 4


def test_a_letter_without_a_glyph_is_told(world: World) -> None:
    person = world.mentees[0].person
    person.given_name, person.preferred_name = "\U000f1234", ""  # of nobody's alphabet
    person.save()

    report = made(a_round(world), world)

    assert "have no glyph on the server" in pdf_text(report)
    assert b"pdfuaid:part" not in b64decode(report.pdf)
    assert "\U000f1234" in {str(row[1])[0] for row in sheet(report, "Pairs")}


def test_the_same_content_gives_the_same_bytes(world: World) -> None:
    found, now = a_round(world), clock.now()

    first, second = (content_of(Round.objects.get(pk=found.pk), now=now) for _ in range(2))

    assert pdf_of(first) == pdf_of(second)
    assert sheet_of(first) == sheet_of(second)


def test_a_round_that_was_changed_says_so(world: World) -> None:
    found = a_round(world)
    assert found.certificate is not None
    found.certificate["total"] += 1
    found.save()

    text = pdf_text(made(found, world))

    assert "the certificate does not hold" in text
    assert "and the certificate holds" not in text


def test_fairness_figures_are_those_of_the_page(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=60, mentors=36)
    for number, enrolment in enumerate(world.mentees):
        enrolment.person.location = ("Oslo", "Porto")[number % 2]
        enrolment.person.save()
    found = a_round(world)
    ask_for_audit(by=world.manager, found=found, now=clock.now())
    jobs.drain()
    kept = audit_of(found)
    assert kept is not None
    page = fairness_of(kept)

    report = made(found, world)

    rows = [row for row in sheet(report, "Fairness")[1:] if row[3] != ""]
    assert [(row[0], row[1], row[2], row[3], row[4]) for row in rows] == [
        (table.title, groups.kind, row.group, row.yes, row.size)
        for table in page.tables for groups in table.kinds for row in groups.rows
    ]  # fmt: skip
    assert rows != []
    hidden = [row for row in sheet(report, "Fairness") if row[0] == "What is not shown"]
    assert [(row[1], row[2]) for row in hidden] == [(each.what, each.why) for each in page.hidden]
    text = pdf_text(report)
    assert [table.title for table in page.tables if table.title not in text] == []


def test_an_unscored_round_shows_no_score(world: World) -> None:
    world.programme.matching["scoring"] = False
    world.programme.save()

    report = made(a_round(world), world)

    assert {row[3] for row in sheet(report, "Pairs")[1:]} == {""}
    text = pdf_text(report)
    assert [words for words in ("Weakest match", "Total score", "Weight:") if words in text] == []


def test_only_those_who_run_the_programme_can_ask(world: World) -> None:
    found = a_round(world)

    with pytest.raises(NotAllowed):
        ask_for_report(by=PersonFactory(organisation=found.organisation), found=found, now=clock.now())
    assert Job.objects.filter(name="matching.make_report").count() == 0


def test_whoever_runs_the_programme_no_more_gets_none(world: World) -> None:
    found = a_round(world)
    ask_for_report(by=world.manager, found=found, now=clock.now())
    world.programme.roles.all().delete()

    jobs.run_due()

    assert (Report.objects.count(), Job.objects.get(name="matching.make_report").state) == (0, "dead")


def test_a_round_without_a_plan_has_no_report(world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())

    with pytest.raises(NothingToReport):
        ask_for_report(by=world.manager, found=found, now=clock.now())


def test_asking_twice_makes_one(world: World) -> None:
    found = a_round(world)

    first, second = (ask_for_report(by=world.manager, found=found, now=clock.now()) for _ in range(2))

    assert first == second
    made(found, world)
    made(found, world)
    assert Report.objects.count() == 1
    said = AuditEntry.objects.filter(subject=f"round:{found.pk}").values_list("verb", flat=True)
    assert sorted(verb for verb in said if "report" in verb) == ["round.ask_for_report"] * 2 + ["round.report"] * 2


@pytest.mark.usefixtures("transactional_db")  # a worker runs a job outside any transaction
@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_stopped_job_leaves_nothing(world: World, at: int) -> None:
    found = a_round(world)
    job_id = ask_for_report(by=world.manager, found=found, now=clock.now())

    def stop(done: int, total: int) -> None:
        if done == at:
            jobs.request_cancel(job_id=job_id, organisation_id=found.organisation_id, started_by_id=world.manager.pk)

    with jobs.watching_progress(stop):
        jobs.run_due()

    assert (Job.objects.get(pk=job_id).state, Report.objects.count()) == ("cancelled", 0)


def test_reports_are_kept_for_thirty_days(world: World, other_organisation: Organisation) -> None:
    report = made(a_round(world), world)
    with organisation_scope(other_organisation.pk):
        elsewhere = a_world(other_organisation)
        made(a_round(elsewhere), elsewhere)

    counts = []
    for days in (29, 31):
        with clock.shifted(report.made_at + timedelta(days=days) - clock.now()):
            tidy_reports()
        with organisation_scope(other_organisation.pk):
            there = Report.objects.count()
        counts.append((Report.objects.count(), there))
    assert counts == [(1, 1), (0, 0)]


def test_another_organisation_s_people_are_in_no_report(world: World, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        elsewhere = a_world(other_organisation)
        theirs = made(a_round(elsewhere), elsewhere)
        names = [each.person.full_name for each in elsewhere.mentees]

    text = pdf_text(made(a_round(world), world))

    assert [name for name in names if name in text.replace("Family", "Family ")] == []
    assert [name for name in names if name not in pdf_text(theirs)] == []


def test_a_crowd_of_equals_has_partners_and_no_mentors(organisation: Organisation) -> None:
    world = a_crowd(organisation, people=5)
    found = a_round(world)

    report = made(found, world)

    heads, *rows = sheet(report, "Pairs")
    assert (heads[1:3], len(rows)) == (["Person", "Partner"], 2)
    book = CalamineWorkbook.from_filelike(BytesIO(b64decode(report.sheet)))
    assert book.sheet_names == ["Round", "Pairs", "Not matched", "Settings", "Fairness", "Proof"]
    assert "4 of 5" in pdf_text(report)


def test_a_rotation_lists_its_weeks_in_order(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=3, mentors=3, model="flash", template_id="flash")

    report = made(planned(world), world)

    assert [row[0] for row in sheet(report, "Pairs")[1:]] == [1.0] * 3 + [2.0] * 3 + [3.0] * 3
    assert "Week 3" in pdf_text(report)


def test_circles_count_who_sits_with_each_mentor(organisation: Organisation) -> None:
    world = a_group(organisation, mentees=8, mentors=2)

    report = made(a_round(world), world)

    assert sum(int(str(row[1])[0]) for row in sheet(report, "Mentors")[1:]) == len(sheet(report, "Pairs")) - 1
    assert "Smallest circle" in pdf_text(report)


def test_settings_are_said_in_words(world: World) -> None:
    ask(world, mode=AnswerMode.MUST_NOT)
    world.programme.questions.update(text="Which topics?")
    set_up(world, minimum_score=20_000, spread=1_000, level_gap={"minimum": 1, "maximum": None}, objective="total")

    rows = [tuple(row) for row in sheet(made(a_round(world), world), "Settings")[1:]]

    expected = {
        ("What counts as best", "highest total score"), ("Rule", "No match below 20"),
        ("Even load", "each further mentee of a mentor costs 1 points"), ("Rule", "Levels apart: 1 to any"),
        ("Rule", "Never against a wish not to be matched"), ("Rule", "Different answers to “Which topics?”"),
        ("Whose yes makes a pair", "Both, at the same time"),
    }  # fmt: skip
    assert expected - set(rows) == set()
    weights = {row[0]: row[1] for row in rows if str(row[0]).startswith("Weight")}
    assert len(weights) == sum(weight > 0 for weight in world.programme.matching["weights"].values())
