"""What another choice would give: the best plan with one setting changed, beside the best plan as it is.

Every figure is read off two exact plans, never estimated, and each plan is checked by its own certificate
before anything is said about it (``proven``). What one more place is worth is in ``recruit``.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Plan
from trellis_engine.matching.proofs import certificate, verify
from trellis_engine.matching.reserve import Step, unwatched
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import HIGHEST_SCORE, WEIGHT_TOTAL, Rule, Settings
from trellis_engine.matching.solve import solve

PERCENT = HIGHEST_SCORE // 100
MOVE = 5  # points by which a weight is moved to see what depends on it
SPREADS = (0, 1, 2, 5, 10, 20, 40)  # per cent of the scale that each further mentee of a mentor costs
KEEPS = (0, 1, 3, 10)  # per cent of the scale that keeping a running pair is worth
FLOORS = 9  # at most so many points on the curve of the floor
AXES = ("spread", "keep_bonus", "minimum_score", "floor")
MINIMUM_SCORE = "minimum_score"
AT_ONCE = 200  # pairs of a plan that are scored together

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True)
class Quality:
    """A plan in the figures that are compared. Scores in score units, 1..100 000.

    ``floor``: the lowest score of a pair, ``middle`` the lower median; 0 without pairs. ``loads``: at index k
    how many mentors have k mentees of this plan. ``ranked``: matched and unmatched mentees who ranked somebody,
    ``first`` of them with a mentor they ranked first, ``any_choice`` with one they ranked at all.
    """

    matched: int
    floor: int
    middle: int
    total: int
    pairs: int
    loads: tuple[int, ...]
    ranked: int
    first: int
    any_choice: int

    @property
    def mean(self) -> int:
        """The mean score of a pair, rounded down."""
        return self.total // self.pairs if self.pairs else 0

    @property
    def heaviest(self) -> int:
        return len(self.loads) - 1


@dataclass(frozen=True)
class Answer:
    """A best plan, and whether the independent checker agreed that it is."""

    plan: Plan
    settings: Settings
    quality: Quality
    proven: bool


@dataclass(frozen=True)
class RulePrice:
    """What a rule costs: ``matched``, ``floor`` and ``total`` as they would change without it (exact), and how
    many mentees would have other mentors."""

    rule: Rule
    matched: int
    floor: int
    total: int
    changed: int
    proven: bool


@dataclass(frozen=True)
class WeightPrice:
    """What depends on a weight: the best plan when it moves by ``by`` points and the others make room.

    ``as_now``: what that plan's pairs are worth at the present weights less the present total: the price of
    moving it, never above 0 for the same number of pairs. ``changed``: mentees with other mentors.
    """

    factor: str
    by: int
    weights: Mapping[str, int]
    matched: int
    as_now: int
    changed: int
    proven: bool


@dataclass(frozen=True)
class Point:
    """One plan on a curve. ``value`` is what was set on the axis, ``changed`` counts mentees whose mentors
    differ from the plan that is compared with, ``broken`` the pairs of ``Settings.kept`` that are not kept.
    ``beaten``: another point of the curve is as good in matched, floor, total and pairs kept (and in the heaviest
    load, on the axis that is about load), and better in one.
    """

    axis: str
    value: int
    settings: Settings
    quality: Quality
    changed: int
    broken: int
    proven: bool
    beaten: bool = False


def answer(pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, step: Step = unwatched) -> Answer:
    """The best plan under these settings, solved and then checked. Raises what ``solve`` raises."""
    plan = solve(pool, settings, taxonomy, salt, step)
    faults = verify(certificate(plan), pool, settings, taxonomy)
    return Answer(plan, settings, quality(plan, pool), proven=not faults)


def quality(plan: Plan, pool: Pool) -> Quality:
    load = Counter(pair.mentor for pair in plan.pairs)
    loads = Counter(load[person.id] for person in pool.mentors)
    ranked = {person.id: person.ranked for person in pool.mentees if person.ranked}
    met = [(pair.mentee, ranked[pair.mentee].index(pair.mentor))
           for pair in plan.pairs if pair.mentor in ranked.get(pair.mentee, ())]  # fmt: skip
    scores = sorted(pair.score for pair in plan.pairs) or [0]
    return Quality(
        matched=plan.matched,
        floor=scores[0],
        middle=scores[(len(scores) - 1) // 2],
        total=plan.total,
        pairs=len(plan.pairs),
        loads=tuple(loads[size] for size in range(max(loads, default=0) + 1)),
        ranked=len(ranked),
        first=sum(rank == 0 for _, rank in met),
        any_choice=len({mentee for mentee, _ in met}),
    )


def mentors_of(plan: Plan) -> dict[str, frozenset[str]]:
    """Each matched mentee's mentors."""
    found: dict[str, set[str]] = {}
    for pair in plan.pairs:
        found.setdefault(pair.mentee, set()).add(pair.mentor)
    return {mentee: frozenset(mentors) for mentee, mentors in found.items()}


