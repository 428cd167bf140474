"""Publishing a round of many pairs: a page that says how far it is, stopping, going on, taking it back."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.matching import World, a_managed_world, a_published_round, a_round, a_world
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeRoleFactory
from trellis.kernel import clock
from trellis.kernel.jobs import drain
from trellis.kernel.jobs.tables import Job, JobState
from trellis.kernel.models import AuditEntry
from trellis.matching.actions.review import approve_from
from trellis.matching.choices import RoundState
from trellis.matching.models import Round
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation


@pytest.fixture
def world(organisation: Organisation) -> World:
    """More pairs than a person should wait for."""
    return a_managed_world(organisation, mentees=21, mentors=21)


@pytest.fixture
def found(world: World) -> Round:
    made = a_round(world)
    approve_from(by=world.manager, found=made, score=0, now=clock.now())
    return made


def at(found: Round, name: str) -> str:
    return reverse(name, args=[found.programme.slug, found.number])


def text(manager: Client, path: str, **headers: str) -> str:
    return manager.get(path, headers=headers).content.decode()


def test_many_pairs_go_out_by_a_job_and_the_page_says_how_far(manager: Client, found: Round) -> None:
    assert "With this many it takes a moment" in text(manager, at(found, "round_publish"))

    response = manager.post(at(found, "round_publish"), follow=True)

    page = response.content.decode()
    assert response.redirect_chain == [(at(found, "round"), 302)]
    assert "Publishing has begun." in page
    assert "0 out, 21 to go" in page
    assert "The matches are going out" in page
    part = text(manager, at(found, "round"), **{"HX-Request": "true"})
    assert "<html" not in part
    assert 'hx-trigger="every 1s"' in part
    drain()
    assert manager.get(at(found, "round"), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    done = text(manager, at(found, "round"))
    assert "Published matches" in done
    assert "You can take this back for 60 more minutes" in done
    assert Mentorship.objects.count() == 21


def test_a_stopped_publication_says_what_is_out_and_how_to_go_on(manager: Client, found: Round) -> None:
    manager.post(at(found, "round_publish"))
    found.refresh_from_db()
    manager.post(reverse("job_cancel", args=[found.job_id]))

    page = text(manager, at(found, "round"))
    assert "Publishing was stopped" in page
    assert "hx-trigger" not in page
    assert "Review round" not in text(manager, reverse("rounds", args=[found.programme.slug]))
    response = manager.post(at(found, "round_go_on"), follow=True)
    drain()

    assert "It goes on." in response.content.decode()
    found.refresh_from_db()
    assert (found.state, Mentorship.objects.count()) == (RoundState.PUBLISHED, 21)


def test_whoever_runs_the_programme_stops_it(client: Client, manager: Client, found: Round) -> None:
    """Not only who published it."""
    manager.post(at(found, "round_publish"))
    other = PersonFactory(organisation=found.organisation)
    ProgrammeRoleFactory(programme=found.programme, person=other, organisation=found.organisation)
    client.force_login(other.account)
    assert at(found, "round_publish_stop") in text(client, at(found, "round"))

    response = client.post(at(found, "round_publish_stop"), follow=True)
    drain()

    assert "It was asked to stop." in response.content.decode()
    assert "Publishing was stopped" in text(manager, at(found, "round"))
    assert Mentorship.objects.count() == 0
    line = AuditEntry.objects.get(verb="round.stop_publishing")
    assert line.actor_id == other.pk
    again = client.post(at(found, "round_publish_stop"), follow=True)
    assert "Nothing was at work any more." in again.content.decode()


def test_many_pairs_are_taken_back_by_a_job_and_published_again(manager: Client, found: Round) -> None:
    manager.post(at(found, "round_publish"))
    drain()
    response = manager.post(at(found, "round_undo"), follow=True)
    assert "The matches are being taken back" in response.content.decode()
    assert "0 taken back, 21 to go" in response.content.decode()
    drain()
    assert (Mentorship.objects.count(), "Publish 21 approved" in text(manager, at(found, "round"))) == (0, True)

    manager.post(at(found, "round_publish"))
    drain()

    assert Mentorship.objects.count() == 21


def test_a_dead_job_of_an_undo_can_go_on(manager: Client, found: Round) -> None:
    manager.post(at(found, "round_publish"))
    drain()
    manager.post(at(found, "round_undo"))
    found.refresh_from_db()
    Job.objects.filter(pk=found.job_id).update(state=JobState.DEAD)

    assert "Taking it back was stopped" in text(manager, at(found, "round"))
    manager.post(at(found, "round_go_on"))
    drain()

    found.refresh_from_db()
    assert found.state == RoundState.REVIEW


def test_the_job_leads_to_the_round(manager: Client, found: Round) -> None:
    manager.post(at(found, "round_publish"))
    drain()
    found.refresh_from_db()

    page = text(manager, reverse("job", args=[found.job_id]))

    assert "Publishing a round" in page
    assert at(found, "round") in page


def test_there_is_nothing_to_go_on_with_in_a_published_round(manager: Client, organisation: Organisation) -> None:
    small = a_world(organisation)
    made = a_published_round(small)
    manager.force_login(small.manager.account)

    response = manager.post(at(made, "round_go_on"), follow=True)

    assert "This round is now: published." in response.content.decode()
