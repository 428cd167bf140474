"""Who is matched under several plans, by groups: counted once, alike in every column, held against what came before."""

from itertools import cycle

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.matching import World, a_round, a_world
from tests.factories.people import PersonFactory
from tests.matching.test_fairness import audit_of, kind_of, say
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs import drain
from trellis.matching.actions.scenarios import ScenarioRefused, compare_fairness, make_scenario
from trellis.matching.choices import ScenarioState
from trellis.matching.models import Scenario
from trellis.matching.queries.fairness_compared import PlanFairness, fairness_of_plans
from trellis.people.choices import AttributeKind
from trellis.people.models import Organisation


@pytest.fixture
def crowd(organisation: Organisation) -> World:
    """Eighty who look for a mentor, and places for forty; every other one is a woman."""
    world = a_world(organisation, mentees=80, mentors=40)
    say([each.person for each in world.mentees], AttributeKind.GENDER, cycle(["woman", "man"]))
    return world


def plan(world: World, name: str, **changes: object) -> Scenario:
    found = make_scenario(by=world.manager, programme=world.programme, name=name, changes=changes, now=clock.now())
    drain()
    found.refresh_from_db()
    return found


def counted(world: World, *plans: Scenario) -> PlanFairness:
    compare_fairness(by=world.manager, programme=world.programme, plans=plans, now=clock.now())
    drain()
    return fairness_of_plans(world.programme, plans)


def lines(found: PlanFairness) -> dict[str, list[tuple[str, str]]]:
    return {line.label: [(cell.text, cell.small) for cell in line.cells] for line in found.lines}


GENDER = "Gender, as people describe it"


def test_each_plan_has_its_lowest_ratio_with_the_groups_behind_it(crowd: World) -> None:
    present, every = plan(crowd, "As it is"), plan(crowd, "Two each", more_places=1)

    found = lines(counted(crowd, present, every))

    assert found[GENDER][1] == ("1.00", "Women 40 of 40, Men 40 of 40")
    ratio, small = found[GENDER][0]
    assert small.startswith("Women ")
    assert 0 < float(ratio) <= 1


def test_every_group_has_its_exact_interval_and_what_may_be_chance(crowd: World) -> None:
    present, every = plan(crowd, "As it is"), plan(crowd, "Two each", more_places=1)

    (gender,) = [each for each in counted(crowd, present, every).groups if each.kind == GENDER]

    assert [row.name for row in gender.rows] == ["Women", "Men"]
    for row in gender.rows:
        assert [letter for letter, _ in row.plans] == ["A", "B"]
        own = row.plans[1][1]
        assert (own.yes, own.size, own.low, own.high, own.ratio, own.verdict) == (40, 40, 91, 100, 1.0, "even")
    own = [row.plans[0][1] for row in gender.rows]
    assert sum(each.yes for each in own) == 40
    (best,) = [each for each in own if each.ratio_low is None]
    assert best.ratio == 1.0
    assert all(each.low < each.share < each.high for each in own)


def test_figures_without_intervals_are_counted_once_more(crowd: World) -> None:
    """As they were kept at first; they are about the same people, so nothing has to be hidden."""
    one = plan(crowd, "One")
    counted(crowd, one)
    kept = Scenario.objects.get(figures__kind="fairness")
    for rows in (rows for kind in kept.figures["kinds"] for rows in kind["columns"]):
        for row in rows:
            del row["verdict"]
    kept.save()

    assert fairness_of_plans(crowd.programme, [one]) == PlanFairness()
    assert GENDER in lines(counted(crowd, one))


def test_figures_are_made_once_and_serve_fewer_columns_too(crowd: World) -> None:
    one, two = plan(crowd, "One"), plan(crowd, "Two each", more_places=1)
    both = counted(crowd, one, two)
    rows = Scenario.objects.filter(figures__kind="fairness")

    assert lines(counted(crowd, two)) == {label: cells[1:] for label, cells in lines(both).items()}
    assert rows.count() == 1
    counted(crowd, one, two)
    assert rows.count() == 1


