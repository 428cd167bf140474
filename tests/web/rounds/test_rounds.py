import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.enrolments import EnrolmentSkillFactory
from tests.factories.matching import World, a_published_round, a_round, a_world, pair_of
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeRoleFactory
from trellis.kernel import clock
from trellis.kernel.jobs import drain
from trellis.kernel.jobs.tables import Job, JobState
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.offers import answer_offer
from trellis.matching.actions.rounds import run_again, start_round
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.people.models import Organisation
from trellis.programmes.choices import ProgrammeRoleKind, Side

STEPS = ("round", "round_unmatched", "round_proof", "round_certificate", "round_publish")
POSTS = ("round_decide", "round_approve_from", "round_publish", "round_undo", "round_set_aside", "round_again")


def address(found: Round, name: str = "round", *more: object) -> str:
    return reverse(name, args=[found.programme.slug, found.number, *more])


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_programme_without_a_round_says_what_one_is(manager: Client, world: World) -> None:
    page = text(manager, reverse("rounds", args=[world.programme.slug]))

    assert "No round yet" in page
    assert "Start a round" in page


def test_starting_leads_to_the_round_and_its_progress(manager: Client, world: World) -> None:
    response = manager.post(reverse("round_start", args=[world.programme.slug]), follow=True)

    page = response.content.decode()
    assert response.redirect_chain == [(f"/manage/{world.programme.slug}/rounds/1/", 302)]
    assert 'hx-trigger="every 1s"' in page
    assert "Look again" in page
    job = Job.objects.get(name="matching.solve_round")
    assert reverse("job", args=[job.pk]) in page


def test_starting_twice_is_refused_in_words(manager: Client, world: World) -> None:
    start_round(by=world.manager, programme=world.programme, now=clock.now())

    response = manager.post(reverse("round_start", args=[world.programme.slug]), follow=True)

    assert "A round is still open. Publish it or set it aside" in response.content.decode()
    assert Round.objects.count() == 1


def test_progress_is_a_fragment_until_the_round_is_solved(manager: Client, world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())
    Job.objects.filter(pk=found.job_id).update(progress_done=1, progress_total=3, state=JobState.RUNNING)

    part = manager.get(address(found), headers={"HX-Request": "true"})
    Job.objects.filter(pk=found.job_id).update(state=JobState.READY)
    drain()
    solved = manager.get(address(found), headers={"HX-Request": "true"})

    assert b"<html" not in part.content
    assert b'value="33"' in part.content
    assert (solved.content, solved.headers["HX-Refresh"]) == (b"", "true")


@pytest.mark.parametrize("state", [JobState.DEAD, JobState.CANCELLED])
def test_a_job_that_came_to_nothing_says_so_and_how_to_go_on(manager: Client, world: World, state: str) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())
    Job.objects.filter(pk=found.job_id).update(state=state)

    page = text(manager, address(found))
    manager.post(address(found, "round_set_aside"))

    assert "Solving did not come to an end" in page
    assert "hx-trigger" not in page
    found.refresh_from_db()
    assert found.state == RoundState.DISCARDED


def test_a_job_that_is_gone_says_so(manager: Client, world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())
    Job.objects.all().delete()

    assert "Solving did not come to an end" in text(manager, address(found))


def test_a_failed_round_says_why_and_can_run_again(manager: Client, world: World) -> None:
    world.programme.matching["weights"]["balance"] = 40
    world.programme.save()
    found = a_round(world)

    page = text(manager, address(found))
    response = manager.post(address(found, "round_again"))

    assert "The weights add up to 138, not 100." in page
    assert response.headers["Location"] == f"/manage/{world.programme.slug}/rounds/2/"


def test_running_again_keeps_decisions_and_leads_to_the_new_round(manager: Client, world: World) -> None:
    found = a_round(world)

    response = manager.post(address(found, "round_again"), follow=True)

    assert response.redirect_chain == [(f"/manage/{world.programme.slug}/rounds/2/", 302)]
    assert "Running again" in response.content.decode()


def test_running_a_published_round_again_is_refused_in_words(manager: Client, world: World) -> None:
    found = a_published_round(world)

    response = manager.post(address(found, "round_again"), follow=True)

    assert "This round is now: published" in response.content.decode()


def test_the_proof_is_checked_on_the_page(manager: Client, world: World) -> None:
    page = text(manager, address(a_round(world), "round_proof"))

    assert "Yes. Checked just now" in page
    assert "All 9 possible pairs were scored anew." in page


