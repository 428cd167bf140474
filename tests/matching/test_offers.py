from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests.factories.matching import ProposalFactory, World, a_published_round, a_world, pair_of
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs import drain, queue
from trellis.kernel.jobs.tables import Job
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.following import fall_through
from trellis.matching.actions.offers import (
    OfferClosed,
    answer_offer,
    close_offers_of,
    remind_and_expire,
)
from trellis.matching.actions.requests import ask
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.models import OfferAnswer, Proposal, Round
from trellis.matching.notices import last_day
from trellis.matching.queries.offers import offer_view, open_offers
from trellis.mentorships.actions import StartRefused
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation
from trellis.programmes.actions.enrolment import withdraw_enrolment
from trellis.programmes.choices import EnrolmentState, Side


@pytest.fixture
def found(world: World) -> Round:
    return a_published_round(world)


@pytest.fixture
def one(world: World, found: Round) -> Proposal:
    return pair_of(found, world.mentees[0])


def say(proposal: Proposal, side: str, accepted: bool, now: datetime | None = None, reason: str = "") -> Proposal:
    person = getattr(proposal, side).person
    return answer_offer(by=person, proposal=proposal, accepted=accepted, now=now or clock.now(), reason=reason)


def reminders() -> list[tuple[int, str]]:
    kinds = ["matching.offer_reminder", "matching.offer_last_notice"]
    return list(Notice.objects.filter(kind__in=kinds).values_list("person", "key"))


def test_one_yes_waits_for_the_other(one: Proposal) -> None:
    assert say(one, "mentee", True).state == ProposalState.OFFERED
    assert Mentorship.objects.count() == 0


def test_two_yeses_start_the_mentorship_with_score_and_reasons(one: Proposal) -> None:
    say(one, "mentee", True)

    done = say(one, "mentor", True)

    mentorship = Mentorship.objects.get()
    assert (done.state, done.mentorship) == (ProposalState.ACCEPTED, mentorship)
    assert (mentorship.match_score, mentorship.match_reasons) == (one.score, one.reasons)
    assert set(mentorship.parties.values_list("person", "role")) == {
        (one.mentee.person_id, "mentee"), (one.mentor.person_id, "mentor"),
    }  # fmt: skip


def test_the_order_of_answers_does_not_matter(one: Proposal) -> None:
    say(one, "mentor", True)

    assert say(one, "mentee", True).state == ProposalState.ACCEPTED


def test_one_no_closes_it_and_tells_the_other_without_a_reason(one: Proposal) -> None:
    say(one, "mentee", True)
    Notice.objects.all().delete()

    done = say(one, "mentor", False, reason="REASON-MARKER")

    assert done.state == ProposalState.REFUSED
    assert list(Notice.objects.values_list("person", "kind", "parameters")) == [
        (one.mentee.person_id, "matching.offer_not_taken", {"programme": one.programme.name})
    ]


def test_a_mind_can_change_while_the_other_has_not_answered(one: Proposal) -> None:
    say(one, "mentee", True)

    assert say(one, "mentee", False).state == ProposalState.REFUSED
    assert OfferAnswer.objects.get(proposal=one).accepted is False


def test_a_closed_offer_is_not_answered(one: Proposal) -> None:
    say(one, "mentee", False)

    with pytest.raises(OfferClosed, match="no longer open"):
        say(one, "mentor", True)


def test_an_offer_is_closed_at_its_last_moment_even_before_the_sweep(one: Proposal) -> None:
    assert one.expires_at
    say(one, "mentee", True, now=one.expires_at - timedelta(seconds=1))

    with pytest.raises(OfferClosed):
        say(one, "mentor", True, now=one.expires_at)


def test_an_offer_is_answered_by_its_two_sides_alone(one: Proposal, world: World) -> None:
    with pytest.raises(NotAllowed):
        answer_offer(by=world.manager, proposal=one, accepted=True, now=clock.now())


