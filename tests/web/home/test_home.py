from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import get_scope

from tests.factories.conversations import MessageFactory
from tests.factories.goals import ActionItemFactory, GoalFactory
from tests.factories.journeys import CertificateFactory, JourneyFactory
from tests.factories.meetings import ConfirmationFactory, MeetingFactory
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.insights.queries.home import home_of
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.choices import ProposalState
from trellis.matching.models import OfferAnswer, Proposal
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Programme
from trellis.web.home.views import _greeting

HOUR = timedelta(hours=1)


def card_of(person: Person) -> tuple[str, str]:
    card = home_of(person, clock.now()).card
    return (card.key, card.path) if card else ("", "")


def an_offer(programme: Programme, mentee: Person, mentor: Person) -> Proposal:
    return Proposal.objects.create(
        organisation=programme.organisation, programme=programme, state=ProposalState.OFFERED,
        mentee=EnrolmentFactory(programme=programme, person=mentee),
        mentor=EnrolmentFactory(programme=programme, person=mentor, side=Side.MENTOR),
        offered_at=clock.now(), expires_at=clock.now() + timedelta(days=7),
    )  # fmt: skip


def home_page(client: Client, person: Person) -> str:
    client.force_login(person.account)
    return client.get(reverse("home")).content.decode()


# ---------------------------------------------------------------- the one next step, by priority


def test_an_offer_comes_first_until_it_is_answered(running: Mentorship, amara: Person, person: Person) -> None:
    proposal = an_offer(ProgrammeFactory(organisation=running.organisation), amara, person)
    an_offer(ProgrammeFactory(organisation=running.organisation), person, amara)
    MeetingFactory(mentorship=running, starts_at=clock.now() - 3 * HOUR)

    card = home_of(amara, clock.now()).card
    OfferAnswer.objects.create(
        organisation=running.organisation, proposal=proposal, person=amara, accepted=True, at=clock.now()
    )
    Proposal.objects.exclude(pk=proposal.pk).delete()

    assert card is not None
    assert (card.key, card.path) == ("offer", reverse("offer", args=[proposal.pk]))
    assert card.title == f"{person.first_name} could be your mentor"
    assert "1 more offer waits." in card.why
    assert card_of(amara)[0] == "confirm_meeting"


def test_two_who_are_interested_are_asked_to_meet(running: Mentorship, amara: Person, person: Person) -> None:
    proposal = an_offer(ProgrammeFactory(organisation=running.organisation), amara, person)
    Proposal.objects.filter(pk=proposal.pk).update(meets_first=True, meeting_from=clock.now())

    card = home_of(amara, clock.now()).card

    assert card is not None
    assert card.title == f"Meet {person.first_name} once, then say yes or no"


def test_an_unfinished_sign_up_comes_before_the_stage(running: Mentorship, amara: Person) -> None:
    programme = ProgrammeFactory(organisation=running.organisation, training_gate=False)
    enrolment = EnrolmentFactory(programme=programme, person=amara, state=EnrolmentState.STARTED)
    started = card_of(amara)
    enrolment.state = EnrolmentState.APPLIED
    enrolment.save()
    applied = card_of(amara)
    Programme.objects.filter(pk=programme.pk).update(training_gate=True)

    assert started == ("enrolment", reverse("enrolment_form", args=[programme.slug, "mentee"]))
    assert applied[0] not in {"enrolment", "training"}
    assert card_of(amara) == ("training", reverse("programme_join", args=[programme.slug]))


def test_a_past_meeting_is_answered_in_place(client: Client, running: Mentorship, amara: Person) -> None:
    meeting = MeetingFactory(mentorship=running, starts_at=clock.now() - 3 * HOUR)

    page = home_page(client, amara)

    assert f'action="{reverse("meeting_answer", args=[meeting.pk])}"' in page
    assert card_of(amara) == ("confirm_meeting", reverse("meeting", args=[meeting.pk]))


def test_a_missing_meeting_is_booked_with_one_tap(client: Client, running: Mentorship, priya: Person) -> None:
    for person in running.parties.all():
        EnrolmentFactory(programme=running.programme, person=person.person, side=person.role)
    Programme.objects.update(training_gate=False)
    card = home_of(priya, clock.now()).card
    assert card is not None
    assert (card.key, len(card.slots)) == ("plan_meeting", 3)

    page = home_page(client, priya)
    slot = card.slots[0]
    answer = client.post(
        reverse("meeting_plan", args=[running.pk]),
        {"day": f"{slot.day:%Y-%m-%d}", "at": slot.at, "minutes": slot.minutes}, follow=True,
    )  # fmt: skip

    assert page.count('class="slot"') == 3
    assert "Undo" in answer.content.decode()


