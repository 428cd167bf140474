import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.matching import World, a_round, a_world, pair_of
from tests.factories.people import PersonFactory
from trellis.kernel import audit, clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.rearranging import BoardChanged, put_together, take_back
from trellis.matching.actions.review import decide, set_pin
from trellis.matching.actions.rounds import WrongState, run_again, solve_round
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.cost_words import against_words, matched_words, points_words, short_words
from trellis.matching.models import Proposal, Round
from trellis.matching.queries import rearranging
from trellis.matching.queries.board import unmatched_rows
from trellis.matching.queries.laid import key_of, laid_on
from trellis.matching.queries.proof import proof_of
from trellis.matching.queries.rearranged import by_hand, choice_rows, done_last, moves_of
from trellis.matching.queries.rearranging import CannotBeTogether, Rearrangement, ask, can_rearrange
from trellis.people.models import Organisation
from trellis.programmes.models import Enrolment

APPROVED, DECLINED, REVIEW = ProposalState.APPROVED, ProposalState.DECLINED, ProposalState.UNDER_REVIEW
Facts = list[tuple[int, int, str, str, int, object]]


@pytest.fixture
def found(world: World) -> Round:
    return a_round(world)


def asked(found: Round, mentee: Enrolment, mentor: Enrolment) -> Rearrangement:
    return ask(found, mentee.person, mentor.person)


def together(world: World, found: Round, mentee: Enrolment, mentor: Enrolment) -> Proposal:
    return put_together(by=world.manager, found=found, plan=asked(found, mentee, mentor), now=clock.now())


def approve(world: World, found: Round, *mentees: Enrolment, to: str = APPROVED) -> None:
    pairs = [pair_of(found, mentee).pk for mentee in mentees]
    decide(by=world.manager, found=found, proposals=pairs, to=to, now=clock.now())
    found.refresh_from_db()


def board(found: Round) -> Facts:
    """What lies on the board, whatever the rows are called."""
    rows = found.proposals.exclude(state=ProposalState.WITHDRAWN)
    return sorted(rows.values_list("mentee_id", "mentor_id", "state", "origin", "score", "reasons"))


def test_the_cost_is_worked_out_exactly_and_changes_nothing(world: World, found: Round) -> None:
    before, worth = board(found), sum(found.proposals.values_list("score", flat=True))
    one, two = world.mentees[:2]

    plan = asked(found, one, world.mentors[1])

    assert sorted(plan.gone) == sorted(pair_of(found, each).pk for each in (one, two))
    assert [(each.mentee, each.before, each.after) for each in moves_of(found, plan)] == [
        (one.person.full_name, [world.mentors[0].person.full_name], [world.mentors[1].person.full_name]),
        (two.person.full_name, [world.mentors[1].person.full_name], [world.mentors[0].person.full_name]),
    ]
    assert board(found) == before
    together(world, found, one, world.mentors[1])
    after = found.proposals.exclude(state=ProposalState.WITHDRAWN).values_list("score", flat=True)
    assert (plan.matched, plan.points) == (0, sum(after) - worth)


def test_the_whole_plan_is_laid_out_at_once(world: World, found: Round) -> None:
    made = together(world, found, world.mentees[0], world.mentors[1])

    assert (made.state, made.origin, made.score > 0, "reasons" in made.reasons) == (
        REVIEW, ProposalOrigin.PINNED, True, True,
    )  # fmt: skip
    moved = pair_of(found, world.mentees[1])
    assert (moved.mentor, moved.state, moved.origin) == (world.mentors[0], REVIEW, ProposalOrigin.SOLVER)
    assert found.proposals.filter(state=ProposalState.WITHDRAWN).count() == 2
    assert pair_of(found, world.mentees[2]).mentor == world.mentors[2]
    line = AuditEntry.objects.get(verb="round.together")
    assert (line.actor_id, line.facts) == (
        world.manager.pk,
        {"programme": world.programme.pk, "proposal": made.pk, "made": 2, "withdrawn": 2},
    )


