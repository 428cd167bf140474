"""The refusal: how an action says no in words that a person can act on."""

from django.utils.functional import Promise


class Refusal(Exception):
    """An action will not do what was asked.

    `message` is shown to the person as it stands: what is wrong, where, and how to cure it.
    Subclasses live beside the action that raises them and name the refusal itself.
    """

    def __init__(self, message: str | Promise, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refusal):
    """The acting person has no right to do this. Pages answer with the no-permission page."""
