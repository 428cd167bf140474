"""The whole story in a browser, with and without JavaScript: from a directory file to a certificate.

The manager imports, creates a programme, approves, matches and publishes; mentee and mentor sign in with a code, sign
up, accept, agree, meet, pass all eight stages and close. Time is moved by the test; later work runs between steps.
"""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from playwright.sync_api import Page

from tests.browser.conftest import Visitor, Visitors
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, RoleGrantFactory
from trellis.kernel import clock
from trellis.kernel.jobs.running import drain
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.models import Mentorship
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = """Employee ID;Work email;First name;Last name;Job title;Level;Department;Location;Time zone;Languages;Hire date;Manager ID
N-1;mirjam@northside.example;Mirjam;Keller;Talent lead;5;People;Berlin;Europe/Berlin;English;2015-03-01;
N-2;amara@northside.example;Amara;Okafor;Pricing analyst;3;Finance;London;Europe/London;English;2022-05-01;N-4
N-3;priya@northside.example;Priya;Sharma;Director of Revenue;5;Sales;London;Europe/London;English;2014-09-01;
N-4;tomas@northside.example;Tomás;Whitfield;Finance manager;5;Finance;London;Europe/London;English;2012-01-01;
"""
SHOTS = Path("docs/images")


def _shot(page: Page, name: str) -> None:
    """A picture for the README, when asked for."""
    if os.environ.get("TRELLIS_SCREENSHOTS"):
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")


def _later(days: float) -> None:
    clock.shift_by(timedelta(days=days))


def _submit(page: Page, words: str) -> None:
    """Press a button by its words and wait for the page that follows."""
    page.get_by_role("button", name=words, exact=True).first.click()
    page.wait_for_load_state()


def _sign_in_with_code(visitor: Visitor, email: str) -> None:
    page = visitor.go("/sign-in/")
    page.get_by_label("Work e-mail").first.fill(email)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code/**")
    drain()
    code = re.search(r"\b\d{6}\b", str(mail.outbox[-1].body))
    assert code is not None
    page.locator("input[name=code]").fill(code.group())
    page.keyboard.press("Enter")
    page.wait_for_url("**/welcome/**")
    page.get_by_label(re.compile("I have read")).check()
    _submit(page, "Continue")


def _import(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    page.goto("/organisation/import/")
    page.locator("input[type=file]").set_input_files(file)
    _submit(page, "Upload and choose columns")
    _submit(page, "Start the dry run")
    drain()
    page.reload()
    page.get_by_role("button", name=re.compile("^Import 4 rows")).click()
    page.wait_for_load_state()
    drain()
    page.reload()


def _create_programme(page: Page) -> str:
    """Manage, new, template, name, create: five clicks. Returns the programme's address under /manage/."""
    page.goto("/manage/")
    page.get_by_role("link", name="New programme").click()
    page.locator('a[href="/manage/new/career_formal/"]').first.click()
    page.locator("input[name=name]").fill("Career Growth")
    _submit(page, "Create and open sign-up")
    page.goto("/manage/career-growth/")
    return "/manage/career-growth/"


def _sign_up(page: Page, side: str) -> None:
    page.goto("/programmes/")
    page.get_by_role("link", name="Career Growth").first.click()
    _submit(page, f"Sign up as {side}")
    page.locator("[name=goal]").fill("Delegation and giving feedback, because I am about to lead")
    page.locator("select[name=skill_1], select[name^=skill]").first.select_option("delegation")
    page.locator("[name^=level]").first.check()
    _submit(page, "Continue")
    page.locator("[name=working_style]").first.check()
    for number in range(2):
        page.locator("[name=values]").nth(number).check()
        page.locator("[name=availability]").nth(number).check()
    _submit(page, "Continue")
    _submit(page, "Save")
    for box in page.locator("input[name=confirmed], input[name=terms]").all():
        box.check()
    _submit(page, "Send sign-up")


def test_a_programme_from_directory_to_certificate(visitors: Visitors, tmp_path: Path) -> None:
    _story(visitors, tmp_path, script=True)


def test_the_same_without_javascript(visitors: Visitors, tmp_path: Path) -> None:
    _story(visitors, tmp_path, script=False)


def _organisation() -> Organisation:
    organisation = OrganisationFactory(name="Northside", slug="northside", second_factor_for_admins=False)
    organisation.privacy_notice = "What you write to your partner stays between you."
    organisation.save()
    with organisation_scope(organisation.pk):
        manager = PersonFactory(
            organisation=organisation, external_id="N-1", given_name="Mirjam", family_name="Keller",
            account=AccountFactory(email="mirjam@northside.example"), time_zone="Europe/Berlin",
        )  # fmt: skip
        RoleGrantFactory(organisation=organisation, person=manager, role=OrganisationRole.ADMIN)
    return organisation


def _story(visitors: Visitors, tmp_path: Path, *, script: bool) -> None:
    organisation = _organisation()
    with organisation_scope(organisation.pk):
        manager = visitors.new(Person.objects.get(), script=script)
    mentee, mentor = visitors.new(script=script), visitors.new(script=script)

    _import(manager.page, tmp_path)
    address = _create_programme(manager.page)
    _sign_in_with_code(mentee, "amara@northside.example")
    _sign_up(mentee.page, "mentee")
