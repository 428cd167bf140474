"""A rematch: running pairs are placed again, as few as pay, and everything can be taken back."""

from datetime import timedelta

import pytest

from tests.factories.matching import World, a_world
from tests.factories.meetings import MeetingFactory
from tests.factories.mentorships import a_pair
from trellis.kernel import audit, clock
from trellis.kernel.jobs import drain
from trellis.matching.actions.publishing import NothingApproved, NotReady, publish_round
from trellis.matching.actions.rematch import CannotRematch, start_rematch
from trellis.matching.actions.review import PairRuns, decide
from trellis.matching.actions.rounds import run_again, solve_round
from trellis.matching.actions.taking_back import undo_publish
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Round
from trellis.matching.queries.exchanges import changes_of, changes_shown, exchanges
from trellis.matching.queries.fitness import faults_of
from trellis.matching.queries.proof import check_again
from trellis.matching.queries.swaps import STANDING
from trellis.meetings.actions import cancel_meeting
from trellis.meetings.models import MeetingState
from trellis.mentorships.actions import pause_mentorship
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship, Transition
from trellis.notifications.models import Delivery, Notice
from trellis.people.models import Organisation
from trellis.programmes.choices import MentoringModel


@pytest.fixture
def crossed(organisation: Organisation) -> World:
    """Three mentees and mentors who fit one to one; two of the running pairs are crossed, nobody else runs."""
    world = a_world(organisation, mentees=3, mentors=3)
    world.programme.matching = {**world.programme.matching, "approval": "manager"}
    world.programme.save()
    for mentee, mentor in ((0, 1), (1, 0)):
        a_pair(world.programme, mentee=world.mentees[mentee].person, mentor=world.mentors[mentor].person)
    for side in (*world.mentees, *world.mentors):
        side.places = 1
        side.save()
    return world


def a_rematch(world: World, points: int = 0) -> Round:
    now = clock.now()
    found = solve_round(
        found=start_rematch(by=world.manager, programme=world.programme, points=points, now=now), now=now
    )
    return Round.objects.get(pk=found.pk)


def approve(world: World, found: Round, *mentees: int) -> None:
    people = [world.mentees[number].pk for number in mentees or range(3)]
    rows = found.proposals.filter(mentee__in=people, state=ProposalState.UNDER_REVIEW).values_list("pk", flat=True)
    decide(by=world.manager, found=found, proposals=rows, to=ProposalState.APPROVED, now=clock.now())


def live(world: World) -> set[tuple[int, int]]:
    """(mentee, mentor) by their numbers in the world."""
    mentees = {side.person_id: number for number, side in enumerate(world.mentees)}
    mentors = {side.person_id: number for number, side in enumerate(world.mentors)}
    keys = Mentorship.objects.live().filter(programme=world.programme).values_list("pair_key", flat=True)
    pairs = (key.split(":") for key in keys)
    return {(mentees[int(one)], mentors[int(two)]) for one, two in pairs}


def test_a_crossed_pair_is_parted_and_nobody_is_without(crossed: World) -> None:
    found = a_rematch(crossed)

    changes = changes_of(found)
    assert (changes.staying, changes.parting, changes.new) == (0, 2, 3)
    assert faults_of(crossed.programme, found.proposals.filter(state__in=STANDING), changes) == {}
    assert check_again(found).faults == []

    approve(crossed, found)
    assert publish_round(by=crossed.manager, found=found, now=clock.now()) == 3
    drain()

    assert live(crossed) == {(0, 0), (1, 1), (2, 2)}
    parted = Mentorship.objects.filter(state=MentorshipState.ENDED)
    assert set(parted.values_list("closure", flat=True)) == {""}
    kinds = Notice.objects.filter(person=crossed.mentees[0].person).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["mentorships.parted", "mentorships.started"]
    assert Notice.objects.filter(kind="mentorships.parted").count() == 4
    found.refresh_from_db()
    assert (changes_shown(found).parting, changes_shown(found).staying) == (2, 0)
    assert audit.first_break(found.organisation_id) is None


