"""Follow every link that a person is shown, the way a curious person would."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.test import Client

from tests.trust.world import World

LINK = re.compile(r"""(?:href|src|action|hx-get)=["']([^"'#]+)""")
MOST_PAGES = 400
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
            if target.netloc == "testserver" and address not in known and not target.path.startswith(LEFT_OUT):
                known.add(address)
                waiting.append(address)
    raise AssertionError(f"more than {MOST_PAGES} pages: the crawl does not end; last {path}")
