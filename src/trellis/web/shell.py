"""What every page shows around its content: the places a person can go, and what waits for them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trellis.mentorships.queries import places_of
from trellis.notifications.queries import unread_count
from trellis.people import rules as people_rules
from trellis.people.models import Person
from trellis.programmes.queries import programmes_in_menu


@dataclass(frozen=True)
class Place:
    label: str | Promise
    icon: str
    path: str
    current: bool = False


@dataclass(frozen=True)
class Shell:
    main: list[Place] = field(default_factory=list)
    mentoring: list[Place] = field(default_factory=list)
    leading: list[Place] = field(default_factory=list)
    managing: list[Place] = field(default_factory=list)
    organisation: list[Place] = field(default_factory=list)
    unread: int = 0


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` with the menu of the signed-in person, and the demo switch."""
    person: Person | None = getattr(request, "person", None)
    context: dict[str, Any] = {"demo": settings.DEMO, "person": person}
    if person is not None and person.onboarded_at is not None:
        context["shell"] = _shell_of(person, request.path)
    return context


def _place(label: str | Promise, icon: str, path: str, at: str) -> Place:
    inside = at == path if path == "/" else at.startswith(path)
    return Place(label, icon, path, current=inside)


def _shell_of(person: Person, at: str) -> Shell:
    main = [
        _place(_("Home"), "house", reverse("home"), at),
        _place(_("Meetings"), "calendar-days", reverse("meetings"), at),
        _place(_("Goals"), "target", reverse("goals"), at),
        _place(_("Messages"), "message-circle", reverse("messages"), at),
        _place(_("Programmes"), "compass", reverse("programmes"), at),
    ]
    mentoring = [
        _place(_("You and %(name)s") % {"name": place.partner}, "handshake", reverse("mentorship", args=[place.id]), at)
        for place in places_of(person)
    ]
    leading = [
        *([_place(_("Your team"), "users", reverse("team"), at)] if people_rules.is_people_manager(person) else []),
        *(
            [_place(_("Report"), "chart-column", reverse("executive_report"), at)]
            if people_rules.is_executive(person)
            else []
        ),
    ]
    managing = list(_managing_places(person, at))
    return Shell(main, mentoring, leading, managing, list(_organisation_places(person, at)), unread_count(person))


def _managing_places(person: Person, at: str) -> Iterable[Place]:
    """The programmes somebody runs, and the page of all they may read: it is where the first one is made."""
    programmes = programmes_in_menu(person)
    for programme in programmes:
        yield _place(
            programme.name, "layout-dashboard", reverse("programme_overview", args=[programme.slug]), at
        )  # fmt: skip
    if programmes or people_rules.is_admin(person) or people_rules.is_analyst(person):
        path = reverse("manage")
        yield Place(_("All programmes"), "layers", path, current=at == path)


def _organisation_places(person: Person, at: str) -> Iterable[Place]:
    if not people_rules.is_admin(person):
        return
    yield _place(_("People"), "users", reverse("organisation_people"), at)
    yield _place(_("Import"), "upload", reverse("directory_imports"), at)
    yield _place(_("Roles"), "shield", reverse("organisation_roles"), at)
    yield _place(_("Audit log"), "scroll-text", reverse("audit_log"), at)
    yield _place(_("Jobs"), "activity", reverse("jobs"), at)
    yield _place(_("Settings"), "settings", reverse("organisation_settings"), at)
