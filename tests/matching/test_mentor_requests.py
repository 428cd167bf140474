"""A mentor asks a mentee who lets mentors find them: who can be asked, the caps, the clock, and what follows."""

from datetime import timedelta

import pytest

from tests.factories.enrolments import EnrolmentSkillFactory
from tests.factories.matching import ProposalFactory, WishFactory, World, a_world
from tests.factories.mentorships import a_pair
from trellis.kernel import audit, clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs import drain
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions import requests
from trellis.matching.actions.asking import REMINDERS_AFTER
from trellis.matching.actions.offers import answer_offer, remind_and_expire
from trellis.matching.actions.requests import CannotAsk, TooManyRequests, ask_on
from trellis.matching.choices import Approval, ProposalOrigin, ProposalState
from trellis.matching.models import OfferAnswer, Proposal
from trellis.matching.queries.finding import Filters, directory_of
from trellis.matching.queries.suggestions import Outlook, outlook_of
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation
from trellis.programmes.actions.enrolment import set_findable
from trellis.programmes.actions.pausing import pause_enrolment
from trellis.programmes.choices import EnrolmentState, MentoringModel
from trellis.programmes.models import Enrolment

SELF = {"weights": {"skill_coverage": 60, "mutual_preference": 40}, "method": "self_chosen", "suggestions": 3}
NOBODY = "This person cannot be asked at the moment."


@pytest.fixture
def world(organisation: Organisation) -> World:
    """Three mentees who let mentors find them, and three mentors with one place each."""
    made = a_world(organisation, matching=SELF)
    for mentee in made.mentees:
        mentee.findable = True
        mentee.save()
    return made


@pytest.fixture
def mentor(world: World) -> Enrolment:
    return world.mentors[0]


def ask(asker: Enrolment, asked: Enrolment) -> Proposal:
    return requests.ask(by=asker.person, asker=asker, asked=asked, now=clock.now())


def answer(proposal: Proposal, side: str, accepted: bool) -> Proposal:
    return answer_offer(by=getattr(proposal, side).person, proposal=proposal, accepted=accepted, now=clock.now())


def outlook(seeker: Enrolment) -> Outlook:
    found = outlook_of(seeker, now=clock.now())
    assert found
    return found


def named(seeker: Enrolment) -> set[str]:
    """Everybody whom the directory names to the seeker, wherever it names them."""
    page = directory_of(seeker, outlook(seeker), Filters(full="yes"))
    return {card.name for card in (*page.cards, *page.suggested, *page.wishes)}


def told(person: Enrolment) -> list[str]:
    mine = Notice.objects.filter(person=person.person, kind__startswith="matching.").order_by("id")
    return [kind.removeprefix("matching.") for kind in mine.values_list("kind", flat=True)]


# --- asking


def test_a_mentor_asks_and_the_mentee_accepts(world: World, mentor: Enrolment) -> None:
    one = ask(mentor, world.mentees[0])

    assert (one.origin, one.state) == (ProposalOrigin.MENTOR_REQUEST, ProposalState.OFFERED)
    assert list(OfferAnswer.objects.values_list("person", "accepted")) == [(mentor.person_id, True)]
    assert (told(world.mentees[0]), told(mentor)) == (["request_to_mentee"], [])
    assert answer(one, "mentee", True).state == ProposalState.ACCEPTED
    assert Mentorship.objects.live().count() == 1


def test_both_read_the_reasons_that_the_mentee_would_have_found(world: World, mentor: Enrolment) -> None:
    mentee = world.mentees[0]
    code = mentor.person.external_id

    one = ask(mentor, mentee)

    Proposal.objects.filter(pk=one.pk).update(state=ProposalState.WITHDRAWN)
    found = outlook(mentee)
    assert (one.score, one.reasons) == (found.score_of(code), found.reasons(code))


def test_who_meets_first_is_not_bound_by_asking(world: World, mentor: Enrolment) -> None:
    world.programme.matching = {**SELF, "first_meeting": True}
    world.programme.save()
    one = ask(mentor, world.mentees[0])

    assert answer(one, "mentee", True).state == ProposalState.OFFERED
    assert answer(one, "mentor", True).state == ProposalState.OFFERED
    assert answer(one, "mentee", True).state == ProposalState.ACCEPTED


