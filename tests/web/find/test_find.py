import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.enrolments import EnrolmentSkillFactory
from tests.factories.matching import ProposalFactory, World, a_world
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import WEIGHTS, EnrolmentFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.choices import ProposalState
from trellis.matching.models import PlaceWait, Proposal, Wish
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment

SELF = {"weights": dict(WEIGHTS), "ideal_level_gap": [1, 3], "suggestions": 2, "method": "self_chosen"}


@pytest.fixture
def world(organisation: Organisation) -> World:
    """A self-match programme with one mentee and three mentors."""
    return a_world(organisation, mentees=1, matching=SELF)


@pytest.fixture
def mentee(client: Client, world: World) -> Client:
    client.force_login(world.mentees[0].person.account)
    return client


def address(world: World) -> str:
    return reverse("find_mentor", args=[world.programme.slug])


def shown(client: Client, world: World, **query: str) -> str:
    response = client.get(address(world), query)
    assert response.status_code == 200
    return response.content.decode()


def ask(client: Client, world: World, mentor: Enrolment) -> tuple[int, str]:
    response = client.post(reverse("ask_mentor", args=[world.programme.slug, mentor.pk]), follow=True)
    return response.status_code, response.content.decode()


def wish(client: Client, world: World, **step: int) -> str:
    response = client.post(reverse("wishes", args=[world.programme.slug]), step, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def wished(world: World) -> list[int]:
    return list(Wish.objects.filter(wisher=world.mentees[0]).order_by("rank").values_list("wished", flat=True))


def in_directory(page: str) -> str:
    return page.split('id="res"')[1]


def test_suggestions_come_first_explained(mentee: Client, world: World) -> None:
    page = shown(mentee, world)

    suggested = page.split('id="suggested"')[1].split("<form")[0]
    assert world.mentors[0].person.full_name in suggested
    assert "The mentor knows well what the mentee wants to learn: Active listening." in page
    assert page.count('id="m') - page.count('id="main"') == 2  # as many as the programme suggests
    assert "3 of 3 mentors" in page
    assert "Offers 1 of your 1 skills" in in_directory(page)


def test_the_directory_is_filtered_by_what_it_holds(mentee: Client, world: World) -> None:
    person = world.mentors[1].person
    person.unit, person.location, person.languages = "Legal", "Oslo", ["English", "Norwegian"]
    person.given_name, person.family_name = "Zoë", "Krüger"
    person.save()

    for query in (
        {"unit": "Legal"}, {"location": "Oslo"}, {"language": "Norwegian"}, {"skill": "negotiation"}, {"name": "zo"},
        {"name": "KRUG"}, {"name": "zoë krü"}, {"unit": "Legal", "language": "English"},
    ):  # fmt: skip
        page = in_directory(shown(mentee, world, **query))
        assert ("1 of 3 mentors" in page, "Zoë Krüger" in page) == (True, True)
    assert "Nobody fits all of that." in shown(mentee, world, unit="Legal", location="London")
    assert "0 of 3 mentors" in shown(mentee, world, name="x" * 200)


def test_a_filter_too_long_finds_everybody(mentee: Client, world: World) -> None:
    assert "3 of 3 mentors" in shown(mentee, world, name="x" * 201)


def test_twenty_four_mentors_to_a_page(mentee: Client, world: World) -> None:
    for _ in range(23):
        world.enrol(Side.MENTOR)

    first, second = shown(mentee, world, unit="Finance"), shown(mentee, world, unit="Finance", page="2")

    assert "26 of 26 mentors" in first
    assert "?unit=Finance&amp;page=2#res" in first
    assert in_directory(second).count("mcard") == 2
    assert mentee.get(address(world), {"page": "3"}).status_code == 404


def test_those_whom_a_rule_keeps_apart_are_not_in_the_directory(mentee: Client, world: World) -> None:
    me = world.mentees[0]
    me.person.manager = world.mentors[0].person
    me.person.save()
    world.mentors[1].no_match = f"[{me.person_id}]"
    world.mentors[1].save()

    page = shown(mentee, world)

    assert "1 of 1 mentors" in page
    assert world.mentors[0].person.full_name not in page
    assert world.mentors[1].person.full_name not in page


def test_asking_opens_a_request_with_the_mentees_own_yes(mentee: Client, world: World) -> None:
    status, page = ask(mentee, world, world.mentors[0])

    proposal = Proposal.objects.get()
    assert (status, proposal.state, proposal.mentor) == (200, ProposalState.OFFERED, world.mentors[0])
    assert "has 14 days to answer" in page
    assert f"You asked {world.mentors[0].person.first_name}" in page
    assert "Asked" in in_directory(shown(mentee, world))


def test_at_most_three_open_requests(mentee: Client, world: World) -> None:
    for mentor in world.mentors:
        assert ask(mentee, world, mentor)[0] == 200
    fourth = world.enrol(Side.MENTOR)

    status, page = ask(mentee, world, fourth)

    assert (status, "You are already waiting for 3 answers." in page) == (409, True)
    assert Proposal.objects.count() == 3


def test_a_full_mentor_cannot_be_asked_and_three_who_can_are_named(mentee: Client, world: World) -> None:
    full = world.mentors[0]
    a_pair(world.programme, mentor=full.person)

    page, everybody = shown(mentee, world), shown(mentee, world, full="yes")
    status, refused = ask(mentee, world, full)

    assert ("2 of 2 mentors" in page, full.person.full_name in page) == (True, False)
    assert "also 1 who is full" in page
    assert "3 of 3 mentors" in everybody
    assert "Full: 1 of 1 taken" in everybody
    assert "Three who can" in everybody
    assert (status, f"{full.person.full_name} has no free place: 1 of 1 are taken." in refused) == (409, True)
    assert "These could be asked:" in refused
    assert world.mentors[1].person.full_name in refused


def test_the_own_line_manager_is_refused_by_name_of_the_rule(mentee: Client, world: World) -> None:
    me = world.mentees[0].person
    me.manager = world.mentors[0].person
    me.save()

    status, page = ask(mentee, world, world.mentors[0])

    assert (status, "You cannot be matched with your line manager" in page) == (409, True)


def test_nobody_is_told_that_somebody_does_not_want_them(mentee: Client, world: World) -> None:
    for mentor, no_match in ((world.mentors[0], f"[{world.mentees[0].person_id}]"), (world.mentors[1], "")):
        mentor.no_match = no_match
        mentor.person.languages = ["English"] if no_match else ["Icelandic"]
        mentor.person.save()
        mentor.save()

    said = [ask(mentee, world, mentor)[1] for mentor in world.mentors[:2]]

    for mentor, page in zip(world.mentors[:2], said, strict=True):
        assert f"{mentor.person.full_name} cannot be asked in this programme. Below are others who can." in page


def test_nobody_asks_themself(mentee: Client, world: World) -> None:
    mine = EnrolmentFactory(programme=world.programme, person=world.mentees[0].person, side=Side.MENTOR)

    status, page = ask(mentee, world, mine)

    assert (status, "You cannot be matched with yourself." in page) == (409, True)
    assert "3 of 3 mentors" in page


def test_asking_twice_is_refused(mentee: Client, world: World) -> None:
    ask(mentee, world, world.mentors[0])

    status, page = ask(mentee, world, world.mentors[0])

    assert (status, f"You have already asked {world.mentors[0].person.full_name}." in page) == (409, True)


def test_a_mentee_who_has_a_mentor_asks_nobody(mentee: Client, world: World) -> None:
    a_pair(world.programme, mentee=world.mentees[0].person)

    page = shown(mentee, world)
    status, refused = ask(mentee, world, world.mentors[0])

    assert "You have the mentor you asked for in this programme." in page
    assert f"Ask {world.mentors[1].person.first_name}" not in page
    assert (status, "You have the mentor you asked for" in refused) == (409, True)


def test_a_mentor_who_left_the_organisation_is_not_taking_part(mentee: Client, world: World) -> None:
    world.mentors[0].person.status = "left"
    world.mentors[0].person.save()

    status, page = ask(mentee, world, world.mentors[0])

    assert (status, "is not taking part at the moment." in page) == (409, True)


def test_where_rounds_match_nobody_asks(client: Client, organisation: Organisation) -> None:
    world = a_world(organisation, mentees=1)
    client.force_login(world.mentees[0].person.account)

    page = shown(client, world)
    status, refused = ask(client, world, world.mentors[0])

    assert "In this programme a round finds the best plan for everybody" in page
    assert "Ask " not in in_directory(page)
    assert (status, "the matches are made in rounds" in refused) == (409, True)


def test_wishes_are_added_moved_and_removed(mentee: Client, world: World) -> None:
    a, b, c = (mentor.pk for mentor in world.mentors)
    for each in (a, b, c):
        assert "Your wishes are saved. Nobody sees them." in wish(mentee, world, add=each)
    assert wished(world) == [a, b, c]

    wish(mentee, world, up=c)
    assert wished(world) == [a, c, b]
    wish(mentee, world, down=a)
    assert wished(world) == [c, a, b]
    wish(mentee, world, up=c)
    wish(mentee, world, down=b)
    assert wished(world) == [c, a, b]
    wish(mentee, world, remove=a)
    assert wished(world) == [c, b]
    wish(mentee, world, up=a)
    assert wished(world) == [c, b]


def test_a_wish_is_shown_to_its_owner_with_who_can_read_it(mentee: Client, world: World) -> None:
    page = wish(mentee, world, add=world.mentors[0].pk)

    assert "Private: nobody sees your list" in page
    assert "On your list" in page


def test_five_wishes_are_the_most(mentee: Client, world: World) -> None:
    for mentor in [*world.mentors, *(world.enrol(Side.MENTOR) for _ in range(2))]:
        wish(mentee, world, add=mentor.pk)
    sixth = world.enrol(Side.MENTOR)

    assert "Wish for" not in shown(mentee, world)
    assert "You can rank up to 5 people." in wish(mentee, world, add=sixth.pk)
    assert len(wished(world)) == 5


def test_a_wish_for_somebody_who_paused_is_dropped_at_the_next_step(mentee: Client, world: World) -> None:
    for mentor in world.mentors[:2]:
        wish(mentee, world, add=mentor.pk)
    world.mentors[0].state = EnrolmentState.PAUSED
    world.mentors[0].save()

    wish(mentee, world, add=world.mentors[2].pk)

    assert wished(world) == [world.mentors[1].pk, world.mentors[2].pk]


@pytest.mark.parametrize("given", [{}, {"add": "x"}, {"add": "999999"}, {"fly": "1"}, {"add": "9" * 40}])
def test_a_wish_for_nobody_is_404(mentee: Client, world: World, given: dict[str, str]) -> None:
    assert mentee.post(reverse("wishes", args=[world.programme.slug]), given).status_code == 404


def test_the_page_is_for_approved_mentees_of_the_programme(
    client: Client, world: World, other_organisation: Organisation
) -> None:
    waiting = world.enrol(Side.MENTEE, state=EnrolmentState.APPLIED)
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation, slug=world.programme.slug)
    seen = []
    for person in (world.manager, world.mentors[0].person, waiting.person):
        client.force_login(person.account)
        seen.append(client.get(address(world)).status_code)
    client.force_login(theirs.mentees[0].person.account)
    path = reverse("ask_mentor", args=[world.programme.slug, world.mentors[0].pk])

    assert seen == [404, 404, 404]
    assert client.post(path).status_code == 404
    assert world.mentors[0].person.full_name not in client.get(address(world)).content.decode()