def test_a_pair_is_worth_more_for_standing(crossed: World) -> None:
    found = a_rematch(crossed, points=40)

    changes = changes_of(found)
    assert (changes.staying, changes.parting, changes.new) == (2, 0, 1)
    assert found.settings["objective"] == "matched_total"
    assert found.proposals.filter(state=ProposalState.APPROVED).count() == 2
    assert check_again(found).faults == []
    approve(crossed, found)
    publish_round(by=crossed.manager, found=found, now=clock.now())

    assert live(crossed) == {(0, 1), (1, 0), (2, 2)}
    assert Transition.objects.filter(to_state=MentorshipState.ENDED).count() == 0
    assert set(Notice.objects.values_list("person", flat=True)) == {
        crossed.manager.pk, crossed.mentees[2].person_id, crossed.mentors[2].person_id,
    }  # fmt: skip


def test_undo_restores_what_was_ended(crossed: World) -> None:
    found = a_rematch(crossed)
    approve(crossed, found)
    before = {one.pk: one.planned_end_on for one in Mentorship.objects.all()}
    publish_round(by=crossed.manager, found=found, now=clock.now())

    assert undo_publish(by=crossed.manager, found=found, now=clock.now()) == 3

    assert live(crossed) == {(0, 1), (1, 0)}
    assert {one.pk: one.planned_end_on for one in Mentorship.objects.all()} == before
    mails = Delivery.objects.filter(notice__kind__startswith="mentorships.")
    assert set(mails.values_list("state", flat=True)) == {Delivery.State.SKIPPED}
    assert not Notice.objects.filter(kind="mentorships.restored").exists()
    found.refresh_from_db()
    assert (found.state, changes_of(found).parting) == (RoundState.REVIEW, 2)

    assert publish_round(by=crossed.manager, found=found, now=clock.now()) == 3
    assert live(crossed) == {(0, 0), (1, 1), (2, 2)}


def test_whoever_was_mailed_of_the_end_is_told_that_it_goes_on(crossed: World) -> None:
    found = a_rematch(crossed)
    approve(crossed, found)
    publish_round(by=crossed.manager, found=found, now=clock.now())
    drain()

    undo_publish(by=crossed.manager, found=found, now=clock.now())

    assert Notice.objects.filter(kind="mentorships.restored").count() == 4
    assert Notice.objects.filter(kind="mentorships.withdrawn").count() == 6


@pytest.mark.parametrize("heard", [True, False], ids=["news of the end heard", "not yet heard"])
def test_meetings_that_the_parting_called_off_are_planned_again(crossed: World, heard: bool) -> None:
    one, other = Mentorship.objects.order_by("id")
    ahead = MeetingFactory(mentorship=one, starts_at=clock.now() + timedelta(days=3))
    dropped = MeetingFactory(mentorship=other, starts_at=clock.now() + timedelta(days=3))
    cancel_meeting(by=crossed.mentees[1].person, meeting=dropped, now=clock.now())
    found = a_rematch(crossed)
    approve(crossed, found)
    publish_round(by=crossed.manager, found=found, now=clock.now())
    if heard:
        drain()
        ahead.refresh_from_db()
        assert (ahead.state, ahead.sequence) == (MeetingState.CANCELLED, 1)

    undo_publish(by=crossed.manager, found=found, now=clock.now())
    drain()

    ahead.refresh_from_db()
    dropped.refresh_from_db()
    assert (ahead.state, ahead.sequence) == (MeetingState.PLANNED, 2 if heard else 0)
    assert (dropped.state, dropped.sequence) == (MeetingState.CANCELLED, 1)


def test_after_the_hour_nothing_is_restored(crossed: World) -> None:
    found = a_rematch(crossed)
    approve(crossed, found)
    publish_round(by=crossed.manager, found=found, now=clock.now())

    with pytest.raises(Exception, match="The hour for taking this round back has passed"):
        undo_publish(by=crossed.manager, found=found, now=clock.now() + timedelta(minutes=61))
    assert live(crossed) == {(0, 0), (1, 1), (2, 2)}


def test_declining_a_new_pair_lets_the_old_one_go_on(crossed: World) -> None:
    found = a_rematch(crossed)
    approve(crossed, found, 2)
    changes = changes_of(found, [ProposalState.APPROVED])
    assert (changes.staying, changes.parting) == (2, 0)

    publish_round(by=crossed.manager, found=found, now=clock.now())

    assert live(crossed) == {(0, 1), (1, 0), (2, 2)}


def test_half_of_an_exchange_cannot_be_published(crossed: World) -> None:
    """The mentor of the one new pair still has the mentee whose own new pair was not approved."""
    found = a_rematch(crossed)
    approve(crossed, found, 0)

    with pytest.raises(NotReady, match=f"{crossed.mentors[0].person.full_name} has no free place left"):
        publish_round(by=crossed.manager, found=found, now=clock.now())
    assert live(crossed) == {(0, 1), (1, 0)}


