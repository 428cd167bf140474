"""Asking once more before a change that reaches people: the same form comes back with everything that was sent."""

from django.http import HttpRequest, QueryDict

from trellis.programmes.actions.settings import Touched
from trellis.web.lookup import whole_number

OWN = ("csrfmiddlewaretoken", "confirm", "change")


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when that is nothing; None on a first visit."""
    return request.POST if request.method == "POST" else None


def sent(request: HttpRequest) -> bool:
    """A form was sent to be saved; with "change" it only comes back to be worked on."""
    return request.method == "POST" and "change" not in request.POST


def confirmed(request: HttpRequest) -> bool:
    return "confirm" in request.POST


def asks_first(request: HttpRequest, touched: Touched) -> bool:
    return bool(touched) and not confirmed(request)


def turned_back(request: HttpRequest) -> bool:
    """The question was answered with "back", where there is no form to go back to."""
    return "change" in request.POST


def seen(request: HttpRequest) -> int:
    """The last change of the settings that the page had seen when it was opened; 0 where it does not say."""
    return whole_number(request.POST.get("seen", ""))


def posted_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent, to be sent again; a list stays a list."""
    return [(name, value) for name, values in request.POST.lists() for value in values if name not in OWN]
