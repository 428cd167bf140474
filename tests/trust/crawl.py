"""Follow every link that a person is shown, the way a curious person would."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from tests.trust.world import World

LINK = re.compile(r"""(?:href|src|action|hx-get)=["']([^"'#]+)""")
MOST_PAGES = 600
MOST_PER_ROUTE = 12  # more than the worlds have of anything; the gallery alone has more pages, all of them public
LEFT_OUT = ("/static/", "/account/logout", "/sign-out")


@dataclass(frozen=True)
class Seen:
    path: str
    status: int
    text: str


def signed_in(world: World, name: str | None) -> Client:
    """A browser of one of the world's people; None = nobody signed in."""
    client = Client(raise_request_exception=True)
    if name is not None:
        account = world.people[name].account
        assert account is not None
        client.force_login(account)
    return client


def crawl(client: Client, starts: Iterable[str]) -> Iterator[Seen]:
    """Every page reachable from `starts` by links, forms' addresses and htmx fragments, each once."""
    waiting = deque(starts)
    known = set(waiting)
    per_route = Counter(_route(path) for path in known)
    for _ in range(MOST_PAGES):
        if not waiting:
            return
        path = waiting.popleft()
        answer = client.get(path)
        text = (
            b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode(errors="replace")
        )
        yield Seen(path, answer.status_code, text)
        if answer.status_code in {301, 302, 303}:
            found = [answer["Location"]]
        else:
            found = [unescape(link) for link in LINK.findall(text)]
        for link in found:
            target = urlsplit(urljoin(f"http://testserver{path}", link))
            address = target.path + (f"?{target.query}" if target.query else "")
            if target.netloc != "testserver" or address in known or target.path.startswith(LEFT_OUT):
                continue
            known.add(address)
            per_route[_route(address)] += 1
            if per_route[_route(address)] <= MOST_PER_ROUTE:
                waiting.append(address)
    raise AssertionError(f"more than {MOST_PAGES} pages: the crawl does not end; last {path}")


def _route(address: str) -> str:
    """What pages of one kind have in common."""
    try:
        return resolve(urlsplit(address).path).route
    except Resolver404:
        return address