def test_nobody_asks_for_somebody_else_or_on_their_own_side(world: World, mentor: Enrolment) -> None:
    with pytest.raises(NotAllowed):
        requests.ask(by=world.manager, asker=mentor, asked=world.mentees[0], now=clock.now())
    with pytest.raises(NotAllowed):
        ask(mentor, world.mentors[1])


def test_where_rounds_match_no_mentor_asks(world: World, mentor: Enrolment) -> None:
    world.programme.matching = {**SELF, "method": "ranked_shortlist"}
    world.programme.save()

    with pytest.raises(NotAllowed, match="the matches are made in rounds"):
        ask(mentor, world.mentees[0])


# --- who is found


def hidden(mentor: Enrolment, mentee: Enrolment) -> None:
    """To this mentor the mentee does not exist, and asking says the same as for anybody else who cannot be found."""
    assert mentee.person.full_name not in named(mentor)
    with pytest.raises(CannotAsk) as refusal:
        ask(mentor, mentee)
    assert str(refusal.value) == f"{NOBODY} Your page shows who can."


def test_everybody_free_who_allows_it_is_found(world: World, mentor: Enrolment) -> None:
    assert named(mentor) == {mentee.person.full_name for mentee in world.mentees}


def test_without_a_yes_nobody_is_found(world: World, mentor: Enrolment) -> None:
    set_findable(by=world.mentees[0].person, enrolment=world.mentees[0], findable=False, now=clock.now())

    hidden(mentor, world.mentees[0])


@pytest.mark.parametrize("keeper", ["mentee", "mentor"])
def test_a_list_of_either_side_hides(world: World, mentor: Enrolment, keeper: str) -> None:
    mentee = world.mentees[0]
    keeps, kept = (mentee, mentor) if keeper == "mentee" else (mentor, mentee)
    keeps.no_match = f"[{kept.person_id}]"
    keeps.save()

    hidden(mentor, mentee)


def test_a_hard_rule_hides(world: World, mentor: Enrolment) -> None:
    mentee = world.mentees[0]
    mentee.person.manager = mentor.person
    mentee.person.save()

    hidden(mentor, mentee)


@pytest.mark.parametrize("state", [EnrolmentState.APPLIED, EnrolmentState.PAUSED, EnrolmentState.WITHDRAWN])
def test_who_does_not_take_part_now_is_not_found(world: World, mentor: Enrolment, state: str) -> None:
    Enrolment.objects.filter(pk=world.mentees[0].pk).update(state=state)

    hidden(mentor, world.mentees[0])


def test_who_left_is_not_found(world: World, mentor: Enrolment) -> None:
    world.mentees[0].person.status = "left"
    world.mentees[0].person.save()

    hidden(mentor, world.mentees[0])


def test_who_has_a_mentor_or_waits_for_an_answer_is_not_found(world: World, mentor: Enrolment) -> None:
    a_pair(world.programme, mentee=world.mentees[0].person)
    ask(world.mentees[1], world.mentors[2])

    for mentee in world.mentees[:2]:
        hidden(mentor, mentee)


@pytest.mark.parametrize("findable", [True, False])
def test_an_offer_that_the_mentor_may_not_know_of_yet_is_not_given_away(
    world: World, mentor: Enrolment, findable: bool
) -> None:
    mentee = world.mentees[0]
    set_findable(by=mentee.person, enrolment=mentee, findable=findable, now=clock.now())
    ProposalFactory(
        programme=world.programme, mentee=mentee, mentor=mentor, state=ProposalState.OFFERED, offered_at=clock.now(),
        approval=Approval.MENTEE_FIRST,
    )  # fmt: skip

    hidden(mentor, mentee)


def test_after_a_no_the_mentee_is_not_found_again(world: World, mentor: Enrolment) -> None:
    answer(ask(mentor, world.mentees[0]), "mentee", False)

    hidden(mentor, world.mentees[0])


def test_a_mentor_without_a_place_finds_nobody(world: World, mentor: Enrolment) -> None:
    WishFactory(wisher=mentor, wished=world.mentees[0])
    a_pair(world.programme, mentor=mentor.person)

    assert named(mentor) == set()
    with pytest.raises(CannotAsk, match="All your places are taken"):
        ask(mentor, world.mentees[0])