def changed(one: Plan, other: Plan) -> int:
    """How many mentees have other mentors in one plan than in the other."""
    first, second = mentors_of(one), mentors_of(other)
    return sum(first.get(mentee) != second.get(mentee) for mentee in first.keys() | second.keys())


# --- the price of a rule


def priced_rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules that somebody chose and could therefore drop, the lowest score last where one is set."""
    lowest = (Rule(MINIMUM_SCORE, minimum=settings.minimum_score),) if settings.minimum_score else ()
    return (*(rule for rule in settings.rules if rule.name != MINIMUM_SCORE), *lowest)


def without(settings: Settings, rule: Rule) -> Settings:
    """The settings as they would be if that rule did not exist."""
    if rule.name == MINIMUM_SCORE:
        return replace(settings, minimum_score=0)
    return replace(settings, rules=tuple(each for each in settings.rules if each != rule))


def price_of_rule(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, rule: Rule, base: Answer | None = None
) -> RulePrice:
    """The exact difference of the optimum without the rule and with it. ``base``: the plan with it, if at hand."""
    base = base or answer(pool, settings, taxonomy, salt)
    free = answer(pool, without(settings, rule), taxonomy, salt)
    return RulePrice(
        rule,
        matched=free.quality.matched - base.quality.matched,
        floor=free.quality.floor - base.quality.floor,
        total=free.quality.total - base.quality.total,
        changed=changed(base.plan, free.plan),
        proven=base.proven and free.proven,
    )


# --- what depends on a weight


def moved(weights: Mapping[str, int], factor: str, by: int) -> dict[str, int] | None:
    """The weights with one moved by ``by`` points and the others scaled so that the sum stays 100.

    Largest remainder (Hamilton's method); equal remainders go to the heavier weight, then by name. None where
    the weight would leave 0..100 or no other weight can make up for it.
    """
    target = weights.get(factor, 0) + by
    others = {name: weight for name, weight in weights.items() if weight and name != factor}
    whole = sum(others.values())
    if not 0 <= target <= WEIGHT_TOTAL or not whole:
        return None
    rest = WEIGHT_TOTAL - target
    shared = {name: weight * rest // whole for name, weight in others.items()}
    first = sorted(others, key=lambda name: (-(others[name] * rest % whole), -others[name], name))
    for name in first[: rest - sum(shared.values())]:
        shared[name] += 1
    return {factor: target, **shared}


def price_of_weight(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, factor: str, by: int = MOVE,
    base: Answer | None = None,
) -> WeightPrice | None:  # fmt: skip
    """The best plan with the weight moved, judged by the present weights; None where it cannot be moved so far."""
    weights = moved(settings.weights, factor, by)
    if weights is None:
        return None
    base = base or answer(pool, settings, taxonomy, salt)
    other = answer(pool, replace(settings, weights=weights), taxonomy, salt)
    return WeightPrice(
        factor, by, weights, matched=other.quality.matched - base.quality.matched,
        as_now=_worth(other.plan, pool, settings, taxonomy) - base.quality.total,
        changed=changed(base.plan, other.plan), proven=base.proven and other.proven,
    )  # fmt: skip


def _worth(plan: Plan, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> int:
    """What a plan's pairs score under other settings than it was made with; a pair forbidden there counts 0."""
    return sum(scores_under(plan, pool, settings, taxonomy))


def scores_under(plan: Plan, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[int, ...]:
    """The score of each of the plan's pairs, in its order, by these settings; 0 where they forbid it."""
    found: list[int] = []
    for start in range(0, len(plan.pairs), AT_ONCE):
        pairs = plan.pairs[start : start + AT_ONCE]
        rows = {mentee: row for row, mentee in enumerate(dict.fromkeys(pair.mentee for pair in pairs))}
        columns = {mentor: column for column, mentor in enumerate(dict.fromkeys(pair.mentor for pair in pairs))}
        part = Pool(
            tuple(pool.mentee_by_id[mentee] for mentee in rows), tuple(pool.mentor_by_id[mentor] for mentor in columns)
        )
        scores, _ = Scorer(part, settings, taxonomy).judge(slice(0, len(rows)))
        found += [int(scores[rows[pair.mentee], columns[pair.mentor]]) for pair in pairs]
    return tuple(found)


# --- curves between two goods


def set_on(settings: Settings, axis: str, value: int) -> Settings:
    """The settings with one thing set. ``floor``: most matched and then the highest total, among the plans in which
    nobody scores less than ``value``."""
    match axis:
        case "spread":
            return replace(settings, spread=value)
        case "keep_bonus":
            return replace(settings, keep_bonus=value)
        case "minimum_score":
            return replace(settings, minimum_score=value)
        case "floor":
            return replace(settings, minimum_score=value, objective="matched_total")
    raise ValueError(axis)


def usual_values(axis: str, base: Answer, pool: Pool, taxonomy: Taxonomy) -> tuple[int, ...]:
    """Where to look on an axis, in whole per cents of the scale so that each can be set by hand.

    ``minimum_score`` runs from the weakest pair to the middle one; ``floor`` from the weakest pair of the plan with
    the highest total to the strongest floor that still matches as many, for which it solves twice.
    """
    match axis:
        case "spread":
            return tuple(value * PERCENT for value in SPREADS)
        case "keep_bonus":
            return tuple(value * PERCENT for value in KEEPS)
        case "minimum_score":
            low = base.quality.floor // PERCENT  # below it, no pair of the plan is shut out
            return _spaced(low, max(base.quality.middle // PERCENT, low + 1), FLOORS)
        case "floor":
            kinds = ("matched_total", "matched_floor_total")
            low, high = (
                quality(solve(pool, replace(base.settings, objective=kind), taxonomy, base.plan.salt), pool).floor
                for kind in kinds
            )
            return _spaced(max(low // PERCENT, base.settings.minimum_score // PERCENT), high // PERCENT, FLOORS)
    raise ValueError(axis)


def _spaced(low: int, high: int, most: int) -> tuple[int, ...]:
    """At most ``most`` whole per cents from low to high, both among them, evenly spread; in score units."""
    count = min(high - low + 1, most)
    if count <= 1:
        return (low * PERCENT,)
    return tuple((low + (high - low) * step // (count - 1)) * PERCENT for step in range(count))


def point(pool: Pool, taxonomy: Taxonomy, base: Answer, axis: str, value: int) -> Point:
    """One place on an axis, solved and proven."""
    settings = set_on(base.settings, axis, value)
    found = answer(pool, settings, taxonomy, base.plan.salt)
    pairs = {(pair.mentee, pair.mentor) for pair in found.plan.pairs}
    return Point(
        axis, value, settings, found.quality, changed(base.plan, found.plan), len(settings.kept - pairs), found.proven
    )


def trade_off(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, axis: str, values: Iterable[int] | None = None,
    base: Answer | None = None, report: Progress | None = None,
) -> tuple[Point, ...]:  # fmt: skip
    """A curve: the best plan at each value of one setting, each certified. See AXES and ``usual_values``.

    ``base`` is the plan that churn is counted against, solved here unless given; ``report(done, of)`` is told
    before each point and may raise to stop.
    """
    base = base or answer(pool, settings, taxonomy, salt)
    wanted = tuple(usual_values(axis, base, pool, taxonomy) if values is None else values)
    found = []
    for done, value in enumerate(wanted):
        if report:
            report(done, len(wanted))
        found.append(point(pool, taxonomy, base, axis, value))
    return with_beaten(found)


def with_beaten(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points of one curve, each told whether another beats it."""
    return tuple(replace(each, beaten=any(_beats(other, each) for other in points)) for each in points)


def _beats(one: Point, other: Point) -> bool:
    goods = [
        (p.quality.matched, p.quality.floor, p.quality.total, -p.broken, -p.quality.heaviest * (p.axis == "spread"))
        for p in (one, other)
    ]
    return goods[0] != goods[1] and all(a >= b for a, b in zip(*goods, strict=True))
