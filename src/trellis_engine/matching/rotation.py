"""Flash rotation: for some weeks every mentee meets another mentor each week, nobody the same one twice.

The best meetings first, then their weeks. A mentee can have at most W meetings, a mentor with s places at most W x s,
no pair twice: the best such set is one exact matching, proven by prices. It always splits into W weeks (kernels.weeks):
a mentor with s places is s mentors who sit side by side, none of whom has more than W meetings. So no rotation of W
weeks, however its weeks are laid out, can be better.

Best means: most mentees who meet anybody at all, then most meetings, then the total score. A mentee's ``places`` say
only whether they take part; those of a mentor are meetings in each week.
"""

from dataclasses import dataclass

import numpy as np

from trellis_engine.matching.assign import Graph, assign
from trellis_engine.matching.hashing import hash_inputs, hash_settings
from trellis_engine.matching.kernels.weeks import colour
from trellis_engine.matching.openings import Edges, Ints, Openings
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Pair
from trellis_engine.matching.reasons import InputRefused
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings
from trellis_engine.matching.weekly import MOST_WEEKS, Meeting, Rotation

HIGHEST_WORTH = 1 << 58  # leaves room to add a few of them up


@dataclass(frozen=True)
class _Worths:
    """What a meeting is worth beside its score, and a mentee's first beside that: each more than all after it."""

    each: int
    first: int


def rotate(pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, weeks: int) -> Rotation:
    """The best rotation over ``weeks`` weeks. A pinned pair meets in one of them.

    Raises InputRefused for unusable settings, weeks out of range or a pool with too many open pairs, and PinRefused.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise InputRefused("weeks_out_of_range", weeks=weeks, most=MOST_WEEKS)
    openings = Openings(pool, settings, taxonomy, salt, weeks=weeks)
    worths = _worths(openings, weeks)
    pairs, prices = _best(openings, openings.edges(), worths)
    meetings = _laid_out(openings, pairs, weeks)
    return Rotation(
        meetings=meetings,
        weeks=weeks,
        matched=len({meeting.mentee for meeting in meetings}),
        total=sum(meeting.score for meeting in meetings),
        unmatched=openings.unmatched(pairs),
        prices=prices,
        each=worths.each,
        first=worths.first,
        silent=openings.scorer.silent,
        settings_hash=hash_settings(settings),
        input_hash=hash_inputs(openings.pool, taxonomy),
        salt=salt,
    )


def _worths(openings: Openings, weeks: int) -> _Worths:
    mentees, mentors = openings.pool.mentees, openings.pool.mentors
    taking_part = sum(person.places > 0 for person in mentees)
    meetings = min(taking_part * min(weeks, len(mentors)), weeks * sum(person.places for person in mentors))
    highest = HIGHEST_SCORE + openings.settings.keep_bonus
    each = highest * meetings + 1
    first = (highest + each) * meetings + 1
    if first > HIGHEST_WORTH:
        raise InputRefused("pool_too_large", pairs=meetings, most=0)
    return _Worths(each, first)


def _best(openings: Openings, edges: Edges, worths: _Worths) -> tuple[list[Pair], dict[str, int]]:
    """The best set of pairs, pins included, and its prices."""
    count = len(openings.places)
    cells = edges.cells(count)
    points: Ints = edges.score.astype(np.int64) + worths.each
    kept = np.isin(cells, [row * count + column for row, column in openings.kept()])
    points[kept] += openings.settings.keep_bonus
    bonus = np.full(len(openings.wants), worths.first, np.int64)
    bonus[[row for row, _ in openings.pinned]] = 0
    uses = np.diff(edges.first), np.bincount(edges.mentor, minlength=count)
    found = assign(
        Graph(
            first=edges.first,
            mentor=edges.mentor,
            weight=points,
            wants=tuple(np.clip(openings.wants, 0, uses[0]).tolist()),
            places=tuple(np.clip(openings.places, 0, uses[1] + 1).tolist()),  # one above use: so its price is 0
            bonus=tuple(bonus.tolist()),
        )
    )
    chosen = np.searchsorted(cells, [row * count + column for row, column, _ in found.pairs])
    pairs = [
        openings.pair(row, column, int(edges.score[at]))
        for (row, column, _), at in zip(found.pairs, chosen.tolist(), strict=True)
    ]
    ids = (mentor.id for mentor in openings.pool.mentors)
    prices = {name: price for name, price in zip(ids, found.prices, strict=True) if price}
    return [*openings.pins, *pairs], dict(sorted(prices.items()))


def _laid_out(openings: Openings, pairs: list[Pair], weeks: int) -> tuple[Meeting, ...]:
    """Each pair in a week."""
    cells = sorted((*openings.at(pair.mentee, pair.mentor), pair) for pair in pairs)
    count: dict[int, int] = {}
    seats: dict[tuple[int, int], int] = {}  # (mentor, which of their places) to node
    right = []
    for _, column, _ in cells:
        before = count.get(column, 0)
        count[column] = before + 1
        right.append(seats.setdefault((column, before // weeks), len(openings.wants) + len(seats)))
    left = np.array([row for row, _, _ in cells], np.int32)
    found = colour(left, np.array(right, np.int32), len(openings.wants) + len(seats), weeks)
    made = (
        Meeting(week + 1, p.mentee, p.mentor, p.score) for (_, _, p), week in zip(cells, found.tolist(), strict=True)
    )
    return tuple(sorted(made))