def test_settings_that_cannot_be_used_leave_a_kind_page(mentee: Client, world: World) -> None:
    world.programme.matching = {"weights": {}, "method": "self_chosen"}
    world.programme.save()

    page = shown(mentee, world)
    status, refused = ask(mentee, world, world.mentors[0])

    assert "The directory is not ready yet" in page
    assert (status, "The directory is not ready yet" in refused) == (200, True)


def test_nobody_with_a_free_place_says_so(mentee: Client, world: World) -> None:
    for mentor in world.mentors:
        a_pair(world.programme, mentor=mentor.person)

    assert "Nobody with a free place fits" in shown(mentee, world)


def test_what_mentors_wrote_is_not_in_the_directory(mentee: Client, world: World) -> None:
    for mentor in world.mentors:
        mentor.goal, mentor.experience, mentor.values = "GOAL-MARKER", ["EXPERIENCE-MARKER"], ["VALUE-MARKER"]
        mentor.save()

    page = shown(mentee, world)

    for marker in ("GOAL-MARKER", "EXPERIENCE-MARKER", "VALUE-MARKER"):
        assert marker not in page


def test_the_page_costs_the_same_with_many_mentors(mentee: Client, world: World) -> None:
    with CaptureQueriesContext(connection) as few:
        shown(mentee, world, full="yes")
    for number in range(20):
        mentor = world.enrol(Side.MENTOR)
        EnrolmentSkillFactory(enrolment=mentor, skill="negotiation")
        if number < 5:
            ProposalFactory(programme=world.programme, mentor=mentor, state=ProposalState.OFFERED)
            PersonFactory(organisation=world.manager.organisation, manager=mentor.person)
    with CaptureQueriesContext(connection) as many:
        page = shown(mentee, world, full="yes")

    assert "23 of 23 mentors" in page
    assert len(many) == len(few)


