from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.enrolments import EnrolmentSkillFactory
from tests.factories.matching import ProposalFactory, WishFactory, World, a_world
from tests.factories.mentorships import MentorshipFactory, PartyFactory, a_pair
from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.choices import ProposalState
from trellis.matching.queries.pool import engine_settings, engine_taxonomy, load_pool, ruled_out
from trellis.matching.queries.suggestions import best_for, outlook_of
from trellis.matching.stored import pool_from_json, pool_to_json
from trellis.mentorships.choices import MentorshipState
from trellis.people.choices import PersonStatus
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment
from trellis.programmes.templates import all_templates
from trellis_engine.matching import InputRefused, Participant, Rule


def person_in(world: World, enrolment: Enrolment) -> Participant:
    pool = load_pool(world.programme, clock.now())
    sides = {"mentee": pool.mentee_by_id, "mentor": pool.mentor_by_id}
    return sides[enrolment.side][enrolment.person.external_id]


def test_only_those_who_are_ready_are_in(world: World) -> None:
    for state in EnrolmentState:
        world.enrol(Side.MENTEE, state=state)
    for status in PersonStatus:
        enrolment = world.enrol(Side.MENTOR)
        enrolment.person.status = status
        enrolment.person.save()

    pool = load_pool(world.programme, clock.now())

    assert (len(pool.mentees), len(pool.mentors)) == (3 + 1, 3 + 2)  # approved; active and on leave


def test_facts_of_a_mentor_come_over(world: World) -> None:
    mentor = world.mentors[0]
    mentor.person.time_zone, mentor.person.job_title, mentor.person.unit = "Asia/Kolkata", "Controller", "Legal"
    mentor.person.save()
    mentor.aims, mentor.interests, mentor.experience = ["Partner"], ["Chess"], ["First in the family"]
    mentor.save()
    EnrolmentSkillFactory(enrolment=mentor, skill="mediation", level=5)

    found = person_in(world, mentor)

    assert found == Participant(
        id=mentor.person.external_id, level=5, skills=(("active_listening", 4), ("mediation", 5)), goal=mentor.goal,
        working_style="structured", values=frozenset({"learning", "impact"}),
        availability=frozenset({"Thu am", "Tue pm"}), languages=frozenset({"English"}), unit="Legal",
        location="London", utc_offset_minutes=330, places=1, track="Legal",
        held=frozenset({"Partner", "Controller"}), interests=frozenset({"Chess"}),
        experience=frozenset({"First in the family"}),
    )  # fmt: skip


def test_what_a_mentee_aims_at_is_not_what_they_held(world: World) -> None:
    mentee = world.mentees[0]
    mentee.aims = ["Partner"]
    mentee.save()

    found = person_in(world, mentee)

    assert (found.aims, found.held, found.track) == (frozenset({"Partner"}), frozenset(), "")


def test_the_offset_is_that_of_the_day(world: World) -> None:
    pools = [load_pool(world.programme, datetime.fromisoformat(day)) for day in ("2027-01-11T12Z", "2027-07-12T12Z")]

    assert [{person.utc_offset_minutes for person in pool.mentees} for pool in pools] == [{0}, {60}]


def test_running_mentorships_take_places_here_and_make_busy_everywhere(
    world: World, organisation: Organisation
) -> None:
    mentor = world.mentors[0]
    mentor.places = 3
    mentor.save()
    a_pair(world.programme, mentor=mentor.person)
    a_pair(a_world(organisation).programme, mentor=mentor.person)
    over = a_pair(world.programme, mentor=mentor.person)
    over.state = MentorshipState.ENDED
    over.save()

    found = person_in(world, mentor)

    assert (found.places, found.busy) == (2, 2)


def test_open_offers_hold_their_places_and_settled_ones_do_not(world: World) -> None:
    mentor = world.mentors[0]
    mentor.places = 3
    mentor.save()
    for state in ProposalState:
        ProposalFactory(programme=world.programme, mentor=mentor, state=state)

    assert person_in(world, mentor).places == 2


def test_places_never_fall_below_none(world: World) -> None:
    for _ in range(3):
        ProposalFactory(programme=world.programme, mentor=world.mentors[0], state=ProposalState.OFFERED)

    assert person_in(world, world.mentors[0]).places == 0


def test_the_chain_of_managers_goes_up_and_ends_where_it_closes(world: World, organisation: Organisation) -> None:
    top, middle = (PersonFactory(organisation=organisation) for _ in range(2))
    me = world.mentees[0].person
    me.manager, middle.manager, top.manager = middle, top, me
    for person in (me, middle, top):
        person.save()

    assert person_in(world, world.mentees[0]).managers == (middle.external_id, top.external_id)


def test_a_list_of_people_not_to_match_is_kept_as_cipher_and_read_here(world: World) -> None:
    mentee = world.mentees[0]
    mentee.no_match = f"[{world.mentors[0].person_id}, 999999]"
    mentee.save()

    with connection.cursor() as cursor:
        cursor.execute("SELECT no_match FROM programmes_enrolment WHERE id = %s", [mentee.pk])
        stored = cursor.fetchone()[0]

    assert str(world.mentors[0].person_id) not in stored.split("gAAAA")[0]
    assert stored.startswith("gAAAA")
    assert person_in(world, mentee).no_match == {world.mentors[0].person.external_id}


