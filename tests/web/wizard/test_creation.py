from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.people.models import Person
from trellis.programmes import templates
from trellis.programmes.choices import ProgrammeStatus
from trellis.programmes.models import Programme
from trellis.web.wizard.forms.creation import CreateForm, usual_start

GALLERY = "programme_templates"


def names(page: bytes) -> list[str]:
    return [each.name for each in templates.all_templates() if f">{each.name}</a></h3>" in page.decode()]


def test_gallery_shows_every_template(browser: Client) -> None:
    assert len(names(browser.get(reverse(GALLERY)).content)) == 23


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"model": "group"}, ["Research writing circle", "Mentoring circle"]),
        ({"q": "law associates"}, ["Law: associates with partners"]),
        ({"audience": "networks"}, ["Inclusion and employee-network mentoring", "Mentoring circle"]),
        ({"audience": "networks", "time": "middle"}, ["Inclusion and employee-network mentoring", "Mentoring circle"]),
        ({"time": "short", "model": "flash"}, ["Flash mentoring"]),
        ({"wish": "managers"}, ["Leadership pipeline", "First-time managers"]),
        ({"q": "quantum unicorn"}, []),
        ({"model": "nonsense"}, []),
    ],
)
def test_gallery_narrows_by_the_address(browser: Client, asked: dict[str, str], found: list[str]) -> None:
    assert names(browser.get(reverse(GALLERY), asked).content) == found


def test_gallery_keeps_the_rest_of_the_filter_in_each_chip(browser: Client) -> None:
    page = browser.get(reverse(GALLERY), {"q": "leaders", "time": "middle"}).content.decode()

    assert 'href="?q=leaders&amp;time=middle&amp;model=formal"' in page


def test_templates_that_do_not_exist(browser: Client) -> None:
    assert browser.get(reverse("programme_new", args=["nonsense"])).status_code == 404
    assert browser.get(reverse("programme_template", args=["nonsense"])).status_code == 404


@pytest.mark.parametrize(
    ("today", "start"),
    [
        (date(2026, 11, 22), date(2026, 12, 21)),
        (date(2026, 11, 23), date(2026, 12, 21)),
        (date(2026, 11, 24), date(2026, 12, 28)),
    ],
)
def test_usual_start_is_a_monday_in_four_weeks(today: date, start: date) -> None:
    assert usual_start(today) == start
    assert start.weekday() == 0


def as_shown(template_id: str) -> dict[str, object]:
    """What the browser sends when every default is kept."""
    form = CreateForm(template=templates.template(template_id), today=clock.today())
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


@pytest.mark.parametrize("template_id", [each.id for each in templates.all_templates()])
def test_every_template_can_be_started_with_its_defaults_kept(browser: Client, template_id: str) -> None:
    answer = browser.post(reverse("programme_new", args=[template_id]), as_shown(template_id) | {"open": "1"})

    programme = Programme.objects.get()
    assert answer.status_code == 302
    assert (programme.template_id, programme.status) == (template_id, ProgrammeStatus.ENROLLING)
    assert programme.matching["weights"] == dict(templates.template(template_id).weights)


def test_a_programme_starts_within_five_clicks(browser: Client) -> None:
    """From the page of programmes. Each click is a link or button that stands on the page before."""
    manage, gallery, new = reverse("manage"), reverse(GALLERY), reverse("programme_new", args=["career_formal"])
    links = [(manage, gallery), (gallery, new)]

    missing = [link for page, link in links if f'href="{link}"' not in browser.get(page).content.decode()]
    create = b'name="open"' in browser.get(new).content
    browser.post(new, as_shown("career_formal") | {"open": "1"})

    assert (missing, create) == ([], True)
    assert len(links) + 1 <= 5
    assert Programme.objects.get().status == ProgrammeStatus.ENROLLING


