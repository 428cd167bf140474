import random

import pytest

from tests.engine.matching.worlds import SKILLS, TAXONOMY
from trellis_engine.matching import Taxonomy
from trellis_engine.matching.skills import Offers, Skills, covered

NOBODY_CORRECTS = Taxonomy(related={"writing": frozenset({"editing", "speaking"})})


def feature(seeks: Skills, offers: Skills, taxonomy: Taxonomy = NOBODY_CORRECTS) -> int:
    return int(Offers([offers], taxonomy).coverage(seeks)[0])


@pytest.mark.parametrize(
    ("seeks", "offers", "expected"),
    [
        ({"writing": 2}, {"writing": 3}, 1000),
        ({"writing": 2}, {"writing": 2}, 0),
        ({"writing": 2}, {"editing": 3}, 500),
        ({"writing": 2}, {"editing": 2}, 0),
        ({"writing": 2, "drawing": 1}, {"writing": 3}, 500),
        ({"writing": 1, "editing": 1}, {"editing": 5}, 500),
        ({"writing": 4, "editing": 1}, {"writing": 3, "editing": 1}, 250),
        ({"editing": 1, "speaking": 1}, {"writing": 5}, 250),
        ({"writing": 1}, {"editing": 5, "speaking": 5}, 500),
        ({"writing": 1}, {}, -1),
        ({}, {"writing": 1}, -1),
    ],
)
def test_coverage(seeks: Skills, offers: Skills, expected: int) -> None:
    assert feature(seeks, offers) == expected


def test_vectorised_coverage_agrees_with_the_named_skills() -> None:
    chance = random.Random(4)
    for _ in range(300):
        seeks, offers = ({s: chance.randint(1, 5) for s in chance.sample(SKILLS, 4)} for _ in range(2))
        direct, related = covered(seeks, offers, TAXONOMY)

        row = Offers([offers, {}], TAXONOMY)

        assert row._half_hits_of(seeks)[0] == 2 * len(direct) + len(related)


def test_offering_every_skill_gains_nothing() -> None:
    everything = dict.fromkeys(TAXONOMY.skills, 5)

    assert feature({"writing": 1, "coaching": 2}, everything, TAXONOMY) == 0


def test_seeking_every_skill_gains_nothing() -> None:
    everything = dict.fromkeys(TAXONOMY.skills, 1)
    chance = random.Random(8)
    for _ in range(100):
        offers = {skill: chance.randint(2, 5) for skill in chance.sample(SKILLS, chance.randint(1, 12))}

        assert feature(everything, offers, TAXONOMY) == 0


def test_one_more_random_skill_gains_nothing_on_average() -> None:
    few, many = SKILLS[:3], SKILLS[:9]
    lone = Taxonomy(phrases={skill: skill for skill in SKILLS})

    means = [
        sum(feature({skill: 1}, dict.fromkeys(offers, 5), lone) for skill in SKILLS) / len(SKILLS)
        for offers in (few, many)
    ]

    # clipping at 0 is all that is left to gain: the share of skills offered
    assert means == [250.0, 750.0]
