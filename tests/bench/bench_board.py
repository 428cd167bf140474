"""The review board of 500 pairs: the server's part alone, then until the cards can be used, in a slowed-down browser.

"Ready" is the first frame after the page has been read, its scripts have run and its cards stand on it. The slow-down
(Chromium's own, 4 times) is of the browser only: the server answers at its full speed, as on another machine.
"""

import gzip
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import QUIET, Visitor, chromium
from tests.factories.matching import SKILLS, World, a_round, a_world
from tests.factories.people import OrganisationFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.models import Round
from trellis.programmes.choices import Side

PAIRS, RUNS = 500, 7
GOALS = ("Better at negotiation", "Speaking in public", "Agile delivery and internal control", "")
STAMP = """addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => setTimeout(() => {
  performance.mark("ready", { detail: document.querySelectorAll(".mrow").length }); })));"""
READ = """() => {
  const [seen] = performance.getEntriesByType("navigation"), [ready] = performance.getEntriesByName("ready");
  return { ready: ready.startTime, answered: seen.responseStart, cards: ready.detail,
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    nodes: document.querySelectorAll("*").length };
}"""


def crowd() -> tuple[World, Round]:
    """A solved round of 500 pairs, each with reasons and a gap, as a manager sees it first."""
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        world = a_world(organisation, mentees=0, mentors=0)
        for number in range(2 * PAIRS):
            side = (Side.MENTEE, Side.MENTOR)[number % 2]
            skills = {SKILLS[number % 5]: 2 + number % 3, SKILLS[number * number % 5]: 3}
            enrolled = world.enrol(side, skills=skills.items(), goal=GOALS[number % 4])
            enrolled.person.job_title = ("Pricing analyst", "Director of Revenue")[number % 2]
            enrolled.person.save()
        return world, a_round(world)


def on_the_server(world: World, path: str) -> str:
    """CPU time of one answer, its queries and its size."""
    client = Client()
    assert world.manager.account is not None
    client.force_login(world.manager.account)
    client.get(path)
    spent = []
    for _ in range(RUNS):
        start = time.process_time()
        body = client.get(path).content
        spent.append(1000 * (time.process_time() - start))
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    sizes = f"{len(body) / 1024:.0f} KiB, {len(gzip.compress(body)) / 1024:.1f} compressed"
    return f"{statistics.median(spent):.0f} ms CPU on the server ({len(queries)} queries), {sizes}"


def once(page: Page, path: str) -> dict[str, Any]:
    page.goto(path)
    page.wait_for_function("performance.getEntriesByName('ready').length")
    figures: dict[str, Any] = page.evaluate(READ)
    return figures


def in_a_browser(world: World, path: str, address: str) -> Iterator[str]:
    """Medians with and without the slow-down; a first look at the page fills the browser's cache."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # as in the browser tests
    with sync_playwright() as playwright, ExitStack() as stack:
        launched = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        stack.callback(launched.close)
        visitor = Visitor(launched, LiveServer(address))
        stack.callback(visitor.server.stop)
        page = visitor.sign_in(world.manager).page
        page.add_init_script(STAMP)
        slower = visitor.context.new_cdp_session(page)
        for rate in (1, 4):
            slower.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            once(page, path)
            runs = [once(page, path) for _ in range(RUNS)]
            ready, answered, paint = (
                statistics.median(run[key] for run in runs) for key in ("ready", "answered", "paint")
            )
            most = max(run["ready"] for run in runs)
            browser = statistics.median(run["ready"] - run["answered"] for run in runs)
            yield (
                f"slow-down {rate} x: ready after {ready:.0f} ms (slowest of {RUNS}: {most:.0f}), of which "
                f"{answered:.0f} to the server's first byte and {browser:.0f} in the browser; first paint {paint:.0f}"
            )
        yield f"{runs[0]['cards']} cards and {runs[0]['nodes']} elements on the page"


def measure() -> Iterator[str]:
    if chromium() is None:
        yield "no Chromium found; set CHROMIUM=path"
        return
    world, found = crowd()
    path = reverse("round", args=[world.programme.slug, found.number])
    yield on_the_server(world, path)
    yield from in_a_browser(world, path, "localhost")
