"""Programmes of equals: everybody stands in one crowd, and a round makes pairs of them, end to end."""

from datetime import timedelta

import pytest

from tests.factories.matching import World, a_published_round, a_round
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.insights.queries.overview import _without_mentor as without_mentor
from trellis.kernel import clock
from trellis.matching.actions.offers import answer_offer
from trellis.matching.actions.review import decide, set_pin, swap
from trellis.matching.actions.rounds import publish_round, run_again, solve_round, undo_publish
from trellis.matching.actions.scenario_answers import answered
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Round, Scenario
from trellis.matching.queries.board import board, explanation_words, unmatched_rows
from trellis.matching.queries.pool import enrolments_by_id, load_pool
from trellis.matching.queries.proof import check_again, proof_of
from trellis.matching.queries.suggestions import best_for
from trellis.matching.rules import can_wish
from trellis.mentorships.actions import StartRefused, start_mentorship
from trellis.mentorships.choices import PartyRole
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation
from trellis.programmes.choices import MentoringModel, Side

SKILLS = ("active_listening", "negotiation")


def a_crowd(organisation: Organisation, *, people: int, model: str = MentoringModel.PEER) -> World:
    """People of one level, half of whom signed up as mentors: it must not matter which."""
    programme = ProgrammeFactory(organisation=organisation, model=model)
    manager = PersonFactory(organisation=organisation)
    ProgrammeRoleFactory(programme=programme, person=manager, organisation=organisation)
    world = World(programme, manager, [], [])
    for number in range(people):
        person = PersonFactory(organisation=organisation, level=3)
        side = Side.MENTOR if number % 2 else Side.MENTEE
        (world.mentors if number % 2 else world.mentees).append(
            EnrolmentFactory(programme=programme, person=person, side=side)
        )
    return world


@pytest.fixture
def crowd(organisation: Organisation) -> World:
    return a_crowd(organisation, people=6)


def everybody(found: Round) -> list[int]:
    rows = found.proposals.exclude(state=ProposalState.DECLINED).values_list("mentee__person", "mentor__person")
    return sorted(person for pair in rows for person in pair)


def people_of(world: World) -> list[int]:
    return sorted(enrolment.person_id for enrolment in (*world.mentees, *world.mentors))


def begun(world: World) -> Mentorship:
    """The first pair of a published round, both of whom said yes."""
    proposal = a_published_round(world).proposals.earliest("id")
    for enrolment in (proposal.mentee, proposal.mentor):
        proposal = answer_offer(by=enrolment.person, proposal=proposal, accepted=True, now=clock.now())
    assert proposal.mentorship is not None
    return proposal.mentorship


@pytest.mark.parametrize("model", [MentoringModel.PEER, MentoringModel.MUTUAL])
def test_round_pairs_everybody_whichever_side_they_signed_up_for(organisation: Organisation, model: str) -> None:
    world = a_crowd(organisation, people=6, model=model)

    found = a_round(world)

    assert found.state == RoundState.REVIEW
    assert everybody(found) == people_of(world)
    assert found.unmatched.count() == 0
    checked, proof = check_again(found), proof_of(found)
    assert (checked.pairs_judged, checked.faults) == (15, [])
    assert proof is not None
    assert (proof.matched, proof.mentees, proof.pairs) == (6, 6, 3)


def test_two_mentees_can_be_a_pair(organisation: Organisation) -> None:
    world = a_crowd(organisation, people=0)
    for _ in range(2):
        world.mentees.append(world.enrol(Side.MENTEE))

    assert everybody(a_round(world)) == people_of(world)


def test_person_on_both_sides_is_one_person_with_two_faces(organisation: Organisation) -> None:
    world = a_crowd(organisation, people=0, model=MentoringModel.MUTUAL)
    both = world.enrol(Side.MENTEE, skills=[("negotiation", 2)], goal="to negotiate")
    EnrolmentFactory(programme=world.programme, person=both.person, side=Side.MENTOR, goal="I can listen", places=3)

    pool = load_pool(world.programme, clock.now())

    ((seeks,), (gives,)) = pool.mentees, pool.mentors
    assert (seeks.goal, gives.goal) == ("to negotiate", "I can listen")
    assert (seeks.places, gives.places) == (1, 1)  # the sign-up that stands for them asks for one partner
    assert enrolments_by_id(world.programme)["mentor", gives.id] == both


