"""What a stable plan costs: counted when it is solved, beside a best plan that is proven too."""

import pytest

from tests.factories.matching import WishFactory, World, a_round
from trellis.kernel import clock
from trellis.kernel.jobs import drain
from trellis.matching.actions.scenarios import make_scenario
from trellis.matching.queries.comparison import chosen, comparison
from trellis.matching.queries.proof import proof_of
from trellis.matching.queries.stability import Stability
from trellis.programmes.models import Programme


def set_up(programme: Programme, objective: str) -> None:
    programme.matching["objective"] = objective
    programme.save()


def choosy(world: World) -> None:
    """The third pair goes without: the mentor the second mentee could have is wished for by the first, and wishes them.

    Only two of the three mentees can be placed so that nobody would rather swap.
    """
    for pk, enrolment in enumerate(world.mentees[1:]):
        enrolment.person.languages = ["English", f"Tongue {pk}"]
        enrolment.person.save()
    first, second = world.mentees[0], world.mentors[1]
    WishFactory(wisher=first, wished=second)
    WishFactory(wisher=second, wished=first)


def test_a_stable_round_says_what_it_costs_and_another_does_not(world: World) -> None:
    choosy(world)
    set_up(world.programme, "stable")
    stable = proof_of(a_round(world))
    assert stable is not None
    assert stable.stability is not None
    assert (stable.stability.mentees, stable.stability.proven) == (0, True)
    assert stable.stability.points > 0
    assert stable.stability.avoids == 1

    world.programme.rounds.update(state="discarded")
    set_up(world.programme, "matched_floor_total")
    other = proof_of(a_round(world))
    assert other is not None
    assert other.stability is None


def test_a_comparison_shows_the_cost_of_the_stable_plan_alone(world: World) -> None:
    choosy(world)
    make_scenario(
        by=world.manager, programme=world.programme, name="Stable", changes={"objective": "stable"}, now=clock.now()
    )
    drain()

    found = comparison(world.programme, chosen(world.programme, []))

    (line,) = [line for line in found.lines if line.label == "What stability costs"]
    assert line.cells[0].text == "–"
    assert line.cells[1].text.endswith(" points less")
    assert [cell.text for cell in found.lines[-1].cells] == ["Proven best", "Proven stable"]


def test_plans_without_a_stable_one_have_no_such_line(world: World) -> None:
    make_scenario(by=world.manager, programme=world.programme, name="Usual", changes={}, now=clock.now())
    drain()

    labels = [line.label for line in comparison(world.programme, chosen(world.programme, [])).lines]

    assert "What stability costs" not in labels


@pytest.mark.parametrize(
    ("cost", "words", "short"),
    [
        (
            Stability(0, 0, 0, proven=True),
            "It costs nothing: the plan that puts most matched first comes to the same. "
            "In that plan too, no two would rather have each other.",
            "nothing",
        ),
        (
            Stability(1, 12_000, 2, proven=True),
            "Against the plan that puts most matched first, it has 1 match fewer and 12 points less. "
            "In that plan, 2 pairs would both rather have each other.",
            "1 match fewer, 12 points less",
        ),
        (
            Stability(2, -1_000, 1, proven=True),
            "Against the plan that puts most matched first, it has 2 matches fewer and 1 point more. "
            "In that plan, 1 pair would both rather have each other.",
            "2 matches fewer, 1 point more",
        ),
    ],
)
def test_the_cost_reads_as_a_sentence_and_fits_a_cell(cost: Stability, words: str, short: str) -> None:
    assert (cost.words, cost.short) == (words, short)
