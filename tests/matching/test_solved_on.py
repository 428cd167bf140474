"""What is asked of a stored round is judged with the skills it was solved with, whatever the next release knows."""

from collections.abc import Callable, Iterator

import pytest

from tests.factories.matching import World, a_round, pair_of
from trellis.kernel import clock
from trellis.kernel.jobs import drain
from trellis.matching.actions.rearranging import put_together
from trellis.matching.actions.scenarios import make_prices
from trellis.matching.models import Round, Scenario
from trellis.matching.queries import rearranging
from trellis.matching.queries.better_swaps import better_for
from trellis.matching.queries.fairness import gathered
from trellis.matching.queries.pool import engine_settings, engine_taxonomy, solved_on
from trellis.matching.queries.rearranging import ask, choices_for
from trellis.matching.queries.swaps import pairs_after_swap
from trellis.matching.stored import pool_to_json
from trellis.skills import taxonomy
from trellis.skills.taxonomy import Skill
from trellis_engine.matching import explain

Asked = Callable[[World, Round], object]
Release = Callable[[], None]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    """Another process, of a release that knows one other skill and none of those of today."""

    def begin() -> None:
        juggling = Skill("juggling", "Juggling", "group", "human")
        monkeypatch.setattr(taxonomy, "skills", lambda: (juggling,))
        monkeypatch.setattr(taxonomy, "phrases", lambda: {"Juggling": "juggling", "lead": "juggling"})
        engine_taxonomy.cache_clear()
        rearranging._copies.clear()

    yield begin
    engine_taxonomy.cache_clear()


@pytest.fixture
def found(world: World) -> Round:
    for enrolment in (*world.mentees, *world.mentors):
        enrolment.goal = "I want to lead a project and to negotiate better"
        enrolment.save()
    return a_round(world)


def swapped(world: World, found: Round) -> object:
    one, other = (pair_of(found, mentee) for mentee in world.mentees[:2])
    return [(each.score, each.reasons, each.refusal) for each in pairs_after_swap(found, one, other)]


def rearranged(world: World, found: Round) -> object:
    mentee, mentor = world.mentees[0].person, world.mentors[1].person
    return ask(found, mentee, mentor), choices_for(found, mentee)


def better(world: World, found: Round) -> object:
    weak = pair_of(found, world.mentees[0])
    weak.score = 1  # so that everybody else suits better
    return better_for(found, weak)


def fairly(world: World, found: Round) -> object:
    return gathered(found)


def priced(world: World, found: Round) -> object:
    Scenario.objects.all().delete()
    make_prices(by=world.manager, found=found, now=clock.now())
    drain()
    figures = Scenario.objects.get().figures
    assert figures["rules"]
    return figures


@pytest.mark.parametrize("asked", [swapped, rearranged, better, fairly, priced])
def test_a_release_with_other_skills_answers_as_before(
    world: World, found: Round, release: Release, asked: Asked
) -> None:
    before = asked(world, found)

    release()

    assert before
    assert asked(world, found) == before


def test_a_pair_put_together_after_a_release_has_the_reasons_of_its_round(
    world: World, found: Round, release: Release
) -> None:
    codes = world.mentees[0].person.external_id, world.mentors[1].person.external_id
    pool, skills = solved_on(found.inputs)
    settings = engine_settings(found.settings)
    score = explain(pool, settings, skills, *codes).score

    release()

    assert solved_on(found.inputs) == (pool, skills)
    assert explain(pool, settings, engine_taxonomy(), *codes).score != score
    plan = ask(found, world.mentees[0].person, world.mentors[1].person)
    assert put_together(by=world.manager, found=found, plan=plan, now=clock.now()).score == score


def test_a_round_of_before_skills_were_kept_is_read_with_those_of_today(found: Round) -> None:
    pool, skills = solved_on(found.inputs)

    assert solved_on(pool_to_json(pool)) == (pool, skills)
    assert skills is engine_taxonomy()
