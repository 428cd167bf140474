import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.matching import ProposalFactory, World, a_published_round, a_round, a_world, pair_of
from trellis.kernel import clock
from trellis.kernel.jobs import drain
from trellis.matching.actions.offers import answer_offer
from trellis.matching.choices import ProposalOrigin
from trellis.matching.models import Proposal, Round
from trellis.programmes.actions.enrolment import withdraw_enrolment
from trellis.programmes.actions.pausing import pause_enrolment
from trellis.programmes.choices import Side


@pytest.fixture
def found(world: World) -> Round:
    return a_round(world)


def address(found: Round, name: str = "round", *more: object) -> str:
    return reverse(name, args=[found.programme.slug, found.number, *more])


def shown(client: Client, found: Round, **query: str) -> str:
    response = client.get(address(found), query)
    assert response.status_code == 200
    return response.content.decode()


def decide(client: Client, found: Round, **given: object) -> str:
    response = client.post(address(found, "round_decide"), given, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def states(found: Round) -> list[str]:
    return sorted(found.proposals.values_list("state", flat=True))


def many(found: Round, count: int) -> None:
    """More pairs to review, cheaply: the same two people many times over."""
    one = found.proposals.latest("id")
    Proposal.objects.bulk_create(
        Proposal(
            organisation=found.organisation, programme=found.programme, round=found, mentee=one.mentee,
            mentor=one.mentor, score=50_000 + number, reasons=one.reasons,
        )
        for number in range(count)
    )  # fmt: skip


def test_the_board_compares_both_sides(manager: Client, world: World, found: Round) -> None:
    one = pair_of(found, world.mentees[0])
    world.mentees[0].person.job_title = "Controller"
    world.mentees[0].person.save()

    page = shown(manager, found)

    assert "Controller, Finance, level 3, London" in page
    assert one.mentor.person.full_name in page
    assert "The mentor knows well what the mentee wants to learn: Active listening." in page
    assert "Proven best: matched 3 of 3" in page


def test_one_button_approves_one_pair(manager: Client, world: World, found: Round) -> None:
    page = decide(manager, found, approve=pair_of(found, world.mentees[0]).pk, show="waiting")

    assert "1 pair approved." in page
    assert states(found) == ["approved", "under_review", "under_review"]


def test_ticked_pairs_are_declined_and_put_back_together(manager: Client, world: World, found: Round) -> None:
    ids = [pair_of(found, mentee).pk for mentee in world.mentees[:2]]

    declined = decide(manager, found, ticked="decline", pair=ids)
    back = decide(manager, found, ticked="back", pair=ids)

    assert "2 pairs declined." in declined
    assert "2 pairs put back." in back
    assert states(found) == ["under_review"] * 3


def test_nothing_ticked_changes_nothing_and_says_so(manager: Client, found: Round) -> None:
    assert "no pair was ticked" in decide(manager, found, ticked="approve")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ticked": "fly"},
        {"everything": "fly"},
        {"approve": "x"},
        {"approve": "9" * 40},
        {"ticked": "approve", "pair": ["x", "-1"]},
    ],
)
def test_what_no_button_sends_changes_nothing(manager: Client, found: Round, given: dict[str, object]) -> None:
    assert "Nothing was changed" in decide(manager, found, **given)
    assert states(found) == ["under_review"] * 3


def test_a_hundred_pairs_to_a_page_and_all_of_them_with_one_button(manager: Client, found: Round) -> None:
    many(found, 150)

    first, second = shown(manager, found), shown(manager, found, page="2")
    done = decide(manager, found, everything="approve", show="waiting")

    assert (first.count('class="mrow"'), second.count('class="mrow"')) == (100, 53)
    assert "page 1 of 2" in first
    assert "Approve all 153 shown" in first
    assert "153 pairs approved." in done


def test_the_board_comes_back_to_a_page_that_exists(manager: Client, found: Round) -> None:
    many(found, 98)
    last = found.proposals.order_by("score", "id").last()
    assert last

    response = manager.post(address(found, "round_decide"), {"approve": last.pk, "show": "waiting", "page": "2"})

    assert response.headers["Location"] == f"{address(found)}?show=waiting#pairs"


