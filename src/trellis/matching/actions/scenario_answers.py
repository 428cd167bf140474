"""What is worked out for a scenario: the figures of a plan, the prices of a round, a curve. Reads, solves, writes
nothing; every plan is checked by the independent checker before a figure of it is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from trellis.kernel import jobs
from trellis.matching.choices import ScenarioState
from trellis.matching.models import Round, Scenario
from trellis.matching.queries.fairness_compared import compared_figures, stamps_of
from trellis.matching.queries.fairness_shown import COMPARED
from trellis.matching.queries.pool import (
    engine_settings,
    engine_taxonomy,
    enrolments_by_id,
    load_pool,
    ruled_out,
    solved_on,
)
from trellis.matching.queries.reading import read_goals
from trellis.matching.queries.rematch import load_rematch
from trellis.matching.queries.scenarios import CURVE, PRICES, REMATCH, can_compare, with_more_places
from trellis.matching.queries.stability import KEY as STABILITY
from trellis.matching.queries.stability import stability_figures
from trellis.matching.stored import pool_to_json
from trellis.matching.words import input_words, pin_words
from trellis.programmes.models import Programme
from trellis.programmes.settings_model import ALWAYS_KEPT
from trellis.skills.semantic import ModelUnusable
from trellis_engine.matching import (
    InputRefused,
    PinRefused,
    Pool,
    Rule,
    Settings,
    Taxonomy,
    certificate,
    hash_inputs,
)
from trellis_engine.matching.recruit import ADDS_UP, Advice, Gain, Recruiting, recruit_here
from trellis_engine.matching.stable_proof import blocking_of
from trellis_engine.matching.whatif import (
    MOVE,
    Answer,
    Point,
    Quality,
    RulePrice,
    WeightPrice,
    answer,
    point,
    price_of_rule,
    price_of_weight,
    priced_rules,
    scores_under,
    usual_values,
    with_beaten,
)

MOST_ADVICE = 6
MOST_MENTORS = 10
Figures = dict[str, Any]  # JSON


@dataclass(frozen=True)
class Answered:
    """What the row keeps: either its figures, or in words why there are none."""

    settings: dict[str, Any]
    figures: Figures = field(default_factory=dict)
    failure: str = ""
    certificate: dict[str, Any] | None = None
    inputs: str = ""
    input_hash: str = ""
    engine_version: str = ""


def answered(found: Scenario, now: datetime) -> Answered:
    """Work it out, saying how far it is. Raises what `jobs.progress` raises to stop."""
    if not can_compare(found.programme):  # its model was changed after it was asked
        words = _(
            "Settings are compared where mentees look for a mentor. Here, start a round and run it again with others."
        )
        return Answered(found.settings, failure=words)
    work = {PRICES: _prices, CURVE: _curve, COMPARED: _fairness}.get(found.figures["kind"], _plan)
    try:
        return work(found, now)
    except PinRefused as refused:
        return Answered(found.settings, failure=_pin_failure(found.programme, refused))
    except InputRefused as refused:
        return Answered(found.settings, failure=input_words(refused))
    except ModelUnusable as refused:
        return Answered(found.settings, failure=str(refused))


def _pin_failure(programme: Programme, refused: PinRefused) -> str:
    people = enrolments_by_id(programme)
    names = [
        people[side, code].person.full_name if (side, code) in people else code
        for side, code in (("mentee", refused.mentee), ("mentor", refused.mentor))
    ]
    return pin_words(names[0], names[1], refused)


# --- a plan to compare


def _plan(found: Scenario, now: datetime) -> Answered:
    jobs.progress(0, 4)
    pool, settings = _pool(found, now)
    today = pool if not settings.get("released") else _read(load_pool(found.programme, now))
    people = hash_inputs(today, engine_taxonomy())
    pool = with_more_places(pool, settings)
    jobs.progress(1, 4)
    solved = answer(
        pool, engine_settings(settings), engine_taxonomy(), found.salt, step=lambda _pays: jobs.progress(1, 4)
    )
    jobs.progress(3, 4)
    return Answered(
        settings, certificate=certificate(solved.plan), inputs=pool_to_json(pool, engine_taxonomy()),
        input_hash=solved.plan.input_hash, engine_version=solved.plan.engine_version,
        figures={
            **plain_quality(solved.quality, pool), "proven": solved.proven, "silent": list(solved.plan.silent),
            "people": people, "blocking": _blocking(solved, pool, found.salt),
            STABILITY: stability_figures(solved.plan, pool, solved.settings, found.salt),
            "alike": _alike(solved, pool, settings),
        },
    )  # fmt: skip


def _pool(found: Scenario, now: datetime) -> tuple[Pool, dict[str, Any]]:
    """Whoever is ready now; where the scenario says so, with the places of running pairs free again."""
    if not found.settings.get("released"):
        pool, out = load_pool(found.programme, now), ruled_out(found.programme)
        return _read(pool), {**found.settings, "ruled_out": sorted(out)}
    pool, kept, out = load_rematch(found.programme, now)
    return _read(pool), {**found.settings, "kept": sorted(kept), "ruled_out": sorted(out)}


def _read(pool: Pool) -> Pool:
    """As a round would read it."""
    return read_goals(pool, lambda _done, _texts: jobs.progress(0, 4))[0]


def _blocking(solved: Answer, pool: Pool, salt: str) -> int:
    """How many pairs would both rather have each other, by the plan's own scores."""
    pairs = {(pair.mentee, pair.mentor): pair.score for pair in solved.plan.pairs}
    return blocking_of(pairs, pool, solved.settings, engine_taxonomy(), salt).pairs


