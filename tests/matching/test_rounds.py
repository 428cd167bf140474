from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from tests.factories.matching import World, a_round, a_world, pair_of
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs import drain
from trellis.kernel.jobs.tables import Job
from trellis.kernel.models import AuditEntry
from trellis.matching.actions import rounds
from trellis.matching.actions.review import decide, set_pin
from trellis.matching.actions.rounds import RoundOpen, WrongState, discard_round, run_again, solve_round, start_round
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Round
from trellis.matching.queries.board import board, unmatched_rows
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.queries.proof import proof_of
from trellis.matching.stored import pool_from_json, pool_to_json
from trellis.notifications.models import Notice
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Programme
from trellis_engine.matching import certificate, solve


def pairs(found: Round) -> set[tuple[str, str]]:
    rows = found.proposals.values_list("mentee__person__external_id", "mentor__person__external_id")
    return set(rows)


def code(enrolment: object) -> str:
    return enrolment.person.external_id  # type: ignore[attr-defined, no-any-return]


def test_starting_queues_the_solving_for_the_person_who_started_it(world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())

    job = Job.objects.get(pk=found.job_id)
    assert (job.name, job.started_by_id, job.arguments) == (
        "matching.solve_round", world.manager.pk, {"round_id": found.pk},
    )  # fmt: skip
    assert (found.number, found.state, len(found.salt)) == (1, RoundState.SOLVING, 32)
    assert AuditEntry.objects.get(subject=f"round:{found.pk}").verb == "round.start"


def test_starting_twice_is_refused(world: World) -> None:
    start_round(by=world.manager, programme=world.programme, now=clock.now())

    with pytest.raises(RoundOpen, match="A round is still open"):
        start_round(by=world.manager, programme=world.programme, now=clock.now())
    assert Round.objects.count() == 1


def test_starting_is_for_those_who_run_the_programme(world: World) -> None:
    with pytest.raises(NotAllowed):
        start_round(
            by=PersonFactory(organisation=world.manager.organisation), programme=world.programme, now=clock.now()
        )


def test_the_job_solves_and_tells_who_started_it(world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())

    drain()

    found.refresh_from_db()
    assert (found.state, found.solved_at is not None, found.certificate is not None) == (RoundState.REVIEW, True, True)
    assert Job.objects.get(pk=found.job_id).result == {
        "round": 1, "programme": world.programme.slug, "state": "review",
    }  # fmt: skip
    notice = Notice.objects.get(person=world.manager)
    assert (notice.kind, notice.path) == ("matching.round_ready", f"/manage/{world.programme.slug}/rounds/1/")
    assert notice.parameters == {"programme": world.programme.name, "matched": 3, "unmatched": 0}


def test_people_with_the_same_skill_are_put_together(world: World) -> None:
    found = a_round(world)

    assert pairs(found) == {(code(a), code(b)) for a, b in zip(world.mentees, world.mentors, strict=True)}
    assert set(found.proposals.values_list("state", "origin")) == {("under_review", "solver")}


def test_solving_again_changes_nothing(world: World) -> None:
    found = a_round(world)
    before = list(Round.objects.values()), list(found.proposals.order_by("id").values())

    solve_round(found=found, now=clock.now() + timedelta(hours=1))

    assert (list(Round.objects.values()), list(found.proposals.order_by("id").values())) == before


def test_a_second_worker_finds_the_work_done(world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())
    late = Round.objects.get(pk=found.pk)
    solve_round(found=found, now=clock.now())

    from_the_other = solve_round(found=late, now=clock.now())

    assert (from_the_other.state, from_the_other.proposals.count()) == (RoundState.REVIEW, 3)


def test_a_stored_round_solves_to_the_same_bytes(world: World) -> None:
    found = Round.objects.get(pk=a_round(world).pk)

    pool = pool_from_json(found.inputs)
    plan = solve(pool, engine_settings(found.settings), engine_taxonomy(), found.salt)

    assert certificate(plan) == found.certificate
    assert pool_from_json(pool_to_json(pool)) == pool