def test_among_equals_and_in_other_programmes_nobody_is_found(
    world: World, mentor: Enrolment, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation, matching=SELF)
        Enrolment.objects.update(findable=True)
    names = named(mentor)
    world.programme.model = MentoringModel.PEER
    world.programme.save()
    mentor.programme.refresh_from_db()

    assert names & {mentee.person.full_name for mentee in theirs.mentees} == set()
    assert outlook_of(mentor, now=clock.now()) is None


def test_a_one_sided_wish_shows_in_nothing_that_is_read(world: World, mentor: Enrolment) -> None:
    """Wishes are private: a score must not tell a mentor who wishes for them, nor a mentee."""
    mentee = world.mentees[0]
    mine, theirs = mentor.person.external_id, mentee.person.external_id
    before = outlook(mentor).scores[theirs], outlook(mentee).scores[mine]
    wish = WishFactory(wisher=mentee, wished=mentor)
    for_mentor = outlook(mentor).scores[theirs]
    wish.delete()
    WishFactory(wisher=mentor, wished=mentee)

    assert (for_mentor, outlook(mentee).scores[mine]) == before
    WishFactory(wisher=mentee, wished=mentor)
    assert outlook(mentor).scores[theirs] > for_mentor  # returned, as both may read
    assert outlook(mentor).scores[theirs] == outlook(mentee).scores[mine]


def test_the_order_of_skills_says_nothing_about_levels(world: World, mentor: Enrolment) -> None:
    for skill, level in (("negotiation", 5), ("delegation", 1), ("pricing", 3)):
        EnrolmentSkillFactory(enrolment=world.mentees[0], skill=skill, level=level)

    page = directory_of(mentor, outlook(mentor), Filters())

    card = next(card for card in page.cards if card.id == world.mentees[0].pk)
    assert card.skill_ids == ("active_listening", "delegation", "negotiation", "pricing")
    assert (card.sought, card.met) == (4, ("Active listening",))


# --- two who ask each other


@pytest.mark.parametrize("first", ["mentor", "mentee"])
def test_who_asks_back_is_led_to_the_open_question(world: World, mentor: Enrolment, first: str) -> None:
    """One live offer: the second reads the reasons and says yes, before anything begins."""
    pair = {"mentor": mentor, "mentee": world.mentees[0]}
    asker, other = pair.pop(first), next(iter(pair.values()))
    one = ask(asker, other)

    with pytest.raises(CannotAsk, match=f"{asker.person.full_name} has asked you already"):
        ask(other, asker)
    with pytest.raises(CannotAsk, match=f"You have already asked {other.person.full_name}"):
        ask(asker, other)

    assert Proposal.objects.get() == one
    page = directory_of(other, outlook(other), Filters())
    assert [(card.id, card.asks_me) for card in page.cards if card.asks_me] == [(asker.pk, one.pk)]


# --- caps


def test_the_programme_says_how_many_answers_a_mentor_may_wait_for(world: World, mentor: Enrolment) -> None:
    world.programme.matching = {**SELF, "open_requests": 2}
    world.programme.save()
    for mentee in world.mentees[:2]:
        ask(mentor, mentee)

    with pytest.raises(TooManyRequests, match="You are already waiting for 2 answers"):
        ask(mentor, world.mentees[2])


def test_no_mentee_has_more_requests_than_the_cap(world: World) -> None:
    world.programme.matching = {**SELF, "open_requests": 1}
    world.programme.save()
    mentee = world.mentees[0]
    mentee.places = 3
    mentee.save()
    ask(world.mentors[0], mentee)

    hidden(world.mentors[1], mentee)


def test_being_asked_takes_no_question_away(world: World) -> None:
    """Whom others ask may still ask as many as the programme allows, and the other way round."""
    world.programme.matching = {**SELF, "open_requests": 1}
    world.programme.save()
    mentee, (first, second, _third) = world.mentees[0], world.mentors
    ask(first, mentee)

    ask(mentee, second)

    assert Proposal.objects.filter(state=ProposalState.OFFERED).count() == 2


def test_the_first_yes_closes_what_a_mentor_without_a_place_still_waits_for(world: World, mentor: Enrolment) -> None:
    one, other = (ask(mentor, mentee) for mentee in world.mentees[:2])

    answer(one, "mentee", True)
    drain()

    other.refresh_from_db()
    assert (other.state, told(mentor)) == (ProposalState.WITHDRAWN, [])
    assert told(world.mentees[1]) == ["request_to_mentee"]


