"""Matching from end to end, three times: with a pointer, with the keyboard alone, and without JavaScript.

A manager compares three plans, uses one, reads the fairness page, puts two people together and undoes it, publishes,
takes it back, publishes again; then mentee and mentor open their offer and read what the manager read.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Visitor, Visitors
from tests.browser.test_comparing import _crowd
from tests.browser.test_every_page import _looked_at
from tests.factories.matching import World
from tests.factories.people import OrganisationFactory
from tests.matching.test_fairness import say
from trellis.kernel.jobs import drain
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.rearranging import CannotBeTogether, ask
from trellis.people.choices import AttributeKind
from trellis.people.models import Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment

pytestmark = pytest.mark.django_db(transaction=True)
FURTHEST = 400  # presses of Tab before a test gives up


@dataclass
class Hand:
    """Somebody at a page, with a pointer. `look` is called on every page that is passed through."""

    visitor: Visitor
    look: Callable[[Visitor], list[str]] = lambda visitor: []
    faults: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.visitor.page

    def open(self, path: str) -> None:
        self.visitor.go(path)
        self._looks()

    def _looks(self) -> None:
        self.faults += [f"{self.page.url} {fault}" for fault in self.look(self.visitor)]
        self.page.set_viewport_size({"width": 1366, "height": 900})

    def follow(self, words: str | re.Pattern[str]) -> None:
        self._goes(self.page.get_by_role("link", name=words).first)

    def press(self, words: str | re.Pattern[str]) -> None:
        self._goes(self.page.get_by_role("button", name=words).first)

    def _goes(self, target: Locator) -> None:
        with self.page.expect_navigation():
            self.use(target)
        self._looks()

    def use(self, target: Locator) -> None:
        target.click()

    def write(self, label: str, words: str) -> None:
        self.page.get_by_label(label).fill(words)

    def pick(self, label: str) -> None:
        self.page.get_by_label(label).check()

    def one_further(self, label: str) -> None:
        """The next choice of a list."""
        self.page.get_by_label(label).select_option(index=1)

    def put_together(self, mentee: Person, other: Person) -> None:
        """Somebody with the mentor of somebody else; here through the page that lists the mentors."""
        self.follow(f"Change the mentor of {mentee.full_name}")
        self.follow("Look at it")


class Pointer(Hand):
    def put_together(self, mentee: Person, other: Person) -> None:
        one, two = (f'[data-mentee="{each.pk}"] .why' for each in (mentee, other))
        with self.page.expect_navigation():
            self.page.drag_and_drop(one, two)
        self._looks()


class Keyboard(Hand):
    """Nothing but Tab, arrows, Enter, the space bar and letters; what has the focus must show it."""

    def use(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def _reach(self, target: Locator) -> None:
        for _ in range(FURTHEST):
            if target.evaluate("node => node === document.activeElement"):
                assert target.evaluate("node => getComputedStyle(node).outlineStyle") != "none"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not come to {target} on {self.page.url}")

    def write(self, label: str, words: str) -> None:
        self._reach(self.page.get_by_label(label))
        self.page.keyboard.type(words)

    def pick(self, label: str) -> None:
        target = self.page.get_by_label(label)
        name = target.get_attribute("name")
        self._reach(self.page.locator(f'[name="{name}"]:checked'))
        while not target.is_checked():
            self.page.keyboard.press("ArrowDown")

    def one_further(self, label: str) -> None:
        self._reach(self.page.get_by_label(label))
        self.page.keyboard.press("ArrowDown")


def _world() -> World:
    """Enough people who said who they are for the fairness page to have figures."""
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        world = _crowd(organisation)
        mentees = Enrolment.objects.filter(programme=world.programme, side=Side.MENTEE).order_by("pk")
        say([each.person for each in mentees], AttributeKind.GENDER, ["woman", "man"] * (len(mentees) // 2))
        return world


def _compares(hand: Hand, slug: str) -> None:
    hand.open(reverse("rounds", args=[slug]))
    hand.follow("Compare settings")
    hand.press("Solve the present settings")
    hand.follow("Add a plan")
    hand.write("Name of the plan", "Total first")
    hand.pick("The highest total score")
    hand.press("Solve this plan")
    hand.follow("Add a plan")
    hand.write("Name of the plan", "One place more")
    hand.one_further("Places for every mentor")
    hand.press("Solve this plan")
    drain()
    hand.open(reverse("scenarios", args=[slug]))
    heads = hand.page.locator(".cmp thead th").all_inner_texts()
    assert [head.split("\n")[0] for head in heads] == ["A · Present settings", "B · Total first", "C · One place more"]
    hand.press("Use B for a round")
    drain()


def _reads_fairness(hand: Hand) -> None:
    hand.follow("Fairness")
    hand.press("Work out the figures")
    drain()
    hand.open(hand.page.url)
    seen = hand.page.locator("main").inner_text()
    assert "Women" in seen
    assert "Men" in seen
    hand.follow("Review")


def _apart(found: Round) -> tuple[Person, Person]:
    """A mentee to review, and another whose mentor they could have."""
    pairs = found.proposals.filter(state=ProposalState.UNDER_REVIEW).order_by("score", "id")
    rows = list(pairs.select_related("mentee__person", "mentor__person"))
    for other in rows[1:]:
        try:
            ask(found, rows[0].mentee.person, other.mentor.person)
        except CannotBeTogether:
            continue
        return rows[0].mentee.person, other.mentee.person
    raise AssertionError("no two of this round can be put together")


def _puts_together_and_undoes(hand: Hand, found: Round) -> None:
    before = _standing(found)
    hand.put_together(*_apart(found))
    hand.press("Do it")
    assert _standing(found) != before
    hand.press("Undo")
    assert "Taken back. The board is as it was before." in hand.page.locator("main").inner_text()
    assert _standing(found) == before


def _standing(found: Round) -> set[tuple[int, int]]:
    rows = found.proposals.filter(state=ProposalState.UNDER_REVIEW)
    return set(rows.values_list("mentee__person_id", "mentor__person_id"))


def _publishes(hand: Hand, board: str) -> None:
    hand.follow(re.compile(r"^Publish \d+ approved"))
    hand.press(re.compile(r"^Publish \d+ match"))
    _settled(hand, board, "Published matches")


def _takes_back(hand: Hand, board: str) -> None:
    hand.press("Take it back")
    _settled(hand, board, "Review matches")


def _settled(hand: Hand, board: str, heading: str) -> None:
    """Many pairs go out in a job with a page of its own, few at once; either way the board says so afterwards."""
    drain()
    hand.open(board)
    assert hand.page.locator("h1").inner_text() == heading


def _reasons_on_board(hand: Hand, pair: Proposal) -> tuple[list[str], str]:
    card = hand.page.locator(".mrow", has_text=pair.mentee.person.full_name).first
    gap = card.locator(".why .gap").text_content() or ""  # a card out of sight is not drawn and has no inner text
    return card.locator(".why li:not(.gap)").all_text_contents(), gap.removeprefix("Gap:").strip()


def _reasons_in_offer(hand: Hand) -> tuple[list[str], str]:
    hand.open("/")
    hand._goes(hand.page.locator('main a[href^="/offers/"]').first)
    assert "Why the two of you" in hand.page.locator("main").inner_text()
    return hand.page.locator(".reasons h3").all_inner_texts(), hand.page.locator(".gapnote p").inner_text()


def _telling(found: Round) -> Proposal:
    """A pair with all that can be told, three reasons and a gap, whose mentor has no other offer."""
    pairs = found.proposals.filter(state=ProposalState.UNDER_REVIEW).order_by("id")
    rows = list(pairs.select_related("mentee__person", "mentor__person"))
    busy = Counter(row.mentor_id for row in rows)
    return next(
        row for row in rows if len(row.reasons["reasons"]) == 3 and row.reasons["gap"] and busy[row.mentor_id] == 1
    )


def _story(hands: Callable[[Person], Hand], world: World) -> None:
    slug = world.programme.slug
    manager = hands(world.manager)
    _compares(manager, slug)
    found = Round.objects.get(programme=world.programme)
    board = reverse("round", args=[slug, found.number])
    manager.open(board)
    pair = _telling(found)
    _reads_fairness(manager)
    read = _reasons_on_board(manager, pair)
    _puts_together_and_undoes(manager, found)
    manager.press(re.compile(r"^Approve all \d+ shown"))
    _publishes(manager, board)
    _takes_back(manager, board)
    _publishes(manager, board)

    mentee, mentor = hands(pair.mentee.person), hands(pair.mentor.person)
    assert len(read[0]) == 3
    assert read[1]
    assert _reasons_in_offer(mentee) == read
    assert _reasons_in_offer(mentor) == read
    for hand in (manager, mentee, mentor):
        assert hand.faults + hand.visitor.complaints == []


@pytest.mark.parametrize(("kind", "script"), [(Keyboard, True), (Hand, False)], ids=["keyboard", "without JavaScript"])
def test_from_comparing_to_the_same_reasons(visitors: Visitors, kind: type[Hand], script: bool) -> None:
    world = _world()
    with organisation_scope(world.programme.organisation_id):
        _story(lambda person: kind(visitors.new(person, script=script)), world)


def test_the_same_with_a_pointer_and_every_page_is_accessible(visitors: Visitors, axe: str) -> None:
    world = _world()
    with organisation_scope(world.programme.organisation_id):
        _story(lambda person: Pointer(visitors.new(person), lambda visitor: _looked_at(visitor, axe)), world)