def test_everybody_left_has_a_reason(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=2, mentors=1)
    other = PersonFactory(organisation=organisation, languages=["Icelandic"])
    world.mentees[1].person = other
    world.mentees[1].save()

    found = a_round(world)

    assert list(found.unmatched.values_list("enrolment", "reason", "parameters")) == [
        (world.mentees[1].pk, "no_allowed_mentor", {"removed": {"common_language": 1}})
    ]


def test_weights_that_cannot_be_used_fail_in_words(world: World) -> None:
    world.programme.matching["weights"]["balance"] = 40
    world.programme.save()

    found = a_round(world)

    assert (found.state, found.failure) == (
        RoundState.FAILED, "The weights add up to 138, not 100. Correct them in the programme's settings.",
    )  # fmt: skip
    assert found.proposals.count() == 0


def test_a_round_set_aside_while_it_is_solved_stays_so(world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())
    discard_round(by=world.manager, found=found, now=clock.now())

    assert solve_round(found=found, now=clock.now()).state == RoundState.DISCARDED
    assert found.proposals.count() == 0


def test_a_failure_does_not_bring_back_a_round_that_was_set_aside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.programme.matching["weights"]["balance"] = 40
    world.programme.save()
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())
    loaded = rounds.people_for

    def meanwhile(programme: Programme, settings: Mapping[str, object], now: datetime) -> object:
        discard_round(by=world.manager, found=found, now=clock.now())
        return loaded(programme, settings, now)

    monkeypatch.setattr(rounds, "people_for", meanwhile)

    assert solve_round(found=found, now=clock.now()).state == RoundState.DISCARDED


def test_a_solution_does_not_bring_back_a_round_that_was_set_aside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())
    loaded = rounds.people_for

    def meanwhile(programme: Programme, settings: Mapping[str, object], now: datetime) -> object:
        discard_round(by=world.manager, found=found, now=clock.now())
        return loaded(programme, settings, now)

    monkeypatch.setattr(rounds, "people_for", meanwhile)

    assert solve_round(found=found, now=clock.now()).state == RoundState.DISCARDED
    assert found.proposals.count() == 0


def test_setting_aside_tells_nobody_and_opens_the_way(world: World) -> None:
    found = a_round(world)
    Notice.objects.all().delete()

    discard_round(by=world.manager, found=found, now=clock.now())

    assert Notice.objects.count() == 0
    assert a_round(world).number == 2
    with pytest.raises(WrongState, match="This round is now: discarded"):
        discard_round(by=world.manager, found=found, now=clock.now())


def test_setting_aside_is_for_those_who_run_the_programme(world: World) -> None:
    with pytest.raises(NotAllowed):
        discard_round(by=world.mentees[0].person, found=a_round(world), now=clock.now())


def test_running_again_keeps_what_was_decided(world: World) -> None:
    found = a_round(world)
    kept, pinned, apart = (pair_of(found, mentee) for mentee in world.mentees)
    now = clock.now()
    decide(by=world.manager, found=found, proposals=[kept.pk], to=ProposalState.APPROVED, now=now)
    decide(by=world.manager, found=found, proposals=[apart.pk], to=ProposalState.DECLINED, now=now)
    set_pin(by=world.manager, found=found, proposal=pinned, pinned=True, now=now)
    spare = world.enrol(Side.MENTOR)

    fresh = solve_round(found=run_again(by=world.manager, found=found, now=now), now=now)

    found.refresh_from_db()
    assert (found.state, fresh.number) == (RoundState.DISCARDED, 2)
    again = {(p.mentee_id, p.mentor_id): (p.state, p.origin) for p in fresh.proposals.all()}
    assert again == {
        (kept.mentee_id, kept.mentor_id): (ProposalState.APPROVED, ProposalOrigin.PINNED),
        (pinned.mentee_id, pinned.mentor_id): (ProposalState.UNDER_REVIEW, ProposalOrigin.PINNED),
        (apart.mentee_id, spare.pk): (ProposalState.UNDER_REVIEW, ProposalOrigin.SOLVER),
    }
    assert fresh.proposals.get(mentee=kept.mentee).decided_by == world.manager


