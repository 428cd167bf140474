from itertools import cycle

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.matching import World, a_round, a_world
from tests.matching.test_fairness import say, unmatched_first
from trellis.kernel import clock
from trellis.kernel.jobs import drain
from trellis.kernel.jobs.tables import Job, JobState
from trellis.matching.actions.rounds import start_round
from trellis.matching.models import FairnessAudit, Round
from trellis.people.choices import AttributeKind
from trellis.people.models import Organisation
from trellis.programmes.models import Enrolment


def page(found: Round) -> str:
    return reverse("round_fairness", args=[found.programme.slug, found.number])


def make(found: Round) -> str:
    return reverse("round_fairness_make", args=[found.programme.slug, found.number])


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def crowded(client: Client, organisation: Organisation) -> tuple[Client, Round]:
    """Two hundred look, half find; the manager is signed in."""
    crowd = a_world(organisation, mentees=200, mentors=100)
    client.force_login(crowd.manager.account)
    return client, a_round(crowd)


def test_the_board_leads_to_figures_that_are_made_on_asking(manager: Client, world: World) -> None:
    found = a_round(world)
    assert page(found) in text(manager, reverse("round", args=[world.programme.slug, 1]))
    assert "Work out the figures" in text(manager, page(found))

    manager.post(make(found))
    assert "The figures are being worked out" in text(manager, page(found))
    assert 'hx-trigger="every 2s"' in text(manager, page(found))
    drain()

    shown = text(manager, page(found))
    assert "Not enough people to say anything without revealing someone." in shown
    assert reverse("account_attributes") in shown
    assert "Work out the figures" not in shown


def test_a_difference_is_told_in_words_with_a_way_on(crowded: tuple[Client, Round]) -> None:
    client, found = crowded
    people = unmatched_first(found)
    say(people, AttributeKind.GENDER, ["woman"] * 70 + ["man"] * 30 + ["woman"] * 30 + ["man"] * 70)
    client.post(make(found))
    drain()

    shown = text(client, page(found))

    assert "Women: fewer get a mentor, 30 of 100 against 70 (Men)." in shown
    assert "the interval of the ratio lies wholly below 1" in shown
    assert "See who is not matched and what would help" in shown
    assert '<td class="n num strong">0.43</td>' in shown
    assert "30 of 100" in shown
    assert "No difference that chance alone would not explain" not in shown


def test_no_difference_is_said_to_be_no_proof(crowded: tuple[Client, Round]) -> None:
    client, found = crowded
    say(unmatched_first(found), AttributeKind.GENDER, cycle(["woman", "man"]))
    client.post(make(found))
    drain()

    shown = text(client, page(found))

    assert "No difference that chance alone would not explain." in shown
    assert "That is not a proof of fairness" in shown
    assert "What you do not see" in shown


def test_reading_the_figures_takes_the_same_queries_for_any_number_of_people(
    crowded: tuple[Client, Round], organisation: Organisation
) -> None:
    client, found = crowded
    counts = []
    for kinds in (["gender"], ["gender", "disability"]):
        FairnessAudit.objects.all().delete()
        for kind, answers in zip(kinds, (["woman", "man"], ["yes", "no"]), strict=False):
            say(unmatched_first(found), kind, cycle(answers))
        client.post(make(found))
        drain()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text(client, page(found))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_work_that_was_stopped_is_said_and_can_be_done_again(manager: Client, world: World) -> None:
    found = a_round(world)
    manager.post(make(found))
    Job.objects.filter(name="matching.audit_fairness").update(state=JobState.CANCELLED)

    assert "The figures could not be worked out" in text(manager, page(found))

    manager.post(make(found))
    drain()
    assert "Not enough people" in text(manager, page(found))


def test_a_round_without_a_plan_has_nothing_to_look_at(manager: Client, world: World) -> None:
    found = start_round(by=world.manager, programme=world.programme, now=clock.now())

    assert "There is no plan yet" in text(manager, page(found))
    assert "This round has no plan yet" in manager.post(make(found), follow=True).content.decode()


def test_mentors_are_compared_on_the_same_page(crowded: tuple[Client, Round]) -> None:
    client, found = crowded
    enrolled = Enrolment.objects.filter(programme=found.programme, side="mentor").select_related("person")
    say([each.person for each in enrolled.order_by("pk")], AttributeKind.GENDER, cycle(["woman", "man"]))
    client.post(make(found))
    drain()

    shown = text(client, page(found))

    assert "Share of each group of mentors that gets a mentee" in shown
    assert "100 mentors offered a place." in shown
    assert "50 of 50" in shown


@pytest.mark.parametrize(("model", "template"), [("peer", "peer"), ("flash", "flash"), ("group", "group_circle")])
def test_rounds_of_other_kinds_have_the_same_page(
    client: Client, organisation: Organisation, model: str, template: str
) -> None:
    world = a_world(organisation, mentees=24, mentors=0 if model == "peer" else 4, model=model, template_id=template)
    for mentor in world.mentors:
        mentor.places = 6
        mentor.save()
    client.force_login(world.manager.account)
    if model == "flash":
        client.post(reverse("round_rotate", args=[world.programme.slug]), {"weeks": "2"})
    else:
        client.post(reverse("round_start", args=[world.programme.slug]))
    drain()
    found = Round.objects.get()
    say([each.person for each in world.mentees], AttributeKind.GENDER, cycle(["woman", "man"]))
    client.post(make(found))
    drain()

    shown = text(client, page(found))

    assert {
        "peer": "Share of each group that gets a partner", "flash": "Share of each group that meets anybody",
        "group": "Share of each group that gets into a circle",
    }[model] in shown  # fmt: skip
    assert "12 of 12" in shown
    assert ("24 people were looking." if model == "peer" else "24 mentees were looking.") in shown
    assert f'href="{page(found)}"' in text(client, reverse("round_proof", args=[world.programme.slug, 1]))


def test_without_scores_nobody_has_the_better_match(client: Client, organisation: Organisation) -> None:
    world = a_world(organisation, mentees=24, mentors=24)
    world.programme.matching["scoring"] = False
    world.programme.save()
    client.force_login(world.manager.account)
    found = a_round(world)
    say([each.person for each in world.mentees], AttributeKind.GENDER, cycle(["woman", "man"]))
    client.post(make(found))
    drain()

    shown = text(client, page(found))

    assert "Share of each group that gets a mentor" in shown
    assert "Equally good mentors?" not in shown
    assert "Upper half" not in shown


def test_a_round_of_somebody_else_does_not_exist(client: Client, world: World, organisation: Organisation) -> None:
    found = a_round(world)
    stranger = a_world(organisation, mentees=1, mentors=1)
    client.force_login(stranger.manager.account)

    assert client.get(page(found)).status_code == 404
    assert client.post(make(found)).status_code == 404
    assert FairnessAudit.objects.count() == 0
