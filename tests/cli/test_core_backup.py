"""Backup and restore: the same installation comes back, or nothing changes and the reason is said."""

import hashlib
import json
import os
import shutil
import stat
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from cryptography.fernet import Fernet
from django.db import transaction
from django.db.models import JSONField, Value
from pytest_django import Settings

from tests.factories.mentorships import a_pair
from tests.factories.people import OrganisationFactory, PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.cli import output
from trellis.cli.main import main
from trellis.conversations.models import Message
from trellis.kernel import audit, audit_guard, clock
from trellis.kernel.backup import archive, tables
from trellis.kernel.jobs import queue
from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.people.models import DirectoryImport, Organisation, Person

pytestmark = pytest.mark.django_db(transaction=True)
Captured = pytest.CaptureFixture[str]
SECRET = "What I only tell you: ümläut, 数学, canary-4711"


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    (settings.MEDIA_ROOT / "pictures").mkdir(parents=True)
    (settings.MEDIA_ROOT / "pictures" / "ann.png").write_bytes(b"\x89PNG not really" * 1000)
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def world() -> Organisation:
    """Two organisations, a pair with a message, a file, an audit chain and a waiting job."""
    organisation = OrganisationFactory(name="Nørdwind")
    with organisation_scope(organisation.pk):
        programme = ProgrammeFactory(organisation=organisation)
        mentorship = a_pair(programme)
        author = Person.objects.order_by("pk")[0]
        RoleGrantFactory(person=author, role="admin")
        Message.objects.create(
            organisation=organisation, mentorship=mentorship, author=author, body=SECRET, sent_at=clock.now()
        )
        DirectoryImport.objects.create(
            organisation=organisation, file_name="people.csv", content=b"\x00\xff\xfe bytes", created_at=clock.now(),
            mapping={"Naïve": "given_name", "none": None}, faults=[{"row": 2}],
        )  # fmt: skip
        for number in range(3):
            audit.record(
                organisation_id=organisation.pk, actor_id=author.pk, verb="x.done", subject=f"x:{number}",
                at=clock.now(), facts={"n": number},
            )  # fmt: skip
    other = OrganisationFactory()
    with organisation_scope(other.pk):
        PersonFactory(organisation=other, manager=PersonFactory(organisation=other))
    queue("sample.waiting", organisation_id=organisation.pk, started_by_id=1, number=3)
    return organisation


def everything() -> dict[str, list[bytes]]:
    with every_organisation("comparing installations"):
        return {model._meta.db_table: list(tables.row_lines(model)) for model in tables.kept_models()}


def written(tmp_path: Path) -> Path:
    file = tmp_path / "backup.zip"
    assert main(["backup", str(file)]) == output.OK
    return file


def change_something() -> None:
    """What happens after the backup, and must be gone after the restore."""
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        PersonFactory(organisation=organisation)
        audit.record(organisation_id=organisation.pk, actor_id=None, verb="x", subject="x", at=clock.now())


def test_what_is_backed_up_comes_back_equal(world: Organisation, tmp_path: Path, uploads: Path) -> None:
    before, file = everything(), written(tmp_path)
    change_something()
    shutil.rmtree(uploads)

    code = main(["restore", str(file), "--replace"])

    assert code == output.OK
    assert everything() == before
    assert (uploads / "pictures" / "ann.png").read_bytes() == b"\x89PNG not really" * 1000
    with organisation_scope(world.pk):
        assert Message.objects.get().body == SECRET
        assert bytes(DirectoryImport.objects.get().content) == b"\x00\xff\xfe bytes"
        assert audit.first_break(world.pk) is None


def test_life_goes_on_after_a_restore(world: Organisation, tmp_path: Path) -> None:
    """New rows get new numbers, and the audit log is append-only again."""
    file = written(tmp_path)
    main(["restore", str(file), "--replace"])

    change_something()

    with organisation_scope(world.pk):
        audit.record(organisation_id=world.pk, actor_id=None, verb="x", subject="x", at=clock.now())
        assert audit.first_break(world.pk) is None
        assert audit.head(world.pk)[0] == 4


def test_an_empty_installation_needs_no_replace(world: Organisation, tmp_path: Path) -> None:
    before, file = everything(), written(tmp_path)
    _empty_the_database()

    code = main(["restore", str(file)])

    assert code == output.OK
    assert everything() == before


