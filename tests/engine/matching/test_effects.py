from dataclasses import replace

from trellis_engine.matching import Participant, Pool, Rule, Settings, Taxonomy
from trellis_engine.matching.effects import effects_of

EVEN = Settings(weights={"balance": 100}, rules=(Rule("common_language"), Rule("level_gap", minimum=1)))


def someone(name: str, *languages: str, level: int = 3, places: int = 1, **facts: object) -> Participant:
    return Participant(id=name, languages=frozenset(languages), level=level, places=places, **facts)


def test_a_rule_is_blamed_alone_only_where_nothing_else_forbids() -> None:
    pool = Pool(
        mentees=(someone("welsh", "cy"), someone("senior", "cy", level=9), someone("plain", "en")),
        mentors=(someone("m1", "en", level=5), someone("m2", "en", level=6)),
    )

    found = effects_of(pool, EVEN, Taxonomy())
    by_name = {effect.rule.name: effect for effect in found.rules}

    assert found.partners == {"welsh": 0, "senior": 0, "plain": 2}
    assert found.nobody == ("welsh", "senior")
    assert (found.pairs, by_name["common_language"].pairs, by_name["level_gap"].pairs) == (6, 4, 2)
    # for the senior both rules forbid both mentors, so taking one rule away would give back nobody
    assert (by_name["common_language"].alone, by_name["level_gap"].alone) == (("welsh",), ())


def test_who_wants_nobody_and_who_is_full_are_not_counted() -> None:
    pool = Pool(
        mentees=(someone("served", "en", places=0), someone("plain", "en")),
        mentors=(someone("full", "en", level=5, places=0), someone("free", "en", level=5)),
    )

    found = effects_of(pool, EVEN, Taxonomy())

    assert (found.pairs, found.partners) == (1, {"plain": 1})


def test_an_empty_side_has_no_pairs() -> None:
    found = effects_of(Pool(mentees=(someone("alone"),), mentors=()), EVEN, Taxonomy())

    assert (found.pairs, found.nobody) == (0, ("alone",))
    assert all(effect.alone == () for effect in found.rules)


def test_the_lowest_score_is_a_rule_like_any_other() -> None:
    pool = Pool(mentees=(someone("plain", "en"),), mentors=(someone("m", "en", level=5, busy=1),))  # half is free

    found = effects_of(pool, replace(EVEN, minimum_score=60_000), Taxonomy())

    assert {effect.rule.name: effect.alone for effect in found.rules}["minimum_score"] == ("plain",)


def test_without_weights_everybody_allowed_is_worth_the_same() -> None:
    pool = Pool(mentees=(someone("plain", "en"),), mentors=(someone("m", "en", level=5),))

    assert effects_of(pool, replace(EVEN, weights={}), Taxonomy()).partners == {"plain": 1}


def test_among_equals_a_pair_counts_once_and_a_rule_against_either_direction_forbids_it() -> None:
    crowd = someone("junior", "en", level=2), someone("senior", "en", level=5), someone("welsh", "cy", level=5)

    found = effects_of(Pool(crowd, crowd), EVEN, Taxonomy(), equals=True)
    by_name = {effect.rule.name: effect for effect in found.rules}

    assert (found.pairs, found.partners) == (3, {"junior": 0, "senior": 0, "welsh": 0})
    assert (by_name["common_language"].pairs, by_name["level_gap"].pairs) == (
        2,
        3,
    )  # one is always at the same or below
    assert (by_name["common_language"].alone, by_name["level_gap"].alone) == ((), ("junior", "senior"))