def test_an_exchange_happens_at_once_and_others_by_themselves(crossed: World) -> None:
    found = a_rematch(crossed)
    approve(crossed, found)
    one, two, three = (found.proposals.get(mentee=mentee) for mentee in crossed.mentees)
    for pair, old in changes_of(found).replaces.items():
        found.proposals.filter(pk=pair).update(replaces=old.id)

    assert sorted(map(sorted, exchanges(found.proposals.order_by("id")))) == sorted(
        [sorted([one.pk, two.pk]), [three.pk]]
    )


def test_a_running_pair_is_not_decided_about(crossed: World) -> None:
    found = a_rematch(crossed, points=40)
    stays = found.proposals.get(mentee=crossed.mentees[0])

    with pytest.raises(PairRuns, match="together already and stay so"):
        decide(by=crossed.manager, found=found, proposals=[stays.pk], to=ProposalState.DECLINED, now=clock.now())


def test_with_nothing_new_there_is_nothing_to_publish(crossed: World) -> None:
    found = a_rematch(crossed, points=40)

    with pytest.raises(NothingApproved):
        publish_round(by=crossed.manager, found=found, now=clock.now())


def test_a_paused_pair_is_left_in_peace(crossed: World) -> None:
    one = Mentorship.objects.order_by("id")[0]
    until = clock.today() + timedelta(days=20)
    pause_mentorship(by=crossed.mentees[0].person, mentorship=one, until=until, now=clock.now())

    found = a_rematch(crossed)

    assert found.settings["kept"] == [[crossed.mentees[1].person.external_id, crossed.mentors[0].person.external_id]]
    assert not found.proposals.filter(mentee=crossed.mentees[0]).exists()


def test_nobody_who_has_a_mentor_is_left_without(organisation: Organisation) -> None:
    """One mentor, taken by the mentee who fits less: the better one does not push them out."""
    world = a_world(organisation, mentees=2, mentors=1)
    world.programme.matching = {**world.programme.matching, "approval": "manager"}
    world.programme.save()
    world.mentors[0].places = 1
    world.mentors[0].save()
    a_pair(world.programme, mentee=world.mentees[1].person, mentor=world.mentors[0].person)

    found = a_rematch(world)

    assert list(found.proposals.values_list("mentee", flat=True)) == [world.mentees[1].pk]
    assert (changes_of(found).staying, found.settings["held"]) == (1, found.settings["kept"])
    assert check_again(found).faults == []


def test_a_pair_that_ended_meanwhile_is_not_begun_again(crossed: World) -> None:
    found = a_rematch(crossed, points=40)
    Mentorship.objects.filter(programme=crossed.programme).update(state=MentorshipState.ENDED)

    changes = changes_of(found)
    assert changes.staying == 0
    assert len(faults_of(crossed.programme, found.proposals.filter(state__in=STANDING), changes)) == 2


def test_running_again_weighs_running_pairs_anew(crossed: World) -> None:
    found = a_rematch(crossed, points=40)
    approve(crossed, found)

    fresh = solve_round(found=run_again(by=crossed.manager, found=found, now=clock.now()), now=clock.now())

    assert fresh.settings["released"] is True
    assert fresh.settings["pinned"] == [[crossed.mentees[2].person.external_id, crossed.mentors[2].person.external_id]]
    assert changes_of(fresh).staying == 2


def test_where_a_match_is_one_meeting_there_is_no_rematch(crossed: World) -> None:
    crossed.programme.model = MentoringModel.FLASH
    crossed.programme.save()

    with pytest.raises(CannotRematch, match="Where a match is one meeting"):
        start_rematch(by=crossed.manager, programme=crossed.programme, points=0, now=clock.now())


@pytest.mark.parametrize("points", [-1, 41])
def test_the_points_are_checked(crossed: World, points: int) -> None:
    with pytest.raises(CannotRematch, match="from 0 to 40"):
        start_rematch(by=crossed.manager, programme=crossed.programme, points=points, now=clock.now())


def test_without_running_pairs_there_is_nothing_to_place_again(organisation: Organisation) -> None:
    world = a_world(organisation)
    world.programme.matching = {**world.programme.matching, "approval": "manager"}
    world.programme.save()

    with pytest.raises(CannotRematch, match="no running pair"):
        start_rematch(by=world.manager, programme=world.programme, points=0, now=clock.now())