def test_without_replace_an_installation_in_use_is_left_alone(
    world: Organisation, tmp_path: Path, capsys: Captured
) -> None:
    file = written(tmp_path)
    change_something()
    before = everything()

    code = main(["restore", str(file)])

    assert code == output.REFUSED
    assert "trellis: This installation is not empty. Add --replace" in capsys.readouterr().err
    assert everything() == before


def test_the_wrong_key_is_refused_and_nothing_is_overwritten(
    world: Organisation, tmp_path: Path, capsys: Captured, settings: Settings
) -> None:
    file = written(tmp_path)
    change_something()
    before = everything()
    settings.TRELLIS_FIELD_KEYS = [Fernet.generate_key().decode()]

    code = main(["restore", str(file), "--replace"])

    assert code == output.REFUSED
    assert "trellis: The keys here do not open what is encrypted in the backup." in capsys.readouterr().err
    assert everything() == before


def test_after_a_rotation_both_keys_are_needed(world: Organisation, tmp_path: Path, settings: Settings) -> None:
    old = settings.TRELLIS_FIELD_KEYS
    new = [Fernet.generate_key().decode()]
    settings.TRELLIS_FIELD_KEYS = [*new, *old]
    file = written(tmp_path)

    settings.TRELLIS_FIELD_KEYS = new
    only_new = main(["restore", str(file), "--replace"])
    settings.TRELLIS_FIELD_KEYS = [*new, *old]
    both = main(["restore", str(file), "--replace"])

    assert (only_new, both) == (output.REFUSED, output.OK)


def test_a_backup_reveals_nothing_encrypted_and_holds_no_key(
    world: Organisation, tmp_path: Path, settings: Settings
) -> None:
    file = written(tmp_path)

    with ZipFile(file) as archived:
        content = b"".join(archived.read(name) for name in archived.namelist())
    assert b"canary-4711" not in content
    assert "ümläut" not in content.decode("utf-8", "replace")
    assert b"people.csv" in content  # what is not encrypted is there, so the search above means something
    assert settings.TRELLIS_FIELD_KEYS[0].encode() not in content
    assert settings.SECRET_KEY.encode() not in content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_signs_nobody_in(world: Organisation, tmp_path: Path) -> None:
    file = written(tmp_path)

    names = {part.name for part in archive.read_manifest(file).parts}

    assert not names & {"tables/django_session.jsonl", "tables/usersessions_usersession.jsonl"}


def test_a_file_that_exists_is_not_overwritten_unasked(world: Organisation, tmp_path: Path, capsys: Captured) -> None:
    file = written(tmp_path)
    before = file.read_bytes()

    codes = [main(["backup", str(file)]), main(["backup", str(tmp_path / "nowhere" / "b.zip")])]
    again = main(["backup", str(file), "--overwrite"])

    assert codes == [output.REFUSED, output.REFUSED]
    assert again == output.OK
    assert file.read_bytes() != before
    assert sorted(os.listdir(tmp_path)) == ["backup.zip", "uploads"]


def test_a_backup_can_be_checked_without_changing_anything(
    world: Organisation, tmp_path: Path, capsys: Captured
) -> None:
    file = written(tmp_path)
    before = everything()

    code = main(["restore", str(file), "--only-check"])

    assert code == output.OK
    assert f"{file} is whole:" in capsys.readouterr().out
    assert everything() == before


def rewritten(file: Path, *, replaced: dict[str, bytes] | None = None, manifest: dict[str, Any] | None = None) -> Path:
    """The archive with some members changed, as damage or malice would."""
    changed = file.with_name("changed.zip")
    with ZipFile(file) as source, ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = (replaced or {}).get(name, source.read(name))
            if name == archive.MANIFEST and manifest:
                content = json.dumps({**json.loads(content), **manifest}).encode()
            target.writestr(name, content)
    return changed


