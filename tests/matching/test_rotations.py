"""A flash rotation from planning to its last week."""

from datetime import datetime, timedelta

import pytest

from tests.factories.matching import World, a_world
from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.matching.actions.offers import answer_offer
from trellis.matching.actions.review import PairNotPossible, decide, swap
from trellis.matching.actions.rotations import CannotRotate, offer_due_weeks, start_rotation, stop_rotation
from trellis.matching.actions.rounds import RoundOpen, publish_round, run_again, solve_round, start_round, undo_publish
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.board import board
from trellis.matching.queries.proof import check_again, proof_of
from trellis.matching.queries.rotation import running
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation

WEEK = timedelta(weeks=1)


@pytest.fixture
def flash(organisation: Organisation) -> World:
    return a_world(organisation, mentees=3, mentors=3, model="flash", template_id="flash")


def planned(world: World, weeks: int = 3) -> Round:
    now = clock.now()
    return solve_round(found=start_rotation(by=world.manager, programme=world.programme, weeks=weeks, now=now), now=now)


def published(world: World, now: datetime, weeks: int = 3) -> Round:
    found = planned(world, weeks)
    everything = found.proposals.values_list("pk", flat=True)
    decide(by=world.manager, found=found, proposals=everything, to=ProposalState.APPROVED, now=now)
    publish_round(by=world.manager, found=found, now=now)
    found.refresh_from_db()
    return found


def states(found: Round, week: int) -> set[str]:
    return set(found.proposals.filter(week=week).values_list("state", flat=True))


def close_all(world: World) -> None:
    """Everybody has met and closed their flash meeting."""
    Mentorship.objects.filter(programme=world.programme).update(state=MentorshipState.COMPLETED)


def accept_all(found: Round, week: int, now: datetime) -> None:
    for proposal in found.proposals.filter(week=week).select_related("mentee__person", "mentor__person"):
        for side in (proposal.mentee.person, proposal.mentor.person):
            answer_offer(by=side, proposal=proposal, accepted=True, now=now)


def test_every_mentee_meets_another_mentor_each_week(flash: World) -> None:
    found = planned(flash)

    rows = list(found.proposals.values_list("week", "mentee", "mentor"))
    assert len(rows) == 9
    assert len({(week, mentee) for week, mentee, _ in rows}) == 9
    assert len({(week, mentor) for week, _, mentor in rows}) == 9
    assert len({(mentee, mentor) for _, mentee, mentor in rows}) == 9


def test_the_proof_of_a_rotation_is_checked_and_promises_meetings(flash: World) -> None:
    found = planned(flash)

    said, checked = proof_of(found), check_again(found)

    assert said is not None
    assert (said.matched, said.mentees, said.pairs) == (3, 3, 9)
    assert said.promise.headline == "Proven best: matched 3 of 3"
    assert said.promise.text == (
        "9 meetings in 3 weeks, nobody with the same mentor twice. No other rotation has more."
    )
    assert (checked.pairs_judged, checked.faults) == (9, [])


def test_a_rotation_whose_weeks_were_changed_afterwards_is_not_proven(flash: World) -> None:
    found = planned(flash)
    found.settings["weeks"] = 5

    assert check_again(found).faults == ["The matching settings are not those of the certificate."]


def test_the_board_shows_week_after_week(flash: World) -> None:
    assert [row.week for row in board(planned(flash))] == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_only_the_first_week_is_offered_when_it_is_published(flash: World) -> None:
    found = published(flash, clock.now())

    assert [states(found, week) for week in (1, 2, 3)] == [{"offered"}, {"approved"}, {"approved"}]


def test_each_week_is_offered_once_when_it_begins(flash: World) -> None:
    now = clock.now()
    found = published(flash, now)
    accept_all(found, 1, now)
    close_all(flash)

    assert offer_due_weeks(now=now + WEEK - timedelta(seconds=1)) == 0
    assert offer_due_weeks(now=now + WEEK) == 3
    assert offer_due_weeks(now=now + WEEK) == 0
    assert [states(found, week) for week in (1, 2, 3)] == [{"accepted"}, {"offered"}, {"approved"}]


def test_a_pair_waits_for_a_free_place_and_is_given_up_after_the_week_after(flash: World) -> None:
    now = clock.now()
    found = published(flash, now, weeks=2)
    accept_all(found, 1, now)

    assert offer_due_weeks(now=now + WEEK) == 0
    assert offer_due_weeks(now=now + 2 * WEEK) == 0
    assert states(found, 2) == {"approved"}
    close_all(flash)
    assert offer_due_weeks(now=now + 2 * WEEK) == 3


def test_a_pair_nobody_has_room_for_is_given_up(flash: World) -> None:
    now = clock.now()
    found = published(flash, now, weeks=2)
    accept_all(found, 1, now)

    assert offer_due_weeks(now=now + 3 * WEEK) == 0
    assert states(found, 2) == {"declined"}


