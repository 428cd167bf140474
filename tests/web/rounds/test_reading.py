"""What the pages of a round say about the model that reads goals."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.factories.matching import World, a_round
from tests.skills.stand_in import bag
from trellis.skills import semantic
from trellis.skills.reading import Reader

MODEL = "a model on this server"


def test_without_a_model_no_page_speaks_of_one(manager: Client, world: World) -> None:
    found = a_round(world)
    pages = [reverse("round_settings", args=[world.programme.slug])]
    pages += [reverse("round_proof", args=[world.programme.slug, found.number])]

    assert [MODEL in manager.get(page).content.decode() for page in pages] == [False, False]


def test_the_proof_names_the_files_that_read(manager: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic, "reader", lambda: Reader(bag, 550, {"model.onnx": "c" * 64}))
    found = a_round(world)

    page = manager.get(reverse("round_proof", args=[world.programme.slug, found.number])).content.decode()

    assert "What read the goals" in page
    assert f'<dt>model.onnx</dt><dd><code class="hash">{"c" * 64}</code></dd>' in page
    assert "A skill is named from a likeness of 0.550 on." in page


def test_the_settings_say_that_a_model_reads(
    manager: Client, world: World, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.SEMANTIC_MODEL = "/somewhere"
    monkeypatch.setattr(semantic, "obstacle", lambda: "")

    page = manager.get(reverse("round_settings", args=[world.programme.slug])).content.decode()

    assert f"Goals are also read by {MODEL}" in page


def test_the_settings_say_that_the_model_does_not_work(manager: Client, world: World, settings: Settings) -> None:
    settings.SEMANTIC_MODEL = "/nowhere"

    answer = manager.get(reverse("round_settings", args=[world.programme.slug]))

    assert answer.status_code == 200
    assert "The model that reads goals does not work here" in answer.content.decode()
