import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.enrolments import EnrolmentSkillFactory
from tests.factories.matching import ProposalFactory, World, a_world
from tests.factories.mentorships import a_pair
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal, Wish
from trellis.people.models import Organisation, ProtectedAttribute
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment

SELF = {"weights": {"skill_coverage": 60, "goal_fit": 40}, "suggestions": 2, "method": "self_chosen"}


@pytest.fixture
def world(organisation: Organisation) -> World:
    """A self-match programme with one mentor and three mentees who let mentors find them."""
    made = a_world(organisation, mentors=1, matching=SELF)
    for mentee in made.mentees:
        mentee.findable = True
        mentee.save()
    return made


@pytest.fixture
def mentor(client: Client, world: World) -> Client:
    client.force_login(world.mentors[0].person.account)
    return client


def shown(client: Client, world: World, **query: str) -> str:
    response = client.get(reverse("find_mentee", args=[world.programme.slug]), query)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, world: World, name: str, *more: object, **given: object) -> tuple[int, str]:
    response = client.post(reverse(name, args=[world.programme.slug, *more]), given, follow=True)
    return response.status_code, response.content.decode()


def in_directory(page: str) -> str:
    return page.split('id="res"')[1]


def test_suggestions_come_first_explained(mentor: Client, world: World) -> None:
    page = shown(mentor, world)

    suggested = page.split('id="suggested"')[1].split("<form")[0]
    assert world.mentees[0].person.full_name in suggested
    assert "knows well what the mentee wants to learn: Active listening." in suggested
    assert page.count('id="m') - page.count('id="main"') == 2  # as many as the programme suggests
    assert "3 of 3 mentees" in page
    assert "You offer 1 of their 1 skills" in in_directory(page)


def test_the_directory_is_filtered_by_what_it_holds(mentor: Client, world: World) -> None:
    person = world.mentees[1].person
    person.unit, person.location, person.languages = "Legal", "Oslo", ["English", "Norwegian"]
    person.save()

    for query in ({"unit": "Legal"}, {"location": "Oslo"}, {"language": "Norwegian"}, {"skill": "negotiation"}):
        page = in_directory(shown(mentor, world, **query))
        assert ("1 of 3 mentees" in page, person.full_name in page) == (True, True)
    assert "Nobody fits all of that." in shown(mentor, world, unit="Legal", location="London")


def test_where_nobody_is_scored_everybody_stands_by_name(mentor: Client, world: World) -> None:
    world.programme.matching = {**SELF, "scoring": False}
    world.programme.save()

    page = shown(mentor, world)

    assert "This programme scores nobody" in page
    assert 'id="suggested"' not in page
    assert "of 100" not in page
    names = sorted((mentee.person.full_name for mentee in world.mentees), key=str.casefold)
    assert [name for _at, name in sorted((page.index(f"<b>{name}</b>"), name) for name in names)] == names


def test_what_mentees_wrote_and_who_they_are_is_not_in_the_directory(mentor: Client, world: World) -> None:
    for mentee in world.mentees:
        mentee.goal, mentee.experience, mentee.values = "GOAL-MARKER", ["EXPERIENCE-MARKER"], ["VALUE-MARKER"]
        mentee.aims, mentee.interests = ["AIM-MARKER"], ["INTEREST-MARKER"]
        mentee.save()
        ProtectedAttribute.objects.create(
            organisation=mentee.organisation, person=mentee.person, kind="gender", value="ATTRIBUTE-MARKER"
        )

    page = shown(mentor, world)

    assert world.mentees[0].person.full_name in page
    assert "-MARKER" not in page


def test_asking_leads_to_the_offer_and_the_mentee_answers_there(mentor: Client, world: World, client: Client) -> None:
    mentee, me = world.mentees[0].person, world.mentors[0].person

    status, page = post(mentor, world, "ask_mentee", world.mentees[0].pk)
    asked = in_directory(shown(mentor, world))
    proposal = Proposal.objects.get()
    client.force_login(mentee.account)
    home = client.get("/").content.decode()
    offer = client.get(reverse("offer", args=[proposal.pk])).content.decode()
    done = client.post(reverse("offer", args=[proposal.pk]), {"answer": "yes"}, follow=True).content.decode()

    assert (status, f"You asked {mentee.first_name}" in page, "Asked" in asked) == (200, True, True)
    assert f"{me.first_name} would like to be your mentor" in home
    assert f"{me.first_name} would like to be your mentor" in offer
    assert f"{me.first_name} has said yes by asking" in offer
    assert "You both said yes. Your mentoring begins now." in done


def test_after_a_no_the_mentor_reads_it_kindly_with_the_way_on(mentor: Client, world: World, client: Client) -> None:
    post(mentor, world, "ask_mentee", world.mentees[0].pk)
    proposal = Proposal.objects.get()
    client.force_login(world.mentees[0].person.account)
    client.post(reverse("offer", args=[proposal.pk]), {"answer": "no", "reason": "REASON-MARKER"})
    client.force_login(world.mentors[0].person.account)

    page = client.get(reverse("offer", args=[proposal.pk])).content.decode()

    assert "This match did not come about." in page
    assert reverse("find_mentee", args=[world.programme.slug]) in page
    assert "REASON-MARKER" not in page
    assert world.mentees[0].person.full_name not in shown(client, world)


