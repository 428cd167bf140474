"""Who takes part: participants, the pool of one round, and the skill taxonomy, as frozen facts.

Protected attributes have no field here, so no factor can read them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from trellis_engine.matching.reasons import InputRefused

LEVELS_OF_SKILL = range(1, 6)
# "C", "ML" or "SQL" would be found in ordinary words if their case were ignored.
CASE_MATTERS_UP_TO = 3
HIGHEST_NUMBER = 1_000_000  # far above any real count, far below what int64 sums could not hold
DAY = 24 * 60
MOST_TEXTS = 100_000  # kept at a time


@dataclass(frozen=True)
class Participant:
    """One person on one side of a round; empty or 0 means "not stated", never "none".

    ``level`` is the organisation's grade (0 unknown). ``skills``: for a mentee the present level
    of what they want to grow, for a mentor the level of what they offer, on the scale 1-5.
    ``managers`` is the chain upward, nearest first. ``ranked`` lists ids in order of wish.
    ``places``: relationships a mentor has free, or mentors a mentee wants. ``busy``:
    relationships already running elsewhere. ``aims``: roles and tracks a mentee aims at;
    ``track`` and ``held``: where a mentor works now and the roles and tracks held before.
    ``experience``: only what the person chose to mention for matching. ``answers``: the options chosen
    for each compared question of the sign-up form. ``eligible``: meets the programme's conditions now.
    """

    id: str
    level: int = 0
    skills: tuple[tuple[str, int], ...] = ()
    goal: str = ""
    working_style: str = ""
    values: frozenset[str] = frozenset()
    availability: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    unit: str = ""
    location: str = ""
    utc_offset_minutes: int = 0
    managers: tuple[str, ...] = ()
    no_match: frozenset[str] = frozenset()
    ranked: tuple[str, ...] = ()
    places: int = 1
    busy: int = 0
    track: str = ""
    aims: frozenset[str] = frozenset()
    experience: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    answers: tuple[tuple[str, frozenset[str]], ...] = ()
    eligible: bool = True

    def __post_init__(self) -> None:
        if not self.id:
            raise InputRefused("id_missing")
        for name in ("level", "places", "busy"):
            if not 0 <= getattr(self, name) <= HIGHEST_NUMBER:
                raise InputRefused("number_out_of_range", id=self.id, field=name)
        if abs(self.utc_offset_minutes) > DAY:
            raise InputRefused("number_out_of_range", id=self.id, field="utc_offset_minutes")
        # a mapping is welcome too; sorted, because the order of skills carries no meaning
        object.__setattr__(self, "skills", tuple(sorted(dict(self.skills).items())))
        chosen = {key: frozenset(options) for key, options in dict(self.answers).items() if options}
        object.__setattr__(self, "answers", tuple(sorted(chosen.items())))
        for skill, level in self.skills:
            if level not in LEVELS_OF_SKILL:
                raise InputRefused("skill_level_out_of_scale", id=self.id, skill=skill)


def _by_id(side: Iterable[Participant]) -> dict[str, Participant]:
    found: dict[str, Participant] = {}
    for person in side:
        if person.id in found:
            raise InputRefused("id_repeated", id=person.id)
        found[person.id] = person
    return found


@dataclass(frozen=True)
class Pool:
    """Both sides of one round; an id may stand on both and is then never paired with itself."""

    mentees: tuple[Participant, ...]
    mentors: tuple[Participant, ...]

    def __post_init__(self) -> None:
        _by_id(self.mentees)
        _by_id(self.mentors)

    @cached_property
    def mentee_by_id(self) -> Mapping[str, Participant]:
        return _by_id(self.mentees)

    @cached_property
    def mentor_by_id(self) -> Mapping[str, Participant]:
        return _by_id(self.mentors)

    def pair(self, mentee_id: str, mentor_id: str) -> tuple[Participant, Participant]:
        """The two people; raises InputRefused if one of them is not in the pool."""
        for side, person in ((self.mentee_by_id, mentee_id), (self.mentor_by_id, mentor_id)):
            if person not in side:
                raise InputRefused("person_unknown", id=person)
        return self.mentee_by_id[mentee_id], self.mentor_by_id[mentor_id]


@dataclass(frozen=True)
class Taxonomy:
    """Which skills are neighbours, and which words in a text name a skill (name or alias -> id)."""

    related: Mapping[str, frozenset[str]] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def skills(self) -> frozenset[str]:
        """Every skill known: in the relation, on either side, or named by a phrase."""
        return frozenset(self.neighbours) | frozenset(self.phrases.values())

    @cached_property
    def neighbours(self) -> Mapping[str, frozenset[str]]:
        """The relation made symmetric, without a skill being its own neighbour."""
        found: dict[str, set[str]] = {}
        for skill, others in self.related.items():
            found.setdefault(skill, set()).update(others - {skill})
            for other in others - {skill}:
                found.setdefault(other, set()).add(skill)
        return {skill: frozenset(others) for skill, others in found.items()}

    @cached_property
    def _phrases(self) -> Mapping[tuple[str, ...], str]:
        return {tuple(_words(phrase)): skill for phrase, skill in sorted(self.phrases.items())}

    @cached_property
    def _longest_from(self) -> Mapping[str, int]:
        """The most words of a phrase that begins with this word."""
        longest: dict[str, int] = {}
        for phrase in self._phrases:
            longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
        return longest

    @cached_property
    def _found(self) -> dict[str, frozenset[str]]:
        """Texts read lately: the same goal is read for several questions."""
        return {}

    def skills_named_in(self, text: str) -> frozenset[str]:
        """Skills whose name or alias stands in the text as whole words; the longest phrase wins."""
        if len(self._found) > MOST_TEXTS:
            self._found.clear()
        if text not in self._found:
            words = _words(text)
            begun = not self._longest_from.keys().isdisjoint(words)
            self._found[text] = frozenset(self._read(words)) if begun else frozenset()
        return self._found[text]

    def _read(self, words: Sequence[str]) -> Iterator[str]:
        start = 0
        while start < len(words):
            for size in range(self._longest_from.get(words[start], 0), 0, -1):
                skill = self._phrases.get(tuple(words[start : start + size]))
                if skill:
                    yield skill
                    start += size - 1
                    break
            start += 1


BETWEEN_WORDS = re.compile(r"[\s/,;:()\"“”]+")


def _words(text: str) -> list[str]:
    """Words without punctuation at their edges ("C++" and "C#" stay whole)."""
    split = BETWEEN_WORDS.split(unicodedata.normalize("NFKC", text))
    return [word for word in map(_bare, split) if word]


@lru_cache(maxsize=1 << 15)  # people use the same words
def _bare(word: str) -> str:
    bare = word.strip(".!?'’-")
    return bare if len(bare) <= CASE_MATTERS_UP_TO else bare.casefold()