def test_a_changed_certificate_is_found_and_named(manager: Client, world: World) -> None:
    found = a_round(world)
    found.certificate["pairs"][0]["score"] += 1  # type: ignore[index]
    found.save()

    page = text(manager, address(found, "round_proof"))

    assert "The certificate does not hold" in page
    assert "A row was changed: pairs/0" in page


def test_the_certificate_is_a_file(manager: Client, world: World) -> None:
    found = a_round(world)

    response = manager.get(address(found, "round_certificate"))

    assert json.loads(response.content) == found.certificate
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="certificate-{world.programme.slug}-1.json"'
    )


def test_a_round_without_a_plan_has_no_proof(manager: Client, world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())

    assert manager.get(address(found, "round_proof")).status_code == 404
    assert manager.get(address(found, "round_certificate")).status_code == 404


def test_everybody_without_a_partner_has_a_reason_and_what_would_help(manager: Client, world: World) -> None:
    left = world.enrol(Side.MENTEE)
    left.person.languages = ["Icelandic"]
    left.person.save()

    page = text(manager, address(a_round(world), "round_unmatched"))

    assert left.person.full_name in page
    assert "3 because they have no language in common" in page
    assert "Somebody who speaks one of their languages" in page


def test_publishing_names_how_many_and_what_follows(manager: Client, world: World) -> None:
    found = a_round(world)
    found.proposals.filter(mentee=world.mentees[0]).update(state=ProposalState.APPROVED)

    page = text(manager, address(found, "round_publish"))

    assert "Publish 1 match?" in page
    assert "2 pairs that still wait for your review are declined" in page
    assert "You can take everything back for 60 minutes" in page


def test_publishing_offers_and_shows_the_time_left_to_take_it_back(manager: Client, world: World) -> None:
    found = a_round(world)
    found.proposals.update(state=ProposalState.APPROVED)

    response = manager.post(address(found, "round_publish"), follow=True)

    page = response.content.decode()
    assert "Published: 3 pairs. Everybody who is asked, and whoever begins, has been told." in page
    assert "You can take this back for 60 more minutes" in page
    assert "0 of 3 accepted by both" in page
    assert page.count("waiting for both") == 3


def test_publishing_nothing_is_refused_in_words(manager: Client, world: World) -> None:
    response = manager.post(address(a_round(world), "round_publish"), follow=True)

    assert "Approve at least one pair first" in response.content.decode()


def test_asking_to_publish_a_published_round_leads_back(manager: Client, world: World) -> None:
    assert manager.get(address(a_published_round(world), "round_publish")).status_code == 302


def test_taking_back_says_how_many_and_who_stays(manager: Client, world: World) -> None:
    found = a_published_round(world)
    one = pair_of(found, world.mentees[0])
    for side in (one.mentee, one.mentor):
        one = answer_offer(by=side.person, proposal=one, accepted=True, now=clock.now())
    assert one.mentorship
    one.mentorship.agreements.create(
        organisation=found.organisation, version=1, aims="a", rhythm="b", boundaries="c", confidentiality="d",
        drafted_by=one.mentee.person, drafted_at=clock.now(),
    )  # fmt: skip

    response = manager.post(address(found, "round_undo"), follow=True)

    page = response.content.decode()
    assert "Taken back: 2 pairs are approved here again." in page
    assert "1 pair has already begun and stays together." in page


def test_a_pair_taken_back_stands_once_on_the_board_and_in_the_list(manager: Client, world: World) -> None:
    found = a_published_round(world)
    manager.post(address(found, "round_undo"))

    board, listed = text(manager, address(found)), text(manager, reverse("rounds", args=[world.programme.slug]))

    assert 'All <span class="num">3</span>' in board
    assert 'Withdrawn <span class="num">3</span>' in board
    assert '<td class="n num" data-l="Pairs"><span>3</span></td>' in listed


def test_after_the_hour_there_is_no_way_back_on_the_page(manager: Client, world: World) -> None:
    found = a_published_round(world)
    clock.shift_by(timedelta(minutes=61))

    assert "take this back" not in text(manager, address(found))
    response = manager.post(address(found, "round_undo"), follow=True)
    assert "The hour for taking this round back has passed" in response.content.decode()


def test_next_choices_wait_on_the_page_of_rounds_and_can_be_offered(manager: Client, world: World) -> None:
    spare = world.enrol(Side.MENTOR)
    found = a_published_round(world)
    answer_offer(by=world.mentors[0].person, proposal=pair_of(found, world.mentees[0]), accepted=False, now=clock.now())
    following = Proposal.objects.get(origin=ProposalOrigin.FALL_THROUGH)
    path = reverse("next_choice", args=[world.programme.slug, following.pk])

    page = text(manager, reverse("rounds", args=[world.programme.slug]))
    response = manager.post(path, {"answer": "offer"}, follow=True)

    assert "1 next choice waits for you" in page
    assert spare.person.full_name in page
    assert "Offered. Whoever is asked has 14 days to answer." in response.content.decode()
    assert manager.post(path, {"answer": "offer"}).status_code == 404