def test_a_pair_ruled_out_once_stays_ruled_out_over_many_runs(world: World) -> None:
    found = a_round(world)
    apart = pair_of(found, world.mentees[0])
    now = clock.now()
    decide(by=world.manager, found=found, proposals=[apart.pk], to=ProposalState.DECLINED, now=now)

    second = solve_round(found=run_again(by=world.manager, found=found, now=now), now=now)
    third = solve_round(found=run_again(by=world.manager, found=second, now=now), now=now)

    for each in (second, third):
        assert not each.proposals.filter(mentee=apart.mentee, mentor=apart.mentor).exists()


def test_running_again_leaves_out_a_pin_that_is_not_possible_any_more(world: World) -> None:
    found = a_round(world)
    now = clock.now()
    everything = found.proposals.values_list("pk", flat=True)
    decide(by=world.manager, found=found, proposals=everything, to=ProposalState.APPROVED, now=now)
    world.mentors[0].state = EnrolmentState.PAUSED
    world.mentors[0].save()

    fresh = solve_round(found=run_again(by=world.manager, found=found, now=now), now=now)

    assert (fresh.state, fresh.proposals.filter(state=ProposalState.APPROVED).count()) == (RoundState.REVIEW, 2)


def test_a_round_that_failed_on_a_pin_says_which_and_can_run_again(world: World) -> None:
    now = clock.now()
    mentee, mentor = world.mentees[0].person, world.mentors[0].person
    mentee.manager = mentor
    mentee.save()
    pin = [[mentee.external_id, mentor.external_id]]
    changes = {"pinned": pin, "approved": pin}
    found = start_round(by=world.manager, programme=world.programme, now=now, changes=changes)

    failed = solve_round(found=found, now=now)

    assert failed.state == RoundState.FAILED
    assert failed.failure.startswith(
        f"The pinned pair {mentee.full_name} and {mentor.full_name} is not possible: a rule"
    )
    assert solve_round(found=run_again(by=world.manager, found=failed, now=now), now=now).state == RoundState.REVIEW


def test_a_pin_on_somebody_who_left_fails_in_words(world: World) -> None:
    now = clock.now()
    changes = {"pinned": [["GONE", code(world.mentors[0])]]}
    found = start_round(by=world.manager, programme=world.programme, now=now, changes=changes)

    failed = solve_round(found=found, now=now)

    assert failed.failure == "A pinned person (GONE) is no longer ready to be matched. Run again without them."


def test_running_a_failed_round_again_with_the_same_settings_fails_again(world: World) -> None:
    world.programme.matching["weights"]["balance"] = 40
    world.programme.save()
    found = a_round(world)

    fresh = solve_round(found=run_again(by=world.manager, found=found, now=clock.now()), now=clock.now())

    assert (fresh.number, fresh.state) == (2, RoundState.FAILED)


def test_a_pair_that_is_together_already_is_not_proposed(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=1, mentors=1)
    for side in (*world.mentees, *world.mentors):
        side.places = 2
        side.save()
    a_pair(world.programme, mentee=world.mentees[0].person, mentor=world.mentors[0].person)

    found = a_round(world)

    assert pairs(found) == set()
    assert set(found.unmatched.values_list("reason", flat=True)) == {"no_allowed_mentor", "no_allowed_mentee"}


def test_a_round_started_by_the_system_tells_nobody(world: World) -> None:
    found = solve_round(found=start_round(by=None, programme=world.programme, now=clock.now()), now=clock.now())

    assert (found.state, Notice.objects.count()) == (RoundState.REVIEW, 0)


def test_who_is_served_already_is_not_counted_as_left(world: World) -> None:
    for mentee, mentor in zip(world.mentees[:2], world.mentors[:2], strict=True):
        a_pair(world.programme, mentee=mentee.person, mentor=mentor.person)

    found = a_round(world)

    proof = proof_of(found)
    assert proof
    assert (proof.matched, proof.mentees, found.unmatched.count(), unmatched_rows(found)) == (1, 1, 4, [])
    assert Notice.objects.get(kind="matching.round_ready").parameters["unmatched"] == 0


def test_the_board_can_be_read_by_state(world: World) -> None:
    found = a_round(world)
    found.proposals.filter(mentee=world.mentees[0]).update(state=ProposalState.APPROVED)

    assert len(board(found)) == 3
    assert [row.mentee.id for row in board(found, states=["approved"])] == [world.mentees[0].person_id]
