"""People who all stand on one side become pairs: the most people first, then the highest total score. Exact.

A pair's score counts both directions (each seeks and gives), and a rule against either direction forbids the pair.
Large crowds are solved on a few candidates each and then priced against every other pair, until no pair is left that
the prices would pay for: the plan is proven over all pairs, not over the candidates (column generation).
"""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.blossom import match_crowd
from trellis_engine.matching.both_ways import BothWays
from trellis_engine.matching.forest import crowd_of
from trellis_engine.matching.grid import Grid
from trellis_engine.matching.hashing import hash_inputs, hash_settings, salted_order
from trellis_engine.matching.peer_plan import PEER, SYMMETRIC, OddSet, PeerPlan, Trio, looks_for_peer, same_people
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Pair
from trellis_engine.matching.reasons import InputRefused, Params, PinRefused, Refusal, Unmatched
from trellis_engine.matching.score import ONLY, Scorer, why_not
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

Ints = npt.NDArray[np.int64]
CANDIDATES = 24  # each, to begin with
MORE = 12  # each, wherever the prices would pay for more
EXACT = 1 << 53
KEPT = 3000  # people up to whom all scores are kept (36 MB); beyond, they are made again when they are needed


def solve_peers(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, *, symmetric: str = "min", trio: bool = False
) -> PeerPlan:
    """The plan that pairs most people and, among those, has the highest total score.

    ``pool`` holds the same ids on both sides (see ``crowd_pool``). The same facts and salt give the same bytes in any
    row order. Raises InputRefused for unusable input and PinRefused for a pin that breaks a rule either way.
    """
    same_people(pool)
    if symmetric not in SYMMETRIC:
        raise InputRefused("objective_unknown", objective=symmetric)
    seekers = salted_order(salt, pool.mentees)
    pool = Pool(seekers, tuple(pool.mentor_by_id[person.id] for person in seekers))
    scores = PeerScores(pool, settings, taxonomy, symmetric)
    pins = _pins(scores)
    solved = _Solved(scores, pins)
    pairs = tuple(sorted([*pins, *solved.pairs()]))
    left = _left(scores, pairs)
    return PeerPlan(
        pairs=pairs,
        trio=_trio(scores, pairs, left) if trio else None,
        total=sum(pair.score for pair in pairs),
        matched=2 * len(pairs),
        unmatched=left,
        prices=dict(sorted(zip(scores.ids, solved.u.tolist(), strict=True))),
        odd_sets=solved.odd_sets(),
        bonus=solved.bonus,
        symmetric=symmetric,
        silent=scores.scorer.silent,
        settings_hash=hash_settings(settings),
        input_hash=hash_inputs(pool, taxonomy),
        salt=salt,
    )


class PeerScores:
    """Scores of pairs with both directions in one, whole rows at a time; 0 where a rule forbids either."""

    def __init__(self, pool: Pool, settings: Settings, taxonomy: Taxonomy, symmetric: str) -> None:
        self.pool, self.settings, self.taxonomy, self.symmetric = pool, settings, taxonomy, symmetric
        self.scorer = Scorer(pool, settings, taxonomy)
        self.both_ways = BothWays(self.scorer)
        self.ids = [person.id for person in pool.mentees]
        self.row = {person: row for row, person in enumerate(self.ids)}
        self.looking = np.array([looks_for_peer(pool, person) for person in self.ids], bool)
        none = np.zeros((0, len(self.ids)), np.int32)
        few = len(self.ids) <= KEPT
        self._kept = np.concatenate([none, *(block for _, block in self._made())]) if few else None

    def blocks(self) -> Iterator[tuple[slice, Grid]]:
        if self._kept is None:
            yield from self._made()
        else:
            yield from ((rows, self._kept[rows]) for rows in self.scorer.row_blocks())

    def line(self, row: int) -> Grid:
        return self._both(*self.both_ways.line(row)) if self._kept is None else self._kept[row]

    def pair(self, one: str, two: str) -> int:
        return int(self.line(self.row[one])[self.row[two]])

    def _made(self) -> Iterator[tuple[slice, Grid]]:
        return ((rows, self._both(there, back)) for rows, there, back in self.both_ways.blocks())

    def _both(self, there: Grid, back: Grid) -> Grid:
        joint = np.minimum(there, back) if self.symmetric == "min" else (there + back) // 2
        return np.where((there > 0) & (back > 0), joint, 0)


