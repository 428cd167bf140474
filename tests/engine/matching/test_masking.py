"""Who a text is about must not matter: names and pronouns are swapped, and nothing changes."""

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.matching.worlds import FACTOR_WEIGHTS, score_table, world
from trellis_engine.matching import Settings, Taxonomy
from trellis_engine.matching.masking import mask

NAMES = ("Amara", "Oliver", "Mareike", "Élodie", "Lakshmi", "Thiago", "Zainab", "Otávio", "Kwame", "Chloé")
TEXTS = (
    "{name} told me that {he} learned negotiation from {his} manager, and I want to do it as {he} did.",
    "I work with {name}. {He} gives feedback well; presenting to executives is what I would like to learn from {him}.",
    "Become as good at Python and SQL as {name}, who taught {himself}.",
    "{name}'s way of delegating; {his} calm in a hard conversation.",
)
HE = {"he": "he", "He": "He", "him": "him", "his": "his", "himself": "himself"}
SHE = {"he": "she", "He": "She", "him": "her", "his": "her", "himself": "herself"}


def test_swapping_names_in_goals_changes_no_score() -> None:
    chance = random.Random(1)
    settings = Settings(weights=FACTOR_WEIGHTS)
    for seed in range(30):
        pool, _ = world(seed)
        texts = [chance.choice(TEXTS) for _ in pool.mentees]
        told, swapped = (
            replace(
                pool,
                mentees=tuple(
                    replace(mentee, goal=text.format(name=chance.choice(NAMES), **words))
                    for mentee, text in zip(pool.mentees, texts, strict=True)
                ),
            )
            for words in (HE, SHE)
        )

        assert (score_table(told, settings) == score_table(swapped, settings)).all()


@pytest.mark.parametrize("text", TEXTS)
def test_masked_texts_are_the_same_to_the_letter(text: str) -> None:
    found = {mask(text.format(name=name, **words), NAMES) for name in NAMES for words in (HE, SHE)}

    assert len({words.lower() for words in found}) == 1


def test_a_name_that_is_a_skill_as_well_is_masked() -> None:
    taxonomy = Taxonomy(phrases={"Ruby": "ruby", "SQL": "sql"})
    text = "Ruby taught me SQL"

    assert taxonomy.skills_named_in(text) == {"ruby", "sql"}
    assert taxonomy.skills_named_in(mask(text, ["Ruby"])) == {"sql"}


def test_words_that_are_names_too_stay_words() -> None:
    assert mask("I will hope that Will and HOPE see it", ["Will", "Hope"]) == (
        "I will hope that somebody and somebody see it"
    )


def test_titles_and_double_names_go() -> None:
    assert mask("Mrs. Anne-Marie O’Neill and her sister’s MS SQL", ["Anne-Marie O’Neill"]) == (
        ". somebody somebody and they sibling MS SQL"
    )


@given(st.text(max_size=80), st.lists(st.text(max_size=8), max_size=4))
def test_masking_twice_is_masking_once(text: str, names: list[str]) -> None:
    names = [name for name in names if not re.search("somebod|they|pers", name, re.IGNORECASE)]
    once = mask(text, names)

    assert mask(once, names) == once