def test_another_organisations_people_are_not_in(world: World, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        a_world(other_organisation)

    pool = load_pool(world.programme, clock.now())

    assert {person.id for person in pool.mentees} == {each.person.external_id for each in world.mentees}


def test_it_costs_the_same_with_three_and_thirty(world: World) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            load_pool(world.programme, clock.now())
            ruled_out(world.programme)
        return len(queries)

    few = cost()
    for _ in range(14):
        mentee, mentor = world.enrol(Side.MENTEE), world.enrol(Side.MENTOR, skills=[("negotiation", 3)])
        WishFactory(wisher=mentee, wished=mentor)
        ProposalFactory(programme=world.programme, mentee=mentee, mentor=mentor, state=ProposalState.OFFERED)
        a_pair(world.programme, mentee=mentee.person, mentor=mentor.person)

    assert cost() == few


def test_a_pool_comes_back_from_json_as_it_was(world: World) -> None:
    world.mentees[0].no_match = f"[{world.mentors[0].person_id}]"
    world.mentees[0].aims = ["Partner"]
    world.mentees[0].save()
    WishFactory(wisher=world.mentees[0], wished=world.mentors[1])
    pool = load_pool(world.programme, clock.now())

    assert pool_from_json(pool_to_json(pool)) == pool


def test_pairs_that_were_or_are_together_or_said_no_are_ruled_out(world: World) -> None:
    ids = [[each.person.external_id for each in side] for side in (world.mentees, world.mentors)]
    together = a_pair(world.programme, mentee=world.mentees[0].person, mentor=world.mentors[0].person)
    together.state = MentorshipState.COMPLETED
    together.save()
    offered, refused = ProposalState.OFFERED, ProposalState.REFUSED
    ProposalFactory(programme=world.programme, mentee=world.mentees[1], mentor=world.mentors[1], state=offered)
    ProposalFactory(programme=world.programme, mentee=world.mentees[2], mentor=world.mentors[2], state=refused)
    expired = ProposalState.EXPIRED
    ProposalFactory(programme=world.programme, mentee=world.mentees[0], mentor=world.mentors[1], state=expired)

    assert ruled_out(world.programme) == {
        (ids[0][0], ids[1][0]), (ids[1][0], ids[0][0]), (ids[0][1], ids[1][1]), (ids[0][2], ids[1][2]),
    }  # fmt: skip


def test_a_circle_rules_out_every_two_of_it(world: World) -> None:
    circle = MentorshipFactory(programme=world.programme)
    people = [PartyFactory(mentorship=circle, person=each.person).person for each in world.mentees]

    assert len(ruled_out(world.programme)) == len(people) * (len(people) - 1)


@pytest.mark.parametrize("template", all_templates(), ids=lambda each: each.id)
def test_the_settings_of_every_template_can_be_used(template: object) -> None:
    settings = engine_settings(template.matching.plain())  # type: ignore[attr-defined]

    assert sum(settings.weights.values()) == 100
    assert Rule("no_match_list") in settings.rules


def test_limits_become_rules() -> None:
    weights = {"balance": 100}
    settings = engine_settings({
        "weights": weights, "ideal_level_gap": [0, 2], "hard_constraints": ["common_language"], "minimum_score": 40_000,
        "level_gap": {"minimum": -1, "maximum": None}, "time_zone": {"maximum": 3}, "pinned": [["A", "B"]],
        "forbidden": [["C", "D"]], "ruled_out": [["E", "F"]],
    })  # fmt: skip

    assert settings.rules == (
        Rule("common_language"), Rule("no_match_list"), Rule("level_gap", minimum=-1), Rule("time_zone", maximum=3),
    )  # fmt: skip
    assert (settings.ideal_level_gap, settings.minimum_score) == ((0, 2), 40_000)
    assert (settings.pinned, settings.forbidden) == ({("A", "B")}, {("C", "D"), ("E", "F")})


def test_settings_without_weights_are_refused() -> None:
    with pytest.raises(InputRefused, match="weights_not_100"):
        engine_settings({})


def test_suggestions_are_the_scores_and_reasons_of_a_round(world: World) -> None:
    found = best_for(world.mentees[0], now=clock.now(), most=2)

    assert len(found) == 2
    assert found[0].mentor == world.mentors[0]
    assert found[0].score > found[1].score
    assert next(reason["key"] for reason in found[0].reasons["reasons"]) == "skill_coverage.covered"


def test_a_mentee_who_is_not_ready_has_no_suggestions(world: World) -> None:
    world.mentees[0].state = EnrolmentState.PAUSED
    world.mentees[0].save()

    assert best_for(world.mentees[0], now=clock.now(), most=None) == []


def test_settings_that_cannot_be_used_give_no_suggestions(world: World) -> None:
    world.mentees[0].programme.matching = {}

    assert outlook_of(world.mentees[0], now=clock.now()) is None


def test_the_taxonomy_is_the_shipped_one() -> None:
    assert "active_listening" in engine_taxonomy().skills