def post(client: Client, world: World, name: str, *more: object, **given: str) -> tuple[int, str]:
    response = client.post(reverse(name, args=[world.programme.slug, *more]), given, follow=True)
    return response.status_code, response.content.decode()


def test_a_mentee_waits_for_a_place_and_stops(mentee: Client, world: World) -> None:
    full = world.mentors[0]
    a_pair(world.programme, mentor=full.person)

    status, page = post(mentee, world, "place_wait", full.pk)
    everybody = shown(mentee, world, full="yes")
    stopped = post(mentee, world, "place_wait", full.pk, stop="yes")

    assert (status, f"You hear from us when {full.person.first_name} has a place." in page) == (200, True)
    assert "Stop waiting" in everybody
    assert "You no longer wait for a place there." in stopped[1]
    assert not PlaceWait.objects.exists()


def test_a_mentor_with_a_place_is_not_waited_for(mentee: Client, world: World) -> None:
    status, page = post(mentee, world, "place_wait", world.mentors[0].pk)

    assert (status, "has a free place: you can ask now" in page) == (409, True)


def test_the_next_wish_is_asked_only_after_a_yes_to_that(mentee: Client, world: World) -> None:
    wish(mentee, world, add=world.mentors[0].pk)
    before = shown(mentee, world)

    _status, page = post(mentee, world, "ask_on", wanted="yes")
    stopped = post(mentee, world, "ask_on", wanted="no")

    assert "shall we ask the next of your wishes for you?" in before
    assert "the next of your wishes is asked for you." in page
    assert "Saved. You ask everybody yourself." in stopped[1]


def test_where_rounds_match_nobody_consents_to_requests(mentee: Client, world: World) -> None:
    world.programme.matching = {**SELF, "method": "ranked_shortlist"}
    world.programme.save()

    status, page = post(mentee, world, "ask_on", wanted="yes")

    assert (status, "In this programme the matches are made in rounds." in page) == (409, True)


def test_the_programme_says_how_many_answers_one_may_wait_for(mentee: Client, world: World) -> None:
    world.programme.matching = {**SELF, "open_requests": 1}
    world.programme.save()

    assert "You may wait for up to 1 answers at a time" in shown(mentee, world)
