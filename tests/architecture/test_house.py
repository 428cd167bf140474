"""Small rules of the house that a tool can check."""

import ast
import subprocess
import sys
from pathlib import Path

from django.apps import apps
from django.db import models

from tests.architecture.source import ROOT, modules, tracked_files

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc"}
SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"}
LONGEST = 500
MAY_BE_LONGER: dict[str, str] = {}  # path: why one noun needs that many lines


def test_no_module_is_too_long_for_one_head() -> None:
    long = {
        path: lines
        for path, _ in modules()
        if (lines := len((ROOT / "src" / path).read_text("utf-8").splitlines())) > LONGEST
    }

    assert set(long) == set(MAY_BE_LONGER)


def test_there_is_no_drawer_without_a_subject() -> None:
    found = [path for path, _ in modules() if DRAWERS & {part.removesuffix(".py") for part in path.split("/")}]

    assert found == []


def test_no_model_signal_is_heard() -> None:
    heard = [
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module == "django.db.models.signals" or SIGNALS & {name.name for name in node.names})
    ]

    assert heard == []


def test_no_table_overrides_how_it_is_saved() -> None:
    overriding = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("trellis.") and ("save" in vars(model) or "delete" in vars(model))
    ]

    assert overriding == []


def test_every_foreign_key_has_an_index() -> None:
    bare = []
    for model in apps.get_models():
        meta = model._meta
        firsts = {index.fields[0].lstrip("-") for index in meta.indexes if index.fields}
        firsts |= {
            rule.fields[0] for rule in meta.constraints if isinstance(rule, models.UniqueConstraint) and rule.fields
        }
        bare += [
            f"{model.__name__}.{field.name}"
            for field in meta.local_fields
            if isinstance(field, models.ForeignKey)
            and model.__module__.startswith("trellis.")
            and not (field.db_index or field.unique or field.name in firsts)
        ]

    assert bare == []


def test_locks_name_no_package_index() -> None:
    naming = [
        (lock.name, line)
        for lock in ROOT.glob("*.lock")
        for line in lock.read_text("utf-8").splitlines()
        if "://" in line or line.startswith(("--index", "--extra-index", "--find-links", "-f ", "-i "))
    ]

    assert naming == []
    assert not (ROOT / "uv.lock").exists()


def test_no_tracked_file_names_a_package_index_or_a_folder_of_this_machine() -> None:
    asked = "from pip._internal.models.index import PyPI; print(PyPI.netloc); print(PyPI.file_storage_domain)"
    hosts = subprocess.run([sys.executable, "-W", "ignore", "-c", asked], capture_output=True, text=True, check=False)
    words = [*hosts.stdout.split(), f"{ROOT.parent}/", f"{Path.home()}/"]
    words = [word for word in words if len(word) > 5]

    naming = [
        (str(path.relative_to(ROOT)), word)
        for path in tracked_files()
        for word in words
        if word.encode() in path.read_bytes()
    ]

    assert naming == []