def test_an_overdue_step_comes_before_a_weak_one(
    running: Mentorship, amara: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The weak step, to prepare a meeting, is what a pair sees that has done everything else."""
    goal = GoalFactory(mentorship=running)
    ActionItemFactory(goal=goal, due_on=clock.today() - timedelta(days=3), text="Talk to Finance")
    real = home_of(amara, clock.now()).card
    assert real is not None
    monkeypatch.setattr("trellis.insights.queries.home.WEAK_STEPS", (real.key,))

    card = home_of(amara, clock.now()).card

    assert card is not None
    assert (card.key, card.title, card.path) == ("overdue", "Talk to Finance", reverse("goal", args=[goal.pk]))
    assert card.why == "Your own step, due 3 days ago."


@pytest.mark.parametrize(
    ("state", "side", "key", "route"),
    [
        (EnrolmentState.INVITED, Side.MENTEE, "invited", "programme_join"),
        (EnrolmentState.APPROVED, Side.MENTEE, "find", "find_mentor"),
    ],
)
def test_without_a_pair_the_sign_up_says_what_is_next(
    person: Person, state: str, side: str, key: str, route: str
) -> None:
    programme = ProgrammeFactory(organisation=person.organisation, training_gate=False)
    EnrolmentFactory(programme=programme, person=person, state=state, side=side)

    assert card_of(person) == (key, reverse(route, args=[programme.slug]))


@pytest.mark.parametrize(("side", "route"), [(Side.MENTEE, "find_mentor"), (Side.MENTOR, "find_mentee")])
def test_where_people_ask_each_other_either_side_is_led_to_the_other(person: Person, side: str, route: str) -> None:
    programme = ProgrammeFactory(
        organisation=person.organisation, training_gate=False, matching={"method": "self_chosen"}
    )
    EnrolmentFactory(programme=programme, person=person, side=side)

    assert card_of(person) == ("find", reverse(route, args=[programme.slug]))


def test_without_any_programme_the_open_ones_are_shown(client: Client, person: Person) -> None:
    programme = ProgrammeFactory(organisation=person.organisation)
    ProgrammeFactory(organisation=person.organisation, status="draft", name="Secret plans")

    page = home_page(client, person)

    assert card_of(person) == ("join", reverse("programmes"))
    assert [programme.name in page, "Secret plans" in page] == [True, False]


def test_with_nothing_open_the_page_says_so(client: Client, person: Person) -> None:
    assert "No programme is open right now" in home_page(client, person)


def test_who_runs_programmes_sees_them(client: Client, person: Person) -> None:
    programme = ProgrammeFactory(organisation=person.organisation, status="closed")
    ProgrammeRoleFactory(programme=programme, person=person)
    other = ProgrammeFactory(organisation=person.organisation, status="closed")

    page = home_page(client, person)

    assert reverse("programme_overview", args=[programme.slug]) in page
    assert reverse("programme_overview", args=[other.slug]) not in page


# ---------------------------------------------------------------- what stands around it


def test_mentor_sees_all_mentees_with_what_is_next_with_each(running: Mentorship, amara: Person, priya: Person) -> None:
    waiting = MeetingFactory(mentorship=running, starts_at=clock.now() - 3 * HOUR)
    second, third, paused = (a_pair(running.programme, mentor=priya) for _ in range(3))
    planned = MeetingFactory(mentorship=second)
    MessageFactory(mentorship=third)
    Mentorship.objects.filter(pk=paused.pk).update(state=MentorshipState.PAUSED)

    home = home_of(priya, clock.now())

    assert [(pair.id, pair.path, pair.unread) for pair in home.mentees] == [
        (running.pk, reverse("meeting", args=[waiting.pk]), 0),
        (second.pk, reverse("meeting", args=[planned.pk]), 0),
        (third.pk, reverse("meeting_plan", args=[third.pk]), 1),
        (paused.pk, reverse("mentorship", args=[paused.pk]), 0),
    ]
    assert home.mentors == []
    assert home.featured is not None
    assert home.featured.id == running.pk
    assert (home.waiting, home.unread) == (1, 1)


def test_home_shows_meeting_goals_stage_and_messages(client: Client, running: Mentorship, amara: Person) -> None:
    MeetingFactory(mentorship=running, topic="Pricing review", place="https://meet.example/x")
    ActionItemFactory(goal=GoalFactory(mentorship=running), text="Share the draft")
    MessageFactory(mentorship=running, author=running.parties.get(role="mentor").person)

    page = " ".join(home_page(client, amara).split())

    for words in (
        "Pricing review", "Join call", "for Priya", "TITLE-MARKER", "Next: Share the draft", "Stage 1 of 8",
        '<span class="vh">Unread: </span>1', "Your mentor", "there now",
    ):  # fmt: skip
        assert words in page
    assert "BODY-MARKER" not in page


def test_home_of_a_closed_pair_asks_nothing(running: Mentorship, amara: Person) -> None:
    MeetingFactory(mentorship=running, starts_at=clock.now() - 3 * HOUR)
    Mentorship.objects.update(state=MentorshipState.COMPLETED)

    home = home_of(amara, clock.now())

    assert (home.pairs, home.stages, home.waiting, home.meeting, home.question) == ([], (), 0, None, "")


def test_home_holds_nothing_of_others(
    client: Client, running: Mentorship, amara: Person, person: Person, other_organisation: Organisation
) -> None:
    MeetingFactory(mentorship=running)
    MessageFactory(mentorship=running)
    ActionItemFactory(goal=GoalFactory(mentorship=running))
    amara.manager = person
    amara.save()
    ProgrammeRoleFactory(programme=running.programme, person=person)
    with organisation_scope(other_organisation.pk):
        stranger = PersonFactory(organisation=other_organisation)
        theirs = home_page(client, stranger)

    assert "MARKER" not in home_page(client, person)
    assert ["MARKER" in theirs, running.programme.name in theirs] == [False, False]
    assert get_scope()["organisation"] == running.organisation_id


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (4, "Good evening, Amara"),
        (5, "Good morning, Amara"),
        (12, "Good afternoon, Amara"),
        (18, "Good evening, Amara"),
    ],
)
def test_greeting_by_the_clock(hour: int, words: str) -> None:
    assert _greeting(datetime(2026, 1, 5, hour, tzinfo=UTC), "Amara") == words


# ---------------------------------------------------------------- queries


def _busy(programme: Programme, person: Person, rows: int) -> None:
    """`rows` mentorships on each side, each with meetings, a goal with a step, messages and an offer."""
    for number in range(rows):
        for pair in (a_pair(programme, mentee=person), a_pair(programme, mentor=person)):
            MeetingFactory(mentorship=pair, starts_at=clock.now() + timedelta(days=number + 1))
            old = MeetingFactory(mentorship=pair, starts_at=clock.now() - timedelta(days=number + 1))
            ConfirmationFactory(meeting=old, person=old.planned_by)
            ActionItemFactory(goal=GoalFactory(mentorship=pair, shared_in_full=True))
            MessageFactory(mentorship=pair)


def test_home_takes_the_same_queries_for_3_and_for_50_mentorships(running: Mentorship, amara: Person) -> None:
    counts = []
    for rows in (3, 47):
        _busy(running.programme, amara, rows)
        person = Person.objects.get(pk=amara.pk)
        with CaptureQueriesContext(connection) as queries:
            home = home_of(person, clock.now())
        counts.append((len(home.pairs), len(queries)))

    assert [pairs for pairs, _ in counts] == [7, 101]
    assert counts[0][1] == counts[1][1] <= 45


# ---------------------------------------------------------------- what is over


def test_way_back_to_a_closed_pair_and_to_ones_own_certificate(
    client: Client, running: Mentorship, amara: Person, priya: Person
) -> None:
    journey = JourneyFactory(mentorship=running)
    mine = CertificateFactory(journey=journey, person=amara)
    theirs = CertificateFactory(journey=journey, person=priya)
    Mentorship.objects.filter(pk=running.pk).update(state=MentorshipState.COMPLETED, ended_at=clock.now())

    page = home_page(client, amara)

    assert reverse("mentorship", args=[running.pk]) in page
    assert reverse("certificate", args=[mine.number]) in page
    assert theirs.number not in page


def test_what_somebody_else_closed_is_not_shown(client: Client, running: Mentorship, person: Person) -> None:
    Mentorship.objects.filter(pk=running.pk).update(state=MentorshipState.ENDED, ended_at=clock.now())

    assert home_of(person, clock.now()).past == []
