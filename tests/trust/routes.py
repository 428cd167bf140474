"""Every address of the product: who may enter, whose object it names, and how to fill it in for a world.

`audience` comes from the view; this table adds whose object an address with arguments names. A new address without
a line here fails the suite.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.trust.world import World
from trellis.web.access import Audience

EVERYBODY = frozenset(
    {
        "mentee", "mentor", "bystander", "people_manager", "programme_manager", "other_programme_manager",
        "programme_analyst", "analyst", "admin", "safeguarding", "executive",
    }
)  # fmt: skip
PARTIES = frozenset({"mentee", "mentor"})
RUNS = frozenset({"programme_manager"})
READS = RUNS | {"programme_analyst", "analyst"}

ENTER: dict[Audience, frozenset[str]] = {
    Audience.ANYONE: EVERYBODY | {"nobody", "left"},
    Audience.ACCOUNT: EVERYBODY | {"left"},
    Audience.MEMBER: EVERYBODY,
    Audience.PROGRAMME_READER: READS | {"other_programme_manager", "admin"},
    Audience.PROGRAMME_MANAGER: RUNS | {"other_programme_manager", "admin"},
    Audience.ADMIN: frozenset({"admin"}),
    Audience.ADMIN_OR_MANAGER: RUNS | {"other_programme_manager", "admin"},
    Audience.PEOPLE_MANAGER: frozenset({"people_manager"}),
    Audience.EXECUTIVE: frozenset({"executive"}),
}


@dataclass(frozen=True)
class Address:
    """One route by its full name in the resolver."""

    name: str
    pattern: str
    arguments: tuple[str, ...]
    audience: Audience | None
    view: str


def addresses() -> list[Address]:
    """All routes of the product itself, in the resolver's order. Libraries' own pages are listed apart."""
    return [address for address in _walk(get_resolver(), "") if not address.view.startswith(LIBRARIES)]


LIBRARIES = ("allauth.", "django.views.static")


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Address]:
    for each in resolver.url_patterns:
        text = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each, text)
        elif isinstance(each, URLPattern):
            view = each.callback
            yield Address(
                each.name or "", text, tuple(each.pattern.converters),
                getattr(view, "trellis_audience", None), f"{view.__module__}.{getattr(view, '__name__', '')}",
            )  # fmt: skip


def fill(address: Address, world: World) -> str | None:
    """The address with the world's own ids, or None where it has no object to name."""
    values = OBJECTS.get(address.name)
    if not address.arguments:
        return reverse(address.name)
    if values is None:
        return None
    return reverse(address.name, kwargs={name: _value(world, source) for name, source in values.ids.items()})


def _value(world: World, source: str) -> str | int:
    return world.ids[source[1:]] if source.startswith("@") else source


def readable_paths(world: World) -> list[str]:
    """Every address that a GET may try, filled in with this world's ids."""
    paths = [fill(address, world) for address in addresses() if address.name]
    return [path for path in paths if path and "sign-out" not in path]


@dataclass(frozen=True)
class Object:
    """Whose object an address names, and how its arguments are filled: "@x" from the world's ids, else as written."""

    seen_by: frozenset[str]
    ids: dict[str, str]


OBJECTS: dict[str, Object] = {}