def test_a_next_choice_can_be_passed_over(manager: Client, world: World) -> None:
    world.enrol(Side.MENTOR)
    world.enrol(Side.MENTOR)
    found = a_published_round(world)
    answer_offer(by=world.mentors[0].person, proposal=pair_of(found, world.mentees[0]), accepted=False, now=clock.now())
    said = []
    for _ in range(2):
        following = Proposal.objects.get(origin=ProposalOrigin.FALL_THROUGH, state=ProposalState.UNDER_REVIEW)
        path = reverse("next_choice", args=[world.programme.slug, following.pk])
        said.append(manager.post(path, {"answer": "pass"}, follow=True).content.decode())

    assert "The choice after it is laid out below." in said[0]
    assert "There is nobody after them" in said[1]


def test_a_next_choice_who_has_paused_is_refused_in_words(manager: Client, world: World) -> None:
    spare = world.enrol(Side.MENTOR)
    found = a_published_round(world)
    answer_offer(by=world.mentors[0].person, proposal=pair_of(found, world.mentees[0]), accepted=False, now=clock.now())
    spare.state = "paused"
    spare.save()
    following = Proposal.objects.get(origin=ProposalOrigin.FALL_THROUGH)

    path = reverse("next_choice", args=[world.programme.slug, following.pk])
    response = manager.post(path, {"answer": "offer"}, follow=True)

    assert "has paused" in response.content.decode()


@pytest.mark.parametrize("name", STEPS)
def test_other_people_do_not_see_a_round(client: Client, world: World, name: str) -> None:
    found = a_round(world)
    analyst = PersonFactory(organisation=world.manager.organisation)
    ProgrammeRoleFactory(programme=world.programme, person=analyst, kind=ProgrammeRoleKind.ANALYST)
    owner_elsewhere = PersonFactory(organisation=world.manager.organisation)
    ProgrammeRoleFactory(person=owner_elsewhere, programme=a_world(world.manager.organisation).programme)

    seen = []
    for person in (world.mentees[0].person, analyst, owner_elsewhere):
        client.force_login(person.account)
        seen.append(client.get(address(found, name)).status_code)

    assert seen == [403, 403, 404]


@pytest.mark.parametrize("name", POSTS)
def test_other_people_decide_nothing(client: Client, world: World, name: str) -> None:
    found = a_round(world)
    owner_elsewhere = PersonFactory(organisation=world.manager.organisation)
    ProgrammeRoleFactory(person=owner_elsewhere, programme=a_world(world.manager.organisation).programme)
    client.force_login(owner_elsewhere.account)

    assert client.post(address(found, name)).status_code == 404


def test_another_organisations_round_does_not_exist(
    client: Client, world: World, other_organisation: Organisation
) -> None:
    found = a_round(world)
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation, slug=world.programme.slug)
        client.force_login(theirs.manager.account)

    assert client.get(address(found)).status_code == 404


def test_no_page_of_a_round_shows_what_somebody_wrote(manager: Client, world: World) -> None:
    for side in (*world.mentees, *world.mentors):
        side.goal = "GOAL-MARKER"
        side.no_match = json.dumps([world.mentors[2].person_id]) if side == world.mentees[0] else ""
        side.experience = ["EXPERIENCE-MARKER"]
        side.save()
        EnrolmentSkillFactory(enrolment=side, skill="mediation", level=1)
    found = a_round(world)
    one = pair_of(found, world.mentees[0])

    pages = [text(manager, address(found, name)) for name in STEPS]
    pages.append(text(manager, address(found, "round_swap", one.pk)))

    for page in pages:
        assert "GOAL-MARKER" not in page
        assert "EXPERIENCE-MARKER" not in page


def test_the_list_costs_the_same_with_many_rounds(manager: Client, world: World) -> None:
    path = reverse("rounds", args=[world.programme.slug])
    found = a_round(world)
    with CaptureQueriesContext(connection) as few:
        manager.get(path)
    for _ in range(5):
        fresh = run_again(by=world.manager, found=found, now=clock.now())
        drain()
        found = fresh
    with CaptureQueriesContext(connection) as many:
        manager.get(path)

    assert len(many) == len(few)
