"""Two people act at the same moment. Run on SQLite and, through DATABASE_URL, on PostgreSQL."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from tests.factories.matching import ProposalFactory, World, a_world
from tests.factories.people import OrganisationFactory
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.offers import answer_offer
from trellis.matching.actions.requests import ask_mentor
from trellis.matching.actions.rounds import start_round
from trellis.matching.choices import ProposalState
from trellis.matching.models import OfferAnswer, Proposal, Round
from trellis.mentorships.models import Mentorship

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(organisation_id: int, *steps: Callable[[], object]) -> list[str]:
    """Run the steps in threads that start together; what each was refused with, or "" for done."""
    gate = Barrier(len(steps))
    said = [""] * len(steps)

    def run(place: int, step: Callable[[], object]) -> None:
        try:
            with organisation_scope(organisation_id):
                gate.wait(timeout=20)
                step()
        except Refusal as refusal:
            said[place] = str(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def a_small_world(mentees: int, **programme: object) -> World:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        return a_world(organisation, mentees=mentees, mentors=1, **programme)


def test_the_last_place_is_given_once() -> None:
    world = a_small_world(2)
    organisation_id = world.programme.organisation_id
    mentor = world.mentors[0]
    with organisation_scope(organisation_id):
        offers = [
            ProposalFactory(programme=world.programme, mentee=mentee, mentor=mentor, state=ProposalState.OFFERED)
            for mentee in world.mentees
        ]
        for offer in offers:
            answer_offer(by=mentor.person, proposal=offer, accepted=True, now=clock.now())

    said = at_once(
        organisation_id,
        *(
            lambda offer=offer: answer_offer(  # type: ignore[misc]
                by=offer.mentee.person, proposal=offer, accepted=True, now=clock.now()
            )
            for offer in offers
        ),
    )

    assert sorted(bool(words) for words in said) == [False, True]
    assert any("This offer is no longer open" in words for words in said)
    with organisation_scope(organisation_id):
        assert Mentorship.objects.count() == 1
        assert sorted(Proposal.objects.values_list("state", flat=True)) == ["accepted", "withdrawn"]
        assert OfferAnswer.objects.count() == 3


def test_two_clicks_make_one_round() -> None:
    world = a_small_world(1)

    def start() -> Round:
        return start_round(by=world.manager, programme=world.programme, now=clock.now())

    said = at_once(world.programme.organisation_id, start, start)

    assert sorted(said)[0] == ""
    assert "A round is still open" in sorted(said)[1]


def test_two_mentees_who_ask_for_the_last_place_get_it_once() -> None:
    world = a_small_world(
        2, matching={"weights": {"skill_coverage": 100}, "method": "self_chosen", "ideal_level_gap": [1, 3]}
    )

    said = at_once(
        world.programme.organisation_id,
        *(
            lambda mentee=mentee: ask_mentor(  # type: ignore[misc]
                by=mentee.person, mentee=mentee, mentor=world.mentors[0], now=clock.now()
            )
            for mentee in world.mentees
        ),
    )

    assert sorted(said)[0] == ""
    assert "has no free place: 1 of 1 are taken." in sorted(said)[1]
    with organisation_scope(world.programme.organisation_id):
        assert Proposal.objects.filter(state=ProposalState.OFFERED).count() == 1
