"""Why two equals were put together: one set of sentences for both, with what each finds in the other."""

from collections.abc import Callable

from trellis_engine.matching.explain import REASONS, WEAK, Explanation
from trellis_engine.matching.factors import FACTOR_BY_NAME, Couple
from trellis_engine.matching.peer_plan import SYMMETRIC
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.reasons import Params, Reason
from trellis_engine.matching.score import ONLY, Part, pair_scorer, parts_of
from trellis_engine.matching.settings import FEATURE_SCALE, Settings

TWO_WAYS = ("skill_coverage", "goal_fit")  # what one finds in the other need not be what the other finds in them
Both = tuple[Couple, Couple]
Told = tuple[str, Params]


def explain_peers(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, one: str, two: str, *, symmetric: str = SYMMETRIC[0]
) -> Explanation:
    """The explanation both people read, the same whichever of them is named first. A pair that a rule forbids in
    either direction has score 0 and nothing to say."""
    one, two = sorted((one, two))
    ways = pool.pair(one, two), pool.pair(two, one)
    scorers = [pair_scorer(*way, settings, taxonomy) for way in ways]
    there, back = (int(scorer.judge(ONLY)[0][0, 0]) for scorer in scorers)
    if not there or not back:
        return Explanation((), None, 0)
    couples = Couple(*ways[0], settings, taxonomy), Couple(*ways[1], settings, taxonomy)
    ranked = sorted(_together(*(parts_of(scorer) for scorer in scorers)), key=lambda part: -part.points)
    told = (_reason(part, couples) for part in ranked if part.feature > 0)
    reasons = tuple(reason for reason in told if reason)[:REASONS]
    score = min(there, back) if symmetric == "min" else (there + back) // 2
    return Explanation(reasons, _gap(ranked, reasons, couples), score)


def _together(there: tuple[Part, ...], back: tuple[Part, ...]) -> list[Part]:
    """Each factor once, with the mean of both directions (rounded down; -1 only where neither was stated)."""
    behind = {part.factor: part for part in back}
    found = []
    for part in there:
        other = behind.get(part.factor, Part(part.factor, part.weight, -1, 0))
        known = [each.feature for each in (part, other) if each.feature >= 0]
        feature = sum(known) // len(known) if known else -1
        found.append(Part(part.factor, part.weight, feature, (part.points + other.points) // 2))
    return found


def _reason(part: Part, couples: Both) -> Reason | None:
    wording = _two_ways if part.factor in TWO_WAYS else _PATH.get(part.factor, _one_way)
    told = wording(part.factor, couples)
    return told and Reason(part.factor, f"{part.factor}.{told[0]}", told[1])


def _one_way(factor: str, couples: Both) -> Told | None:
    return FACTOR_BY_NAME[factor].reason(couples[0])


def _two_ways(factor: str, couples: Both) -> Told | None:
    found = [told[1] for told in map(FACTOR_BY_NAME[factor].reason, couples) if told]
    skills = [each for each in (params["skills"] or params["related"] for params in found) if each]
    if len(skills) == 2:
        return "both_ways", {"skills": skills[0], "back": skills[1]}
    return ("one_way", {"skills": skills[0]}) if skills else None


def _path(factor: str, couples: Both) -> Told | None:
    told = [each for each in map(FACTOR_BY_NAME[factor].reason, couples) if each and each[1]["roles"]]
    return ("peer", told[0][1]) if told else None


_PATH: dict[str, Callable[[str, Both], Told | None]] = {"career_path": _path}


def _gap(ranked: list[Part], reasons: tuple[Reason, ...], couples: Both) -> Reason | None:
    """The stated factor that cost the pair most points, unless it already is a reason."""
    shown = {reason.factor for reason in reasons}
    weak = [part for part in ranked if 0 <= part.feature < WEAK and part.weight and part.factor not in shown]
    for part in sorted(weak, key=lambda part: part.points - part.weight * FEATURE_SCALE):
        wording = FACTOR_BY_NAME[part.factor].gap
        ways = [told for told in map(wording, couples) if told is not None] if wording else []
        if ways and part.factor in TWO_WAYS:
            both = {name: sum(_number(told[name]) for told in ways) for name in ("sought", "covered")}
            return Reason(part.factor, f"{part.factor}.peer_gap", both)
        if ways:
            return Reason(part.factor, f"{part.factor}.{'peer_gap' if part.factor in _PATH else 'gap'}", ways[0])
    return None


def _number(param: object) -> int:
    return param if isinstance(param, int) else 0
