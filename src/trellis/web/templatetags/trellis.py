"""Tags that every page may use; loaded as built-ins."""

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """A Lucide line icon, hidden from screen readers: words stand beside it, or a label on its button."""
    return SafeString(lucide(name, size=size, **{"class": "i icon", "aria-hidden": "true", "focusable": "false"}))


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and last word of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def tone(number: int) -> str:
    """One of four avatar colours for a person, the same on every page."""
    return ("", "b", "c", "d")[number % 4]


@register.filter
def city(zone: str) -> str:
    """A time zone as people call it: "Europe/London" is "London"."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
