"""`trellis check`: is this installation fit for real people? One line for each question, with a cure."""

import argparse
import os
import smtplib
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from trellis.cli.output import OK, REFUSED, say, say_json
from trellis.kernel import audit, encryption
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation
from trellis.skills import semantic


@dataclass(frozen=True)
class Finding:
    what: str
    level: str  # ok, warn, fail
    words: str
    cure: str = ""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("check", help="say whether the installation is fit for real people")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--audit", action="store_true", help="also walk every organisation's audit chain")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    findings = list(look(chain=arguments.audit))
    if arguments.json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            say(f"{finding.level:4}  {finding.what}: {finding.words}")
            if finding.cure:
                say(f"      {finding.cure}")
    return REFUSED if any(finding.level == "fail" for finding in findings) else OK


def look(*, chain: bool) -> Iterator[Finding]:
    """Every question in turn. Without a database, what needs one is not asked."""
    database = _database()
    yield database
    if database.level == "ok":
        yield _migrations()
        yield _sqlite_sync()
        yield _organisations()
        if chain:
            yield from _audit_chains()
    yield from _keys()
    yield _encryption()
    yield _address()
    yield _deployment()
    yield _mail()
    yield _static()
    if semantic.is_set():
        yield _model()


def _database() -> Finding:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return Finding(
            "database", "fail", f"cannot be reached: {str(error).splitlines()[0]}", "Start it, or correct DATABASE_URL."
        )
    return Finding("database", "ok", connection.display_name)


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        return Finding("tables", "fail", f"{missing} migrations are not applied", "Run `trellis init`.")
    return Finding("tables", "ok", "all migrations are applied")


def _sqlite_sync() -> Finding:
    if connection.vendor != "sqlite":
        return Finding("durability", "ok", "the database server's own")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        level = cursor.fetchone()[0]
    if level < 2:
        return Finding(
            "durability", "fail", "SQLite does not wait for the disk: a power cut can lose what people wrote",
            "Take TRELLIS_SQLITE_SYNC out of the environment, or set it to FULL.",
        )  # fmt: skip
    return Finding("durability", "ok", "SQLite waits for the disk (synchronous FULL)")


def _organisations() -> Finding:
    try:
        count = Organisation.objects.count()
    except DatabaseError:
        return Finding("organisations", "fail", "the table is missing", "Run `trellis init`.")
    if not count:
        return Finding(
            "organisations", "warn", "there is none yet",
            "trellis organisation create NAME --admin-email ADDRESS",
        )  # fmt: skip
    return Finding("organisations", "ok", str(count))


def _audit_chains() -> Iterator[Finding]:
    for organisation in Organisation.objects.order_by("slug"):
        with organisation_scope(organisation.pk):
            broken = audit.first_break(organisation.pk)
            position, digest = audit.head(organisation.pk)
        what = f"audit log of {organisation.slug}"
        if broken:
            yield Finding(
                what, "fail", f"entry {broken.position} is {broken.why}",
                "Somebody changed the database by hand. Keep a copy of it, and compare with a backup.",
            )  # fmt: skip
        else:
            yield Finding(what, "ok", f"{position} entries, head {digest[:16]}")


def _keys() -> Iterator[Finding]:
    for name, variable in (("secret.key", "TRELLIS_SECRET_KEY"), ("field.keys", "TRELLIS_FIELD_KEYS")):
        file = Path(settings.TRELLIS_DATA) / name
        if os.environ.get(variable):
            yield Finding(name, "ok", f"given by {variable}")
        elif not file.exists():
            yield Finding(name, "fail", "is missing", f"Put it back from your copy, or set {variable}.")
        elif mode := stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Finding(name, "fail", f"others can use it (mode {mode:03o} too many)", f"chmod 600 {file}")
        else:
            yield Finding(name, "ok", "only its owner can read it")


def _encryption() -> Finding:
    try:
        encryption.decrypt(encryption.encrypt("x"))
    except (ValueError, TypeError):
        return Finding(
            "encryption", "fail", "the field keys are not usable", "One key a line, as `trellis init` writes them."
        )
    return Finding("encryption", "ok", "the field keys work")


def _address() -> Finding:
    if not settings.HTTPS:
        return Finding(
            "address", "warn", f"{settings.BASE_URL} is not https: passwords would travel in the clear",
            "Put a proxy with a certificate in front and set TRELLIS_URL=https://... and TRELLIS_BEHIND_PROXY=1.",
        )  # fmt: skip
    return Finding("address", "ok", settings.BASE_URL)


def _deployment() -> Finding:
    """Django's own list for production, nothing silenced. Without https it cannot be clean; that was said above."""
    try:
        call_command("check", deploy=True, fail_level="WARNING", stdout=StringIO(), stderr=StringIO())
    except CommandError:
        ids = sorted({message.id or "?" for message in checks.run_checks(include_deployment_checks=True)})
        return Finding(
            "deployment", "fail" if settings.HTTPS else "warn", f"Django objects: {', '.join(ids)}",
            "python manage.py check --deploy says it at length." if settings.HTTPS else "Cured by https.",
        )  # fmt: skip
    return Finding("deployment", "ok", "Django's list for production has no objection")


def _mail() -> Finding:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return Finding("mail", "warn", "is not sent in this set-up", "Use the shipped settings.")
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=5) as server:
            server.noop()
    except OSError as error:
        return Finding(
            "mail", "warn", f"{where} does not answer ({type(error).__name__}); invitations cannot be sent",
            "Set SMTP_HOST and SMTP_PORT. Mail that is due is kept and tried again.",
        )  # fmt: skip
    return Finding("mail", "ok", f"{where} answers")


def _static() -> Finding:
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return Finding("static files", "fail", "are not collected", "Run `trellis init`.")
    return Finding("static files", "ok", str(settings.STATIC_ROOT))


def _model() -> Finding:
    """The model that reads goals, loaded and tried on every skill of the list."""
    what = "model for goals"
    try:
        reader = semantic.reader()
    except semantic.ModelUnusable as refusal:
        return Finding(
            what, "fail", f"cannot be used: {refusal} No round is solved.",
            f"Run `make semantic`, and put model.onnx and tokenizer.json into {settings.SEMANTIC_MODEL} "
            "(docs/how-to/read-goals-with-a-model.md); or take TRELLIS_SEMANTIC_MODEL out of the environment.",
        )  # fmt: skip
    files = ", ".join(f"{name} {sha[:16]}" for name, sha in (reader.files if reader else {}).items())
    return Finding(what, "ok", f"reads, from a likeness of {settings.SEMANTIC_THRESHOLD / 1000:.3f} on ({files})")
