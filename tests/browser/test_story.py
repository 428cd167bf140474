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
from playwright.sync_api import Error, Page

from tests.browser.conftest import Visitor, Visitors
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, RoleGrantFactory
from trellis.kernel import clock
from trellis.kernel.jobs.running import drain
from trellis.kernel.tenancy import organisation_scope
from trellis.learning.modules import module_for
from trellis.mentorships.models import Mentorship
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = """Employee ID;Work email;First name;Last name;Job title;Level;Department;Location;Time zone;Hired;Manager ID
N-1;mirjam@northside.example;Mirjam;Keller;Talent lead;5;People;Berlin;Europe/Berlin;2015-03-01;
N-2;amara@northside.example;Amara;Okafor;Pricing analyst;3;Finance;London;Europe/London;2022-05-01;N-4
N-3;priya@northside.example;Priya;Sharma;Director of Revenue;5;Sales;London;Europe/London;2014-09-01;
N-4;tomas@northside.example;Tomás;Whitfield;Finance manager;5;Finance;London;Europe/London;2012-01-01;
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
    try:
        page.get_by_role("button", name=words, exact=True).first.click()
    except Error as error:  # say what the person saw
        seen = page.locator("main").inner_text()[:1500]
        raise AssertionError(f"no button {words!r} on {page.url}: {seen}") from error
    page.wait_for_load_state()


def _open(page: Page, words: str) -> None:
    """Unfold a part of the page, unless it is open."""
    fold = page.locator("details", has=page.locator("summary", has_text=words)).first
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.click()


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
    """Four short pages, then the training."""
    page.goto("/programmes/")
    page.get_by_role("link", name="Career Growth").first.click()
    _submit(page, f"Sign up as {side}")
    page.locator("[name=goal]").fill("Delegation and giving feedback, because I am about to lead")
    for number, skill in enumerate(("Delegation", "Giving feedback")):
        page.locator("[name=skills_skill]").nth(number).fill(skill)
        page.locator("[name=skills_level]").nth(number).select_option("2" if side == "mentee" else "4")
    _submit(page, "Continue")
    page.locator("[name=working_style]").first.check()
    for number in range(3):
        page.locator("[name=values]").nth(number).check()
        page.locator("[name=availability]").nth(number).check()
    _submit(page, "Continue")
    _submit(page, "Continue")
    for box in page.locator("input[name=confirmed], input[name=terms]").all():
        box.check()
    _submit(page, "Send sign-up")
    _train(page, side)


def _train(page: Page, side: str) -> None:
    page.goto(f"/training/{side}_start/")
    for chapter in module_for(side).chapters:
        right = next(n for n, option in enumerate(chapter.options) if option.right)
        page.locator(f"input[name={chapter.id}]").nth(right).check()
    _submit(page, "Finish the training")


def _approve_mentor(page: Page, address: str) -> None:
    page.goto(f"{address}people/queue/")
    page.get_by_label("Select Priya Sharma").check()
    _submit(page, "Approve")


def _match(page: Page, address: str) -> None:
    page.goto(f"{address}rounds/")
    _submit(page, "Start a round")
    drain()
    page.goto(f"{address}rounds/1/")
    page.get_by_role("button", name=re.compile("^Approve Amara Okafor")).click()
    page.wait_for_load_state()
    page.get_by_role("link", name="Publish 1 approved").click()
    _submit(page, "Publish 1 match")
    drain()


def _accept(page: Page) -> None:
    page.goto("/")
    page.locator('a[href^="/offers/"]').first.click()
    page.wait_for_load_state()
    _submit(page, "Accept")


def _agree(mentee: Page, mentor: Page, place: str) -> None:
    mentee.goto(f"{place}agreement/")
    for name in ("aims", "rhythm", "boundaries", "confidentiality"):
        mentee.locator(f"[name={name}]").fill(f"What we agreed about {name}.")
    _submit(mentee, "Save")
    for page in (mentee, mentor):
        page.goto(f"{place}agreement/")
        _submit(page, "Sign it")


def _meet(mentee: Page, mentor: Page, place: str) -> None:
    """The mentee logs a meeting of yesterday; the mentor confirms it."""
    mentee.goto(f"{place}meetings/log/")
    day = (clock.now() - timedelta(days=1)).date().isoformat()
    mentee.locator("[name=day]").fill(day)
    mentee.locator("[name=at]").fill("10:00")
    mentee.locator("[name=minutes]").fill("50")
    mentee.locator("[name=topic]").fill("How decisions are made")
    _submit(mentee, "Log it")
    drain()
    mentor.goto("/meetings/")
    mentor.get_by_role("button", name=re.compile("^Yes, we met")).first.click()
    mentor.wait_for_load_state()


def _check_in(page: Page, place: str, pack: str) -> None:
    page.goto(f"{place}check-in/{pack}/")
    _submit(page, "Skip this one")


def _goal(page: Page, place: str) -> None:
    page.goto(f"{place}goals/new/")
    for name, words in (
        ("title", "Run a meeting that ends with decisions"), ("outcome", "Four meetings end with an owner and a date"),
        ("evidence", "The notes"), ("why", "I lead from January"), ("if_then", "If we run late, then I ask"),
    ):  # fmt: skip
        page.locator(f"[name={name}]").fill(words)
    page.locator("[name=linked_skill]").select_option(index=1)
    page.locator("[name=due_on]").fill((clock.now() + timedelta(days=20)).date().isoformat())
    page.locator("[name=first_action_on]").fill((clock.now() + timedelta(days=3)).date().isoformat())
    _submit(page, "Save the draft")
    _submit(page, "Start")


def _steps(page: Page) -> None:
    page.goto("/goals/")
    page.get_by_role("link", name="Run a meeting that ends with decisions").first.click()
    page.wait_for_load_state()
    for number in range(3):
        _open(page, "Add a step")
        page.locator("[name=text]").fill(f"Small step {number + 1}")
        page.locator("form[action$='/steps/'] input[type=date]").fill(
            (clock.now() + timedelta(days=7)).date().isoformat()
        )
        _submit(page, "Add the step")


def _stage(page: Page, place: str) -> str:
    page.goto(place)
    return re.sub(r"\s+", " ", page.get_by_role("heading", name=re.compile("^Stage")).first.inner_text())


def _review(page: Page, place: str) -> None:
    page.goto(f"{place}review/")
    page.locator("[name=choice][value=continue]").check()
    _submit(page, "Answer")


def _settle_goal(page: Page) -> None:
    page.goto("/goals/")
    page.get_by_role("link", name="Run a meeting that ends with decisions").first.click()
    page.wait_for_load_state()
    _open(page, "Bring this goal")
    field = page.locator("[name=attainment]")
    if field.first.evaluate("node => node.tagName") == "SELECT":
        field.first.select_option("1")
    else:
        page.locator("[name=attainment][value='1']").check()
    _submit(page, "I reached it")


def _close(page: Page, place: str) -> None:
    page.goto(f"{place}closing/")
    page.locator("[name=ending][value=completed]").check()
    _submit(page, "Close this round")


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
    for visitor, email, side in (
        (mentee, "amara@northside.example", "mentee"),
        (mentor, "priya@northside.example", "mentor"),
    ):
        _sign_in_with_code(visitor, email)
        _sign_up(visitor.page, side)
    _approve_mentor(manager.page, address)
    _match(manager.page, address)
    _shot(manager.page, "round")
    for visitor in (mentee, mentor):
        _accept(visitor.page)
    drain()
    with organisation_scope(organisation.pk):
        place = f"/mentorships/{Mentorship.objects.get().pk}/"
    _walk(mentee.page, mentor.page, place)

    mentee.page.goto(place)
    mentee.page.locator('a[href^="/certificates/"]').first.click()
    mentee.page.wait_for_load_state()
    assert "Amara Okafor" in mentee.page.locator("main").inner_text()
    _shot(mentee.page, "certificate")
    assert [*manager.complaints, *mentee.complaints, *mentor.complaints] == []


def _walk(mentee: Page, mentor: Page, place: str) -> None:
    """The eight stages, one after the other, as the two of them would pass them."""
    assert _stage(mentee, place).startswith("Stage 2 of 8")  # orientation was finished by signing up and accepting
    for days in (8, 22):
        _later(days)
        _meet(mentee, mentor, place)
    _agree(mentee, mentor, place)
    _later(32)
    for page in (mentee, mentor):
        _check_in(page, place, "pulse_30")
    assert _stage(mentee, place).startswith("Stage 3 of 8")
    _goal(mentee, place)
    assert _stage(mentee, place).startswith(("Stage 4 of 8", "Stage 5 of 8"))
    _steps(mentee)
    assert _stage(mentee, place).startswith("Stage 5 of 8")
    _shot(mentee, "mentorship")
    for number in range(1, 9):
        _later(32 + 24 * number)
        _meet(mentee, mentor, place)
    assert _stage(mentee, place).startswith("Stage 6 of 8")
    for page in (mentee, mentor):
        _review(page, place)
        _check_in(page, place, "mid_pack")
    assert _stage(mentee, place).startswith("Stage 7 of 8")
    _settle_goal(mentee)
    for page in (mentee, mentor):
        _check_in(page, place, "end_pack")
    assert _stage(mentee, place).startswith("Stage 8 of 8")
    _close(mentee, place)
    drain()