def test_a_damaged_backup_is_refused_and_nothing_changes(world: Organisation, tmp_path: Path, capsys: Captured) -> None:
    file = written(tmp_path)
    before = everything()
    parts = json.loads(ZipFile(file).read(archive.MANIFEST))["parts"]
    escaping = [*parts, {"name": "uploads/../../x", "sha256": "0" * 64, "rows": 0}]
    (tmp_path / "text.zip").write_text("not a zip")
    (tmp_path / "short.zip").write_bytes(file.read_bytes()[:-200])
    bad = {
        "text": tmp_path / "text.zip",
        "short": tmp_path / "short.zip",
        "missing": tmp_path / "missing.zip",
        "changed": rewritten(file, replaced={"tables/people_person.jsonl": b"[]\n"}).rename(tmp_path / "c1.zip"),
        "format": rewritten(file, manifest={"format": 99}).rename(tmp_path / "c2.zip"),
        "migrations": rewritten(file, manifest={"migrations": []}).rename(tmp_path / "c3.zip"),
        "tables": rewritten(file, manifest={"parts": parts[1:]}).rename(tmp_path / "c4.zip"),
        "escaping": rewritten(file, manifest={"parts": escaping}).rename(tmp_path / "c5.zip"),
        "strange": rewritten(file, manifest={"more": 1}).rename(tmp_path / "c6.zip"),
    }

    codes = {name: main(["restore", str(path), "--replace"]) for name, path in bad.items()}

    assert codes == dict.fromkeys(bad, output.REFUSED)
    assert everything() == before
    assert capsys.readouterr().err.count("trellis: ") == len(bad)


def test_a_path_out_of_the_uploads_folder_is_damage() -> None:
    for name in ("../x", "/etc/x", "a/../../x", "a\\..\\x"):
        with pytest.raises(archive.Damaged):
            archive.inside(Path("uploads"), name)


def test_columns_of_another_time_are_refused(world: Organisation, tmp_path: Path, capsys: Captured) -> None:
    file = written(tmp_path)
    name = "tables/people_person.jsonl"
    with ZipFile(file) as source:
        lines = source.read(name).splitlines(keepends=True)
        parts = json.loads(source.read(archive.MANIFEST))["parts"]
    content = b"".join([b'["other"]\n', *lines[1:]])
    digest = hashlib.sha256(content).hexdigest()
    parts = [{**part, "sha256": digest} if part["name"] == name else part for part in parts]

    code = main(["restore", str(rewritten(file, replaced={name: content}, manifest={"parts": parts})), "--replace"])

    assert code == output.REFUSED
    assert "columns" in capsys.readouterr().err


def test_values_of_every_kind_survive_the_journey(world: Organisation, tmp_path: Path) -> None:
    moment = datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=UTC)
    with organisation_scope(world.pk):
        Person.objects.filter(pk=Person.objects.order_by("pk")[0].pk).update(
            onboarded_at=moment, hired_on=moment.date(), languages=[], given_name='O\'Neil "x"\n\\N\t%s', level=None
        )
    before, file = everything(), written(tmp_path)
    _empty_the_database()

    main(["restore", str(file)])

    assert everything() == before


def _empty_the_database() -> None:
    with every_organisation("a new server"), audit_guard.lifted("a new server"):
        tables.empty(tables.kept_models())


def test_a_transaction_of_the_caller_is_the_moment_of_the_backup(world: Organisation, tmp_path: Path) -> None:
    with transaction.atomic():
        file = written(tmp_path)

    assert archive.read_manifest(file).rows() == sum(len(rows) for rows in everything().values())


def test_long_tables_go_in_by_portions(world: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "AT_A_TIME", 2)
    before, file = everything(), written(tmp_path)
    _empty_the_database()

    main(["restore", str(file)])

    assert everything() == before


def test_values_that_no_table_has_yet_are_plain_too() -> None:
    values = [time(9, 30), timedelta(days=1, seconds=5), Decimal("1.50"), UUID(int=7), memoryview(b"\x00"), None, 3]

    assert [tables._plain(value) for value in values] == [
        "09:30:00", "1 00:00:05", "1.50", "00000000-0000-0000-0000-000000000007", "AA==", None, 3,
    ]  # fmt: skip


def test_an_installation_without_uploads_can_be_backed_up(world: Organisation, tmp_path: Path, uploads: Path) -> None:
    shutil.rmtree(uploads)

    manifest = archive.read_manifest(written(tmp_path))

    assert [part.name for part in manifest.parts if part.name.startswith("uploads/")] == []


def test_jsons_own_null_is_kept(world: Organisation, tmp_path: Path) -> None:
    with organisation_scope(world.pk):
        DirectoryImport.objects.update(report=Value(None, JSONField()))
    before, file = everything(), written(tmp_path)
    _empty_the_database()

    main(["restore", str(file)])

    assert everything() == before
