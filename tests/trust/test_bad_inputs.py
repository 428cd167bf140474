"""The bad inputs of trust.md, section 7, by number: each is answered in words, nothing is half saved, none is a 500."""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.factories.matching import a_round, a_world
from tests.factories.mentorships import a_pair
from tests.factories.programmes import WEIGHTS, EnrolmentFactory
from tests.samples.directory import as_csv, changed, number, people
from tests.samples.workbooks import bomb, encrypted, workbook
from tests.trust.crawl import signed_in
from tests.trust.world import World, build_world
from trellis.kernel import audit, clock, jobs
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.models import Unmatched
from trellis.meetings.models import Meeting
from trellis.mentorships.models import Mentorship, Transition
from trellis.people.models import DirectoryImport, Organisation, Person, RoleGrant
from trellis.programmes.choices import Side

pytestmark = pytest.mark.django_db

NOT_YOURS = "This page does not exist or is not yours"
EVIL_NAME = "<img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://evil.example")'
SELF_CHOSEN = {"weights": dict(WEIGHTS), "ideal_level_gap": [1, 3], "suggestions": 2, "method": "self_chosen"}
INVISIBLE = "\u200b\u2060\ufeff"


@pytest.fixture
def world(db: None) -> World:
    return build_world("A")


def words(client: Client, path: str, data: dict[str, object] | None = None) -> str:
    """What the page says; `data` is posted first and its answer followed."""
    answer = client.get(path) if data is None else client.post(path, data, follow=True)
    assert answer.status_code < 500
    return answer.content.decode()


def still(page: HttpResponse) -> str:
    """The page without the secrets that each look makes anew."""
    return re.sub(r"[A-Za-z0-9]{64}", "", page.content.decode())


def own_settings(client: Client) -> dict[str, object]:
    """What the form of one's own settings would send unchanged."""
    form = client.get("/account/").context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def upload(client: Client, content: bytes, name: str = "people.csv") -> str:
    return words(client, "/organisation/import/", {"file": SimpleUploadedFile(name, content)})


def to_dry_run(client: Client) -> DirectoryImport:
    """Take the newest upload on with the columns that were guessed."""
    run = DirectoryImport.objects.latest("id")
    form = client.get(f"/organisation/import/{run.pk}/").context["columns_form"]
    chosen = {name: form[name].value() or "" for name in form.fields if name != "missing_means_left"}
    client.post(f"/organisation/import/{run.pk}/columns/", chosen)
    jobs.drain()
    run.refresh_from_db()
    return run


def plan(client: Client, world: World, **given: object) -> str:
    usual = {"day": clock.today() + timedelta(days=5), "at": "10:00", "minutes": 50, "topic": "Pricing", "place": ""}
    return words(client, f"/mentorships/{world.ids['mentorship']}/meetings/plan/", usual | given)


# ---------------------------------------------------------------- whose it is


def test_01_pair_of_another_organisation(world: World) -> None:
    """The same answer as for a number that nobody has."""
    other = build_world("B")
    client = signed_in(world, "mentee")

    theirs = client.get(f"/mentorships/{other.ids['mentorship']}/")
    nobody_s = client.get("/mentorships/99999999/")

    assert (theirs.status_code, nobody_s.status_code) == (404, 404)
    assert still(theirs) == still(nobody_s)
    assert NOT_YOURS in theirs.content.decode()


def test_02_own_manager_guesses_the_address_of_the_notes(world: World) -> None:
    client = signed_in(world, "people_manager")
    path = f"/meetings/{world.ids['meeting_held']}/"

    answers = [client.get(path), client.get(path + "?include=notes"), client.get("/team/?include=notes")]

    assert [answer.status_code for answer in answers] == [404, 404, 200]
    assert not any(world.markers["meeting.notes.held"] in answer.content.decode() for answer in answers)


def test_03_mentee_posts_a_role_an_organisation_and_a_state(world: World) -> None:
    """Fields that a form does not have are not read: nothing of them is changed."""
    mentee, elsewhere = world.people["mentee"], build_world("B").organisation
    client = signed_in(world, "mentee")
    smuggled = {"role": "admin", "organisation": elsewhere.pk, "status": "active", "is_staff": "on", "level": 9}

    words(client, "/account/", own_settings(client) | {"preferred_name": "Mia"} | smuggled)

    with organisation_scope(world.organisation.pk):
        after = Person.objects.get(pk=mentee.pk)
        assert (after.preferred_name, after.organisation_id, after.level) == (
            "Mia",
            world.organisation.pk,
            mentee.level,
        )
        assert RoleGrant.objects.filter(person=mentee).count() == 0