def test_undo_restores_the_board_as_it_was_step_by_step(world: World, found: Round) -> None:
    boards = [board(found)]
    together(world, found, world.mentees[0], world.mentors[1])
    boards.append(board(found))
    found.refresh_from_db()
    together(world, found, world.mentees[2], world.mentors[0])

    for before in reversed(boards):
        take_back(by=world.manager, found=found, now=clock.now())
        assert board(found) == before

    found.refresh_from_db()
    assert done_last(found) is None
    with pytest.raises(WrongState):
        take_back(by=world.manager, found=found, now=clock.now())


def test_approved_and_pinned_pairs_never_move(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=5, mentors=5)
    found = a_round(world)
    approve(world, found, world.mentees[3])
    set_pin(by=world.manager, found=found, proposal=pair_of(found, world.mentees[4]), pinned=True, now=clock.now())
    held = {pair_of(found, each).pk for each in world.mentees[3:]}

    for mentee in world.mentees[:3]:
        for mentor in world.mentors[:3]:
            if pair_of(found, mentee).mentor != mentor:
                assert held.isdisjoint(asked(found, mentee, mentor).gone)
    together(world, found, world.mentees[0], world.mentors[1])

    assert {pair_of(found, each).pk for each in world.mentees[3:]} == held


def test_places_that_decided_pairs_hold_are_said_to_be_held(world: World, found: Round) -> None:
    approve(world, found, world.mentees[1])
    one, other = world.mentees[0].person.full_name, world.mentors[1].person.full_name

    with pytest.raises(CannotBeTogether) as refused:
        asked(found, world.mentees[0], world.mentors[1])

    assert str(refused.value) == (
        f"All places of {one} or {other} are held by approved or pinned pairs. Put one of those back or take its pin "
        "off, then ask again."
    )


def test_a_rule_is_named_without_giving_a_wish_away(organisation: Organisation) -> None:
    world = a_world(organisation)
    mentee, mentor = world.mentees[0].person, world.mentors[1].person
    mentee.manager = mentor
    mentee.save()
    found = a_round(world)

    with pytest.raises(CannotBeTogether) as refused:
        ask(found, mentee, mentor)

    assert str(refused.value) == (
        f"{mentee.full_name} and {mentor.full_name} cannot be matched: a rule that protects people keeps them apart "
        "(the same reporting line, a wish not to be matched, an earlier no)."
    )
    rows, _total = choice_rows(found, mentee, "", 50)
    assert mentor.pk not in {row.id for row in rows}


def test_a_pair_that_stands_is_not_put_together_again(world: World, found: Round) -> None:
    with pytest.raises(CannotBeTogether, match="are already a pair here"):
        asked(found, world.mentees[0], pair_of(found, world.mentees[0]).mentor)


def test_a_declined_pair_stays_apart_unless_it_is_asked_for_itself(world: World, found: Round) -> None:
    approve(world, found, world.mentees[0], to=DECLINED)
    gone = world.mentees[0].person.external_id, world.mentors[0].person.external_id

    assert gone not in asked(found, world.mentees[1], world.mentors[2]).new
    plan = asked(found, world.mentees[0], world.mentors[0])
    assert (plan.matched, plan.gone, plan.new) == (1, (), (gone,))

    put_together(by=world.manager, found=found, plan=plan, now=clock.now())
    assert pair_of(found, world.mentees[0]).state == REVIEW


def test_a_plan_for_an_older_board_is_refused_and_changes_nothing(world: World, found: Round) -> None:
    plan = asked(found, world.mentees[0], world.mentors[1])
    approve(world, found, world.mentees[2])
    before = board(found)

    with pytest.raises(BoardChanged):
        put_together(by=world.manager, found=found, plan=plan, now=clock.now())

    assert board(found) == before