def _alike(solved: Answer, pool: Pool, settings: dict[str, Any]) -> Figures:
    """The same pairs measured with the programme's own weights, so that plans of other weights can be compared."""
    yardstick = replace(engine_settings(settings["yardstick"]), rules=())
    scores = scores_under(solved.plan, pool, yardstick, engine_taxonomy())
    ranked = sorted(scores) or [0]
    return {
        "scores": list(scores), "total": sum(scores), "floor": ranked[0], "middle": ranked[(len(ranked) - 1) // 2],
    }  # fmt: skip


def plain_quality(quality: Quality, pool: Pool) -> Figures:
    return {
        "matched": quality.matched, "of": sum(person.places > 0 for person in pool.mentees), "floor": quality.floor,
        "middle": quality.middle, "mean": quality.mean, "total": quality.total, "pairs": quality.pairs,
        "loads": list(quality.loads), "ranked": quality.ranked, "first": quality.first,
        "any_choice": quality.any_choice, "places": sum(person.places for person in pool.mentors),
    }  # fmt: skip


# --- who is matched under several plans, by groups


def _fairness(found: Scenario, now: datetime) -> Answered:
    """The caller holds the organisation, so that everybody sees what was shown before."""
    asked = found.figures["of"]
    rows = Scenario.objects.filter(
        programme=found.programme, state=ScenarioState.SOLVED, number__in=list(map(int, asked))
    )
    plans = {str(plan.number): plan for plan in rows}
    if stamps_of(plans.values()) != asked:
        return Answered(found.settings, failure=_("A plan was deleted or solved again meanwhile. Ask once more."))
    figures = compared_figures(found.programme, [plans[number] for number in asked])
    if figures is None:
        return Answered(
            found.settings, failure=_("These plans were not solved on the same people. Solve them again first.")
        )
    return Answered(found.settings, figures=dict(figures))


# --- the prices of a solved round


def _prices(found: Scenario, now: datetime) -> Answered:
    """On the pool and the settings that the round was solved with, so that they are prices of its plan."""
    inputs = Round.objects.filter(programme=found.programme, number=found.figures["round"]).values_list("inputs")
    (pool, taxonomy), settings = solved_on(inputs.get()[0]), engine_settings(found.settings)
    jobs.progress(0, 1)
    base = answer(pool, settings, taxonomy, found.salt)
    given = pool, settings, taxonomy, found.salt
    # no price is shown for the wishes not to be matched: it could point at a person
    rules = [rule for rule in priced_rules(settings) if rule.name != ALWAYS_KEPT]
    weights = sorted((f for f, weight in settings.weights.items() if weight), key=lambda f: -settings.weights[f])
    work: list[Callable[[], Any]] = [
        *(partial(price_of_rule, *given, rule, base) for rule in rules),
        *(partial(price_of_weight, *given, factor, by, base) for factor in weights for by in (MOVE, -MOVE)),
        partial(_recruiting, base, *given),
    ]  # fmt: skip
    *said, recruiting = _one_by_one(work)
    moves = said[len(rules) :]
    return Answered(
        found.settings, input_hash=base.plan.input_hash, engine_version=base.plan.engine_version,
        figures={
            **plain_quality(base.quality, pool), "proven": base.proven,
            "rules": [_plain_rule(price) for price in said[: len(rules)]],
            "weights": [
                {"factor": factor, "now": settings.weights[factor], "up": _plain_move(up), "down": _plain_move(down)}
                for factor, up, down in zip(weights, moves[::2], moves[1::2], strict=True)
            ],
            "recruit": recruiting,
        },
    )  # fmt: skip


def _one_by_one(work: list[Callable[[], Any]]) -> Iterator[Any]:
    for done, step in enumerate(work, start=1):
        jobs.progress(done, len(work) + 1)
        yield step()


def _plain_rule(price: RulePrice) -> Figures:
    rule: Rule = price.rule
    return {
        "name": rule.name, "minimum": rule.minimum, "maximum": rule.maximum, "question": rule.question,
        "matched": price.matched, "floor": price.floor, "total": price.total, "changed": price.changed,
        "proven": price.proven,
    }  # fmt: skip


def _plain_move(price: WeightPrice | None) -> Figures | None:
    if price is None:
        return None
    return {
        "by": price.by, "weights": dict(price.weights), "matched": price.matched, "as_now": price.as_now,
        "changed": price.changed, "proven": price.proven,
    }  # fmt: skip


def _recruiting(base: Answer, pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str) -> Figures:
    """Where the objective gives places no single price, by the one that does and matches as many."""
    if settings.objective not in ADDS_UP:
        settings = replace(settings, objective=ADDS_UP[0])
        base = answer(pool, settings, taxonomy, salt)
    return _plain_recruiting(recruit_here(base.plan, pool, settings, taxonomy))


def _plain_recruiting(found: Recruiting) -> Figures:
    mentors = sorted(found.gains.items(), key=lambda each: (-each[1].value, each[0]))[:MOST_MENTORS]
    return {
        "mentors": [{"id": mentor, **_plain_gain(gain)} for mentor, gain in mentors],
        "advice": [_plain_advice(each) for each in found.advice[:MOST_ADVICE]],
        "wanted": [list(each) for each in list(found.wanted.items())[:MOST_ADVICE]],
    }


def _plain_gain(gain: Gain) -> Figures:
    return {"matched": gain.matched, "points": gain.points}


def _plain_advice(advice: Advice) -> Figures:
    return {
        "kind": advice.kind, "name": advice.name, "level": advice.level, "mentors": advice.mentors,
        "like": advice.like, **_plain_gain(advice.middle), "best": _plain_gain(advice.best),
    }  # fmt: skip


# --- a curve


def _curve(found: Scenario, now: datetime) -> Answered:
    axis = found.figures["axis"]
    jobs.progress(0, 1)
    pool, settings = _pool(found, now)
    asked, taxonomy = engine_settings(settings), engine_taxonomy()
    base = answer(pool, asked, taxonomy, found.salt)
    values = usual_values(axis, base, pool, taxonomy)
    points = with_beaten(list(_one_by_one([partial(point, pool, taxonomy, base, axis, value) for value in values])))
    return Answered(
        settings, input_hash=hash_inputs(pool, taxonomy), engine_version=base.plan.engine_version,
        figures={
            **plain_quality(base.quality, pool), "proven": base.proven, "kept": len(asked.kept),
            "points": [_plain_point(each, pool) for each in points],
        },
    )  # fmt: skip


def _plain_point(found: Point, pool: Pool) -> Figures:
    changes: dict[str, Any] = {found.axis: found.value}
    if found.axis == "floor":
        changes = {"minimum_score": found.value, "objective": found.settings.objective}
    if found.axis == REMATCH:
        changes["released"] = True
    return {
        "value": found.value, "changes": changes, "changed": found.changed,
        "broken": found.broken, "beaten": found.beaten, "proven": found.proven, **plain_quality(found.quality, pool),
    }  # fmt: skip