# ---------------------------------------------------------------- places


def test_04_two_people_take_the_last_place_at_once(organisation: Organisation) -> None:
    """In sequence here; fifty at once are raced in tests/matching."""
    world = a_world(organisation, mentees=2, mentors=1, matching=SELF_CHOSEN)
    clients = [Client(), Client()]
    for client, mentee in zip(clients, world.mentees, strict=True):
        assert mentee.person.account is not None
        client.force_login(mentee.person.account)
    path = f"/programmes/{world.programme.slug}/mentors/{world.mentors[0].pk}/ask/"

    first, second = (client.post(path) for client in clients)

    assert (first.status_code, second.status_code) == (302, 409)
    assert "has no free place: 1 of 1 are taken. Below are others who can." in second.content.decode()


def test_05_request_to_a_full_mentor(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=1, mentors=1, matching=SELF_CHOSEN)
    mentor = world.mentors[0]
    a_pair(world.programme, mentor=mentor.person)
    client = _of(world.mentees[0].person)

    answer = client.post(f"/programmes/{world.programme.slug}/mentors/{mentor.pk}/ask/")

    said = f"{mentor.person.full_name} has no free place: 1 of 1 are taken. Below are others who can."
    assert answer.status_code == 409
    assert said in answer.content.decode()


def test_06_oneself_or_one_s_own_manager_as_mentor(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=1, mentors=1, matching=SELF_CHOSEN)
    mentee, boss = world.mentees[0].person, world.mentors[0]
    mentee.manager = boss.person
    mentee.save()
    oneself = EnrolmentFactory(programme=world.programme, person=mentee, side=Side.MENTOR)
    client = _of(mentee)
    mentors = f"/programmes/{world.programme.slug}/mentors/"

    answers = [client.post(f"{mentors}{each.pk}/ask/") for each in (oneself, boss)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert "You cannot be matched with yourself." in answers[0].content.decode()
    assert "You cannot be matched with your line manager" in answers[1].content.decode()


def _of(person: Person) -> Client:
    client = Client()
    assert person.account is not None
    client.force_login(person.account)
    return client


# ---------------------------------------------------------------- files


def test_07_file_in_a_wrong_encoding_with_semicolons_and_quoted_newlines(world: World) -> None:
    client = signed_in(world, "admin")
    rows = changed(people(20), 3, job_title="Lead\nof two lines")

    wrong = upload(client, "Zoë,ł\n1,2\n".encode() + b"3,\x92\n")
    right = upload(client, b"\xef\xbb\xbf" + as_csv(rows, separator=";").encode())

    assert "Line 3: byte 0x92 is not UTF-8." in wrong
    assert "Read as UTF-8, separated by semicolons; 20 rows." in right


def test_08_rows_with_faults_are_listed_and_the_others_stay(world: World) -> None:
    rows = changed(people(20), 4, email="")
    rows = changed(rows, 5, employee_id=number(6))
    rows = changed(rows, 7, hire_date="31/02/2024")
    rows = changed(changed(rows, 8, manager_id=number(9)), 9, manager_id=number(8))
    client = signed_in(world, "admin")

    upload(client, as_csv(rows).encode())
    with organisation_scope(world.organisation.pk):
        run = to_dry_run(client)

    page = words(client, f"/organisation/import/{run.pk}/")
    refused = client.get(f"/organisation/import/{run.pk}/refused.csv").content.decode()
    assert {fault["line"] for fault in run.faults if not fault["applied"]} == {6, 8, 9}
    assert [refused.count(each) for each in (number(4), number(6), number(7), number(8))] == [1, 1, 1, 0]
    assert "31/02/2024 does not exist: February 2024 has 29 days." in page
    assert "The managers form a circle" in page


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "people.csv", "The file is empty. Choose the file that holds the rows."),
        (b"id,email\n", "people.csv", "The file has a header but no rows."),
        (b"x" * 50_000_001, "people.csv", "Limit 50 MB."),
        (workbook([["id", "email"], ["1", "a@example.org"]]), "people.csv", "This is an Excel workbook; rename or"),
        (b"id,email\n1,a@example.org\n", "people.xlsx", "This is a text file, not an Excel workbook."),
    ],
    ids=["empty", "header only", "too large", "workbook called csv", "csv called workbook"],
)
def test_09_files_that_hold_no_table(world: World, content: bytes, name: str, said: str) -> None:
    assert said in upload(signed_in(world, "admin"), content, name)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bomb(workbook([["id", "email"], ["1", "a@example.org"]]), megabytes=271), "exceeds 100 MB."),
        (encrypted(), "encrypted"),
    ],
    ids=["bomb", "encrypted"],
)
def test_10_workbooks_that_explode_or_are_locked(world: World, content: bytes, said: str) -> None:
    assert said in upload(signed_in(world, "admin"), content, "people.xlsx")