def test_a_reason_is_kept_as_cipher(one: Proposal) -> None:
    say(one, "mentee", False, reason="REASON-MARKER")

    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM matching_offeranswer")
        stored = cursor.fetchone()[0]
    assert "REASON-MARKER" not in stored
    assert OfferAnswer.objects.get().reason == "REASON-MARKER"


def test_a_mentor_who_has_become_full_is_refused_in_words_and_nothing_is_saved(one: Proposal) -> None:
    say(one, "mentee", True)
    before = list(OfferAnswer.objects.values()), AuditEntry.objects.count(), Notice.objects.count()
    a_pair(one.programme, mentor=one.mentor.person)

    with pytest.raises(StartRefused, match=f"{one.mentor.person.full_name} has no free place left"):
        say(one, "mentor", True)

    one.refresh_from_db()
    assert one.state == ProposalState.OFFERED
    assert (list(OfferAnswer.objects.values()), AuditEntry.objects.count(), Notice.objects.count()) == before


def test_the_last_place_closes_the_other_offers_of_that_person(world: World, found: Round, one: Proposal) -> None:
    other = ProposalFactory(
        programme=world.programme, mentee=world.enrol(Side.MENTEE), mentor=one.mentor, state=ProposalState.OFFERED
    )
    say(one, "mentee", True)
    say(one, "mentor", True)

    other.refresh_from_db()
    assert other.state == ProposalState.WITHDRAWN
    told = Notice.objects.filter(kind="matching.offer_not_taken")
    assert list(told.values_list("person", flat=True)) == [other.mentee.person_id]


def test_offers_of_a_person_with_places_left_stay_open(world: World, found: Round, one: Proposal) -> None:
    one.mentor.places = 2
    one.mentor.save()
    other = ProposalFactory(
        programme=world.programme, mentee=world.enrol(Side.MENTEE), mentor=one.mentor, state=ProposalState.OFFERED
    )
    say(one, "mentee", True)
    say(one, "mentor", True)

    other.refresh_from_db()
    assert other.state == ProposalState.OFFERED


def test_after_a_no_the_next_best_mentor_is_laid_before_the_manager(world: World, found: Round, one: Proposal) -> None:
    spare = world.enrol(Side.MENTOR)

    say(one, "mentor", False)

    following = Proposal.objects.get(origin=ProposalOrigin.FALL_THROUGH)
    assert (following.mentee, following.mentor, following.state, following.round) == (
        one.mentee, spare, ProposalState.UNDER_REVIEW, found,
    )  # fmt: skip
    assert following.score > 0


def test_the_next_choice_never_repeats_a_mentor(world: World, found: Round, one: Proposal) -> None:
    spares = {world.enrol(Side.MENTOR).pk for _ in range(3)}
    seen = []
    current: Proposal | None = one
    while current:
        Proposal.objects.filter(pk=current.pk).update(
            state=ProposalState.OFFERED, offered_at=clock.now(), expires_at=clock.now() + timedelta(days=14)
        )
        say(current, "mentor", False)
        current = Proposal.objects.filter(origin=ProposalOrigin.FALL_THROUGH, state=ProposalState.UNDER_REVIEW).first()
        if current:
            seen.append(current.mentor_id)

    assert sorted(seen) == sorted(spares)


def test_somebody_who_has_paused_gets_no_next_choice(world: World, found: Round, one: Proposal) -> None:
    world.enrol(Side.MENTOR)
    one.mentee.state = EnrolmentState.PAUSED
    one.mentee.save()

    say(one, "mentor", False)

    assert not Proposal.objects.filter(origin=ProposalOrigin.FALL_THROUGH).exists()


def test_one_next_choice_at_a_time(world: World, found: Round, one: Proposal) -> None:
    world.enrol(Side.MENTOR)
    world.enrol(Side.MENTOR)
    say(one, "mentor", False)

    assert fall_through(after=one, now=clock.now()) is None