def test_odd_one_out_is_listed_with_a_way_on(organisation: Organisation) -> None:
    world = a_crowd(organisation, people=5)

    found = a_round(world)

    (row,) = unmatched_rows(found)
    assert row.id not in everybody(found)
    assert row.why == (
        "The number of people was odd, so one had to stay alone in the best plan. People who would suit: 4."
    )
    assert row.help == "One more sign-up and another round gives them a partner. Or ask somebody to take two partners."
    proof = proof_of(found)
    assert proof is not None
    assert (proof.matched, proof.mentees) == (4, 5)


def test_nobody_to_be_paired_with_is_said(organisation: Organisation) -> None:
    world = a_crowd(organisation, people=1)

    (row,) = unmatched_rows(a_round(world))

    assert (row.why, row.help) == (
        "Nobody else was looking for a partner.", "Invite more people, then start another round."
    )  # fmt: skip


def test_reporting_line_keeps_two_apart_in_either_direction(organisation: Organisation) -> None:
    world = a_crowd(organisation, people=2)
    boss, report = world.mentees[0].person, world.mentors[0].person
    report.manager = boss
    report.save(update_fields=["manager"])

    rows = unmatched_rows(a_round(world))

    assert [row.why.split(":")[0] for row in rows] == ["Nobody is left after the rules"] * 2
    assert {row.help for row in rows} == {"Invite people from other units, places and levels, or widen the rules."}


def test_reasons_speak_of_both_directions(organisation: Organisation) -> None:
    world = a_crowd(organisation, people=0, model=MentoringModel.MUTUAL)
    for seeks, gives in (SKILLS, SKILLS[::-1]):
        person = world.enrol(Side.MENTEE, skills=[(seeks, 1)]).person
        giving = EnrolmentFactory(programme=world.programme, person=person, side=Side.MENTOR)
        giving.skills.create(organisation=organisation, skill=gives, level=5)
    world.programme.matching = {**world.programme.matching, "weights": {"skill_coverage": 100}}
    world.programme.save(update_fields=["matching"])

    (pair,) = board(a_round(world))

    assert pair.score == 100
    assert pair.reasons[0].startswith("Each knows what the other wants to learn: ")
    assert "mentee" not in " ".join(pair.reasons).casefold()


def test_both_say_yes_and_become_peers(crowd: World) -> None:
    mentorship = begun(crowd)

    assert [party.role for party in mentorship.parties.all()] == [PartyRole.PEER, PartyRole.PEER]
    pool = load_pool(crowd.programme, clock.now())
    together = {party.person.external_id for party in mentorship.parties.all()}
    assert {person.id for person in pool.mentees if not person.places} >= together


def test_whoever_has_a_partner_is_left_alone_by_the_next_round(crowd: World) -> None:
    mentorship = begun(crowd)
    for other in Proposal.objects.filter(state=ProposalState.OFFERED).order_by("id"):
        answer_offer(by=other.mentee.person, proposal=other, accepted=False, now=clock.now())

    found = a_round(crowd)

    together = set(mentorship.parties.values_list("person_id", flat=True))
    assert not together & set(everybody(found))
    assert sorted(found.unmatched.values_list("reason", flat=True))[-2:] == ["wants_no_peer", "wants_no_peer"]


def test_refused_pair_is_not_made_again_either_way_round(organisation: Organisation) -> None:
    world = a_crowd(organisation, people=2)
    proposal = a_published_round(world).proposals.get()
    answer_offer(by=proposal.mentor.person, proposal=proposal, accepted=False, now=clock.now())

    found = a_round(world)

    assert found.proposals.count() == 0
    assert best_for(proposal.mentee, now=clock.now(), most=None) == []