def test_a_no_brings_no_next_choice_because_the_next_week_does(flash: World) -> None:
    now = clock.now()
    found = published(flash, now)
    proposal = found.proposals.filter(week=1).select_related("mentee__person").first()
    assert proposal is not None

    answer_offer(by=proposal.mentee.person, proposal=proposal, accepted=False, now=now)

    assert Proposal.objects.count() == 9


def test_taking_back_leaves_every_week_approved(flash: World) -> None:
    now = clock.now()
    found = published(flash, now)

    undo_publish(by=flash.manager, found=found, now=now)

    approved = found.proposals.filter(state=ProposalState.APPROVED)
    assert sorted(approved.values_list("week", flat=True)) == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_running_again_keeps_approved_pairs_of_all_weeks(flash: World) -> None:
    found = planned(flash)
    kept = set(found.proposals.values_list("pk", flat=True)[:4])
    pairs = set(found.proposals.filter(pk__in=kept).values_list("mentee", "mentor"))
    decide(by=flash.manager, found=found, proposals=kept, to=ProposalState.APPROVED, now=clock.now())

    again = solve_round(found=run_again(by=flash.manager, found=found, now=clock.now()), now=clock.now())

    approved = set(again.proposals.filter(state=ProposalState.APPROVED).values_list("mentee", "mentor"))
    assert (again.proposals.count(), approved) == (9, pairs)


def test_swapping_is_for_two_pairs_of_one_week(flash: World) -> None:
    found = planned(flash, weeks=2)
    one, other = found.proposals.filter(week=1)[:2]
    later = found.proposals.filter(week=2).exclude(mentee=one.mentee).exclude(mentor=one.mentor).first()
    assert later is not None
    with pytest.raises(PairNotPossible, match="Choose two pairs of the same week"):
        swap(by=flash.manager, found=found, first=one, second=later, now=clock.now())

    second = found.proposals.filter(week=2).values_list("pk", flat=True)
    decide(by=flash.manager, found=found, proposals=second, to=ProposalState.DECLINED, now=clock.now())
    new = swap(by=flash.manager, found=found, first=one, second=other, now=clock.now())

    assert [pair.week for pair in new] == [1, 1]


def test_a_declined_pair_comes_back_into_its_own_week(flash: World) -> None:
    found = planned(flash)
    pair = found.proposals.filter(week=2).first()
    assert pair is not None
    decide(by=flash.manager, found=found, proposals=[pair.pk], to=ProposalState.DECLINED, now=clock.now())

    assert decide(by=flash.manager, found=found, proposals=[pair.pk], to=ProposalState.APPROVED, now=clock.now()) == 1


def test_stopping_gives_up_the_weeks_to_come(flash: World) -> None:
    now = clock.now()
    found = published(flash, now)
    with pytest.raises(RoundOpen, match="A rotation still has weeks to come"):
        start_round(by=flash.manager, programme=flash.programme, now=now)

    assert stop_rotation(by=flash.manager, found=found, now=now) == 6

    assert [states(found, week) for week in (1, 2, 3)] == [{"offered"}, {"declined"}, {"declined"}]
    assert start_round(by=flash.manager, programme=flash.programme, now=now).state == RoundState.SOLVING


def test_where_a_rotation_stands(flash: World) -> None:
    now = clock.now()
    found = published(flash, now)

    stands = running(found, now + timedelta(days=2))

    assert stands is not None
    assert (stands.week, stands.weeks, stands.waiting, stands.next_at) == (1, 3, 6, now + WEEK)
    stop_rotation(by=flash.manager, found=found, now=now)
    assert running(found, now) is None


def test_only_flash_programmes_rotate_and_only_for_some_weeks(world: World, flash: World) -> None:
    with pytest.raises(CannotRotate, match="Only a flash programme"):
        start_rotation(by=world.manager, programme=world.programme, weeks=2, now=clock.now())
    with pytest.raises(CannotRotate, match="1 to 12 weeks"):
        start_rotation(by=flash.manager, programme=flash.programme, weeks=13, now=clock.now())


def test_rotating_is_for_those_who_run_the_programme(flash: World) -> None:
    found = published(flash, clock.now())
    stranger = PersonFactory(organisation=flash.manager.organisation)

    with pytest.raises(NotAllowed):
        stop_rotation(by=stranger, found=found, now=clock.now())
    with pytest.raises(NotAllowed):
        start_rotation(by=stranger, programme=flash.programme, weeks=2, now=clock.now())


@pytest.mark.parametrize("objective", ["wishes", "stable", "total", "matched_total", "matched_floor_total"])
def test_a_round_honours_its_objective_and_its_proof_page_checks_it(world: World, objective: str) -> None:
    now = clock.now()
    started = start_round(by=world.manager, programme=world.programme, now=now, changes={"objective": objective})

    found = solve_round(found=started, now=now)

    assert found.certificate is not None
    assert (found.state, found.certificate["objective"]) == (RoundState.REVIEW, objective)
    assert check_again(found).faults == []
    said = proof_of(found)
    assert said is not None
    assert said.promise.headline.startswith("Proven stable" if objective == "stable" else "Proven best")
    assert said.promise.text.endswith(".")
