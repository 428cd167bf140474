"""The proof that a plan is rank-maximal, and its checker. Imports nothing from the solver and shares no code with it.

The certificate holds prices v for every stage. For a stage with pair weights w, on the plans that are best in the
stages before, no plan can reach more than

    UB(v) = sum_j places_j v_j  +  sum_i [the best a mentee could choose under w_ij - v_j],

where v_j may be below 0 only for a mentor whom all those plans fill, and a mentee must choose as many as all those
plans give them. A plan that reaches UB(v) is best in this stage; and by complementary slackness the plans that reach it
are exactly those that (with p_i = what one more mentor is worth to mentee i, the lowest number that fits)

    hold every pair with w - v > p and none with w - v < p, fill every mentor with v > 0, and give the mentee as many
    mentors as p asks for: all of them above its threshold, what they like at it, none below.

The checker derives p from v alone, narrows what is left accordingly, and goes on to the next stage. The stages it
expects are: matched; a choice of rank r for every rank that is still open; the total.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.checking import (
    PAIR_FIELDS,
    Certificate,
    Fault,
    Form,
    Row,
    figure_faults,
    figures_of,
    pair_faults,
    place_faults,
    rows_of,
    score_faults,
)
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import Settings
from trellis_engine.matching.stages import StagedPlan

Ints = npt.NDArray[np.int64]
STAGE_FIELDS: Mapping[str, type] = {"goal": str, "rank": int, "value": int, "prices": dict}
FORM = Form("wishes", ("matched", "total"), {"pairs": PAIR_FIELDS, "stages": STAGE_FIELDS})
HIGHEST_PRICE = 1 << 58
ANY_WORTH = -(1 << 61)  # below every margin: what somebody must have, at whatever it is worth


def certificate_of(plan: StagedPlan) -> Certificate:
    """The plan and the prices of every stage as JSON-able data, sealed."""
    stages = [row | {"prices": dict(row["prices"])} for row in rows_of(plan.stages, STAGE_FIELDS)]
    return FORM.of(plan, pairs=rows_of(plan.pairs), stages=stages)


def verify(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven rank-maximal."""
    return FORM.faults(proof, pool, settings, taxonomy) or tuple(_content(proof, pool, settings, taxonomy))


