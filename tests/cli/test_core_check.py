"""`trellis check`: what is fit is said to be, what is not is named with its cure, and only faults make it 1."""

import json
import socket
import threading
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from tests.factories.people import OrganisationFactory
from tests.skills.stand_in import bag
from trellis.cli import check, output
from trellis.cli.main import main
from trellis.kernel import audit, audit_guard, clock
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.skills import semantic
from trellis.skills.reading import Reader

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def fit(tmp_path: Path, settings: Settings) -> Path:
    """An installation to which nothing is to be objected, apart from how fast the test's SQLite writes."""
    for name in ("secret.key", "field.keys"):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "staticfiles.json").write_text("{}")
    settings.TRELLIS_DATA, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    settings.BASE_URL, settings.HTTPS = "https://mentoring.example.org", True
    settings.ALLOWED_HOSTS = ["mentoring.example.org"]
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    OrganisationFactory()
    return tmp_path


def levels() -> dict[str, str]:
    return {finding.what: finding.level for finding in check.look(chain=True) if finding.what != "durability"}


def test_a_fit_installation_has_no_fault(fit: Path) -> None:
    found = levels()

    assert {what: level for what, level in found.items() if level != "ok"} == {"mail": "warn"}
    assert len(found) == 11


@pytest.mark.parametrize("what", ["secret.key", "field.keys"])
def test_a_key_that_others_can_read_is_a_fault(fit: Path, what: str, capsys: Captured) -> None:
    (fit / what).chmod(0o644)

    code = main(["check"])

    said = capsys.readouterr().out
    assert code == output.REFUSED
    assert f"fail  {what}: others can use it" in said
    assert f"chmod 600 {fit / what}" in said


def test_a_missing_key_is_a_fault(fit: Path) -> None:
    (fit / "field.keys").unlink()

    assert levels()["field.keys"] == "fail"


def test_a_key_given_by_the_environment_needs_no_file(fit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fit / "field.keys").unlink()
    monkeypatch.setenv("TRELLIS_FIELD_KEYS", "x")

    assert levels()["field.keys"] == "ok"


def test_a_key_that_is_no_key_is_a_fault(fit: Path, settings: Settings) -> None:
    settings.TRELLIS_FIELD_KEYS = ["nonsense"]

    assert levels()["encryption"] == "fail"


def test_an_address_without_https_is_a_warning_with_its_cure(fit: Path, settings: Settings) -> None:
    settings.BASE_URL, settings.HTTPS, settings.SECURE_SSL_REDIRECT = "http://localhost:8000", False, False

    found = levels()

    assert (found["address"], found["deployment"]) == ("warn", "warn")


def test_an_objection_of_djangos_is_a_fault_where_https_is_claimed(fit: Path, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = False

    assert levels()["deployment"] == "fail"


def test_static_files_that_are_not_collected_are_a_fault(fit: Path) -> None:
    (fit / "static" / "staticfiles.json").unlink()

    assert levels()["static files"] == "fail"


def test_a_changed_audit_log_is_a_fault(fit: Path) -> None:
    organisation = OrganisationFactory(slug="north")
    with organisation_scope(organisation.pk):
        audit.record(organisation_id=organisation.pk, actor_id=None, verb="x", subject="x", at=clock.now())
        before = levels()["audit log of north"]
        with audit_guard.lifted("somebody with the database in hand"):
            AuditEntry.objects.update(verb="y")

    assert (before, levels()["audit log of north"]) == ("ok", "fail")


def test_sqlite_that_does_not_wait_for_the_disk_is_a_fault(fit: Path) -> None:
    found = {finding.what: finding.level for finding in check.look(chain=False)}

    # the suite runs SQLite with synchronous OFF, and PostgreSQL keeps its own promise
    assert found["durability"] == ("fail" if connection.vendor == "sqlite" else "ok")


def test_a_mail_server_that_answers_is_well(fit: Path, settings: Settings) -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        peer, _ = server.accept()
        peer.sendall(b"220 here\r\n")
        while line := peer.recv(1000):
            peer.sendall(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")
        peer.close()

    threading.Thread(target=answer, daemon=True).start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.getsockname()[1]

    found = levels()
    server.close()

    assert found["mail"] == "ok"


def test_a_mail_server_that_is_silent_is_a_warning(fit: Path, settings: Settings) -> None:
    closed = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed.getsockname()[1]
    closed.close()

    assert levels()["mail"] == "warn"


def test_an_installation_without_an_organisation_is_told_so(fit: Path) -> None:
    check.Organisation.objects.all().delete()

    assert levels()["organisations"] == "warn"


def test_findings_can_be_read_by_a_program(fit: Path, capsys: Captured) -> None:
    main(["check", "--json"])

    rows = json.loads(capsys.readouterr().out)
    assert {row["what"] for row in rows} >= {"database", "tables", "field.keys"}
    assert set(rows[0]) == {"what", "level", "words", "cure"}


def test_a_model_that_cannot_read_is_a_fault_with_its_cure(
    fit: Path, settings: Settings, capsys: Captured, tmp_path: Path
) -> None:
    settings.SEMANTIC_MODEL = str(tmp_path / "model")

    code = main(["check"])

    said = capsys.readouterr().out
    assert code == output.REFUSED
    assert "fail  model for goals: cannot be used: " in said
    assert f"put model.onnx and tokenizer.json into {tmp_path / 'model'}" in said


def test_a_model_that_reads_is_named_by_its_bytes(
    fit: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEMANTIC_MODEL = "/somewhere"
    monkeypatch.setattr(semantic, "reader", lambda: Reader(bag, 550, {"model.onnx": "c" * 64}))

    found = {finding.what: finding for finding in check.look(chain=False)}["model for goals"]

    assert (found.level, found.words) == ("ok", f"reads, from a likeness of 0.550 on (model.onnx {'c' * 16})")