def test_a_draft_stays_a_draft(browser: Client) -> None:
    browser.post(reverse("programme_new", args=["flash"]), as_shown("flash") | {"draft": "1"})

    assert Programme.objects.get().status == ProgrammeStatus.DRAFT


def test_what_was_changed_on_the_page_is_what_is_made(browser: Client) -> None:
    browser.post(
        reverse("programme_new", args=["career_formal"]),
        as_shown("career_formal")
        | {"name": "Growth 2027", "meeting_minutes": "45", "places_for_mentees": "220", "surveys": ["end_pack"]},
    )

    programme = Programme.objects.get()
    assert (programme.name, programme.meeting_minutes, programme.places_for_mentees) == ("Growth 2027", 45, 220)
    assert programme.surveys == ["end_pack"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "   "}, "This field is required."),
        ({"name": "—"}, "There are no words here. Write at least one."),
        ({"starts_on": "31/02/2027"}, "This is not a date. Write it as 2027-01-11."),
        ({"meeting_minutes": "ten"}, "This is not a whole number. Use digits only."),
        ({"closes_on": "2020-01-01"}, "Sign-up closes before it opens on"),
        ({"sign_up": "bribery"}, "Select a valid choice."),
    ],
)
def test_bad_input_is_explained_kept_and_makes_nothing(browser: Client, wrong: dict[str, str], words: str) -> None:
    answer = browser.post(
        reverse("programme_new", args=["career_formal"]), as_shown("career_formal") | {"summary": "Kept words"} | wrong
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Kept words" in answer.content.decode()
    assert not Programme.objects.exists()


def test_duplicate(browser: Client, programme: Programme) -> None:
    later = programme.starts_on + timedelta(days=364)

    answer = browser.post(
        reverse("programme_duplicate", args=[programme.slug]), {"name": "Career Growth 2028", "starts_on": later}
    )  # fmt: skip

    copy = Programme.objects.get(slug="career-growth-2028")
    assert answer.headers["Location"] == reverse("programme_settings", args=[copy.slug])
    assert copy.starts_on == later


@pytest.mark.parametrize("sent", [{"name": "", "starts_on": "2027-01-11"}, {"name": "—", "starts_on": "2027-01-11"}])
def test_duplicate_without_a_name_is_explained(browser: Client, programme: Programme, sent: dict[str, str]) -> None:
    assert browser.post(reverse("programme_duplicate", args=[programme.slug]), sent).status_code == 422
    assert Programme.objects.count() == 1


def test_export_then_import_on_pages(browser: Client, programme: Programme) -> None:
    file = browser.get(reverse("programme_export", args=[programme.slug]))
    assert file.headers["Content-Disposition"] == 'attachment; filename="career-growth.yaml"'

    answer = browser.post(
        reverse("programme_import"), {"file": SimpleUploadedFile("career-growth.yaml", file.content)}
    )  # fmt: skip

    assert answer.headers["Location"] == reverse("programme_settings", args=["career-growth-2"])


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The file is empty."), (b"a: 1\na: 2\n", "Line 2"), (b"\x89PNG\r\n", "Byte 0x89 is not UTF-8.")],
)
def test_import_of_a_bad_file_says_what_and_where(browser: Client, content: bytes, words: str) -> None:
    answer = browser.post(reverse("programme_import"), {"file": SimpleUploadedFile("x.yaml", content)})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Programme.objects.exists()


def test_import_without_a_file_is_explained(browser: Client) -> None:
    assert browser.post(reverse("programme_import")).status_code == 422


def test_the_wizard_takes_the_same_queries_whatever_the_directory(browser: Client, admin: Person) -> None:
    spent: list[int] = []
    for count in (3, 50):
        PersonFactory.create_batch(count - Person.objects.count() + 1, organisation=admin.organisation)
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(reverse("programme_new", args=["career_formal"]))
        assert f"of {count + 1} people" in page.content.decode()
        spent.append(len(queries))

    assert spent[0] == spent[1]
