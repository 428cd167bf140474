"""What has changed among the people since a round was solved or published, and what follows."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.matching import ProposalFactory, World, a_published_round, a_round, pair_of
from tests.factories.mentorships import a_pair
from trellis.kernel import clock
from trellis.kernel.events import publish
from trellis.kernel.jobs import drain
from trellis.matching.actions.offers import answer_offer
from trellis.matching.actions.publishing import NotReady
from trellis.matching.actions.review import decide
from trellis.matching.actions.rounds import publish_round
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.departures import Departure, departures
from trellis.matching.queries.fitness import faults_of
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.choices import PersonStatus
from trellis.people.events import PersonLeft
from trellis.people.models import Person
from trellis.programmes.actions.enrolment import withdraw_enrolment
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment


def faults(found: Round) -> list[str]:
    return list(faults_of(found.programme, found.proposals.all()).values())


def test_nothing_is_in_the_way_of_a_fresh_round(world: World) -> None:
    assert faults(a_round(world)) == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"state": EnrolmentState.PAUSED}, "{} has paused"),
        ({"state": EnrolmentState.PAUSED, "paused_until": date(2027, 8, 3)}, "{} has paused until 3 August 2027"),
        ({"state": EnrolmentState.WITHDRAWN}, "{} is no longer taking part"),
        ({"state": EnrolmentState.APPLIED}, "{} is no longer ready to be matched"),
        ({"places": 0}, "{} has no free place left"),
    ],
)
def test_each_change_is_named(world: World, facts: dict[str, object], words: str) -> None:
    found = a_round(world)
    Enrolment.objects.filter(pk=world.mentors[0].pk).update(**facts)

    assert faults(found) == [words.format(world.mentors[0].person.full_name)]


@pytest.mark.parametrize("status", [PersonStatus.LEFT, PersonStatus.SUSPENDED])
def test_who_has_left_is_named_and_not_why(world: World, status: str) -> None:
    found = a_round(world)
    world.mentees[1].person.status = status
    world.mentees[1].person.save()

    assert faults(found) == [f"{world.mentees[1].person.full_name} is no longer taking part"]


def test_the_best_pairs_keep_the_places_that_are_left(world: World) -> None:
    mentor = world.mentors[0]
    mentor.places = 2
    mentor.save()
    weak, strong = (
        ProposalFactory(programme=world.programme, mentee=mentee, mentor=mentor, score=score)
        for mentee, score in zip(world.mentees, (40_000, 90_000), strict=False)
    )
    Enrolment.objects.filter(pk=mentor.pk).update(places=1)

    found = faults_of(world.programme, Proposal.objects.filter(pk__in=[weak.pk, strong.pk]))

    assert found == {weak.pk: f"{mentor.person.full_name} has no free place left"}


def test_a_running_mentorship_and_an_open_offer_hold_their_places(world: World) -> None:
    found = a_round(world)
    a_pair(world.programme, mentor=world.mentors[0].person)
    ProposalFactory(programme=world.programme, mentor=world.mentors[1], state=ProposalState.OFFERED)

    assert faults(found) == [f"{mentor.person.full_name} has no free place left" for mentor in world.mentors[:2]]


def test_the_board_and_publishing_say_the_same(world: World) -> None:
    found = a_round(world)
    everything = found.proposals.values_list("pk", flat=True)
    decide(by=world.manager, found=found, proposals=everything, to=ProposalState.APPROVED, now=clock.now())
    Enrolment.objects.filter(pk=world.mentors[2].pk).update(state=EnrolmentState.PAUSED)

    with pytest.raises(NotReady, match=faults(found)[0]):
        publish_round(by=world.manager, found=found, now=clock.now())


def test_the_cost_does_not_grow_with_the_board(world: World) -> None:
    found = a_round(world)
    with CaptureQueriesContext(connection) as few:
        faults(found)
    for _ in range(20):
        ProposalFactory(programme=world.programme, round=found)
    with CaptureQueriesContext(connection) as many:
        faults(found)

    assert len(many) == len(few)


# --- a mentor who leaves after publishing


@pytest.fixture
def one(world: World) -> Proposal:
    return pair_of(a_published_round(world), world.mentees[0])


def begin(one: Proposal) -> Mentorship:
    for side in (one.mentee, one.mentor):
        one = answer_offer(by=side.person, proposal=one, accepted=True, now=clock.now())
    assert one.mentorship
    return one.mentorship


def leaves(one: Proposal) -> None:
    """As the directory says it."""
    person, today = one.mentor.person, clock.today()
    Person.objects.filter(pk=person.pk).update(status=PersonStatus.LEFT, left_on=today)
    publish(PersonLeft(organisation_id=person.organisation_id, person_id=person.pk, left_on=today), at=clock.now())
    drain()


def told(one: Proposal) -> list[str]:
    mine = Notice.objects.filter(person=one.mentee.person, kind__startswith="matching.").order_by("id")
    return list(mine.values_list("kind", flat=True))


def test_a_mentor_who_leaves_before_answering_makes_room_for_the_next_choice(world: World, one: Proposal) -> None:
    spare = world.enrol(Side.MENTOR)

    leaves(one)

    one.refresh_from_db()
    following = Proposal.objects.get(origin=ProposalOrigin.FALL_THROUGH)
    assert (one.state, following.mentor) == (ProposalState.WITHDRAWN, spare)
    assert told(one) == ["matching.offer_to_mentee", "matching.partner_away"]
    assert one.round
    assert departures(one.round) == [Departure(one.mentee.person.full_name, one.mentor.person.full_name, True)]


def test_a_mentor_who_leaves_after_the_beginning_makes_room_for_the_next_choice(world: World, one: Proposal) -> None:
    spare = world.enrol(Side.MENTOR)
    begin(one)

    leaves(one)

    following = Proposal.objects.get(origin=ProposalOrigin.FALL_THROUGH)
    assert (following.mentee, following.mentor) == (one.mentee, spare)
    assert told(one)[-1] == "matching.next_choice_looked_at"
    assert one.round
    assert departures(one.round) == [Departure(one.mentee.person.full_name, one.mentor.person.full_name, True)]


def test_where_nobody_is_left_the_board_says_so(world: World, one: Proposal) -> None:
    begin(one)

    leaves(one)

    assert not Proposal.objects.filter(origin=ProposalOrigin.FALL_THROUGH).exists()
    assert one.round
    assert [each.next_choice for each in departures(one.round)] == [False]


def test_a_mentee_who_has_somebody_new_is_not_listed(world: World, one: Proposal) -> None:
    begin(one)
    leaves(one)
    a_pair(world.programme, mentee=one.mentee.person)

    assert one.round
    assert departures(one.round) == []


def test_an_ending_between_two_who_stay_brings_no_next_choice(world: World, one: Proposal) -> None:
    """Whether they want another match is theirs to say."""
    world.enrol(Side.MENTOR)
    mentorship = begin(one)
    end_mentorship(by=one.mentor.person, mentorship=mentorship, now=clock.now())
    drain()

    assert not Proposal.objects.filter(origin=ProposalOrigin.FALL_THROUGH).exists()
    assert one.round
    assert departures(one.round) == []


def test_whoever_withdraws_from_the_programme_alone_is_followed_too(world: World, one: Proposal) -> None:
    world.enrol(Side.MENTOR)

    withdraw_enrolment(by=one.mentor.person, enrolment=one.mentor, now=clock.now())
    drain()

    assert Proposal.objects.filter(origin=ProposalOrigin.FALL_THROUGH).count() == 1
