"""A round of circles in a browser: who is in which, one that has become too small, and its other pages."""

import pytest
from django.urls import reverse

from tests.browser.conftest import Visitors
from tests.browser.test_comparing import _shot
from tests.browser.test_every_page import _look
from tests.factories.matching import a_round
from tests.factories.people import OrganisationFactory
from tests.matching.test_circles import a_group
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.review import decide
from trellis.matching.choices import ProposalState
from trellis.matching.queries.circles import circles_of

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = (
    "Amara Okafor", "Priya Raghunathan", "Jonas Lindqvist", "Chidi Nwosu", "Beatriz Fernández-Almeida", "Tomasz Wójcik",
    "Mei Tanaka", "Ada Brandt", "Luca De Santis", "Noor van den Berg", "Oluwaseun Adeyemi", "Hannah Stein",
    "Ravi Patel", "Zsófia Horváth", "Ian MacGregor", "Fatou Diop",
)  # fmt: skip


def test_circles_are_accessible_narrow_and_quiet(visitors: Visitors, axe: str) -> None:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        world = a_group(organisation, mentees=12, mentors=3)
        for number, side in enumerate((*world.mentors, *world.mentees)):
            side.person.given_name, _, side.person.family_name = NAMES[number].partition(" ")
            side.person.save()
        found = a_round(world)
        first = found.proposals.filter(mentor__person=circles_of(found)[0].leader).values_list("pk", flat=True)
        visitor = visitors.new(world.manager)
        there = [world.programme.slug, found.number]
        faults = _look(visitor, reverse("round", args=there), axe)
        _shot(visitor, "circles-review")
        decide(by=world.manager, found=found, proposals=list(first)[4:], to=ProposalState.DECLINED, now=clock.now())
        visitor.go(reverse("round", args=there))
        visitor.page.get_by_role("button", name="Approve this circle").first.click()
        visitor.page.get_by_text("4 pairs approved.").wait_for()
        for name in ("round", "round_proof", "round_unmatched", "rounds", "round_publish"):
            args = there[:1] if name == "rounds" else there
            faults += _look(visitor, reverse(name, args=args), axe)
            _shot(visitor, f"circles-{name}")

        assert faults + visitor.complaints == []
