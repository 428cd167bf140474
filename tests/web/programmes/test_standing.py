"""What the pages of programmes say of somebody who is matched already, wholly or in part."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.mentorships import a_pair
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Programme

LIST, PAGE = "/programmes/", "/programmes/growth/"


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("side", "places", "live", "chip", "outlook"),
    [
        ("mentee", 1, 0, "Ready to be matched", "You can be matched. You hear as soon as there is news."),
        ("mentee", 1, 1, "Matched", "You have a mentor here. All your places are taken, so nobody new"),
        ("mentee", 2, 1, "1 of 2 places taken", "You have a mentor here. You can be matched with 1 more."),
        ("mentor", 2, 0, "Ready to be matched", "You can be matched."),
        ("mentor", 3, 1, "1 of 3 places taken", "You have 1 mentee here. You can be matched with 2 more."),
        ("mentor", 2, 2, "All places taken", "You have 2 mentees here. All your places are taken, so nobody new"),
        ("mentor", 1, 2, "All places taken", "You have 2 mentees here. All your places are taken, so nobody new"),
    ],
)
def test_both_pages_say_how_many_places_are_taken(
    at: Client, person: Person, programme: Programme, side: str, places: int, live: int, chip: str, outlook: str
) -> None:
    EnrolmentFactory(programme=programme, person=person, side=side, places=places)
    for _ in range(live):
        a_pair(programme, **{side: person})

    for page in (words(at.get(LIST)), words(at.get(PAGE))):
        assert f">{chip}</span>" in page
        assert outlook in page
        assert ("Ready to be matched" in page) == (chip == "Ready to be matched")


def test_the_page_leads_to_the_mentorship(at: Client, person: Person, programme: Programme) -> None:
    EnrolmentFactory(programme=programme, person=person)
    pair = a_pair(programme, mentee=person)

    assert f'href="/mentorships/{pair.pk}/"' in words(at.get(PAGE))


@pytest.mark.parametrize("state", [MentorshipState.COMPLETED, MentorshipState.ENDED])
def test_mentorships_that_are_over_take_no_place(at: Client, person: Person, programme: Programme, state: str) -> None:
    EnrolmentFactory(programme=programme, person=person)
    a_pair(programme, mentee=person)
    Mentorship.objects.update(state=state)

    assert "Ready to be matched" in words(at.get(LIST))


def test_a_mentorship_counts_for_its_own_programme_and_side(at: Client, person: Person, programme: Programme) -> None:
    EnrolmentFactory(programme=programme, person=person, side=Side.MENTOR, places=2)
    a_pair(programme, mentee=person)
    a_pair(ProgrammeFactory(organisation=programme.organisation), mentor=person)

    assert "Ready to be matched" in words(at.get(LIST))


def test_who_pauses_with_a_partner_is_told_that_it_goes_on(at: Client, person: Person, programme: Programme) -> None:
    EnrolmentFactory(programme=programme, person=person, state=EnrolmentState.PAUSED)
    a_pair(programme, mentee=person)

    page = words(at.get(PAGE))

    assert "Nobody new is matched with you. Your mentorship goes on. Resume when you like." in page
    assert ">Paused</span>" in page


def test_who_waits_for_a_place_may_take_the_training_meanwhile(
    at: Client, person: Person, programme: Programme
) -> None:
    Programme.objects.update(training_gate=True)
    EnrolmentFactory(programme=programme, person=person, state=EnrolmentState.WAITING)

    assert "Take the training meanwhile" in words(at.get(PAGE))


def test_queries_are_the_same_at_1_and_20_mentorships(at: Client, person: Person, programme: Programme) -> None:
    EnrolmentFactory(programme=programme, person=person, side=Side.MENTOR, places=50)
    counts = []
    for more in (1, 19):
        for _ in range(more):
            a_pair(programme, mentor=person)
            other = ProgrammeFactory(organisation=programme.organisation)
            EnrolmentFactory(programme=other, person=person)
            a_pair(other, mentee=person)
        with CaptureQueriesContext(connection) as queries:
            at.get(LIST)
        counts.append(len(queries))

    assert counts[0] == counts[1]
