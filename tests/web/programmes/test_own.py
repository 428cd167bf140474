from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment, Programme

OWN = "/programmes/growth/mentor/"


@pytest.fixture
def enrolment(person: Person, programme: Programme) -> Enrolment:
    return EnrolmentFactory(programme=programme, person=person, side=Side.MENTOR, places=2)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_places_change_at_once(at: Client, enrolment: Enrolment) -> None:
    response = at.post(OWN + "places/", {"places": "4"}, follow=True)

    enrolment.refresh_from_db()
    assert enrolment.places == 4
    assert "It holds from now on" in words(response)


@pytest.mark.parametrize("places", ["0", "99", "many", ""])
def test_places_that_are_not_possible_are_refused_in_words(at: Client, enrolment: Enrolment, places: str) -> None:
    response = at.post(OWN + "places/", {"places": places}, follow=True)

    enrolment.refresh_from_db()
    assert enrolment.places == 2
    assert response.status_code == 200
    assert "flash error" in words(response)


def test_pause_and_resume(at: Client, enrolment: Enrolment) -> None:
    at.post(OWN + "pause/")
    paused = Enrolment.objects.get().state
    at.post(OWN + "resume/")

    assert (paused, Enrolment.objects.get().state) == (EnrolmentState.PAUSED, EnrolmentState.APPROVED)


def test_a_break_with_a_day_says_when_it_ends_and_can_be_moved(at: Client, enrolment: Enrolment) -> None:
    back = clock.today() + timedelta(days=20)

    page = words(at.post(OWN + "pause/", {"until": back.isoformat()}, follow=True))
    moved = words(at.post(OWN + "pause/", {"until": (back + timedelta(days=1)).isoformat()}, follow=True))

    assert f"You are back on {back.day} {back:%B %Y} by itself" in page
    assert f"You are back by itself on {back.day} {back:%B %Y}, or earlier if you resume." in page
    assert f'value="{(back + timedelta(days=1)).isoformat()}"' in moved
    assert Enrolment.objects.get().paused_until == back + timedelta(days=1)


@pytest.mark.parametrize(
    ("until", "why"), [("2020-01-01", "Choose a day from tomorrow on"), ("soon", "This is not a date.")]
)
def test_a_day_that_is_not_possible_is_refused_in_words(
    at: Client, enrolment: Enrolment, until: str, why: str
) -> None:  # fmt: skip
    page = words(at.post(OWN + "pause/", {"until": until}, follow=True))

    assert why in page
    assert Enrolment.objects.get().state == EnrolmentState.APPROVED


def test_pause_twice_says_why_not(at: Client, enrolment: Enrolment) -> None:
    at.post(OWN + "pause/")

    assert "Only a sign-up that is ready" in words(at.post(OWN + "pause/", follow=True))


def test_withdraw_asks_no_reason(at: Client, enrolment: Enrolment) -> None:
    page = words(at.get(OWN + "withdraw/"))
    response = at.post(OWN + "withdraw/", follow=True)

    assert "no reason is asked" in page
    assert "<textarea" not in page
    assert Enrolment.objects.get().state == EnrolmentState.WITHDRAWN
    assert "You have left." in words(response)


def test_withdraw_leads_to_ending_a_live_mentorship_first(
    at: Client, person: Person, programme: Programme, enrolment: Enrolment
) -> None:
    mentorship = a_pair(programme, mentor=person)

    response = at.post(OWN + "withdraw/")

    assert f"/mentorships/{mentorship.pk}/end/" in words(response)
    assert Enrolment.objects.get().state == EnrolmentState.APPROVED


def test_mentorship_on_the_other_side_does_not_hold_anybody(
    at: Client, person: Person, programme: Programme, enrolment: Enrolment
) -> None:
    a_pair(programme, mentee=person)

    at.post(OWN + "withdraw/")

    assert Enrolment.objects.get().state == EnrolmentState.WITHDRAWN


def test_withdraw_what_is_over(at: Client, enrolment: Enrolment) -> None:
    Enrolment.objects.update(state=EnrolmentState.COMPLETED)

    assert "already over" in words(at.get(OWN + "withdraw/", follow=True))


@pytest.mark.parametrize("step", ["places", "pause", "resume", "withdraw"])
def test_sign_ups_of_others_do_not_exist(at: Client, programme: Programme, step: str) -> None:
    EnrolmentFactory(programme=programme, side=Side.MENTOR)

    assert at.post(f"{OWN}{step}/").status_code == 404


@pytest.mark.parametrize("step", ["places", "pause", "resume", "withdraw"])
def test_sign_ups_of_another_organisation_do_not_exist(
    at: Client, person: Person, other_organisation: Organisation, step: str
) -> None:
    with organisation_scope(other_organisation.pk):
        twin = PersonFactory(organisation=other_organisation)
        EnrolmentFactory(
            programme__organisation=other_organisation, programme__slug="growth", person=twin, side=Side.MENTOR
        )

    assert at.post(f"{OWN}{step}/").status_code == 404


# --- being found by mentors

FINDABLE = "/programmes/growth/mentee/findable/"


@pytest.fixture
def mentee(person: Person, programme: Programme) -> Enrolment:
    programme.matching = {**programme.matching, "method": "self_chosen"}
    programme.save()
    return EnrolmentFactory(programme=programme, person=person)


def test_nobody_is_found_before_they_say_yes(at: Client, mentee: Enrolment) -> None:
    page = words(at.get("/programmes/growth/"))
    yes = words(at.post(FINDABLE, {"findable": "yes"}, follow=True))
    found = Enrolment.objects.get().findable
    no = words(at.post(FINDABLE, {"findable": "no"}, follow=True))

    assert (mentee.findable, found, Enrolment.objects.get().findable) == (False, True, False)
    assert "Mentors of this programme cannot find you." in page
    assert "mentors of this programme who have a free place can see your name, job, unit, place and languages" in page
    assert "Saved. Mentors of this programme can find you and ask you." in yes
    assert "Saved. No mentor can find you from now on." in no


def test_where_rounds_match_and_on_the_mentors_side_nobody_is_asked_that(
    at: Client, enrolment: Enrolment, programme: Programme
) -> None:
    EnrolmentFactory(programme=programme, person=enrolment.person)
    pages = [words(at.get("/programmes/growth/"))]
    refused = words(at.post(FINDABLE, {"findable": "yes"}, follow=True))
    programme.matching = {**programme.matching, "method": "self_chosen"}
    programme.save()
    Enrolment.objects.filter(side=Side.MENTEE).delete()
    pages.append(words(at.get("/programmes/growth/")))
    for_mentors = words(at.post(OWN + "findable/", {"findable": "yes"}, follow=True))

    assert [page for page in pages if "can find you" in page] == []
    assert "In this programme nobody looks for mentees" in refused
    assert "In this programme nobody looks for mentees" in for_mentors
    assert not Enrolment.objects.filter(findable=True).exists()


def test_whoever_comes_back_chooses_anew(at: Client, mentee: Enrolment) -> None:
    at.post(FINDABLE, {"findable": "yes"})
    at.post("/programmes/growth/mentee/withdraw/")
    at.post("/programmes/growth/mentee/start/")

    again = Enrolment.objects.get()
    assert (again.state, again.findable) == (EnrolmentState.STARTED, False)


def test_only_one_s_own_sign_up_is_changed(at: Client, mentee: Enrolment) -> None:
    mentee.person = PersonFactory(organisation=mentee.organisation)
    mentee.save()

    assert at.post(FINDABLE, {"findable": "yes"}).status_code == 404
    assert not Enrolment.objects.get().findable
