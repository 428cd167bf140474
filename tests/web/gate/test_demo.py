"""One-click sign-in exists in the demo and cannot exist elsewhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from trellis.people.models import Person
from trellis.people.queries.demo import demo_sign_ins

LIST_ADDRESSES = """
import django; django.setup()
from django.urls import NoReverseMatch, reverse
try:
    print(reverse("demo_sign_in", args=["amara"]))
except NoReverseMatch:
    print("none")
"""


def address_under(settings_module: str, folder: Path) -> str:
    source = str(Path(__file__).parents[3] / "src")
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": settings_module, "TRELLIS_DATA": str(folder),
        "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")]),
    }  # fmt: skip
    run = subprocess.run([sys.executable, "-c", LIST_ADDRESSES], env=environment, capture_output=True, check=True)
    return run.stdout.decode().strip()


def test_address_does_not_exist_with_the_shipped_settings(tmp_path: Path) -> None:
    assert address_under("trellis.config.settings.base", tmp_path) == "none"


def test_address_exists_in_the_demo(tmp_path: Path) -> None:
    assert address_under("trellis.config.settings.demo", tmp_path) == "/demo/sign-in/amara/"


@pytest.mark.django_db
def test_address_is_not_found_here(client: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("demo_sign_in", args=["amara"])
    assert client.post("/demo/sign-in/amara/").status_code == 404


@pytest.fixture
def seeded(amara: Person, settings: Settings, tmp_path: Path) -> Person:
    rows = [{"key": "amara", "label": "Sign in as Amara, mentee", "email": "amara@example.org", "who": "Stage 4 of 8"}]
    (tmp_path / "demo_sign_ins.json").write_text(json.dumps(rows))
    settings.TRELLIS_DATA = tmp_path
    return amara


def test_list_is_empty_outside_the_demo_even_with_the_file(seeded: Person) -> None:
    assert not django_settings.DEMO
    assert demo_sign_ins() == []


@pytest.mark.urls("tests.web.gate.demo_address_book")
def test_view_refuses_outside_the_demo_even_if_it_were_reachable(client: Client, seeded: Person) -> None:
    assert client.post("/demo/sign-in/amara/").status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.urls("tests.web.gate.demo_address_book")
def test_one_click_signs_in_in_the_demo(client: Client, seeded: Person, settings: Settings) -> None:
    settings.DEMO = True

    assert "Sign in as Amara, mentee" in client.get("/sign-in/").content.decode()
    assert client.get("/demo/sign-in/amara/").status_code == 405
    assert client.post("/demo/sign-in/nobody/").status_code == 404
    assert client.post("/demo/sign-in/amara/")["Location"] == "/"
    assert client.session["_auth_user_id"] == str(seeded.account_id)