def test_undo_is_refused_once_a_new_pair_is_decided(world: World, found: Round) -> None:
    together(world, found, world.mentees[0], world.mentors[1])
    approve(world, found, world.mentees[1])

    with pytest.raises(BoardChanged, match="Put them back to review first"):
        take_back(by=world.manager, found=found, now=clock.now())

    approve(world, found, world.mentees[1], to=REVIEW)
    assert take_back(by=world.manager, found=found, now=clock.now()) == 2


def test_every_process_comes_to_the_same_cost(organisation: Organisation) -> None:
    """Whatever this one was asked before: forget it, and ask again."""
    world = a_world(organisation, mentees=6, mentors=6)
    found = a_round(world)
    together(world, found, world.mentees[0], world.mentors[3])
    approve(world, found, world.mentees[4])
    approve(world, found, world.mentees[5], to=DECLINED)
    pairs = [(mentee, mentor) for mentee in world.mentees[1:4] for mentor in world.mentors[1:3]]
    pairs = [(one, two) for one, two in pairs if pair_of(found, one).mentor != two]
    warm = [asked(found, *pair) for pair in pairs]
    for pair, before in zip(pairs, warm, strict=True):
        rearranging._copies.clear()

        assert asked(found, *pair) == before


def test_who_is_left_out_by_it_is_listed_with_a_way_on(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=3, mentors=2)
    found = a_round(world)
    alone = next(each for each in world.mentees if not found.proposals.filter(mentee=each).exists())
    mentor = world.mentors[0]
    loses = found.proposals.get(mentor=mentor).mentee

    plan = asked(found, alone, mentor)
    put_together(by=world.manager, found=found, plan=plan, now=clock.now())

    names = {row.name: row.why for row in unmatched_rows(found) if row.side == "mentee"}
    assert plan.matched == 0
    assert alone.person.full_name not in names
    assert set(names) <= {loses.person.full_name, *(each.person.full_name for each in world.mentees)}
    assert list(names.values()) == ["Their place went to somebody else when other people were put together by hand."]


def test_the_proof_says_what_was_changed_by_hand_since(world: World, found: Round) -> None:
    assert by_hand(found) is None
    plan = asked(found, world.mentees[0], world.mentors[1])
    put_together(by=world.manager, found=found, plan=plan, now=clock.now())
    found.refresh_from_db()

    proof = proof_of(found)

    assert proof is not None
    assert proof.by_hand is not None
    assert (proof.by_hand.pairs, proof.by_hand.matched, proof.by_hand.points) == (2, 0, -plan.points)


def test_storing_asks_as_often_however_many_move(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=24, mentors=24)
    found = a_round(world)

    few, many = (statements(world, found, moving=count) for count in (2, 24))

    assert few == many
    assert audit.first_break(organisation.pk) is None


def statements(world: World, found: Round, *, moving: int) -> int:
    """Of storing a plan in which so many mentees go on to each other's mentors, and of undoing it."""
    mentees = world.mentees[:moving]
    mentors = [pair_of(found, each).mentor.person.external_id for each in mentees]
    new = [(each.person.external_id, code) for each, code in zip(mentees, mentors[1:] + mentors[:1], strict=True)]
    gone = tuple(pair_of(found, each).pk for each in mentees)
    plan = Rearrangement(key_of(laid_on(found)), *new[0], 0, 0, gone, tuple(sorted(new)))
    with CaptureQueriesContext(connection) as queries:
        put_together(by=world.manager, found=found, plan=plan, now=clock.now())
        take_back(by=world.manager, found=found, now=clock.now())
    return len(queries)


def test_storing_leaves_the_row_of_the_round_alone(world: World, found: Round) -> None:
    """It holds everybody's words and the proof: SQLite would write them anew with whatever changes there."""
    plan = asked(found, world.mentees[0], world.mentors[1])

    with CaptureQueriesContext(connection) as queries:
        put_together(by=world.manager, found=found, plan=plan, now=clock.now())

    assert not [each for each in queries if each["sql"].startswith('UPDATE "matching_round"')]