def test_the_board_comes_back_to_where_one_was(manager: Client, world: World, found: Round) -> None:
    given = {"approve": pair_of(found, world.mentees[0]).pk, "show": "all", "name": "Given"}

    response = manager.post(address(found, "round_decide"), given)

    assert response.headers["Location"] == f"{address(found)}?show=all&name=Given#pairs"


@pytest.mark.parametrize("query", [{"show": "fly"}, {"page": "0"}, {"page": "x"}, {"page": "2"}, {"page": "9" * 30}])
def test_a_view_that_does_not_exist_is_404(manager: Client, found: Round, query: dict[str, str]) -> None:
    assert manager.get(address(found), query).status_code == 404


def test_names_are_found_by_their_beginning_in_either_case(manager: Client, world: World, found: Round) -> None:
    person = world.mentors[0].person
    person.given_name, person.family_name, person.sort_name = "Zoë", "Krüger", "kruger zoe"
    person.save()

    for name in ("zoë", "Zo", "krüg", "KRUG"):
        page = shown(manager, found, name=name)
        assert (page.count('class="mrow"'), "Zoë Krüger" in page) == (1, True)
    assert "Nobody here has a name that begins like that." in shown(manager, found, name="ruger")


def test_pills_count_and_filter(manager: Client, world: World, found: Round) -> None:
    decide(manager, found, approve=pair_of(found, world.mentees[0]).pk)
    decide(manager, found, pin=pair_of(found, world.mentees[1]).pk)

    page = shown(manager, found, show="approved")

    assert page.count('class="mrow"') == 1
    for label, count in (("To review", 2), ("Approved", 1), ("Declined", 0), ("Pinned", 1), ("All", 3)):
        assert f'{label} <span class="num">{count}</span>' in page
    assert "Expired" not in page


def test_everything_decided_says_so(manager: Client, found: Round) -> None:
    decide(manager, found, everything="approve", show="waiting")

    assert "Nothing waits for you" in shown(manager, found, show="waiting")
    assert "Publish 3 approved" in shown(manager, found)


def test_a_pin_is_set_and_taken_off(manager: Client, world: World, found: Round) -> None:
    one = pair_of(found, world.mentees[0])

    set_ = decide(manager, found, pin=one.pk)
    off = decide(manager, found, unpin=one.pk)

    assert "Pinned: they stay together" in set_
    assert "No longer pinned." in off


@pytest.mark.parametrize("pair", ["x", "999999", "9" * 40])
def test_a_pin_on_a_pair_that_does_not_exist_is_404(manager: Client, found: Round, pair: str) -> None:
    assert manager.post(address(found, "round_decide"), {"pin": pair}).status_code == 404


def test_a_pair_whose_place_is_taken_does_not_come_back(manager: Client, world: World, found: Round) -> None:
    one, two = (pair_of(found, mentee) for mentee in world.mentees[:2])
    manager.post(address(found, "round_swap", one.pk), {"with": two.pk})

    assert "cannot come back" in decide(manager, found, back=one.pk)


def test_all_from_a_score_are_approved(manager: Client, world: World, found: Round) -> None:
    found.proposals.update(score=69_999)
    found.proposals.filter(mentee=world.mentees[0]).update(score=70_000)

    response = manager.post(address(found, "round_approve_from"), {"score": "70"}, follow=True)

    assert "1 pair with a score of at least 70 approved." in response.content.decode()
    assert states(found) == ["approved", "under_review", "under_review"]


@pytest.mark.parametrize("score", ["", "x", "-1", "101", "70.5"])
def test_a_score_that_is_none_is_refused_and_kept(manager: Client, found: Round, score: str) -> None:
    response = manager.post(address(found, "round_approve_from"), {"score": score})

    page = response.content.decode()
    assert (response.status_code, "Give a whole number from 0 to 100." in page) == (422, True)
    assert f'name="score" value="{score}"' in page
    assert states(found) == ["under_review"] * 3


def test_a_published_round_is_not_decided_any_more(manager: Client, world: World) -> None:
    found = a_published_round(world)
    one = pair_of(found, world.mentees[0])

    page = decide(manager, found, decline=one.pk)
    response = manager.post(address(found, "round_approve_from"), {"score": "0"}, follow=True)

    assert "This round is now: published" in page
    assert "This round is now: published" in response.content.decode()
    assert manager.get(address(found, "round_swap", one.pk)).status_code == 404


