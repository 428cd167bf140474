"""Feature encoding: the pool as whole-number arrays, made on first use and kept for the run."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.grid import UNKNOWN, Grid, Mask
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.settings import FEATURE_SCALE, Settings
from trellis_engine.matching.skills import NONE, Offers, Skills
from trellis_engine.matching.week import CommonTime, Free

Chosen = Callable[[Participant], frozenset[str]]


class Encoded:
    """Both sides of the pool ready for vectorised factors and rules, in the pool's row order."""

    def __init__(self, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> None:
        self.pool = pool
        self.mentees = pool.mentees
        self.mentors = pool.mentors
        self.settings = settings
        self.taxonomy = taxonomy
        self._overlaps: dict[tuple[Chosen, Chosen], Overlap] = {}

    def overlap(self, mine: Chosen, theirs: Chosen | None = None) -> "Overlap":
        """How many things each pair shares; ``theirs`` where the mentor is asked something else.
        Both must be module functions, because the answer is kept by function."""
        asked = (mine, theirs or mine)
        if asked not in self._overlaps:
            self._overlaps[asked] = Overlap(self.mentees, self.mentors, *asked)
        return self._overlaps[asked]

    def mentee_numbers(self, number: Callable[[Participant], int]) -> Grid:
        return np.array([number(person) for person in self.mentees], np.int64)

    def mentor_numbers(self, number: Callable[[Participant], int]) -> Grid:
        return np.array([number(person) for person in self.mentors], np.int64)

    def mentee_codes(self, word: Callable[[Participant], str]) -> Grid:
        """Words as codes equal on both sides, -1 for a word not stated."""
        return self._codes(self.mentees, word)

    def mentor_codes(self, word: Callable[[Participant], str]) -> Grid:
        return self._codes(self.mentors, word)

    def _codes(self, side: Sequence[Participant], word: Callable[[Participant], str]) -> Grid:
        words = sorted({word(person) for person in (*self.mentees, *self.mentors)} - {""})
        code = {each: at for at, each in enumerate(words)}
        return np.array([code.get(word(person), UNKNOWN) for person in side], np.int64)

    @cached_property
    def mentee_rows(self) -> dict[str, int]:
        return {person.id: row for row, person in enumerate(self.mentees)}

    @cached_property
    def mentor_columns(self) -> dict[str, int]:
        return {person.id: column for column, person in enumerate(self.mentors)}

    def places(self, ids: Iterable[tuple[str, str]]) -> list[tuple[int, int]]:
        """Row and column of those of the (mentee id, mentor id) pairs that stand in the pool."""
        rows, columns = self.mentee_rows, self.mentor_columns
        return [(rows[mentee], columns[mentor]) for mentee, mentor in ids if mentee in rows and mentor in columns]

    @cached_property
    def skill_offers(self) -> Offers:
        return Offers([dict(person.skills) for person in self.mentors], self.taxonomy)

    @cached_property
    def topic_offers(self) -> Offers:
        return Offers([topics_offered(p, self.taxonomy) for p in self.mentors], self.taxonomy)

    @cached_property
    def common_time(self) -> CommonTime:
        mentees, mentors = ([free(p) for p in side] for side in (self.mentees, self.mentors))
        return CommonTime(mentees, mentors)


class Overlap:
    """Counts of shared things, for one kind of thing; exact, though computed in float32."""

    def __init__(self, left: Sequence[Participant], right: Sequence[Participant], mine: Chosen, theirs: Chosen) -> None:
        sets = ([mine(person) for person in left], [theirs(person) for person in right])
        both = frozenset.intersection(*(NONE.union(*each) for each in sets))
        column = {each: at for at, each in enumerate(sorted(both))}
        self._left, self._right = (_ones(each, column) for each in sets)
        self._sizes = [np.array([len(chosen) for chosen in each], np.int64) for each in sets]

    def counts(self, rows: slice) -> Grid:
        return (self._left[rows] @ self._right.T).astype(np.int64)

    def stated(self, rows: slice) -> Mask:
        """Where both sides stated at least one thing."""
        left, right = self._sizes
        return (left[rows, None] > 0) & (right > 0)

    def share(self, rows: slice) -> Grid:
        """Shared things as thousandths of the longer list, so that ticking more gains nothing;
        unknown where one list is empty."""
        left, right = self._sizes
        longer = np.maximum(np.maximum(left[rows, None], right), 1)
        return np.where(self.stated(rows), FEATURE_SCALE * self.counts(rows) // longer, UNKNOWN)


def _ones(sets: Sequence[frozenset[str]], column: dict[str, int]) -> npt.NDArray[np.float32]:
    table = np.zeros((len(sets), len(column)), np.float32)
    for row, chosen in zip(table, sets, strict=True):
        row[[column[each] for each in chosen if each in column]] = 1
    return table


def skills_stated(person: Participant, taxonomy: Taxonomy) -> Skills:
    return dict(person.skills)


def topics_offered(mentor: Participant, taxonomy: Taxonomy) -> Skills:
    """Skills the mentor offers or names in the free text, the latter at least at level 1."""
    return dict.fromkeys(taxonomy.skills_named_in(mentor.goal), 1) | dict(mentor.skills)


def topics_sought(mentee: Participant, taxonomy: Taxonomy) -> Skills:
    """Skills named in the mentee's free text; any level of the mentor is above 0."""
    return dict.fromkeys(taxonomy.skills_named_in(mentee.goal), 0)


def free(person: Participant) -> Free:
    return Free(person.availability, person.utc_offset_minutes)