def test_whoever_is_asked_by_somebody_they_see_answers_from_the_directory(client: Client, world: World) -> None:
    mentee, me = world.mentees[0], world.mentors[0]
    client.force_login(mentee.person.account)
    client.post(reverse("ask_mentor", args=[world.programme.slug, me.pk]))
    client.force_login(me.person.account)

    page = shown(client, world)
    status, refused = post(client, world, "ask_mentee", mentee.pk)

    assert f"{mentee.person.first_name} asks you: answer" in page
    assert reverse("offer", args=[Proposal.objects.get().pk]) in page
    assert (status, f"{mentee.person.full_name} has asked you already" in refused) == (409, True)


def test_at_most_as_many_open_requests_as_the_programme_allows(mentor: Client, world: World) -> None:
    world.programme.matching = {**SELF, "open_requests": 1}
    world.programme.save()
    assert post(mentor, world, "ask_mentee", world.mentees[0].pk)[0] == 200

    status, page = post(mentor, world, "ask_mentee", world.mentees[1].pk)

    assert (status, "You are already waiting for 1 answer." in page) == (409, True)


def test_of_who_cannot_be_found_everything_reads_the_same(mentor: Client, world: World) -> None:
    """Not findable, kept apart by a list, or with a mentor by now: neither name nor reason, by whatever number."""
    world.mentees[0].findable = False
    world.mentees[1].no_match = f"[{world.mentors[0].person_id}]"
    for mentee in world.mentees[:2]:
        mentee.save()
    a_pair(world.programme, mentee=world.mentees[2].person)

    for mentee in world.mentees:
        status, page = post(mentor, world, "ask_mentee", mentee.pk)
        assert (status, "This person cannot be asked at the moment." in page) == (409, True)
        assert mentee.person.full_name not in page
        assert mentee.person.full_name not in post(mentor, world, "mentee_wishes", add=mentee.pk)[1]
    assert not Proposal.objects.exists()


def test_a_mentor_whose_places_are_taken_sees_nobody(mentor: Client, world: World) -> None:
    a_pair(world.programme, mentor=world.mentors[0].person)

    page = shown(mentor, world)

    assert "All your places are taken." in page
    assert "no mentee is shown to you" in page
    assert [mentee.person.full_name for mentee in world.mentees if mentee.person.full_name in page] == []


def test_wishes_are_ranked_and_the_next_is_asked_after_a_yes_to_that(mentor: Client, world: World) -> None:
    for mentee in world.mentees[:2]:
        assert "Your wishes are saved. Nobody sees them." in post(mentor, world, "mentee_wishes", add=mentee.pk)[1]
    post(mentor, world, "mentee_wishes", up=world.mentees[1].pk)
    status, page = post(mentor, world, "mentee_ask_on", wanted="yes")

    wisher = world.mentors[0]
    assert list(Wish.objects.filter(wisher=wisher).order_by("rank").values_list("wished", flat=True)) == [
        world.mentees[1].pk, world.mentees[0].pk,
    ]  # fmt: skip
    wisher.refresh_from_db()
    assert (status, "the next of your wishes is asked" in page, wisher.asks_next) == (200, True, True)


def test_the_page_is_for_approved_mentors_of_a_programme_in_which_people_ask(
    client: Client, world: World, other_organisation: Organisation
) -> None:
    waiting = world.enrol(Side.MENTOR, state=EnrolmentState.APPLIED)
    path = reverse("find_mentee", args=[world.programme.slug])
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation, slug=world.programme.slug, matching=SELF)
        Enrolment.objects.update(findable=True)
    seen = []
    for person in (world.manager, world.mentees[0].person, waiting.person):
        client.force_login(person.account)
        seen.append(client.get(path).status_code)
    client.force_login(theirs.mentors[0].person.account)
    page = client.get(path).content.decode()
    asked = client.post(reverse("ask_mentee", args=[world.programme.slug, world.mentees[0].pk])).status_code
    client.force_login(world.mentors[0].person.account)
    world.programme.matching = {**SELF, "method": "ranked_shortlist"}
    world.programme.save()

    assert seen == [404, 404, 404]
    assert (theirs.mentees[0].person.full_name in page, world.mentees[0].person.full_name in page) == (True, False)
    assert (asked, client.get(path).status_code) == (404, 404)
    assert not Proposal.objects.exists()


def test_settings_that_cannot_be_used_leave_a_kind_page(mentor: Client, world: World) -> None:
    world.programme.matching = {"weights": {}, "method": "self_chosen"}
    world.programme.save()

    page = shown(mentor, world)

    assert "The directory is not ready yet" in page
    assert "Find a mentee" in page


def test_the_page_costs_the_same_with_many_mentees(mentor: Client, world: World) -> None:
    with CaptureQueriesContext(connection) as few:
        shown(mentor, world)
    for number in range(20):
        mentee = world.enrol(Side.MENTEE, findable=True)
        EnrolmentSkillFactory(enrolment=mentee, skill="negotiation")
        if number < 5:
            ProposalFactory(programme=world.programme, mentee=mentee, state=ProposalState.OFFERED)
    with CaptureQueriesContext(connection) as many:
        page = shown(mentor, world)

    assert "18 of 18 mentees" in page
    assert len(many) == len(few)