def test_11_formula_in_a_file_for_spreadsheets(world: World) -> None:
    """Shown as typed; in a download it stands as text."""
    rows = changed(changed(people(20), 4, job_title=FORMULA), 5, first_name=FORMULA, email="")
    client = signed_in(world, "admin")
    upload(client, as_csv(rows).encode())
    with organisation_scope(world.organisation.pk):
        run = to_dry_run(client)
        audit.record(
            organisation_id=world.organisation.pk, actor_id=world.people["admin"].pk, verb=FORMULA,
            subject="person:1", at=clock.now(),
        )  # fmt: skip

    refused = client.get(f"/organisation/import/{run.pk}/refused.csv").content.decode()
    log = client.post("/organisation/audit/export.csv").getvalue().decode()

    for text in (refused, log):
        assert "HYPERLINK" in text
        assert all(before == "'" for before in _signs_before("=HYPERLINK", text))


def _signs_before(what: str, text: str) -> list[str]:
    return [text[place - 1] for place in range(len(text)) if text.startswith(what, place)]


# ---------------------------------------------------------------- words


def test_12_names_that_are_markup_endless_or_invisible(world: World) -> None:
    client = signed_in(world, "mentee")
    usual = own_settings(client)
    bell = "\u202eevil \U0001f469\u200d\U0001f52c"

    kept = words(client, "/account/", usual | {"preferred_name": EVIL_NAME})
    endless = words(client, "/account/", usual | {"preferred_name": "x" * 10_000})
    turned = words(client, "/account/", usual | {"preferred_name": bell})
    unseen = words(client, "/account/", usual | {"preferred_name": INVISIBLE})

    assert EVIL_NAME not in kept
    assert "&lt;img src=x onerror=alert(1)&gt;" in kept
    assert "at most 200 characters (it has 10000)" in endless
    assert "x" * 10_000 in endless
    assert bell in turned
    assert "It looks empty: only spaces or invisible characters." in unseen
    with organisation_scope(world.organisation.pk):
        assert Person.objects.get(pk=world.people["mentee"].pk).preferred_name == bell


def test_13_line_breaks_in_a_meeting_s_title(world: World) -> None:
    """One text property in the calendar file, nothing planted."""
    client = signed_in(world, "mentee")
    with organisation_scope(world.organisation.pk):
        meeting = Meeting.objects.get(pk=world.ids["meeting_planned"])
        meeting.topic = "Pricing\r\nATTENDEE:mailto:evil@example.org\nX:1\u2028Y:2"
        meeting.save()

    lines = client.get(f"/meetings/{meeting.pk}/calendar.ics?details=1").content.decode().split("\r\n")

    starts = [line.split(":")[0].split(";")[0] for line in lines if line and not line.startswith(" ")]
    assert {"ATTENDEE", "X", "Y"} & set(starts) == set()
    assert starts.count("SUMMARY") == 1
    assert not any(sign in line for line in lines for sign in "\n\u2028")


