"""Names to handlers: what can be queued, how often it is tried, and what runs on a timer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TRIES_OF_A_DAY = 12  # for mail: outlasts a mail server that is down for a day
Handler = Callable[..., Any]  # handlers differ in their keyword arguments; the names test checks them


@dataclass(frozen=True)
class Entry:
    name: str
    handler: Handler
    attempts: int
    every_minutes: int


_entries: dict[str, Entry] = {}


def job(name: str, *, attempts: int = 3, every_minutes: int = 0) -> Callable[[Handler], Handler]:
    """Register a handler under "app.verb_noun".

    `attempts`: how often it may be begun, deaths of the worker included. Tries are 10 s, 40 s, 160 s ... apart,
    at most 6 h.
    `every_minutes`: also run on a timer, at whole multiples of that many minutes since midnight UTC.
    """
    assert attempts >= 1
    assert every_minutes >= 0

    def register(handler: Handler) -> Handler:
        assert name not in _entries, f"two jobs are called {name}"
        _entries[name] = Entry(name, handler, attempts, every_minutes)
        return handler

    return register


def entry_of(name: str) -> Entry:
    """The registered job; raises KeyError for a name nobody registered."""
    return _entries[name]


def attempts_of(name: str) -> int:
    """How often a job may be begun. A name this process does not know may be known to the worker."""
    return _entries[name].attempts if name in _entries else 3


def all_entries() -> list[Entry]:
    return sorted(_entries.values(), key=lambda entry: entry.name)
