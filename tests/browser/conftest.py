"""One Chromium for the whole run; a page per test; everything it complains about is kept."""

import os
import shutil
from collections.abc import Iterator
from importlib.resources import files

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from trellis.people.models import Person

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def chromium() -> str | None:
    found = (os.environ.get("CHROMIUM"), *(shutil.which(name) for name in NAMES), MAC if os.path.exists(MAC) else None)
    return next((path for path in found if path), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if chromium() is None:
                item.add_marker(
                    pytest.mark.skip(reason="NO CHROMIUM FOUND: BROWSER TESTS ARE NOT RUN. Set CHROMIUM=path.")
                )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's loop makes Django believe that it runs in an async context; the tests are plain and synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's source, evaluated in the page (a script tag would rightly be refused by our CSP)."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


class Visitor:
    """A person at a browser. `complaints` holds console errors, CSP refusals and failed requests."""

    def __init__(self, browser: Browser, server: LiveServer, *, script: bool = True) -> None:
        self.server = server
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=script,
            viewport={"width": 1366, "height": 900},
            base_url=server.url,
            reduced_motion="reduce",
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(8_000)
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def _console(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in {"error", "warning"} and "status of 40" not in text:
            self.complaints.append(f"{self.page.url}: {text}")

    def sign_in(self, person: Person) -> "Visitor":
        """Hand the browser a session, as if the person had come through the sign-in page."""
        client = Client()
        assert person.account is not None
        client.force_login(person.account)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.server.url}])
        return self

    def go(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def visitors(browser: Browser, live_server: LiveServer) -> Iterator["Visitors"]:
    made = Visitors(browser, live_server)
    yield made
    made.close()


class Visitors:
    """Makes visitors and closes them when the test ends."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self.browser = browser
        self.server = server
        self.made: list[Visitor] = []

    def new(self, person: Person | None = None, *, script: bool = True) -> Visitor:
        visitor = Visitor(self.browser, self.server, script=script)
        self.made.append(visitor)
        return visitor.sign_in(person) if person else visitor

    def close(self) -> None:
        for visitor in self.made:
            visitor.close()