@pytest.mark.parametrize(("zone", "day"), [("America/Los_Angeles", "15 March"), ("Asia/Tokyo", "16 March")])
def test_the_last_day_is_told_by_the_readers_calendar(one: Proposal, zone: str, day: str) -> None:
    """16 March, 02:00 in London is still the 15th in California."""
    one.mentee.person.time_zone = zone

    assert last_day(datetime(2027, 3, 16, 2, tzinfo=UTC), one.mentee.person) == day


def test_reminders_go_after_two_and_five_days_and_a_week(one: Proposal) -> None:
    assert one.offered_at
    say(one, "mentee", True)
    expected: list[tuple[int, str]] = []
    for hours, step in ((47, 0), (48, 1), (49, 1), (119, 1), (120, 2), (167, 2), (168, 3), (300, 3)):
        remind_and_expire(now=one.offered_at + timedelta(hours=hours))
        key = (one.mentor.person_id, f"proposal:{one.pk}:reminder:{step}")
        if step and key not in expected:
            expected.append(key)
        mine = [row for row in reminders() if row[1].startswith(f"proposal:{one.pk}:")]
        assert sorted(mine) == sorted(expected)


def test_after_a_pause_of_the_machine_only_the_latest_reminder_goes(one: Proposal) -> None:
    assert one.offered_at
    reminded, _expired = remind_and_expire(now=one.offered_at + timedelta(days=8))

    assert reminded == 3  # three offers, one reminder each
    assert {key.rsplit(":", 1)[1] for _person, key in reminders()} == {"3"}
    assert {notice.kind for notice in Notice.objects.filter(key__contains=":reminder:")} == {
        "matching.offer_last_notice"
    }
    assert remind_and_expire(now=one.offered_at + timedelta(days=8)) == (0, 0)


def test_an_offer_closes_after_fourteen_days_and_both_are_told(one: Proposal) -> None:
    assert one.expires_at

    assert remind_and_expire(now=one.expires_at) == (0, 3)

    one.refresh_from_db()
    assert one.state == ProposalState.EXPIRED
    told = Notice.objects.filter(kind="matching.offer_not_taken", key=f"proposal:{one.pk}:not_taken")
    assert set(told.values_list("person", flat=True)) == {one.mentee.person_id, one.mentor.person_id}
    assert remind_and_expire(now=one.expires_at) == (0, 0)


def test_whoever_withdraws_leaves_nobody_waiting(one: Proposal) -> None:
    withdraw_enrolment(by=one.mentor.person, enrolment=one.mentor, now=clock.now())

    drain()

    one.refresh_from_db()
    assert one.state == ProposalState.WITHDRAWN
    told = Notice.objects.filter(kind="matching.partner_away", key=f"proposal:{one.pk}:not_taken")
    assert [(notice.person_id, notice.parameters["partner"]) for notice in told] == [
        (one.mentee.person_id, one.mentor.person.full_name)
    ]
    assert not Proposal.objects.filter(mentor=one.mentor, state=ProposalState.OFFERED).exists()


def test_an_answered_offer_is_not_touched_by_a_withdrawal(one: Proposal) -> None:
    say(one, "mentor", False)

    assert close_offers_of(enrolment=one.mentor, now=clock.now()) == 0
    one.refresh_from_db()
    assert one.state == ProposalState.REFUSED


def test_the_timer_sweeps_every_organisation(one: Proposal) -> None:
    assert one.expires_at
    clock.shift_by(timedelta(days=15))
    queue("matching.sweep_all")

    drain()

    one.refresh_from_db()
    assert one.state == ProposalState.EXPIRED
    swept = Job.objects.filter(name="matching.sweep_offers", organisation_id=one.organisation_id)
    assert [job.result for job in swept] == [{"reminded": 0, "expired": 3}]


