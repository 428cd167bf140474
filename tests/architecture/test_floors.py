"""Floors point down, also where the import checker is blind; and the checker itself catches what it should."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

from tests.architecture.source import ROOT, SOURCE

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS = next(contract["layers"] for contract in CONTRACTS if contract["id"] == "floors")
FLOOR = {name: height for height, layer in enumerate(reversed(LAYERS)) for name in re.split(r"\s*\|\s*", layer)}
ONE_FLOOR_UP = {("kernel", "people")}  # every tenant table names its organisation; the abstract base lives in kernel

PLANTED = {
    "floors: upward": ("people/planted.py", "from trellis.insights import apps"),
    "floors: upward inside a function": ("people/planted.py", "def f():\n    from trellis.insights import apps"),
    "floors: sideways": ("meetings/planted.py", "from trellis.goals import models"),
    "floors: an app without a floor": ("rewards/__init__.py", ""),
    "rooms: a read that writes": ("goals/queries/planted.py", "from trellis.goals import actions"),
    "rooms: a rule that asks a list": ("meetings/rules.py", "from trellis.meetings import queries"),
    "rooms: a table that acts": ("learning/models.py", "from trellis.learning import actions"),
    "doors: a page calls a job": ("web/planted.py", "from trellis.notifications import jobs"),
    "engine: Django": ("../trellis_engine/matching/planted.py", "import django.db"),
    "engine: Trellis": ("../trellis_engine/matching/planted.py", "from trellis.kernel import clock"),
    "engine: a neighbour": ("../trellis_engine/journey/planted.py", "from trellis_engine import matching"),
}


def test_foreign_keys_point_down() -> None:
    up = set()
    for model in apps.get_models():
        if not model.__module__.startswith("trellis."):
            continue
        here = model.__module__.split(".")[1]
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            if target is None or isinstance(target, str) or not target.__module__.startswith("trellis."):
                continue
            there = target.__module__.split(".")[1]
            if here != there and FLOOR[there] >= FLOOR[here] and (here, there) not in ONE_FLOOR_UP:
                up.add(f"{model.__name__}.{field.name} -> {there}.{target.__name__}")

    assert up == set()


def lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=folder, capture_output=True, text=True,
        check=False, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder / "src")},
    )  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("floors")
    only_code = shutil.ignore_patterns("templates", "static", "__pycache__", "*.yaml", "*.egg-info", "locale")
    shutil.copytree(SOURCE, folder / "src", ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("violation", PLANTED)
def test_a_planted_violation_is_caught(copy: Path, violation: str) -> None:
    name, text = PLANTED[violation]
    file = copy / "src" / "trellis" / name
    before = file.read_text("utf-8") if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text((before or "") + "\n" + text + "\n", "utf-8")

    outcome = lint_imports(copy)

    if before is None:
        file.unlink()
        if file.name == "__init__.py":
            file.parent.rmdir()
    else:
        file.write_text(before, "utf-8")
    assert outcome.returncode == 1
    assert "planted" in outcome.stdout or any(
        word in outcome.stdout for word in ("rewards", "learning.models -> ", "meetings.rules -> ")
    )
