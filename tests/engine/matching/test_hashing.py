from dataclasses import replace

from tests.engine.matching.worlds import TAXONOMY, world
from trellis_engine.matching import Participant, Pool, Settings, Taxonomy, hash_inputs, hash_settings
from trellis_engine.matching.hashing import salted_order

PLAIN = Settings(weights={"balance": 100})


def test_row_order_does_not_change_the_input_hash() -> None:
    pool, _ = world(3)

    turned = Pool(pool.mentees[::-1], pool.mentors[::-1])

    assert hash_inputs(turned, TAXONOMY) == hash_inputs(pool, TAXONOMY)


def test_any_changed_answer_changes_the_input_hash() -> None:
    mentee = Participant("e", values=frozenset({"craft", "impact"}))
    pool = Pool((mentee,), (Participant("o"),))
    others = [
        Pool((replace(mentee, values=frozenset({"craft"})),), pool.mentors),
        Pool((replace(mentee, goal="x"),), pool.mentors),
        Pool(pool.mentors, pool.mentees),
    ]

    hashes = {hash_inputs(each, TAXONOMY) for each in (pool, *others)} | {hash_inputs(pool, Taxonomy())}

    assert len(hashes) == 5


def test_weight_of_zero_counts_as_left_out() -> None:
    assert hash_settings(Settings(weights={"distance": 0, "balance": 100})) == hash_settings(PLAIN)


def test_any_changed_setting_changes_the_settings_hash() -> None:
    pair = frozenset({("e", "o")})
    others = [
        replace(PLAIN, weights={"distance": 100}),
        replace(PLAIN, minimum_score=1),
        replace(PLAIN, forbidden=pair),
        replace(PLAIN, pinned=pair),
        replace(PLAIN, rules=()),
        replace(PLAIN, ideal_level_gap=(0, 1)),
    ]

    assert len({hash_settings(each) for each in (PLAIN, *others)}) == 7


def test_salt_decides_the_order_of_people() -> None:
    side = tuple(Participant(f"p{n}") for n in range(8))

    assert salted_order("a", side) == salted_order("a", side[::-1])
    assert salted_order("a", side) != salted_order("b", side)
