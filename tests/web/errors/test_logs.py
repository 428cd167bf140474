"""What the log keeps of an error: where and of which kind, never what somebody wrote."""

import logging
import sys

import pytest

from trellis.config.logs import Discreet
from trellis.config.settings import base


def written(message: str, *values: object) -> str:
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, values, sys.exc_info())
    return Discreet().format(record)


def test_error_is_logged_as_places_and_kinds() -> None:
    try:
        try:
            raise ValueError("DETAIL: Failing row contains (7, canary)")
        except ValueError as error:
            raise RuntimeError("canary") from error
    except RuntimeError:
        line = written("Internal Server Error: %s", "/goals/7/")

    assert "canary" not in line
    assert line.startswith("Internal Server Error: /goals/7/\nbuiltins.RuntimeError\n")
    assert "builtins.ValueError" in line
    assert "web/errors/test_logs.py:" in line


@pytest.mark.parametrize(
    "path", ["/invitation/s3cret-t0ken/", "/sign-in/link/s3cret-t0ken/", "/invitation/s3cret-t0ken"]
)
def test_address_that_lets_somebody_in_is_not_logged(path: str) -> None:
    line = written("Forbidden (CSRF token missing.): %s", path)

    assert "s3cret" not in line
    assert line.startswith(f"Forbidden (CSRF token missing.): {path.split('s3cret')[0]}...")


def test_shipped_settings_write_every_log_like_this() -> None:
    names = {handler["formatter"] for handler in base.LOGGING["handlers"].values()}

    assert {base.LOGGING["formatters"][name]["()"] for name in names} == {"trellis.config.logs.Discreet"}
    assert all("handlers" not in logger for logger in base.LOGGING["loggers"].values())