def test_both_sides_read_the_same_reasons(one: Proposal) -> None:
    now = clock.now()
    mentee = offer_view(one, one.mentee.person, now)
    mentor = offer_view(one, one.mentor.person, now)

    assert len(mentee.reasons) == 3
    assert (mentee.reasons, mentee.gap, mentee.score) == (mentor.reasons, mentor.gap, mentor.score)


def test_a_side_sees_its_own_answer_and_never_the_other(one: Proposal) -> None:
    say(one, "mentee", True, reason="REASON-MARKER")

    mine = offer_view(one, one.mentee.person, clock.now())
    theirs = offer_view(one, one.mentor.person, clock.now())

    assert (mine.my_answer, mine.my_reason) == (True, "REASON-MARKER")
    assert (theirs.my_answer, theirs.my_reason, "REASON-MARKER" in repr(theirs)) == (None, "", False)


@pytest.mark.parametrize(
    ("zone", "apart"),
    [("Europe/London", ""), ("Asia/Kolkata", "+5:30"), ("America/Los_Angeles", "−8:00")],
)
def test_both_local_times_are_shown(one: Proposal, zone: str, apart: str) -> None:
    one.mentor.person.time_zone = zone
    at = datetime.fromisoformat("2027-01-12T09:05:00+00:00")

    view = offer_view(one, one.mentee.person, at)

    assert (view.my_time, view.hours_apart) == ("09:05", apart)


def test_open_offers_are_those_a_person_has_not_answered(one: Proposal, world: World) -> None:
    assert open_offers(one.mentee.person) == [one]
    say(one, "mentee", True)
    assert open_offers(one.mentee.person) == []
    assert open_offers(world.manager) == []


def test_offers_of_another_organisation_do_not_exist(one: Proposal, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        stranger = PersonFactory(organisation=other_organisation)
        a_world(other_organisation)
        assert open_offers(stranger) == []
        assert not Proposal.objects.filter(pk=one.pk).exists()


@pytest.fixture
def request_(world: World) -> Proposal:
    """A mentee of a self-match programme has asked a mentor."""
    world.programme.matching = {**world.programme.matching, "method": "self_chosen"}
    world.programme.save()
    mentee = world.mentees[0]
    mentee.programme.refresh_from_db()
    return ask(by=mentee.person, asker=mentee, asked=world.mentors[0], now=clock.now())


def test_a_mentor_hears_that_somebody_asked(request_: Proposal) -> None:
    assert list(Notice.objects.values_list("person", "kind", "path")) == [
        (request_.mentor.person_id, "matching.request_to_mentor", f"/offers/{request_.pk}/")
    ]


def test_the_mentors_yes_to_a_request_starts_at_once(request_: Proposal) -> None:
    assert say(request_, "mentor", True).state == ProposalState.ACCEPTED


def test_a_request_that_is_not_taken_up_leads_the_mentee_to_others(world: World, request_: Proposal) -> None:
    Notice.objects.all().delete()

    say(request_, "mentor", False)

    assert list(Notice.objects.values_list("person", "kind", "path")) == [
        (request_.mentee.person_id, "matching.request_not_taken", f"/programmes/{world.programme.slug}/mentors/")
    ]
    assert not Proposal.objects.filter(origin=ProposalOrigin.FALL_THROUGH).exists()


def test_a_request_that_ran_out_tells_only_who_asked(request_: Proposal) -> None:
    Notice.objects.all().delete()
    assert request_.expires_at

    remind_and_expire(now=request_.expires_at)

    assert list(Notice.objects.values_list("person", flat=True)) == [request_.mentee.person_id]


def test_the_first_mentor_to_say_yes_closes_the_other_requests(world: World, request_: Proposal) -> None:
    mentee = request_.mentee
    other = ask(by=mentee.person, asker=mentee, asked=world.mentors[1], now=clock.now())

    say(other, "mentor", True)

    request_.refresh_from_db()
    assert request_.state == ProposalState.WITHDRAWN
