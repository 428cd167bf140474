"""Where an installation keeps what is its own: database file, uploads, keys. TRELLIS_DATA, or ./data."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet


def data_folder() -> Path:
    folder = Path(os.environ.get("TRELLIS_DATA", "data")).resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _kept(file: Path, fresh: str) -> str:
    """The content of `file`, written readable by its owner alone the first time it is asked for."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as handle:
        handle.write(fresh + "\n")
    return fresh


def secret_key(folder: Path) -> str:
    return os.environ.get("TRELLIS_SECRET_KEY") or _kept(folder / "secret.key", secrets.token_urlsafe(64))


def field_keys(folder: Path) -> list[str]:
    """Keys of encrypted fields, newest first. To rotate, put a new line on top of field.keys."""
    given = os.environ.get("TRELLIS_FIELD_KEYS")
    text = given.replace(",", "\n") if given else _kept(folder / "field.keys", Fernet.generate_key().decode())
    return [line.strip() for line in text.splitlines() if line.strip()]


def database_from_url(url: str, folder: Path) -> dict[str, Any]:
    """Django's settings for DATABASE_URL: empty = SQLite in the data folder, or postgresql://user:word@host:port/name."""
    if not url:
        return sqlite(folder / "trellis.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(
            f"DATABASE_URL starts with {parts.scheme}://; use postgresql:// or sqlite://, or leave it out."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def host_of(url: str) -> str:
    """The host of TRELLIS_URL, as ALLOWED_HOSTS spells it."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ValueError(f"TRELLIS_URL is {url}; it must be like https://mentoring.example.org, without a path.")
    return f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname


def contact_address(text: str) -> str:
    """A page's or mailbox's address in full: RFC 9116 wants mailto: before an e-mail."""
    text = " ".join(text.split())
    return f"mailto:{text}" if text and ":" not in text else text


def sqlite(file: Path) -> dict[str, Any]:
    """IMMEDIATE, because a transaction that reads and then writes would otherwise meet "database is locked"."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=" + os.environ.get("TRELLIS_SQLITE_SYNC", "FULL") + ";"
                "PRAGMA foreign_keys=ON;PRAGMA temp_store=MEMORY;PRAGMA cache_size=-20000;"
            ),
        },
        "TEST": {"NAME": str(file.parent / "test.sqlite3")},
    }
