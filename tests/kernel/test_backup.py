"""Backups as damage, malice and time treat them. The everyday journey is in tests/cli/test_core_backup.py."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory
from trellis.kernel import clock
from trellis.kernel.backup import RestoreRefused, archive, check_archive, restore_archive, tables, write_archive
from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.people.models import Organisation, Person, ProtectedAttribute

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Of one organisation with two people, one of whom has something encrypted."""
    organisation = OrganisationFactory(name="Nørdwind")
    with organisation_scope(organisation.pk):
        person = PersonFactory(organisation=organisation, manager=PersonFactory(organisation=organisation))
        ProtectedAttribute.objects.create(organisation=organisation, person=person, kind="x", value="canary")
    file = tmp_path / "backup.zip"
    write_archive(file, uploads=tmp_path / "none", now=clock.now())
    return file


def everything() -> dict[str, list[bytes]]:
    with every_organisation("comparing installations"):
        return {model._meta.db_table: list(tables.row_lines(model)) for model in tables.kept_models()}


def restore(file: Path) -> None:
    restore_archive(file, uploads=file.parent / "none", replace=True)


def test_restore_signs_everybody_out_also_who_came_after_the_backup(backup: Path) -> None:
    newcomer = AccountFactory()
    session = SessionStore()
    session.create()
    UserSession.objects.create(user=newcomer, session_key=session.session_key, ip="127.0.0.1", user_agent="x")
    cache.set("sign-in:attempt", (newcomer.pk, "fingerprint"))

    restore(backup)

    assert not UserSession.objects.exists()
    assert not SessionStore().exists(session.session_key or "")
    assert cache.get("sign-in:attempt") is None


def test_no_changed_byte_goes_unseen_or_breaks_the_check(backup: Path) -> None:
    """A changed byte is refused in words, or it changes nothing that is read (a date inside the zip)."""
    whole, content = check_archive(backup), backup.read_bytes()
    changed = backup.with_name("changed.zip")

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(place=st.integers(0, len(content) - 1), byte=st.integers(0, 255))
    def check(place: int, byte: int) -> None:
        changed.write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
        try:
            found = check_archive(changed)
        except RestoreRefused:
            return
        assert found == whole

    check()


Lines = list[bytes]


def forged(file: Path, table: str, change: Callable[[Lines], Lines]) -> Path:
    """The archive with other lines in one table, and a checksum that fits them."""
    name = f"tables/{table}.jsonl"
    target = file.with_name("forged.zip")
    with ZipFile(file) as source, ZipFile(target, "w") as made:
        manifest = json.loads(source.read(archive.MANIFEST))
        content = b"".join(change(source.read(name).splitlines(keepends=True)))
        for part in manifest["parts"]:
            if part["name"] == name:
                part["sha256"] = hashlib.sha256(content).hexdigest()
            made.writestr(part["name"], content if part["name"] == name else source.read(part["name"]))
        made.writestr(archive.MANIFEST, json.dumps(manifest))
    return target


def with_row(**values: object) -> Callable[[Lines], Lines]:
    """The first row with other values in some columns."""

    def change(lines: Lines) -> Lines:
        columns, row = json.loads(lines[0]), json.loads(lines[1])
        row = [values.get(column, value) for column, value in zip(columns, row, strict=True)]
        return [lines[0], json.dumps(row).encode() + b"\n", *lines[2:]]

    return change


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("people_person", lambda lines: []),
        ("people_person", lambda lines: [lines[0], b"no json\n"]),
        ("people_person", lambda lines: [lines[0], b"{}\n"]),
        ("people_person", lambda lines: [lines[0], b"[1,2]\n"]),
        ("people_person", lambda lines: [*lines, lines[1]]),
        ("people_person", with_row(hired_on="31/02/2026")),
        ("people_person", with_row(level="ten")),
        ("people_person", with_row(id=2**70)),
        ("people_person", with_row(organisation_id=987654)),
        ("people_person", with_row(given_name=None)),
        ("people_protectedattribute", lambda lines: [lines[0], b"[]\n"]),
        ("people_protectedattribute", with_row(value=7)),
        ("people_protectedattribute", with_row(value="not a cipher")),
    ],
)
def test_forged_rows_are_refused_and_nothing_changes(
    backup: Path, table: str, change: Callable[[Lines], Lines]
) -> None:
    before = everything()

    with pytest.raises(RestoreRefused):
        restore(forged(backup, table, change))

    assert everything() == before


@pytest.mark.parametrize(
    "manifest",
    [
        "a text", 7, None, [], {"parts": "x"}, {"parts": [7]}, {"parts": [{"name": 7, "sha256": "0"}]},
        {"key_check": None}, {"version": 2}, {"parts": "twice"},
    ],
)  # fmt: skip
def test_forged_manifest_is_refused(backup: Path, manifest: Any) -> None:
    target = backup.with_name("forged.zip")
    with ZipFile(backup) as source, ZipFile(target, "w") as made:
        plain = json.loads(source.read(archive.MANIFEST))
        for part in plain["parts"]:
            made.writestr(part["name"], source.read(part["name"]))
        if manifest == {"parts": "twice"}:
            manifest = {"parts": [*plain["parts"], plain["parts"][0]]}
        made.writestr(archive.MANIFEST, json.dumps({**plain, **manifest} if isinstance(manifest, dict) else manifest))

    with pytest.raises(RestoreRefused):
        check_archive(target)


def test_restore_brings_back_the_people(backup: Path) -> None:
    before = everything()
    with every_organisation("what happens after a backup"):
        Person.objects.all().delete()
        Organisation.objects.all().delete()

    restore(backup)

    assert everything() == before
