"""A round of many pairs goes out pair by pair in a job: once each, whatever is killed, stopped or taken back."""

from collections import Counter
from contextlib import AbstractContextManager

import pytest

from tests.factories.matching import World, a_managed_world, a_round
from trellis.kernel import audit, clock, jobs
from trellis.kernel.jobs import Cancelled, drain, watching_progress
from trellis.kernel.jobs.tables import Job, JobState
from trellis.matching.actions.publishing import ask_to_publish, go_on, go_on_publishing, publish_round
from trellis.matching.actions.review import decide
from trellis.matching.actions.rounds import RoundOpen, WrongState, start_round
from trellis.matching.actions.taking_back import ask_to_undo, go_on_taking_back, undo_publish
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Round
from trellis.matching.queries.working import left_out, working_of
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState


class Killed(BaseException):
    """The worker dies."""


@pytest.fixture
def many(organisation: Organisation) -> World:
    return a_managed_world(organisation, mentees=4, mentors=4)


def approved(world: World) -> Round:
    found = a_round(world)
    everything = found.proposals.values_list("pk", flat=True)
    decide(by=world.manager, found=found, proposals=everything, to=ProposalState.APPROVED, now=clock.now())
    drain()
    return Round.objects.get(pk=found.pk)


def told() -> Counter[str]:
    return Counter(Notice.objects.exclude(kind="matching.round_ready").values_list("kind", flat=True))


def after(pairs: int) -> AbstractContextManager[None]:
    """Dies when so many pairs are out."""

    def watch(done: int, total: int) -> None:
        if done == pairs:
            raise Killed

    return watching_progress(watch)


def test_a_job_publishes_every_pair_and_says_so(many: World) -> None:
    found = ask_to_publish(by=many.manager, found=approved(many), now=clock.now())
    assert (found.state, Mentorship.objects.count(), told()) == (RoundState.PUBLISHING, 0, Counter())

    drain()

    found.refresh_from_db()
    assert (found.state, found.published_by, Mentorship.objects.count()) == (RoundState.PUBLISHED, many.manager, 4)
    assert found.undo_until
    assert told() == {"mentorships.started": 8, "matching.round_published": 1}
    job = Job.objects.get(pk=found.job_id)
    assert (job.state, job.result["path"], job.result["pairs"]) == (
        JobState.DONE, f"/manage/{found.programme.slug}/rounds/1/", 4,
    )  # fmt: skip
    assert audit.first_break(found.organisation_id) is None


@pytest.mark.parametrize("pairs", range(4))
def test_a_killed_job_goes_on_where_it_was(many: World, pairs: int) -> None:
    found = ask_to_publish(by=many.manager, found=approved(many), now=clock.now())
    with after(pairs), pytest.raises(Killed):
        go_on_publishing(found=found, now=clock.now())
    assert Mentorship.objects.count() == pairs
    assert told() == Counter({"mentorships.started": 2 * pairs} if pairs else {})
    assert (working_of(found).out, working_of(found).left) == (pairs, 4 - pairs)

    drain()

    found.refresh_from_db()
    assert (found.state, Mentorship.objects.count()) == (RoundState.PUBLISHED, 4)
    assert told()["mentorships.started"] == 8


def test_while_it_goes_out_nobody_decides_and_no_other_round_starts(many: World) -> None:
    found = ask_to_publish(by=many.manager, found=approved(many), now=clock.now())

    with pytest.raises(WrongState, match="being published"):
        decide(by=many.manager, found=found, proposals=[], to=ProposalState.DECLINED, now=clock.now())
    with pytest.raises(WrongState, match="being published"):
        publish_round(by=many.manager, found=found, now=clock.now())
    with pytest.raises(RoundOpen):
        start_round(by=many.manager, programme=many.programme, now=clock.now())


def test_a_stopped_publication_can_go_on(many: World) -> None:
    found = ask_to_publish(by=many.manager, found=approved(many), now=clock.now())
    first = found.job_id
    assert go_on(by=many.manager, found=found, now=clock.now()).job_id == first
    assert jobs.request_cancel(job_id=first or 0, organisation_id=found.organisation_id, started_by_id=many.manager.pk)
    drain()
    found.refresh_from_db()
    assert (found.state, working_of(found).goes_on) == (RoundState.PUBLISHING, False)

    again = go_on(by=many.manager, found=found, now=clock.now())
    drain()

    found.refresh_from_db()
    assert again.job_id != first
    assert (found.state, Mentorship.objects.count()) == (RoundState.PUBLISHED, 4)


def test_a_stopped_publication_can_be_taken_back(many: World) -> None:
    found = ask_to_publish(by=many.manager, found=approved(many), now=clock.now())
    with after(2), pytest.raises(Killed):
        go_on_publishing(found=found, now=clock.now())

    ask_to_undo(by=many.manager, found=found, now=clock.now())
    drain()

    found.refresh_from_db()
    assert (found.state, Mentorship.objects.count()) == (RoundState.REVIEW, 0)
    assert found.proposals.filter(state=ProposalState.APPROVED).count() == 4
    assert publish_round(by=many.manager, found=found, now=clock.now()) == 4


@pytest.mark.parametrize("pairs", [0, 1, 3])
def test_a_killed_undo_goes_on_where_it_was(many: World, pairs: int) -> None:
    found = approved(many)
    publish_round(by=many.manager, found=found, now=clock.now())
    found = ask_to_undo(by=many.manager, found=found, now=clock.now())
    with after(pairs), pytest.raises(Killed):
        go_on_taking_back(found=found, by=many.manager, now=clock.now())
    assert Mentorship.objects.count() == 4 - pairs

    drain()

    found.refresh_from_db()
    assert (found.state, Mentorship.objects.count()) == (RoundState.REVIEW, 0)
    assert found.proposals.filter(state=ProposalState.APPROVED).count() == 4
    assert (found.published_at, found.published_by, found.undo_until) == (None, None, None)


def test_whoever_paused_meanwhile_is_left_out_and_named(many: World) -> None:
    found = ask_to_publish(by=many.manager, found=approved(many), now=clock.now())
    many.mentors[1].state = EnrolmentState.PAUSED
    many.mentors[1].save()

    assert go_on_publishing(found=found, now=clock.now()) == 3

    found.refresh_from_db()
    assert left_out(found) == [f"{many.mentees[1].person.full_name} – {many.mentors[1].person.full_name}"]
    assert (found.state, Mentorship.objects.count()) == (RoundState.PUBLISHED, 3)
    assert not Notice.objects.filter(person=many.mentees[1].person).exists()


def test_cancelling_between_two_pairs_keeps_what_is_out(many: World) -> None:
    found = ask_to_publish(by=many.manager, found=approved(many), now=clock.now())

    def watch(done: int, total: int) -> None:
        if done == 3:
            raise Cancelled

    with watching_progress(watch), pytest.raises(Cancelled):
        go_on_publishing(found=found, now=clock.now())

    found.refresh_from_db()
    assert (found.state, Mentorship.objects.count()) == (RoundState.PUBLISHING, 3)
    assert undo_publish(by=many.manager, found=found, now=clock.now()) == 3
