"""Where a step leads. Route names are a published contract; the pages themselves live on the web floor."""

from django.urls import reverse


def address(name: str, *args: object) -> str:
    """The address of a page, with what it names; shorter to read in a table of steps than `reverse`."""
    return reverse(name, args=args)