# --- the clock, and what follows


def test_reminders_go_to_the_mentee_and_the_request_closes_after_14_days(world: World, mentor: Enrolment) -> None:
    one = ask(mentor, world.mentees[0])
    assert one.offered_at
    assert one.expires_at == one.offered_at + timedelta(days=14)

    for after in REMINDERS_AFTER:
        remind_and_expire(now=one.offered_at + after)
    remind_and_expire(now=one.expires_at)
    drain()

    one.refresh_from_db()
    assert one.state == ProposalState.EXPIRED
    reminded = ["request_to_mentee", "offer_reminder", "offer_reminder", "offer_last_notice"]
    assert (told(world.mentees[0]), told(mentor)) == (reminded, ["request_not_taken"])
    assert Notice.objects.get(kind="matching.request_not_taken").path == f"/programmes/{world.programme.slug}/mentees/"


def test_after_a_no_the_mentors_next_wish_is_asked_if_that_was_wanted(world: World, mentor: Enrolment) -> None:
    for rank, mentee in enumerate(world.mentees, start=1):
        WishFactory(wisher=mentor, wished=mentee, rank=rank)
    ask_on(by=mentor.person, asker=mentor, wanted=True, now=clock.now())
    set_findable(by=world.mentees[1].person, enrolment=world.mentees[1], findable=False, now=clock.now())

    answer(ask(mentor, world.mentees[0]), "mentee", False)
    drain()

    following = Proposal.objects.get(state=ProposalState.OFFERED)
    assert (following.mentee, following.origin) == (world.mentees[2], ProposalOrigin.MENTOR_REQUEST)
    assert (told(mentor), told(world.mentees[2])) == (["request_passed_on"], ["request_to_mentee"])
    assert told(world.mentees[1]) == []


def test_without_consent_nobody_else_is_asked(world: World, mentor: Enrolment) -> None:
    WishFactory(wisher=mentor, wished=world.mentees[1])

    answer(ask(mentor, world.mentees[0]), "mentee", False)
    drain()

    assert (Proposal.objects.count(), told(mentor)) == (1, ["request_not_taken"])


def test_a_break_of_either_side_closes_the_request_and_tells_who_asked(world: World) -> None:
    first, second = world.mentors[:2]
    ask(first, world.mentees[0])
    ask(second, world.mentees[1])

    pause_enrolment(by=world.mentees[0].person, enrolment=world.mentees[0], now=clock.now())
    pause_enrolment(by=second.person, enrolment=second, now=clock.now())
    drain()

    assert not Proposal.objects.filter(state=ProposalState.OFFERED).exists()
    assert (told(first), told(second)) == (["request_not_taken"], [])


def test_a_request_stays_open_when_the_mentee_is_no_longer_found(world: World, mentor: Enrolment) -> None:
    one = ask(mentor, world.mentees[0])
    set_findable(by=world.mentees[0].person, enrolment=world.mentees[0], findable=False, now=clock.now())

    assert answer(one, "mentee", True).state == ProposalState.ACCEPTED


def test_an_offer_of_a_round_takes_no_question_away(world: World, mentor: Enrolment) -> None:
    ProposalFactory(programme=world.programme, mentor=mentor, state=ProposalState.OFFERED)
    mentor.places = 2
    mentor.save()

    assert ask(mentor, world.mentees[0]).state == ProposalState.OFFERED


def test_the_audit_log_keeps_who_asked_and_who_may_be_found(world: World, mentor: Enrolment) -> None:
    mentee = world.mentees[0]
    for findable in (True, False, False):
        set_findable(by=mentee.person, enrolment=mentee, findable=findable, now=clock.now())
    ask(mentor, world.mentees[1])

    kept = AuditEntry.objects.filter(verb__in=["enrolment.findable_changed", "proposal.ask"]).order_by("id")
    assert list(kept.values_list("verb", "actor_id")) == [
        ("enrolment.findable_changed", mentee.person_id), ("proposal.ask", mentor.person_id),
    ]  # fmt: skip
    assert audit.first_break(world.programme.organisation_id) is None