def _pins(scores: PeerScores) -> list[Pair]:
    pins: dict[frozenset[str], Pair] = {}
    for pinned in sorted(scores.settings.pinned):
        one, two = sorted(pinned)
        refusal = why_not_peers(scores.pool, scores.settings, scores.taxonomy, one, two)
        taken = any(person in pair for pair in pins for person in (one, two)) and frozenset(pinned) not in pins
        if taken or not all(scores.looking[scores.row[person]] for person in (one, two)):
            refusal = refusal or Refusal("places_taken_by_pins", {})
        if refusal:
            raise PinRefused(one, two, refusal)
        pins[frozenset(pinned)] = Pair(one, two, scores.pair(one, two))
    return list(pins.values())


def why_not_peers(pool: Pool, settings: Settings, taxonomy: Taxonomy, one: str, two: str) -> Refusal | None:
    """The first hard rule that forbids the pair in either direction, or None if it is allowed."""
    return why_not(pool, settings, taxonomy, one, two) or why_not(pool, settings, taxonomy, two, one)


class _Solved:
    """Pairs and prices that no allowed pair contradicts."""

    def __init__(self, scores: PeerScores, pins: list[Pair]) -> None:
        self.scores, self.n = scores, len(scores.ids)
        self.open = scores.looking.copy()
        for pin in pins:
            self.open[[scores.row[pin.mentee], scores.row[pin.mentor]]] = False
        self.bonus = HIGHEST_SCORE * max(self.n // 2, 1) + 1
        self.keys = np.zeros(0, np.int64)  # candidate pairs as row x n + column, row < column
        self.worth = np.zeros(0, np.int64)
        self._add(self._best(rows, weights, weights, CANDIDATES) for rows, weights in self._weights())
        self._solve()
        while self._add(self._underpaid(rows, weights) for rows, weights in self._weights()):
            self._solve()

    def _weights(self) -> Iterator[tuple[slice, Ints]]:
        """Score and bonus of each open pair, 0 for the others, in blocks of rows."""
        for rows, scored in self.scores.blocks():
            usable = (scored > 0) & self.open & self.open[rows, None]
            yield rows, np.where(usable, scored.astype(np.int64) + self.bonus, 0)

    def _best(self, rows: slice, weights: Ints, rank: Ints, most: int) -> tuple[Ints, Ints]:
        """In each row the pairs of highest rank; equals are taken from the person on, round the circle, so that not
        everybody names the same few."""
        row, column = np.arange(rows.start, rows.stop)[:, None], np.arange(self.n)
        order = rank * self.n - (column - row) % self.n
        if most < self.n:
            chosen = np.argpartition(-order, most, axis=1)[:, :most]
        else:
            chosen = np.broadcast_to(column, order.shape)
        found = np.take_along_axis(weights, chosen, axis=1)
        used = (found > 0) & (np.take_along_axis(rank, chosen, axis=1) > 0)
        low, high = np.minimum(row, chosen), np.maximum(row, chosen)
        return (low * self.n + high)[used], found[used]

    def _underpaid(self, rows: slice, weights: Ints) -> tuple[Ints, Ints]:
        """Pairs worth more than the prices of their two people, the worst of each row."""
        together = (self.inside[:, rows] * (2 * self.z)[:, None]).T @ self.inside
        paid = self.u[rows, None] + self.u + together.astype(np.int64)
        return self._best(rows, weights, np.where(weights > 0, np.maximum(2 * weights - paid, 0), 0), MORE)

    def _add(self, found: Iterator[tuple[Ints, Ints]]) -> bool:
        parts = list(found)
        keys, first = np.unique(np.concatenate([self.keys, *(key for key, _ in parts)]), return_index=True)
        worth = np.concatenate([self.worth, *(weights for _, weights in parts)])[first]
        grown = len(keys) > len(self.keys)
        self.keys, self.worth = keys, worth
        return grown

    def _solve(self) -> None:
        left, right = self.keys // max(self.n, 1), self.keys % max(self.n, 1)
        self.mate, self.u, self.z, members, ends = match_crowd(crowd_of(self.n, left, right, self.worth))
        self.groups = np.split(members, ends[:-1]) if len(ends) else []
        # float64 multiplies fast, and exactly as long as no sum leaves its 53 bits
        kind = np.float64 if 2 * int(self.z.sum()) < EXACT else np.int64
        self.inside = np.zeros((len(self.groups), self.n), kind)
        for line, group in zip(self.inside, self.groups, strict=True):
            line[group] = 1

    def pairs(self) -> list[Pair]:
        ids, found = self.scores.ids, dict(zip(self.keys.tolist(), self.worth.tolist(), strict=True))
        chosen = [(row, mate) for row, mate in enumerate(self.mate.tolist()) if row < mate]
        named = (sorted((ids[row], ids[mate])) for row, mate in chosen)
        worth = (found[row * self.n + mate] - self.bonus for row, mate in chosen)
        return [Pair(one, two, score) for (one, two), score in zip(named, worth, strict=True)]

    def odd_sets(self) -> tuple[OddSet, ...]:
        named = (tuple(sorted(self.scores.ids[row] for row in group.tolist())) for group in self.groups)
        return tuple(sorted(OddSet(members, price) for members, price in zip(named, self.z.tolist(), strict=True)))


# --- who is left, and why


def _left(scores: PeerScores, pairs: tuple[Pair, ...]) -> tuple[Unmatched, ...]:
    """Everybody without a partner, each with exactly one reason."""
    placed = {person for pair in pairs for person in (pair.mentee, pair.mentor)}
    left = [person for person in sorted(scores.ids) if person not in placed]
    known = _allowed(scores)
    allowed = {person: int(known[scores.row[person]]) for person in left}
    waiting = sum(map(bool, allowed.values()))
    return tuple(Unmatched(person, *_why(scores, person, allowed[person], waiting), PEER) for person in left)


def _allowed(scores: PeerScores) -> Ints:
    """Of each person, with how many of those who look they may be; 0 for whoever does not look."""
    found = np.zeros(len(scores.ids), np.int64)
    for rows, block in scores.blocks():
        found[rows] = ((block > 0) & scores.looking & scores.looking[rows, None]).sum(axis=1)
    return found


def _why(scores: PeerScores, person: str, allowed: int, waiting: int) -> tuple[str, Params]:
    if not scores.looking[scores.row[person]]:
        return "wants_no_peer", {}
    if scores.looking.sum() == 1:
        return "no_peer_looking", {}
    if not allowed:
        return "no_allowed_peer", {"removed": _removed(scores, person)}
    return ("odd_one_out" if waiting == 1 else "allowed_peers_placed"), {"allowed": allowed}


def _removed(scores: PeerScores, person: str) -> Mapping[str, int]:
    """How many of the others who look each rule takes, in whichever direction it is met first."""
    pool, rules = scores.pool, scores.scorer.rules
    there = Scorer(Pool((pool.mentee_by_id[person],), pool.mentors), scores.settings, scores.taxonomy)
    back = Scorer(Pool(pool.mentees, (pool.mentor_by_id[person],)), scores.settings, scores.taxonomy)
    failing = there.judge(ONLY)[1][0]
    behind = np.concatenate([back.judge(rows)[1][:, 0] for rows in back.row_blocks()])
    first = np.where(failing >= 0, failing, behind)[scores.looking & (np.array(scores.ids) != person)]
    taken: dict[str, int] = {}
    for index in first.tolist():
        taken[rules[index].name] = taken.get(rules[index].name, 0) + 1
    return taken


def _trio(scores: PeerScores, pairs: tuple[Pair, ...], left: tuple[Unmatched, ...]) -> Trio | None:
    """The pair that gains most from the odd one out; None where there is no odd one, or nobody they may join."""
    odd = [each.id for each in left if each.reason == "odd_one_out"]
    if not odd:
        return None
    row = scores.row[odd[0]]
    line = scores.line(row)
    found = [
        Trio(odd[0], (pair.mentee, pair.mentor), int(line[[one, two]].sum()))
        for pair in pairs
        for one, two in [(scores.row[pair.mentee], scores.row[pair.mentor])]
        if line[one] and line[two]
    ]
    return max(found, key=lambda trio: (trio.score, -min(map(scores.row.__getitem__, trio.pair))), default=None)