def test_who_has_answered_is_shown_and_what_they_said_is_not(manager: Client, world: World) -> None:
    found = a_published_round(world)
    yes, no = (pair_of(found, mentee) for mentee in world.mentees[:2])
    answer_offer(by=yes.mentee.person, proposal=yes, accepted=True, now=clock.now(), reason="REASON-MARKER")
    answer_offer(by=no.mentor.person, proposal=no, accepted=False, now=clock.now(), reason="REASON-MARKER")

    page = shown(manager, found)

    assert (page.count("waiting for the mentor"), page.count("waiting for both")) == (1, 1)
    assert "0 of 3 accepted by both" in page
    assert "2 wait for answers, 1 were not taken up" in page
    assert "REASON-MARKER" not in page


def test_a_swap_shows_both_new_pairs_before_it_is_done(manager: Client, world: World, found: Round) -> None:
    one, two = (pair_of(found, mentee) for mentee in world.mentees[:2])

    choosing = manager.get(address(found, "round_swap", one.pk)).content.decode()
    looking = manager.get(address(found, "round_swap", one.pk), {"with": two.pk}).content.decode()

    assert "Look at both" in choosing
    assert "Both pairs after the swap" not in choosing
    assert "Both pairs after the swap" in looking
    assert "Swap them" in looking
    assert states(found) == ["under_review"] * 3


def test_a_swap_is_done_and_shown(manager: Client, world: World, found: Round) -> None:
    one, two = (pair_of(found, mentee) for mentee in world.mentees[:2])

    response = manager.post(address(found, "round_swap", one.pk), {"with": two.pk}, follow=True)

    page = response.content.decode()
    assert "Swapped. Both new pairs are approved" in page
    assert page.count("moved by hand") == 2
    assert found.proposals.filter(origin=ProposalOrigin.SWAP).count() == 2


def test_a_swap_that_is_not_possible_says_why_and_offers_no_button(manager: Client, world: World) -> None:
    mentee, boss = world.mentees[0].person, world.mentors[1].person
    mentee.languages, boss.languages = ["Icelandic", "English"], ["English"]
    mentee.manager = boss
    mentee.save()
    found = a_round(world)
    one, two = (pair_of(found, each) for each in world.mentees[:2])

    looking = manager.get(address(found, "round_swap", one.pk), {"with": two.pk}).content.decode()
    done = manager.post(address(found, "round_swap", one.pk), {"with": two.pk}).content.decode()

    for page in (looking, done):
        assert f"{mentee.full_name} and {boss.full_name} cannot be matched: a rule that protects people" in page
        assert "Swap them" not in page
    assert states(found) == ["under_review"] * 3


def test_the_other_pair_is_found_by_name(manager: Client, world: World, found: Round) -> None:
    one, two, three = (pair_of(found, mentee) for mentee in world.mentees)
    name = two.mentor.person.given_name

    page = manager.get(address(found, "round_swap", one.pk), {"name": name}).content.decode()

    assert f"?with={two.pk}&amp;name={name}" in page
    assert f"?with={three.pk}" not in page
    nobody = manager.get(address(found, "round_swap", one.pk), {"name": "Nobody"}).content.decode()
    assert "Nobody here has a name that begins like that." in nobody


@pytest.mark.parametrize("other", ["999999", "x"])
def test_a_swap_with_a_pair_that_does_not_exist(manager: Client, world: World, found: Round, other: str) -> None:
    one = pair_of(found, world.mentees[0])

    response = manager.post(address(found, "round_swap", one.pk), {"with": other})

    assert response.status_code == (404 if other.isdigit() else 200)
    assert states(found) == ["under_review"] * 3


def test_a_pair_of_another_programme_is_not_swapped(manager: Client, world: World, found: Round) -> None:
    elsewhere = a_round(a_world(world.manager.organisation)).proposals.latest("id")
    one = pair_of(found, world.mentees[0])

    assert manager.get(address(found, "round_swap", elsewhere.pk)).status_code == 404
    assert manager.get(address(found, "round_swap", one.pk), {"with": elsewhere.pk}).status_code == 404


