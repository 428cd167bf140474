"""Rounds, proposals and wishes; and a small programme in which everybody can be matched."""

from collections.abc import Iterable
from dataclasses import dataclass

import factory
from factory.django import DjangoModelFactory

from tests.factories.enrolments import EnrolmentSkillFactory
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel import clock
from trellis.matching.actions.review import decide
from trellis.matching.actions.rounds import publish_round, solve_round, start_round
from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal, Round, Wish
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment, Programme

SKILLS = ("active_listening", "negotiation", "internal_control", "agile_delivery", "presentation_design")


class RoundFactory(DjangoModelFactory[Round]):
    class Meta:
        model = Round

    organisation = factory.LazyAttribute(lambda found: found.programme.organisation)
    programme = factory.SubFactory(ProgrammeFactory)
    number = factory.Sequence(lambda n: n + 1)
    settings = factory.LazyAttribute(lambda found: dict(found.programme.matching))
    salt = "salt"
    created_at = factory.LazyFunction(clock.now)


class ProposalFactory(DjangoModelFactory[Proposal]):
    class Meta:
        model = Proposal

    organisation = factory.LazyAttribute(lambda proposal: proposal.programme.organisation)
    programme = factory.SubFactory(ProgrammeFactory)
    mentee = factory.SubFactory(
        EnrolmentFactory, side=Side.MENTEE, programme=factory.LazyAttribute(lambda side: side.factory_parent.programme)
    )
    mentor = factory.SubFactory(
        EnrolmentFactory, side=Side.MENTOR, programme=factory.LazyAttribute(lambda side: side.factory_parent.programme)
    )
    score = 71_500
    reasons = factory.LazyFunction(lambda: {"reasons": [], "gap": None})


class WishFactory(DjangoModelFactory[Wish]):
    class Meta:
        model = Wish

    organisation = factory.LazyAttribute(lambda wish: wish.wisher.organisation)
    rank = 1


@dataclass(frozen=True)
class World:
    """A programme, who runs it, and who is ready in it."""

    programme: Programme
    manager: Person
    mentees: list[Enrolment]
    mentors: list[Enrolment]

    def enrol(self, side: str, *, skills: Iterable[tuple[str, int]] = (), **facts: object) -> Enrolment:
        """One more person, ready to be matched."""
        person = PersonFactory(organisation=self.programme.organisation, level=3 if side == Side.MENTEE else 5)
        enrolment: Enrolment = EnrolmentFactory(programme=self.programme, person=person, side=side, **facts)
        for skill, level in skills:
            EnrolmentSkillFactory(enrolment=enrolment, skill=skill, level=level)
        return enrolment


def a_world(organisation: Organisation, *, mentees: int = 3, mentors: int = 3, **programme: object) -> World:
    """Mentees and mentors in pairs of the same skill, so that the best plan puts them side by side."""
    made: Programme = ProgrammeFactory(organisation=organisation, **programme)
    manager = PersonFactory(organisation=organisation)
    ProgrammeRoleFactory(programme=made, person=manager, organisation=organisation)
    world = World(made, manager, [], [])
    for side, level, found, count in (
        (Side.MENTEE, 2, world.mentees, mentees), (Side.MENTOR, 4, world.mentors, mentors)
    ):  # fmt: skip
        for number in range(count):
            found.append(world.enrol(side, skills=[(SKILLS[number % len(SKILLS)], level)]))
    return world


def a_managed_world(organisation: Organisation, **counts: int) -> World:
    """The same, where the programme team alone decides."""
    made = a_world(organisation, **counts)
    made.programme.matching = {**made.programme.matching, "approval": "manager"}
    made.programme.save()
    return made


def a_crossed_world(organisation: Organisation) -> World:
    """Two running pairs that are crossed, each with one place, and a mentee and a mentor who are free."""
    made = a_managed_world(organisation)
    for side in (*made.mentees, *made.mentors):
        side.places = 1
        side.save()
    for mentee, mentor in ((0, 1), (1, 0)):
        a_pair(made.programme, mentee=made.mentees[mentee].person, mentor=made.mentors[mentor].person)
    return made


def a_round(world: World, *, salt: str = "salt") -> Round:
    """A solved round under review."""
    now = clock.now()
    return solve_round(found=start_round(by=world.manager, programme=world.programme, now=now, salt=salt), now=now)


def a_published_round(world: World) -> Round:
    """A round whose pairs are all out for answers."""
    found = a_round(world)
    everything = found.proposals.values_list("pk", flat=True)
    decide(by=world.manager, found=found, proposals=everything, to=ProposalState.APPROVED, now=clock.now())
    publish_round(by=world.manager, found=found, now=clock.now())
    found.refresh_from_db()
    return found


def pair_of(found: Round, mentee: Enrolment) -> Proposal:
    """The newest proposal of a mentee in a round."""
    return found.proposals.filter(mentee=mentee).select_related("mentee__person", "mentor__person").latest("id")
