import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.matching import World, a_published_round, a_world, pair_of
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.offers import answer_offer, remind_and_expire
from trellis.matching.actions.rounds import undo_publish
from trellis.matching.choices import ProposalState
from trellis.matching.models import OfferAnswer, Proposal
from trellis.people.models import Organisation


@pytest.fixture
def world(organisation: Organisation) -> World:
    return a_world(organisation)


@pytest.fixture
def one(world: World) -> Proposal:
    return pair_of(a_published_round(world), world.mentees[0])


def as_(client: Client, proposal: Proposal, side: str) -> Client:
    client.force_login(getattr(proposal, side).person.account)
    return client


def page_of(client: Client, proposal: Proposal, side: str) -> str:
    response = as_(client, proposal, side).get(reverse("offer", args=[proposal.pk]))
    assert response.status_code == 200
    return response.content.decode()


def answer(client: Client, proposal: Proposal, side: str, word: str, reason: str = "") -> str:
    path = reverse("offer", args=[proposal.pk])
    response = as_(client, proposal, side).post(path, {"answer": word, "reason": reason}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def reasons_in(page: str) -> list[str]:
    listed = re.findall(r'<li><span class="dotn">\d</span><h3>(.*?)</h3></li>', page)
    return [*listed, *re.findall(r"honest gap</h3><p>(.*?)</p>", page)]


def test_both_sides_read_the_same_three_reasons_and_gap(client: Client, one: Proposal) -> None:
    mentee, mentor = page_of(client, one, "mentee"), page_of(client, one, "mentor")

    assert len(reasons_in(mentee)) >= 3
    assert reasons_in(mentee) == reasons_in(mentor)
    assert f"We suggest you work with {one.mentor.person.first_name}" in mentee
    assert f"We suggest you work with {one.mentee.person.first_name}" in mentor


def test_both_local_times_and_the_directorys_facts_are_there(client: Client, one: Proposal) -> None:
    one.mentor.person.time_zone = "Asia/Kolkata"
    one.mentor.person.languages = ["English", "Hindi"]
    one.mentor.person.save()

    page = page_of(client, one, "mentee")

    assert "Time there" in page
    assert "Your time" in page
    assert "English, Hindi" in page
    assert "Finance" in page


def test_two_yeses_lead_to_the_mentorship(client: Client, one: Proposal) -> None:
    waiting = answer(client, one, "mentee", "yes")
    begun = answer(client, one, "mentor", "yes")

    one.refresh_from_db()
    assert "Your yes is noted. You hear from us as soon as there is an answer." in waiting
    assert "I have changed my mind" in waiting
    assert "You both said yes. Your mentoring begins now." in begun
    assert reverse("mentorship", args=[one.mentorship_id]) in begun
    assert reverse("mentorship", args=[one.mentorship_id]) in page_of(client, one, "mentee")


def test_a_no_is_kind_to_both_and_its_reason_stays_with_its_author(client: Client, one: Proposal) -> None:
    mine = answer(client, one, "mentor", "no", reason="REASON-MARKER")
    theirs = page_of(client, one, "mentee")

    assert "You said no, and that is fine." in mine
    assert "REASON-MARKER" in mine
    assert "Nobody but you can read this." in mine
    assert "This match did not come about." in theirs
    assert "REASON-MARKER" not in theirs
    assert "said no" not in theirs


def test_the_page_says_truthfully_who_reads_the_reason(client: Client, world: World, one: Proposal) -> None:
    assert "Nobody but you can read this. It is kept encrypted" in page_of(client, one, "mentee")
    answer(client, one, "mentee", "no", reason="REASON-MARKER")

    client.force_login(world.manager.account)
    addresses = [
        reverse("round", args=[world.programme.slug, 1]), reverse("rounds", args=[world.programme.slug]),
        reverse("programme_overview", args=[world.programme.slug]), reverse("home"),
    ]  # fmt: skip
    for address in addresses:
        assert "REASON-MARKER" not in client.get(address).content.decode()


def test_a_mind_can_change_until_there_is_an_answer(client: Client, one: Proposal) -> None:
    answer(client, one, "mentee", "yes")

    assert "Your no is noted." in answer(client, one, "mentee", "no")


def test_a_full_mentor_is_refused_in_words_and_nothing_is_saved(client: Client, one: Proposal) -> None:
    answer(client, one, "mentee", "yes")
    a_pair(one.programme, mentor=one.mentor.person)

    response = as_(client, one, "mentor").post(
        reverse("offer", args=[one.pk]), {"answer": "yes", "reason": "REASON-MARKER"}
    )

    page = response.content.decode()
    assert (response.status_code, "has no free place left" in page) == (422, True)
    assert "Nothing was saved yet." in page
    assert "REASON-MARKER" in page  # what was typed is kept
    assert OfferAnswer.objects.filter(proposal=one).count() == 1


@pytest.mark.parametrize("word", ["", "maybe"])
def test_an_answer_that_is_none_is_refused(client: Client, one: Proposal, word: str) -> None:
    response = as_(client, one, "mentee").post(reverse("offer", args=[one.pk]), {"answer": word})

    assert response.status_code == 422
    assert OfferAnswer.objects.count() == 0


def test_a_closed_offer_is_not_answered(client: Client, one: Proposal) -> None:
    answer(client, one, "mentor", "no")

    response = as_(client, one, "mentee").post(reverse("offer", args=[one.pk]), {"answer": "yes"})

    assert (response.status_code, "This offer is no longer open" in response.content.decode()) == (422, True)


def test_an_offer_that_ran_out_says_so_kindly(client: Client, one: Proposal) -> None:
    assert one.expires_at
    remind_and_expire(now=one.expires_at)

    page = page_of(client, one, "mentee")

    assert "The time for answers is over." in page
    assert 'value="yes"' not in page


def test_an_offer_that_was_taken_back_says_so_and_nothing_more(client: Client, world: World, one: Proposal) -> None:
    undo_publish(by=world.manager, found=one.round, now=clock.now())  # type: ignore[arg-type]

    page = page_of(client, one, "mentee")

    assert "This suggestion was taken back" in page
    assert one.mentor.person.full_name not in page


@pytest.mark.parametrize("state", [ProposalState.UNDER_REVIEW, ProposalState.APPROVED, ProposalState.DECLINED])
def test_what_was_not_offered_does_not_exist(client: Client, one: Proposal, state: str) -> None:
    Proposal.objects.filter(pk=one.pk).update(state=state)

    assert as_(client, one, "mentee").get(reverse("offer", args=[one.pk])).status_code == 404


def test_other_people_get_nothing(
    client: Client, world: World, one: Proposal, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        stranger = PersonFactory(organisation=other_organisation)
    seen = []
    for person in (world.manager, world.mentees[1].person, world.mentors[1].person, stranger):
        client.force_login(person.account)
        path = reverse("offer", args=[one.pk])
        seen += [client.get(path).status_code, client.post(path, {"answer": "yes"}).status_code]

    assert set(seen) == {404}


def test_what_one_wrote_never_reaches_the_other(client: Client, world: World) -> None:
    world.mentees[0].goal = "GOAL-MARKER to grow in negotiation"
    world.mentees[0].no_match = f"[{world.mentors[2].person_id}]"
    world.mentees[0].experience = ["EXPERIENCE-MARKER"]
    world.mentees[0].values = ["VALUE-MARKER", "learning"]
    world.mentees[0].save()
    one = pair_of(a_published_round(world), world.mentees[0])

    page = page_of(client, one, "mentor")

    for marker in ("GOAL-MARKER", "EXPERIENCE-MARKER", "VALUE-MARKER"):
        assert marker not in page


def test_an_offer_without_reasons_still_reads_well(client: Client, one: Proposal) -> None:
    Proposal.objects.filter(pk=one.pk).update(reasons={"reasons": [], "gap": None})

    assert "Neither of you has stated enough for a reason in words" in page_of(client, one, "mentee")


def test_an_accepted_pair_whose_mentorship_is_gone_still_has_a_page(client: Client, one: Proposal) -> None:
    for side in (one.mentee, one.mentor):
        one = answer_offer(by=side.person, proposal=one, accepted=True, now=clock.now())
    Proposal.objects.filter(pk=one.pk).update(mentorship=None)

    assert "Your mentorship has begun" in page_of(client, one, "mentee")


def offered(world: World, **settings: object) -> Proposal:
    world.programme.matching = {**world.programme.matching, **settings}
    world.programme.save()
    return pair_of(a_published_round(world), world.mentees[0])


def test_whoever_is_asked_second_reads_whose_turn_it_is_and_can_say_no(client: Client, world: World) -> None:
    one = offered(world, approval="mentor_first")

    page = page_of(client, one, "mentee")

    assert f"It is {one.mentor.person.first_name}'s turn: they are asked first." in page
    assert 'value="yes"' not in page
    assert 'value="no"' in page


def test_a_yes_out_of_turn_is_refused_in_words(client: Client, world: World) -> None:
    one = offered(world, approval="mentor_first")

    response = as_(client, one, "mentee").post(reverse("offer", args=[one.pk]), {"answer": "yes"})

    assert (response.status_code, "Your yes is not asked for at the moment." in response.content.decode()) == (
        422, True,
    )  # fmt: skip
    assert OfferAnswer.objects.count() == 0


def test_after_the_first_yes_the_second_is_asked(client: Client, world: World) -> None:
    one = offered(world, approval="mentor_first")

    waiting = answer(client, one, "mentor", "yes")
    page = page_of(client, one, "mentee")

    assert "They have until" in waiting
    assert 'value="yes"' in page


def test_where_one_side_is_asked_the_page_says_so_to_both(client: Client, world: World) -> None:
    one = offered(world, approval="mentor")

    mentee, mentor = page_of(client, one, "mentee"), page_of(client, one, "mentor")
    begun = answer(client, one, "mentor", "yes")

    assert f"In this programme {one.mentor.person.first_name} alone is asked. You need not do anything." in mentee
    assert "In this programme only you are asked: your yes begins it." in mentor
    assert "Your yes is noted. Your mentoring begins now." in begun
    assert "You both said yes" not in page_of(client, one, "mentee")


def test_two_who_are_interested_are_led_to_a_meeting_and_then_to_the_final_word(client: Client, world: World) -> None:
    one = offered(world, first_meeting=True)
    before = page_of(client, one, "mentee")
    interested = answer(client, one, "mentee", "yes")

    meeting = answer(client, one, "mentor", "yes")
    mentee = page_of(client, one, "mentee")
    final = answer(client, one, "mentee", "yes"), answer(client, one, "mentor", "yes")

    assert "I am interested" in before
    assert "each of you then sees the other's work e-mail" in before
    assert one.mentor.person.email not in before
    assert "Your interest is noted." in interested
    assert "You are both interested. Meet once" in meeting
    assert one.mentor.person.email in mentee
    assert "You make the first move" in mentee
    assert "sees your work e-mail here as well, as long as you meet" in mentee
    assert "We have met: yes" in mentee
    assert "Now " in final[0]
    assert "You both said yes. Your mentoring begins now." in final[1]


def test_a_reason_after_the_meeting_stays_with_its_author(client: Client, world: World) -> None:
    one = offered(world, first_meeting=True)
    for side in ("mentee", "mentor"):
        answer(client, one, side, "yes")

    mine = answer(client, one, "mentor", "no", reason="REASON-MARKER")

    assert "REASON-MARKER" in mine
    assert "REASON-MARKER" not in page_of(client, one, "mentee")


def test_addresses_are_shown_only_while_two_who_are_interested_meet(client: Client, world: World) -> None:
    one = offered(world)
    for side in ("mentee", "mentor"):
        partner = one.mentor if side == "mentee" else one.mentee
        assert partner.person.email not in page_of(client, one, side)