def test_offer_calls_nobody_mentor(crowd: World) -> None:
    a_published_round(crowd)

    kinds = set(Notice.objects.filter(kind__startswith="matching.offer").values_list("kind", flat=True))
    assert kinds == {"matching.offer_to_peer"}


def test_pins_and_decisions_outlive_running_again(crowd: World) -> None:
    found = a_round(crowd)
    first, second, third = found.proposals.order_by("id")
    set_pin(by=crowd.manager, found=found, proposal=first, pinned=True, now=clock.now())
    decide(by=crowd.manager, found=found, proposals=[second.pk], to=ProposalState.APPROVED, now=clock.now())
    decide(by=crowd.manager, found=found, proposals=[third.pk], to=ProposalState.DECLINED, now=clock.now())

    fresh = solve_round(found=run_again(by=crowd.manager, found=found, now=clock.now()), now=clock.now())

    assert set(fresh.proposals.values_list("mentee", "mentor", "origin", "state")) == {
        (first.mentee_id, first.mentor_id, ProposalOrigin.PINNED, ProposalState.UNDER_REVIEW),
        (second.mentee_id, second.mentor_id, ProposalOrigin.PINNED, ProposalState.APPROVED),
    }
    assert check_again(fresh).faults == []


def test_pair_kept_together_by_the_programme_holds_whichever_is_named_first(crowd: World) -> None:
    codes = sorted(each.person.external_id for each in (*crowd.mentees, *crowd.mentors))
    crowd.programme.matching = {**crowd.programme.matching, "pinned": [[codes[5], codes[0]]]}
    crowd.programme.save(update_fields=["matching"])

    found = a_round(crowd)

    pinned = found.proposals.get(origin=ProposalOrigin.PINNED)
    assert {pinned.mentee.person.external_id, pinned.mentor.person.external_id} == {codes[0], codes[5]}


def test_swap_keeps_everybody_paired_once(crowd: World) -> None:
    found = a_round(crowd)
    one, other = found.proposals.order_by("id")[:2]

    new = swap(by=crowd.manager, found=found, first=one, second=other, now=clock.now())

    assert everybody(found) == people_of(crowd)
    assert [explanation_words(pair.reasons) for pair in new] != []


def test_published_round_can_be_taken_back_and_published_again(crowd: World) -> None:
    found = a_published_round(crowd)

    undo_publish(by=crowd.manager, found=found, now=clock.now() + timedelta(minutes=5))
    found.refresh_from_db()
    publish_round(by=crowd.manager, found=found, now=clock.now() + timedelta(minutes=6))

    assert found.proposals.filter(state=ProposalState.OFFERED).count() == 3


def test_peer_with_all_places_taken_cannot_be_started_again(organisation: Organisation) -> None:
    world = a_crowd(organisation, people=4)
    one, two, three = world.mentees[0].person, world.mentors[0].person, world.mentees[1].person
    start_mentorship(by=None, programme=world.programme, mentee=one, mentor=two, now=clock.now())

    with pytest.raises(StartRefused, match="has no free place left"):
        start_mentorship(by=None, programme=world.programme, mentee=three, mentor=one, now=clock.now())


def test_equals_may_wish_for_anybody_and_are_counted_where_they_stand(crowd: World) -> None:
    one, two = crowd.mentees[:2]
    assert can_wish(one.person, one, two)
    assert without_mentor(crowd.programme) == len(crowd.mentees)

    start_mentorship(by=None, programme=crowd.programme, mentee=one.person, mentor=two.person, now=clock.now())

    assert without_mentor(crowd.programme) == len(crowd.mentees) - 2


def test_comparing_settings_says_that_it_is_not_made_for_equals(crowd: World) -> None:
    scenario = Scenario(programme=crowd.programme, settings={}, figures={"kind": "plan"}, salt="s")

    assert answered(scenario, clock.now()).failure == (
        "Settings are compared where mentees look for a mentor. Here, start a round and run it again with others."
    )