def test_every_pair_that_gave_way_has_a_line_of_its_own(world: World, found: Round) -> None:
    plan = asked(found, world.mentees[0], world.mentors[1])
    put_together(by=world.manager, found=found, plan=plan, now=clock.now())

    lines = AuditEntry.objects.filter(verb="proposal.withdrawn").order_by("position")
    assert [(each.actor_id, each.subject, each.facts) for each in lines] == [
        (world.manager.pk, f"proposal:{pk}", {"programme": world.programme.pk, "from": REVIEW}) for pk in plan.gone
    ]


def test_running_again_keeps_the_pin_and_forgets_what_gave_way(world: World, found: Round) -> None:
    together(world, found, world.mentees[0], world.mentors[1])
    found.refresh_from_db()

    fresh = solve_round(found=run_again(by=world.manager, found=found, now=clock.now()), now=clock.now())

    forced = pair_of(fresh, world.mentees[0])
    assert (forced.mentor, forced.origin) == (world.mentors[1], ProposalOrigin.PINNED)
    assert (fresh.settings["forbidden"], fresh.edits.count()) == ([], 0)


def test_choices_are_in_the_order_of_their_cost(world: World, found: Round) -> None:
    rows, total = choice_rows(found, world.mentees[0].person, "", 50)

    assert total == 2
    assert [row.exact for row in rows] == [True, True]
    costs = [asked(found, world.mentees[0], mentor_of(world, row.id)) for row in rows]
    assert costs == sorted(costs, key=lambda plan: (-plan.matched, -plan.points))


def mentor_of(world: World, person: int) -> Enrolment:
    return next(each for each in world.mentors if each.person_id == person)


def test_only_who_runs_the_programme_may(world: World, found: Round) -> None:
    plan = asked(found, world.mentees[0], world.mentors[1])

    with pytest.raises(NotAllowed):
        put_together(
            by=PersonFactory(organisation=world.programme.organisation), found=found, plan=plan, now=clock.now()
        )


def test_rounds_of_wishes_are_not_rearranged(organisation: Organisation) -> None:
    world = a_world(organisation)
    world.programme.matching = {**world.programme.matching, "objective": "wishes"}
    world.programme.save()

    assert not can_rearrange(a_round(world))


def test_a_plan_of_another_organisation_fits_no_round_here(
    world: World, found: Round, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation)
        their_round = a_round(theirs)
        plan = asked(their_round, theirs.mentees[0], theirs.mentors[1])
    before = board(found)

    with pytest.raises(BoardChanged):
        put_together(by=world.manager, found=found, plan=plan, now=clock.now())

    assert board(found) == before


def test_costs_are_said_in_words_to_the_point() -> None:
    assert [matched_words(change) for change in (0, 1, -2)] == [
        "As many mentees have a mentor as now.", "1 mentee more has a mentor.", "2 mentees fewer have a mentor.",
    ]  # fmt: skip
    assert [points_words(change) for change in (0, 1000, -3250, -1, 12_600, 999_999)] == [
        "The scores add up to the same.", "The scores add up to 1 point more.",
        "The scores add up to 3.3 points less.", "The scores add up to less than 0.1 points less.",
        "The scores add up to 13 points more.", "The scores add up to 1,000 points more.",
    ]  # fmt: skip
    assert short_words(-1, 2500, exact=True) == "−1 mentee, +2.5 points"
    assert short_words(0, -99, exact=True) == "less than 0.1 points less"
    assert short_words(0, 1040, exact=True) == "+1 point"
    assert [short_words(0, each, exact=False) for each in (0, -99)] == ["0 points, or more"] * 2
    assert against_words(0, 1500) == "It comes to −1.5 points against the proven best."
    assert against_words(0, 0) == "It costs nothing against the proven best."
