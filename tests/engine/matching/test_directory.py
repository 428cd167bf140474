from dataclasses import replace

from tests.engine.matching.worlds import TAXONOMY, worlds
from trellis_engine.matching import Participant, Pool, Settings, explain, score_of
from trellis_engine.matching.directory import Directory

PLAIN = Settings(weights={"balance": 60, "distance": 40})


def directory(mentee: Participant, pool: Pool, settings: Settings, salt: str = "s") -> Directory:
    return Directory(mentee, pool.mentors, settings, TAXONOMY, salt)


def test_everybody_allowed_with_a_free_place_is_listed_best_first() -> None:
    for pool, settings in worlds(300):
        for mentee in pool.mentees:
            listed = directory(mentee, pool, settings).possible

            scores = {m.id: score_of(mentee, m, settings, TAXONOMY) for m in pool.mentors}
            allowed = [m.id for m in pool.mentors if m.places and scores[m.id]]
            assert sorted(listed) == sorted(allowed)
            assert [scores[each] for each in listed] == sorted((scores[each] for each in listed), reverse=True)


def test_what_a_mentee_sees_does_not_depend_on_other_mentees_or_on_row_order() -> None:
    for pool, settings in worlds(100):
        for mentee in pool.mentees:
            alone = directory(mentee, pool, settings)
            mixed = Directory(mentee, pool.mentors[::-1], settings, TAXONOMY, "s")

            assert alone.possible == mixed.possible
            for mentor in alone.possible:
                assert alone.explain(mentor) == explain(pool, settings, TAXONOMY, mentee.id, mentor)


def test_a_mentor_sees_the_mentees_whom_the_same_scores_and_rules_allow() -> None:
    for pool, settings in worlds(100):
        for mentor in pool.mentors:
            listed = Directory(mentor, pool.mentees, settings, TAXONOMY, "s", offers=True)

            scores = {m.id: score_of(m, mentor, settings, TAXONOMY) for m in pool.mentees}
            assert listed.scores == scores
            assert sorted(listed.possible) == sorted(m.id for m in pool.mentees if m.places and scores[m.id])
            for mentee in listed.possible[:2]:
                assert listed.explain(mentee) == explain(pool, settings, TAXONOMY, mentee, mentor.id)


def test_no_mentor_stands_first_in_every_list_of_equals() -> None:
    mentors = tuple(Participant(f"o{n}") for n in range(4))
    firsts = {Directory(Participant(f"e{n}"), mentors, PLAIN, TAXONOMY, "s").possible[0] for n in range(60)}

    assert firsts == {mentor.id for mentor in mentors}


def test_the_forbidden_and_the_full_are_not_listed_and_the_reason_can_be_asked() -> None:
    mentors = (Participant("o0"), Participant("o1", places=0), Participant("o2", no_match=frozenset({"e0"})))
    found = Directory(Participant("e0"), mentors, replace(PLAIN), TAXONOMY, "s")

    assert found.possible == ("o0",)
    refusal = found.why_not("o2")
    assert (refusal and refusal.rule, found.why_not("o1")) == ("no_match_list", None)