def test_the_board_costs_the_same_with_many_pairs(manager: Client, world: World) -> None:
    found = a_round(world)
    with CaptureQueriesContext(connection) as few:
        manager.get(address(found))
    for _ in range(20):
        ProposalFactory(
            programme=found.programme, round=found, mentee=world.enrol(Side.MENTEE), mentor=world.enrol(Side.MENTOR)
        )
    with CaptureQueriesContext(connection) as many_pairs:
        page = shown(manager, found)

    assert page.count('class="mrow"') == 23
    assert len(many_pairs) == len(few)


def test_a_next_choice_of_a_published_round_is_not_swapped(manager: Client, world: World) -> None:
    world.enrol(Side.MENTOR)
    found = a_published_round(world)
    one = pair_of(found, world.mentees[0])
    answer_offer(by=one.mentor.person, proposal=one, accepted=False, now=clock.now())
    following = found.proposals.get(origin=ProposalOrigin.FALL_THROUGH)

    response = manager.get(address(found, "round_swap", following.pk))

    assert response.headers["Location"] == address(found)


def test_no_page_of_a_round_reads_what_people_wrote(world: World, manager: Client) -> None:
    """The pool is large and enciphered; only the proof and a swap need it."""
    found = a_published_round(world)
    with CaptureQueriesContext(connection) as queries:
        for page in ("", "unmatched/", "publish/"):
            manager.get(f"/manage/{world.programme.slug}/rounds/{found.number}/{page}")

    assert not [query for query in queries if '"inputs"' in query["sql"]]


def test_a_mentor_who_pauses_is_warned_of_on_the_board_at_once(manager: Client, world: World, found: Round) -> None:
    mentor = world.mentors[0]
    pause_enrolment(by=mentor.person, enrolment=mentor, now=clock.now())

    page = shown(manager, found)

    assert "1 pair no longer fits" in page
    assert page.count(f"{mentor.person.full_name} has paused") == 2  # on top, and on the pair
    assert "Run again, keep my decisions" in page


def test_a_board_on_which_everything_fits_warns_of_nothing(manager: Client, found: Round) -> None:
    assert "no longer fit" not in shown(manager, found)


def test_a_mentor_who_leaves_after_publishing_is_named_with_a_way_on(manager: Client, world: World) -> None:
    world.enrol(Side.MENTOR)
    found = a_published_round(world)
    one = pair_of(found, world.mentees[0])
    withdraw_enrolment(by=one.mentor.person, enrolment=one.mentor, now=clock.now())
    drain()

    page = shown(manager, found)

    assert "1 mentee has lost their mentor" in page
    assert f"{one.mentor.person.full_name} is no longer taking part." in page
    assert "Their next choice waits for you." in page
    assert reverse("rounds", args=[found.programme.slug]) in page


def test_a_pinned_pair_is_neither_declined_nor_swapped(manager: Client, world: World, found: Round) -> None:
    one, other = (pair_of(found, mentee) for mentee in world.mentees[:2])
    decide(manager, found, pin=one.pk)

    alone = decide(manager, found, decline=one.pk)
    among = decide(manager, found, ticked="decline", pair=[one.pk, other.pk])
    swapped = manager.post(
        address(found, "round_swap", one.pk), {"with": pair_of(found, world.mentees[2]).pk}, follow=True
    )

    assert "This pair is pinned. Take the pin off before you decline it." in alone
    assert "1 pair declined." in among
    assert "This pair is pinned." in swapped.content.decode()
    assert states(found) == ["declined", "under_review", "under_review"]


@pytest.mark.parametrize(
    ("approval", "words"),
    [
        ("manager", "3 mentorships begin at once"), ("mentor", "3 pairs are offered to the mentors"),
        ("mentor_first", "3 pairs are offered to the mentors first"), ("both", "3 pairs are offered to both sides"),
    ],
)  # fmt: skip
def test_the_page_before_publishing_says_who_is_asked(
    manager: Client, world: World, found: Round, approval: str, words: str
) -> None:
    world.programme.matching = {**world.programme.matching, "approval": approval}
    world.programme.save()
    decide(manager, found, everything="approve", show="all")

    response = manager.get(address(found, "round_publish"))

    assert words in response.content.decode()
