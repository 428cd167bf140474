"""Group programmes: a round forms circles of at least the smallest size, pair by pair, end to end."""

import pytest

from tests.factories.matching import World, a_published_round, a_round, a_world
from trellis.kernel import clock
from trellis.matching.actions.offers import answer_offer
from trellis.matching.actions.review import decide
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.queries.board import unmatched_rows
from trellis.matching.queries.circles import circles_of
from trellis.matching.queries.proof import check_again, proof_of
from trellis.mentorships.choices import PartyRole
from trellis.people.models import Organisation
from trellis.programmes.choices import MentoringModel
from trellis.programmes.templates import fewest_in_a_circle


def a_group(organisation: Organisation, *, mentees: int, mentors: int, template: str = "writing_circle") -> World:
    world = a_world(organisation, mentees=mentees, mentors=mentors, model=MentoringModel.GROUP, template_id=template)
    for mentor in world.mentors:
        mentor.places = 7
        mentor.save(update_fields=["places"])
    return world


@pytest.mark.parametrize(("template", "fewest"), [("writing_circle", 5), ("group_circle", 6), ("no_such", 0)])
def test_smallest_circle_is_the_templates(template: str, fewest: int) -> None:
    assert fewest_in_a_circle(template) == fewest


def test_circles_hold_at_least_the_smallest_size(organisation: Organisation) -> None:
    found = a_round(a_group(organisation, mentees=11, mentors=3))

    circles = circles_of(found)

    assert found.state == RoundState.REVIEW
    assert sorted(len(circle.people) for circle in circles) == [5, 6]
    assert [circle.lacks for circle in circles] == [0, 0]
    assert check_again(found).faults == []
    proof = proof_of(found)
    assert proof is not None
    assert (proof.matched, proof.mentees) == (11, 11)
    assert proof.promise.headline in {
        "Proven best: 11 of 11 in circles",
        "11 of 11 in circles, and how far from best that can be",
    }


def test_circle_that_would_be_too_small_is_not_formed_and_everybody_is_told_why(organisation: Organisation) -> None:
    found = a_round(a_group(organisation, mentees=4, mentors=1))

    rows = unmatched_rows(found)

    assert found.proposals.count() == 0
    assert {row.why for row in rows if row.side == "mentee"} == {
        "Circles that would suit: 1. None of them had a place, or none would have reached its smallest size."
    }
    assert [row.why for row in rows if row.side == "mentor"] == [
        "Too few people who would suit to open a circle of the smallest size."
    ]
    proof = proof_of(found)
    assert proof is not None
    assert proof.promise.text == "No circle has fewer than 5. A better plan could place at most 4 more."
    assert circles_of(found) == []


def test_circle_below_its_size_after_a_decision_is_shown(organisation: Organisation) -> None:
    world = a_group(organisation, mentees=5, mentors=1)
    found = a_round(world)
    one = found.proposals.earliest("id")
    decide(by=world.manager, found=found, proposals=[one.pk], to=ProposalState.DECLINED, now=clock.now())

    (circle,) = circles_of(found)

    assert (len(circle.people), circle.lacks) == (4, 1)


def test_members_of_a_circle_begin_one_by_one_with_whoever_leads_it(organisation: Organisation) -> None:
    found = a_published_round(a_group(organisation, mentees=5, mentors=1))
    proposal = found.proposals.earliest("id")

    for enrolment in (proposal.mentee, proposal.mentor):
        proposal = answer_offer(by=enrolment.person, proposal=proposal, accepted=True, now=clock.now())

    assert proposal.mentorship is not None
    assert sorted(proposal.mentorship.parties.values_list("role", flat=True)) == [PartyRole.MENTEE, PartyRole.MENTOR]
    assert len(circles_of(found)[0].people) == 5


def test_forged_certificate_of_circles_is_named(organisation: Organisation) -> None:
    found = a_round(a_group(organisation, mentees=5, mentors=1))
    assert found.certificate is not None
    found.certificate["total"] += 1

    assert check_again(found).faults == ["Something was changed, added or taken away in: head."]