def test_14_times_that_do_not_exist_or_have_passed_or_never_end(world: World) -> None:
    zone = "Europe/Berlin"
    with organisation_scope(world.organisation.pk):
        Person.objects.filter(pk=world.people["mentee"].pk).update(time_zone=zone)
        before = Meeting.objects.count()
    client = signed_in(world, "mentee")
    gap = _spring_forward()

    missing = plan(client, world, day=gap, at="02:30", topic="Kept words")
    past = plan(client, world, day=clock.today() - timedelta(days=2))
    endless = plan(client, world, minutes=0)
    far = plan(client, world, day=date(9999, 12, 31))

    assert f"02:30 does not exist in {zone}" in missing
    assert "clocks go forward. Use 01:30 or 03:00." in missing
    assert "Kept words" in missing
    assert "This time is in the past." in past
    assert "A meeting ends after it starts." in endless
    assert "Choose a" in far
    with organisation_scope(world.organisation.pk):
        assert Meeting.objects.count() == before


def _spring_forward() -> date:
    """The next last Sunday of March."""
    today = clock.today()
    year = today.year if (today.month, today.day) < (3, 20) else today.year + 1
    last = date(year, 3, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


# ---------------------------------------------------------------- addresses


def test_16_addresses_that_lead_elsewhere_or_ask_for_nonsense(world: World) -> None:
    inside = signed_in(world, "mentee")
    assert inside.get("/sign-in/?next=//evil.example")["Location"] == "/"
    answer = Client().get("/sign-in/?next=//evil.example")
    assert "evil.example" not in "".join(part for part in answer.content.decode().split('"') if part.startswith("http"))

    admin, manager = signed_in(world, "admin"), signed_in(world, "programme_manager")
    slug = world.ids["slug"]
    assert inside.get("/meetings/?page=-1").status_code == 404
    assert still(inside.get("/messages/?sort=password&limit=1e9")) == still(inside.get("/messages/"))
    assert manager.get(f"/manage/{slug}/people/?tab=password").status_code == 404
    assert admin.get("/organisation/audit/?before=-1").status_code == 400


def test_18_sign_in_for_an_unknown_address_and_links_that_are_spent(world: World) -> None:
    """The same page for both addresses; a spent link says so."""
    pages = []
    for email in ("mentee@world-a.example", "nobody@world-a.example"):
        pages.append(still(Client().post("/sign-in/", {"email": email}, follow=True)).replace(email, ""))

    assert pages[0] == pages[1]
    for path in ("/sign-in/link/no-such-token/", "/invitation/no-such-token/"):
        answer = Client().get(path)
        assert answer.status_code == 404
        assert "used or has expired" in answer.content.decode()


# ---------------------------------------------------------------- bonus traps


def test_back_button_after_signing_out_shows_nothing(world: World) -> None:
    """Pages of a person are kept nowhere, so that "back" asks again; and then the sign-in page comes."""
    client = signed_in(world, "mentee")
    pages = ["/", "/messages/1/", "/goals/", "/account/", f"/meetings/{world.ids['meeting_held']}/"]

    kept = [client.get(path)["Cache-Control"] for path in pages]
    left = client.post("/sign-out/")

    assert kept == ["private, no-store"] * len(pages)
    assert left["Clear-Site-Data"] == '"cache"'
    assert [client.get(path)["Location"] for path in pages] == [f"/sign-in/?next={path}" for path in pages]


def test_double_click_on_end_ends_once(world: World) -> None:
    client = signed_in(world, "mentee")
    path = f"/mentorships/{world.ids['mentorship']}/end/"

    first, second = client.post(path, {"closure": ""}), client.post(path, {"closure": ""})

    assert (first.status_code, second.status_code) == (302, 422)
    with organisation_scope(world.organisation.pk):
        assert Transition.objects.filter(mentorship=world.mentorship, to_state="ended").count() == 1
        assert Mentorship.objects.get(pk=world.mentorship.pk).state == "ended"


def test_organisation_without_mentors_is_told_so(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=3, mentors=0)

    client = _of(world.manager)

    path = client.post(f"/manage/{world.programme.slug}/rounds/start/")["Location"]
    jobs.drain()

    assert "No mentor has a free place." in words(client, f"{path}unmatched/")
    assert "0" in words(client, path)


def test_odd_number_leaves_one_with_a_reason(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=3, mentors=2)
    found = a_round(world)

    page = words(_of(world.manager), f"/manage/{world.programme.slug}/rounds/{found.number}/unmatched/")

    assert found.proposals.count() == 2
    left = Unmatched.objects.get(round=found, enrolment__side=Side.MENTEE)
    assert left.enrolment.person.full_name in page
