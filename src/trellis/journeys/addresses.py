"""Where a step leads. Route names are a published contract; the pages themselves live on the web floor."""

from django.urls import NoReverseMatch, reverse


def address(name: str, *args: object) -> str:
    """The address of a page; a dead link where an installation does not have the page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return "#"
