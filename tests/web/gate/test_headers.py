"""What every answer says to the browser, and what the shipped settings promise."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache.backends.db import DatabaseCache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from trellis.people.models import Person

ROOT = Path(__file__).parents[3]
SIGNED_IN = ("notices", "account_settings", "account_security", "account_sessions", "account_data", "account_mail")


def test_policy_allows_nothing_inline(client: Client, db: None) -> None:
    policy = client.get(reverse("sign_in"))["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy


@pytest.mark.parametrize("path", ["/sign-in/", "/no-such-page/", "/offline", "/health", "/invitation/x/"])
def test_every_answer_carries_the_headers(client: Client, db: None, path: str) -> None:
    response = client.get(path)

    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize("name", SIGNED_IN)
def test_pages_of_a_person_are_kept_nowhere(client: Client, person: Person, name: str) -> None:
    assert person.account is not None
    client.force_login(person.account)

    response = client.get(reverse(name))

    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")


@pytest.mark.parametrize(
    "path", ["/sign-in/", "/sign-in/help/", "/invitation/x/", "/sign-in/link/x/", "/no-such-page/"]
)
def test_pages_before_the_sign_in_are_kept_nowhere(client: Client, db: None, path: str) -> None:
    """They show the address somebody typed, or the name an invitation is for: devices are shared."""
    assert client.get(path)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", ["sign_in", *SIGNED_IN])
def test_pages_have_no_inline_style_script_or_handler(client: Client, person: Person, name: str) -> None:
    if name != "sign_in":
        assert person.account is not None
        client.force_login(person.account)
    page = client.get(reverse(name)).content.decode()

    assert "<script>" not in page
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_cookies_cannot_be_read_by_scripts() -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"


def test_limits_are_counted_in_a_cache_that_processes_share() -> None:
    shipped = import_module("trellis.config.settings.base")

    cache = shipped.CACHES["default"]
    assert cache["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    assert cache["OPTIONS"]["MAX_ENTRIES"] >= 100_000  # Django's own 300 would throw live codes and counts away


def test_codes_of_a_busy_morning_are_all_kept(db: None) -> None:
    """Five hundred who ask for a code at once find theirs, with the cache as shipped."""
    shipped = import_module("trellis.config.settings.base").CACHES["default"]
    call_command("createcachetable", "shared_cache_of_test", verbosity=0)
    kept = DatabaseCache("shared_cache_of_test", {**shipped})

    for number in range(500):
        kept.set(f"code:{number}", number, 900)

    assert [kept.get(f"code:{number}") for number in range(500)] == list(range(500))


def test_check_deploy_is_silent_with_the_shipped_settings(tmp_path: Path) -> None:
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "trellis.config.settings.base", "TRELLIS_DATA": str(tmp_path),
        "TRELLIS_URL": "https://mentoring.example.org",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
    }  # fmt: skip
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the browser tests set it for themselves
    run = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (run.returncode, run.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), run.stderr


@pytest.mark.parametrize(
    "path",
    [
        "/account/login/", "/account/logout/", "/account/signup/", "/account/email/", "/account/password/reset/",
        "/account/password/change/", "/account/2fa/", "/accounts/login/", "/account/inactive/",
    ],
)  # fmt: skip
def test_pages_of_allauth_that_we_do_not_use_do_not_exist(client: Client, person: Person, path: str) -> None:
    assert person.account is not None
    client.force_login(person.account)

    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