def _content(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    rows: list[Row] = proof["pairs"]
    faults = [*pair_faults(rows, "pairs", pool, settings), *_price_faults(proof, pool)]
    if not faults:
        faults += place_faults(rows, "pairs", pool)
        faults += figure_faults(proof, figures_of(rows))
    if not faults:
        left = _Left(proof, pool, settings)
        faults += left.read(Scorer(pool, settings, taxonomy))
        faults += [] if faults else left.stages(proof["stages"])
    return iter(faults)


def _price_faults(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    for at, stage in enumerate(proof["stages"]):
        for mentor, price in stage["prices"].items():
            if mentor not in pool.mentor_by_id:
                yield Fault("price_unknown", f"stages/{at}", {"mentor": mentor})
            if abs(price) > HIGHEST_PRICE:
                yield Fault("price_out_of_range", f"stages/{at}", {"mentor": mentor})


@dataclass
class _Choices:
    """What one mentee may still choose from, and how many: between ``least`` and ``most``."""

    most: int
    least: int = 0
    columns: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    scores: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    ranks: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def keep(self, mask: npt.NDArray[np.bool_]) -> None:
        self.columns, self.scores, self.ranks = self.columns[mask], self.scores[mask], self.ranks[mask]

    def bound(self, margins: Ints, bonus: int) -> int | None:
        """The most that can be chosen, ``bonus`` for the first; None where too few are left for ``least``."""
        best: list[int] = sorted(margins.tolist(), reverse=True)[: self.most]
        if len(best) < self.least:
            return None
        must, may = best[: self.least], best[self.least :]
        if bonus and may:  # only ever asked of mentees who need not have anybody
            return max(may[0] + bonus, 0) + sum(max(each, 0) for each in may[1:])
        return sum(must) + sum(max(each, 0) for each in may)

    def worth(self, margins: Ints, bonus: int) -> int:
        """The lowest worth of one more mentor at which no more are wanted than may be had."""
        falling: list[int] = sorted(margins.tolist(), reverse=True)
        first = -bonus if self.least == 0 else ANY_WORTH
        further = ANY_WORTH if self.least == self.most else 0
        above = [each for each in falling if each > first]
        if not above:
            return falling[0] if falling and falling[0] < first else first
        nth = [*falling[1:2], ANY_WORTH][0]  # at this worth only the first is above
        if self.most == 1 or nth < further:
            return max(first, nth)
        return max(further, [*falling[self.most : self.most + 1], ANY_WORTH][0])

    def demand(self, worth: int, bonus: int) -> tuple[int, int]:
        """How many all best plans give the mentee at this worth: at least, at most."""
        first = -bonus if self.least == 0 else ANY_WORTH
        further = ANY_WORTH if self.least == self.most else 0
        sure = [worth > threshold or worth == threshold == ANY_WORTH for threshold in (first, further)]
        can = [worth >= threshold for threshold in (first, further)]
        rest = self.most - 1
        return int(sure[0]) + rest * sure[1], int(can[0]) + rest * can[1]


class _Left:
    """What the stages so far leave to decide."""

    def __init__(self, proof: Certificate, pool: Pool, settings: Settings) -> None:
        self.pool, self.settings = pool, settings
        self.rows = {person.id: at for at, person in enumerate(pool.mentees)}
        self.columns = {person.id: at for at, person in enumerate(pool.mentors)}
        self.plan = {
            (self.rows[r["mentee"]], self.columns[r["mentor"]]): (at, r) for at, r in enumerate(proof["pairs"])
        }
        self.pins = {(self.rows[mentee], self.columns[mentor]) for mentee, mentor in settings.pinned}
        self.pinned: dict[int, list[int]] = {}
        kept = [pair for pair in settings.kept if pair[0] in self.rows and pair[1] in self.columns]
        self.kept = {(self.rows[mentee], self.columns[mentor]) for mentee, mentor in kept}
        self.kept_by: dict[int, list[int]] = {}
        for row, column in self.kept:
            self.kept_by.setdefault(row, []).append(column)
        self.places = [person.places for person in pool.mentors]
        self.full = [False] * len(pool.mentors)
        self.choices = [_Choices(person.places) for person in pool.mentees]
        for row, column in self.pins:
            self.choices[row].most -= 1
            self.places[column] -= 1
            self.pinned.setdefault(row, []).append(column)
        self.open: list[list[int]] = [[] for _ in pool.mentees]  # of the plan, what is not yet in all best plans
        for row, column in set(self.plan) - self.pins:
            self.open[row].append(column)

    def read(self, scorer: Scorer) -> Iterator[Fault]:
        """Every allowed pair by the scorer; and whether the plan's pairs are what it says they are."""
        said = {cell: (f"pairs/{at}", row) for cell, (at, row) in self.plan.items()}
        room = np.array(self.places, np.int64) > 0
        for block in scorer.row_blocks():
            scores, _ = scorer.judge(block)
            yield from score_faults(said, block, scores)
            for row, line in enumerate(scores, block.start):
                choices = self.choices[row]
                usable = (line > 0) & room & (choices.most > 0)
                usable[self.pinned.get(row, [])] = False
                choices.columns = np.flatnonzero(usable).astype(np.int64)
                choices.scores = line[choices.columns].astype(np.int64)
                choices.ranks = self._ranks(row, choices.columns)
                kept = np.isin(choices.columns, self.kept_by.get(row, []))
                choices.scores = choices.scores + self.settings.keep_bonus * kept

    def _ranks(self, row: int, columns: Ints) -> Ints:
        rank_of: dict[int, int] = {}
        for rank, name in enumerate(self.pool.mentees[row].ranked, 1):
            if name in self.columns:
                rank_of.setdefault(self.columns[name], rank)
        return np.array([rank_of.get(column, 0) for column in columns.tolist()], np.int64)

    # --- the chain

    def stages(self, stages: list[Row]) -> Iterator[Fault]:
        at = 0
        for goal, rank in self._goals():
            where = f"stages/{at}"
            if at >= len(stages) or (stages[at]["goal"], stages[at]["rank"]) != (goal, rank):
                yield Fault("stages_wrong", where, {})
                return
            value = self._value(goal, rank)
            if stages[at]["value"] != value:
                yield Fault("total_wrong", where, {"found": stages[at]["value"], "expected": value})
                return
            faults = [*self._prove(goal, rank, stages[at], where)]
            if faults:
                yield from faults
                return
            at += 1
        if at != len(stages):
            yield Fault("stages_wrong", f"stages/{at}", {})

    def _goals(self) -> Iterator[tuple[str, int]]:
        """Which stages must come: asked anew after each, because a stage may close ranks."""
        yield "matched", 0
        rank = 0
        while True:
            later = [int(r) for c in self.choices for r in np.unique(c.ranks).tolist() if r > rank]
            if not later:
                break
            rank = min(later)
            yield "choice", rank
        yield "total", 0

    def _value(self, goal: str, rank: int) -> int:
        """What the whole plan reaches, pins and all."""
        if goal == "matched":
            return len({row for row, _ in self.plan})
        if goal == "choice":
            return sum(self._ranks(row, np.array([column])).tolist() == [rank] for row, column in self.plan)
        return sum(r["score"] + self.settings.keep_bonus * (cell in self.kept) for cell, (_, r) in self.plan.items())

    def _weights(self, goal: str, rank: int, choices: _Choices) -> Ints:
        if goal == "total":
            return choices.scores
        return (choices.ranks == rank).astype(np.int64) if goal == "choice" else np.zeros_like(choices.scores)

    def _prove(self, goal: str, rank: int, stage: Row, where: str) -> Iterator[Fault]:
        prices = [stage["prices"].get(person.id, 0) for person in self.pool.mentors]
        for column, price in enumerate(prices):
            if price < 0 and not self.full[column]:
                yield Fault("price_out_of_range", where, {"mentor": self.pool.mentors[column].id})
                return
        v = np.array(prices, np.int64)
        bound: int | None = sum(max(p, 0) * price for p, price in zip(self.places, prices, strict=True))
        reached = 0
        narrowed = []
        for row, choices in enumerate(self.choices):
            bonus = int(goal == "matched" and row not in self.pinned)
            weights = self._weights(goal, rank, choices)
            margins = weights - v[choices.columns]
            mine = weights[np.isin(choices.columns, self.open[row])].tolist()
            reached += sum(mine) + bonus * bool(mine)
            most = choices.bound(margins, bonus)
            bound = None if bound is None or most is None else bound + most
            narrowed.append((choices, margins, bonus))
        if bound != reached:
            yield Fault("stage_not_proven", where, {"worth": reached, "bound": -1 if bound is None else bound})
            return
        for row, (choices, margins, bonus) in enumerate(narrowed):
            self._narrow(row, choices, margins, bonus)
        self.full = [full or price > 0 for full, price in zip(self.full, prices, strict=True)]
        room = np.array(self.places, np.int64) > 0
        for choices in self.choices:
            choices.keep(room[choices.columns] & (choices.most > 0))

    def _narrow(self, row: int, choices: _Choices, margins: Ints, bonus: int) -> None:
        if choices.most <= 0 or not len(margins):
            choices.most = choices.least = 0
            choices.keep(np.zeros(len(margins), bool))
            return
        worth = choices.worth(margins, bonus)
        choices.least, choices.most = choices.demand(worth, bonus)
        for column in choices.columns[margins > worth].tolist():
            if choices.most:
                choices.most -= 1
                choices.least = max(choices.least - 1, 0)
                self.places[column] -= 1
                self.open[row] = [each for each in self.open[row] if each != column]
        choices.keep(margins == worth)
