"""What a manager sets and how a round keeps it: answers, pairs kept together or apart, no scores at all."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.enrolments import EligibilityRuleFactory, QuestionFactory
from tests.factories.matching import ProposalFactory, World, a_round, a_world, pair_of
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.offers import accept
from trellis.matching.actions.rounds import run_again
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.queries.pairs import kept_pairs
from trellis.matching.queries.pool import engine_settings, load_pool, matching_of
from trellis.matching.queries.start import Openings, obstacles_of, openings_of
from trellis.matching.queries.suggestions import outlook_of
from trellis.matching.queries.tryout import try_settings
from trellis.matching.stored import pool_from_json, pool_to_json
from trellis.people.choices import PersonStatus
from trellis.people.models import Organisation
from trellis.programmes import settings_model
from trellis.programmes.actions.pairs import PairRefused, keep_pair, release_pair
from trellis.programmes.actions.settings import change_matching
from trellis.programmes.choices import AnswerMode, EnrolmentState, MentoringModel, QuestionKind, Side
from trellis.programmes.models import Answer, Enrolment, Question
from trellis_engine.matching import Rule
from trellis_engine.matching.settings import OBJECTIVES, ScoredQuestion


def set_up(world: World, **changes: Any) -> None:
    world.programme.matching = world.programme.matching | changes
    world.programme.save()


def ask(world: World, key: str = "topics", mode: AnswerMode = AnswerMode.SCORE, importance: int = 7) -> None:
    for side in Side:
        QuestionFactory(
            programme=world.programme, side=side, key=key, kind=QuestionKind.MANY, options=["a", "b", "c", "d"],
            mode=mode, importance=importance,
        )  # fmt: skip


def answer(enrolment: Enrolment, key: str, *chosen: str) -> None:
    question = Question.objects.get(programme=enrolment.programme_id, side=enrolment.side, key=key)
    Answer.objects.create(
        organisation=enrolment.organisation, enrolment=enrolment, question=question, value=json.dumps(list(chosen))
    )


# --- answers


def test_the_names_of_objectives_are_those_of_the_engine() -> None:
    assert settings_model.OBJECTIVES == OBJECTIVES


def test_answers_that_count_come_into_the_pool_and_back_from_storage(world: World) -> None:
    ask(world)
    ask(world, "private", AnswerMode.IGNORE)
    for key in ("topics", "private"):
        answer(world.mentees[0], key, "a", "b")

    pool = load_pool(world.programme, clock.now())

    found = {person.id: person.answers for person in pool.mentees}
    assert found[world.mentees[0].person.external_id] == (("topics", frozenset("ab")),)
    assert pool_from_json(pool_to_json(pool)) == pool


def test_a_round_keeps_how_answers_counted(world: World) -> None:
    ask(world)
    ask(world, "must", AnswerMode.MUST)
    ask(world, "apart", AnswerMode.MUST_NOT)
    ask(world, "learn", AnswerMode.COMPLEMENT, 3)

    found = a_round(world)
    Question.objects.update(mode=AnswerMode.IGNORE)
    settings = engine_settings(found.settings)

    assert settings.questions == (ScoredQuestion("topics", 7), ScoredQuestion("learn", 3, complement=True, options=4))
    assert settings.rules[-2:] == (Rule("answers_must", question="must"), Rule("answers_must_not", question="apart"))


def test_a_must_on_answers_keeps_people_apart(world: World) -> None:
    ask(world, "must", AnswerMode.MUST)
    answer(world.mentees[0], "must", "a")
    for mentor in world.mentors:
        answer(mentor, "must", "b")

    found = a_round(world)

    left = found.unmatched.get(enrolment=world.mentees[0])
    assert (left.reason, left.parameters) == ("no_allowed_mentor", {"removed": {"answers_must": 3}})


def test_answers_change_who_is_put_together_and_the_reason_names_none(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=2, mentors=2)
    set_up(world, weights={"answers": 100})
    for key in ("one", "two"):
        ask(world, key)
        for mine, theirs, chosen in ((0, 1, "a"), (1, 0, "b")):
            answer(world.mentees[mine], key, chosen)
            answer(world.mentors[theirs], key, chosen)

    found = a_round(world)

    pair = pair_of(found, world.mentees[0])
    assert (pair.mentor, pair.score) == (world.mentors[1], 100_000)
    assert pair.reasons["reasons"] == [{"factor": "answers", "key": "answers.shared", "params": {"answers": 1}}]


def test_reading_answers_takes_the_same_number_of_queries_for_any_number_of_people(world: World) -> None:
    ask(world)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            load_pool(world.programme, clock.now())
        return len(queries)

    before = count()
    for _number in range(5):
        answer(world.enrol(Side.MENTEE), "topics", "a")

    assert count() == before


def test_who_does_not_meet_the_conditions_any_more_is_left_out_only_by_the_rule(world: World) -> None:
    EligibilityRuleFactory(
        programme=world.programme, side=Side.MENTEE, kind="level_at_least", value={"level": 4}, words="level 4"
    )
    assert a_round(world).proposals.count() == 3

    now = clock.now()
    stored = matching_of(world.programme) | {"hard_constraints": ["no_match_list", "eligibility"]}

    assert try_settings(world.programme, stored, now=now).possible == 0


# --- pairs kept together and apart


def test_a_pair_kept_together_is_pinned_in_every_round(world: World) -> None:
    keep_pair(by=world.manager, mentee=world.mentees[0], mentor=world.mentors[2], how="pinned", now=clock.now())
    world.programme.refresh_from_db()

    pair = pair_of(a_round(world), world.mentees[0])

    assert (pair.mentor, pair.origin) == (world.mentors[2], ProposalOrigin.PINNED)


def test_a_pair_kept_apart_is_not_proposed(world: World) -> None:
    for mentor in world.mentors[1:]:
        keep_pair(by=world.manager, mentee=world.mentees[0], mentor=mentor, how="pinned", now=clock.now())
        keep_pair(by=world.manager, mentee=world.mentees[0], mentor=mentor, how="forbidden", now=clock.now())
    world.programme.refresh_from_db()

    assert world.programme.matching["pinned"] == []
    assert pair_of(a_round(world), world.mentees[0]).mentor == world.mentors[0]


def test_a_pair_that_is_together_by_now_does_not_stop_the_next_round(world: World) -> None:
    mentee, mentor = world.mentees[0], world.mentors[0]
    keep_pair(by=world.manager, mentee=mentee, mentor=mentor, how="pinned", now=clock.now())
    a_pair(world.programme, mentee.person, mentor.person)
    world.programme.refresh_from_db()

    found = a_round(world)

    assert (found.state, found.settings["pinned"]) == (RoundState.REVIEW, [])
    assert kept_pairs(world.programme, now=clock.now()).together[0].trouble == (
        "They are together, were together, or have been asked before."
    )


def test_what_stands_in_the_way_of_a_pair_is_told_before_the_round(world: World) -> None:
    paused, apart = world.mentees[0], world.mentees[1]
    paused.state = EnrolmentState.PAUSED
    paused.save()
    apart.person.languages = ["Welsh"]
    apart.person.save()
    for mentee in world.mentees:
        keep_pair(by=world.manager, mentee=mentee, mentor=world.mentors[0], how="pinned", now=clock.now())
    world.programme.refresh_from_db()

    found = kept_pairs(world.programme, now=clock.now())

    assert [row.trouble for row in found.together] == [
        f"{paused.person.full_name} is not ready to be matched.",
        "Not possible: they have no language in common.", "",
    ]  # fmt: skip
    assert found.in_trouble == 2


def test_pairs_are_kept_when_the_settings_are_saved(world: World) -> None:
    keep_pair(by=world.manager, mentee=world.mentees[0], mentor=world.mentors[0], how="forbidden", now=clock.now())
    world.programme.refresh_from_db()
    chosen = settings_model.MatchingSettings.of(world.programme.matching)
    change_matching(by=world.manager, programme=world.programme, matching=replace(chosen, spread=1000), now=clock.now())

    assert len(world.programme.matching["forbidden"]) == 1


def test_a_pair_is_released_once(world: World) -> None:
    mentee, mentor, now = world.mentees[0], world.mentors[0], clock.now()
    keep_pair(by=world.manager, mentee=mentee, mentor=mentor, how="pinned", now=now)
    ids = {"mentee": mentee.person.external_id, "mentor": mentor.person.external_id}

    gone = [release_pair(by=world.manager, programme=world.programme, now=now, **ids) for _time in range(2)]

    assert gone == [True, False]


def test_nobody_else_keeps_pairs(world: World) -> None:
    stranger = PersonFactory(organisation=world.programme.organisation)

    with pytest.raises(NotAllowed):
        keep_pair(by=stranger, mentee=world.mentees[0], mentor=world.mentors[0], how="pinned", now=clock.now())


def test_two_people_of_one_side_or_one_person_twice_are_refused(world: World) -> None:
    both = world.enrol(Side.MENTOR)
    both.person = world.mentees[0].person
    both.save()

    for mentor in (world.mentees[1], both):
        with pytest.raises(PairRefused):
            keep_pair(by=world.manager, mentee=world.mentees[0], mentor=mentor, how="pinned", now=clock.now())


# --- other settings for one round


def test_running_again_with_other_settings_keeps_decisions_and_drops_what_they_forbid(world: World) -> None:
    found = a_round(world)
    found.proposals.filter(mentee=world.mentees[0]).update(origin=ProposalOrigin.PINNED)
    chosen = settings_model.MatchingSettings.of(found.settings)

    kept = run_again(by=world.manager, found=found, now=clock.now(), matching=replace(chosen, objective="total"))
    assert (len(kept.settings["pinned"]), kept.settings["objective"]) == (1, "total")

    kept.state = RoundState.FAILED
    kept.save()
    none = run_again(by=world.manager, found=kept, now=clock.now(), matching=replace(chosen, level_gap=(9, None)))
    assert (none.settings["pinned"], none.settings["level_gap"]) == ([], {"minimum": 9, "maximum": None})


# --- nobody is scored


def test_without_scores_rules_still_hold_and_nothing_is_said_about_anybody(world: World) -> None:
    set_up(world, scoring=False, minimum_score=90_000)
    world.mentees[0].person.languages = ["Welsh"]
    world.mentees[0].person.save()

    found = a_round(world)

    assert (found.state, found.proposals.count()) == (RoundState.REVIEW, 2)
    assert [(pair.score, pair.reasons) for pair in found.proposals.all()] == [(0, {"reasons": [], "gap": None})] * 2
    assert found.unmatched.get(enrolment=world.mentees[0]).parameters == {"removed": {"common_language": 3}}


def test_without_scores_chance_decides_and_can_be_repeated(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=6, mentors=6)
    set_up(world, scoring=False)

    def plan(salt: str) -> list[tuple[int, int]]:
        found = a_round(world, salt=salt)
        pairs = sorted(found.proposals.values_list("mentee", "mentor"))
        found.state = RoundState.DISCARDED
        found.save()
        return pairs

    first, again, other = plan("one"), plan("one"), plan("two")

    assert first == again
    assert first != other


def test_without_scores_a_pair_that_begins_has_none(world: World) -> None:
    set_up(world, scoring=False)
    pair = pair_of(a_round(world), world.mentees[0])
    pair.state = ProposalState.OFFERED
    pair.save()

    accept(pair, by=None, now=clock.now())

    assert pair.mentorship is not None
    assert pair.mentorship.match_score is None


def test_without_scores_the_order_of_mentors_is_no_order_of_rank(world: World) -> None:
    set_up(world, scoring=False)
    outlooks = [outlook_of(Enrolment.objects.get(pk=mentee.pk), now=clock.now()) for mentee in world.mentees]

    assert all(outlook and not outlook.scored for outlook in outlooks)
    assert all(outlook and outlook.score_of(outlook.possible[0]) == 0 for outlook in outlooks)


# --- before a round starts


@pytest.mark.parametrize(
    ("openings", "words", "way", "stops"),
    [
        (Openings(12, 0, 0, 12, 0, 12), "You have 12 mentees who look for a mentor, and no mentor with a free place.",
         "invite", True),
        (Openings(0, 3, 5, 0, 0, 3), "You have 3 mentors with a free place, and no mentee who looks for one.",
         "invite", True),
        (Openings(0, 0, 0, 0, 2, 0), "Nobody is ready to be matched: nobody is approved, or everybody has all they "
         "asked for.", "approve", True),
        (Openings(12, 3, 5, 12, 0, 15), "12 mentees look for a mentor and there are 5 places: at least 7 will be left "
         "without.", "places", False),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_has_words_and_a_way_on(
    world: World, openings: Openings, words: str, way: str, stops: bool
) -> None:
    first = obstacles_of(world.programme, openings)[0]

    assert (first.words, first.way, first.stops) == (words, way, stops)


def test_people_who_wait_for_approval_are_named_as_such(world: World) -> None:
    found = obstacles_of(world.programme, Openings(3, 3, 3, 3, 1, 6))

    assert [each.words for each in found] == ["1 person waits for approval and is not in a round before that."]


@pytest.mark.parametrize("model", [MentoringModel.PEER, MentoringModel.MUTUAL])
def test_peers_need_no_mentors(world: World, model: MentoringModel) -> None:
    world.programme.model = model

    assert obstacles_of(world.programme, Openings(12, 0, 0, 12, 0, 12)) == []
    assert obstacles_of(world.programme, Openings(1, 0, 0, 1, 0, 1))[0].words == "One person alone cannot be matched."


def test_openings_take_off_pairs_and_offers_and_who_has_left(world: World) -> None:
    a_pair(world.programme, world.mentees[0].person, world.mentors[0].person)
    ProposalFactory(
        programme=world.programme, mentee=world.mentees[1], mentor=world.mentors[1], state=ProposalState.OFFERED
    )
    gone = world.enrol(Side.MENTOR)
    gone.person.status = PersonStatus.LEFT
    gone.person.save()
    world.enrol(Side.MENTEE, state=EnrolmentState.APPLIED)

    assert openings_of(world.programme) == Openings(mentees=1, mentors=1, places=1, wanted=1, applied=1, people=2)


# --- trying


def test_trying_counts_people_and_choices(world: World) -> None:
    found = try_settings(world.programme, matching_of(world.programme), now=clock.now())

    assert (found.mentees, found.judged, found.mentors, found.places, found.pairs) == (3, 3, 3, 3, 9)
    assert (found.possible, found.choice, found.nobody.count) == (3, (0, 3, 0), 0)
    assert found.whole


def test_of_a_large_pool_some_mentees_are_tried(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trellis.matching.queries.tryout.MOST_PAIRS", 6)

    found = try_settings(world.programme, matching_of(world.programme), now=clock.now())

    assert (found.mentees, found.judged, found.whole) == (3, 2, False)


def test_nobody_of_another_organisation_is_counted_or_named(world: World, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation)
        theirs.mentees[0].person.languages = ["Welsh"]
        theirs.mentees[0].person.save()

    found = try_settings(world.programme, matching_of(world.programme), now=clock.now())

    assert (found.mentees, found.mentors, found.nobody.count) == (3, 3, 0)


def test_equals_are_tried_as_one_crowd(world: World) -> None:
    world.programme.model = MentoringModel.PEER
    world.programme.save()

    found = try_settings(world.programme, matching_of(world.programme), now=clock.now())

    assert (found.equals, found.mentees, found.pairs, found.possible) == (True, 6, 15, 6)


def test_without_scores_equals_are_paired_by_the_rules_alone(world: World) -> None:
    world.programme.model = MentoringModel.PEER
    set_up(world, scoring=False)

    found = a_round(world)

    assert (found.state, found.proposals.count()) == (RoundState.REVIEW, 3)
    assert set(found.proposals.values_list("score", flat=True)) == {0}
