"""Moving a pair on: the people who run the programme alone, forwards only."""

import pytest
from django.test import Client

from tests.factories.journeys import a_started_pair, mentee_of, oriented
from tests.web.overview.conftest import signed_in
from trellis.journeys.actions import start_journey
from trellis.journeys.models import Journey
from trellis.kernel import clock
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Person
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import Programme, ProgrammeRole


@pytest.fixture
def pair(programme: Programme) -> Mentorship:
    pair = a_started_pair(programme)
    start_journey(mentorship=pair, now=clock.now())
    return pair


def _path(pair: Mentorship) -> str:
    return f"/manage/{pair.programme.slug}/pairs/{pair.pk}/"


def _said(client: Client, path: str, stage: str) -> list[str]:
    return [str(message) for message in client.post(path, {"to_stage": stage}, follow=True).context["messages"]]


def test_button_names_the_next_stage_and_moves_the_pair_there(pair: Mentorship, manager: Person) -> None:
    client = signed_in(manager)

    assert "Move to Connection" in client.get(_path(pair)).content.decode()
    said = _said(client, f"{_path(pair)}advance/", "connection")

    assert said == ["The pair now stands at “Connection”. Both were told."]
    assert Journey.objects.get(mentorship=pair).stage == "connection"
    assert Notice.objects.filter(kind="journeys.moved_by_team").count() == 2


def test_stage_that_the_pair_has_reached_meanwhile_is_refused_in_words(pair: Mentorship, manager: Person) -> None:
    oriented(pair)  # the facts lead to connection before the button is pressed

    said = _said(signed_in(manager), f"{_path(pair)}advance/", "connection")

    assert said == ["Choose a stage that lies ahead of the pair."]


def test_reader_sees_no_button_and_cannot_press_it(
    pair: Mentorship, analyst: Person, organisation_analyst: Person
) -> None:
    for reader in (analyst, organisation_analyst):
        client = signed_in(reader)
        assert "Move to" not in client.get(_path(pair)).content.decode()
        assert client.post(f"{_path(pair)}advance/", {"to_stage": "connection"}).status_code == 403

    assert Journey.objects.get(mentorship=pair).stage == "orientation"


def test_manager_of_another_programme_finds_no_pair(pair: Mentorship, outsider: Person) -> None:
    answer = signed_in(outsider).post(f"{_path(pair)}advance/", {"to_stage": "connection"})

    assert answer.status_code == 404


def test_own_pair_and_closed_pair_have_no_button(pair: Mentorship, programme: Programme, manager: Person) -> None:
    mentee = mentee_of(pair)
    ProgrammeRole.objects.create(
        organisation=programme.organisation, programme=programme, person=mentee, kind=ProgrammeRoleKind.OWNER
    )
    own = signed_in(mentee).get(_path(pair)).content.decode()
    end_mentorship(by=None, mentorship=pair, now=clock.now())
    closed = signed_in(manager).get(_path(pair)).content.decode()

    assert ("Move to" in own, "Move to" in closed) == (False, False)
    assert _said(signed_in(manager), f"{_path(pair)}advance/", "connection") == [
        "Only the people who run this programme can move a pair, and only while it lasts."
    ]