def test_a_plan_that_is_solved_again_has_no_figures_until_they_are_asked_for(crowd: World) -> None:
    one = plan(crowd, "One")
    counted(crowd, one)
    Scenario.objects.filter(pk=one.pk).update(solved_at=clock.now())
    one.refresh_from_db()

    assert fairness_of_plans(crowd.programme, [one]) == PlanFairness()


def test_a_plan_that_differs_in_one_person_is_hidden_in_every_column(crowd: World) -> None:
    one, two = plan(crowd, "One"), plan(crowd, "Other")
    assert two.certificate is not None
    pairs = two.certificate["pairs"]
    pairs.pop()
    Scenario.objects.filter(pk=two.pk).update(certificate={**two.certificate, "pairs": pairs})
    two.refresh_from_db()

    found = counted(crowd, one, two)

    assert GENDER not in lines(found)
    assert {each.what for each in found.hidden} >= {GENDER}


def test_a_round_is_held_against_what_stood_beside_plans_and_the_other_way_round(crowd: World) -> None:
    one = plan(crowd, "One")
    assert GENDER in lines(counted(crowd, one))
    crowd.mentees[0].places = 0  # one fewer is looking
    crowd.mentees[0].save()

    kept = audit_of(a_round(crowd), crowd)
    assert kind_of(kept, "gender")["withheld"] == "together"

    crowd.mentees[1].places = 0
    crowd.mentees[1].save()
    assert GENDER not in lines(counted(crowd, plan(crowd, "Two fewer")))


def test_what_is_kept_names_no_answer(crowd: World) -> None:
    counted(crowd, plan(crowd, "One"))
    kept = Scenario.objects.get(figures__kind="fairness").figures

    assert "woman" not in repr([kept["counted"], kept["everybody"], kept["answers"]])
    assert not any(each.person.external_id in repr(kept) for each in crowd.mentees)


def test_it_is_for_those_who_run_the_programme_and_for_solved_plans(crowd: World) -> None:
    one = plan(crowd, "One")
    with pytest.raises(NotAllowed):
        compare_fairness(
            by=PersonFactory(organisation=crowd.manager.organisation), programme=crowd.programme, plans=[one],
            now=clock.now(),
        )  # fmt: skip
    one.state = ScenarioState.FAILED
    for plans in ([one], []):
        with pytest.raises(ScenarioRefused, match="have been solved"):
            compare_fairness(by=crowd.manager, programme=crowd.programme, plans=plans, now=clock.now())


def test_the_page_asks_first_and_then_shows_them(client: Client, crowd: World) -> None:
    client.force_login(crowd.manager.account)
    one, two = plan(crowd, "One"), plan(crowd, "Two each", more_places=1)
    there = f"{reverse('scenarios', args=[crowd.programme.slug])}?s={one.number}&s={two.number}"
    assert "Count the groups under these plans" in client.get(there).content.decode()

    asked = client.post(
        reverse("scenarios_fairness", args=[crowd.programme.slug]), {"s": [str(one.number), str(two.number)]}
    )
    assert asked["Location"] == there
    assert "The groups are being counted." in client.get(there).content.decode()
    drain()

    shown = client.get(there).content.decode()
    assert GENDER in shown
    assert "Women 40 of 40, Men 40 of 40" in shown
    assert "100 % (91 to 100)" in shown
    assert "Count the groups" not in shown


def test_plans_of_another_programme_are_not_counted(client: Client, crowd: World, organisation: Organisation) -> None:
    stranger = a_world(organisation, mentees=1, mentors=1)
    plan(crowd, "One")
    client.force_login(stranger.manager.account)

    assert client.post(reverse("scenarios_fairness", args=[crowd.programme.slug]), {"s": "1"}).status_code == 404
    client.post(reverse("scenarios_fairness", args=[stranger.programme.slug]), {"s": "1"})
    assert Scenario.objects.filter(figures__kind="fairness").count() == 0
