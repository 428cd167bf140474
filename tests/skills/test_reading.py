"""What a text speaks of, as a model tells it: whole skills, the same whoever is named, near things told as near."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.matching.test_masking import HE, NAMES, SHE, TEXTS
from tests.skills.stand_in import Vector, bag
from trellis.skills import taxonomy
from trellis.skills.reading import MOST, Read, Reader, chosen
from trellis_engine.matching import Taxonomy

PHRASES = Taxonomy(phrases=taxonomy.phrases())
THRESHOLD = 550


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(bag, THRESHOLD)


class Listening:
    """Remembers every sentence that came to the model."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, text: str) -> Vector:
        self.heard.append(text)
        return bag(text)


def test_other_words_for_a_skill_are_read(reader: Reader) -> None:
    text = "I hope for more calm. Addressing crowds!\nAnd haggling."

    assert PHRASES.skills_named_in(text) == frozenset()
    assert reader.read([text], []) == [Read(("public_speaking", "mediation"), near=False)]


def test_a_text_that_speaks_of_nothing_names_nothing(reader: Reader) -> None:
    texts = ["", "   ", "?! …", "It rains in Lisbon"]

    assert reader.read(texts, ["Lisbon"]) == [Read((), near=False)] * 4


def test_texts_keep_their_order_and_are_read_once() -> None:
    model = Listening()
    reader = Reader(model, THRESHOLD)
    model.heard.clear()
    steps: list[tuple[int, int]] = []

    first = reader.read(["Haggling", "Sums", "Haggling"], [], lambda *done: steps.append(done))
    again = reader.read(["Sums. Haggling"], [])

    assert [each.skills for each in first] == [("mediation",), ("budgeting",), ("mediation",)]
    assert set(again[0].skills) == {"mediation", "budgeting"}
    assert sorted(model.heard) == ["Haggling", "Sums", "Sums."]
    assert steps == [(0, 3), (1, 3), (2, 3)]


def test_swapping_names_and_pronouns_changes_no_skill_and_no_byte_the_model_sees() -> None:
    surnames = ("Okafor", "van der Berg", "O’Neill", "García-Lorca", "J. Smith")
    texts = (*TEXTS, "{name} {surname} ({mail}) likes haggling.\n{He} is addressing crowds.")
    chance = random.Random(1)
    seen = set()
    for words in (HE, SHE):
        for name in NAMES:
            model = Listening()
            reader = Reader(model, THRESHOLD)
            model.heard.clear()
            surname = chance.choice(surnames)
            told = [text.format(name=name, surname=surname, mail=f"{name}@example.org", **words) for text in texts]
            read = reader.read(told, [*NAMES, *surnames])
            seen.add((tuple(read), tuple(sentence.casefold() for sentence in model.heard)))

    ((read, heard),) = seen
    assert {"public_speaking", "mediation"} <= set(read[-1].skills)
    assert "@" not in "".join(heard)


def test_no_more_than_a_few_the_closest_first() -> None:
    ids = [f"skill{place}" for place in range(9)]
    closest = np.array([560, 900, 100, 700, 800, 610, 750, 549, 650], np.int16)

    assert chosen(closest, ids, THRESHOLD) == Read(("skill1", "skill3", "skill4", "skill6", "skill8"), near=False)
    assert chosen(closest, ids, 701) == Read(("skill1", "skill4", "skill6"), near=True)
    assert chosen(closest, ids, 702).near is False


@given(st.lists(st.integers(530, 570), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_a_machine_that_is_a_thousandth_off_reads_the_same_unless_it_was_near(
    scores: list[int], chance: random.Random
) -> None:
    ids = [f"skill{place}" for place in range(len(scores))]
    here = chosen(np.array(scores, np.int16), ids, THRESHOLD)
    there = chosen(np.array([score + chance.choice((-1, 0, 1)) for score in scores], np.int16), ids, THRESHOLD)

    assert here.near or here.skills == there.skills
    assert len(here.skills) <= MOST


def test_every_skill_written_into_a_text_is_found_in_it_and_nothing_else() -> None:
    ids = [skill.id for skill in taxonomy.skills()]
    chance = random.Random(1)
    for skill in ids:
        others = [skill, *chance.sample(ids, 2)]
        for text in ("Public", "I want to learn", "SQL and change"):
            told = taxonomy.with_skills_named(text, others)

            assert PHRASES.skills_named_in(told) == PHRASES.skills_named_in(text) | set(others)
