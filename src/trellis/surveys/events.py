from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PackSettled(Event):
    """A person answered or declined a pack; which of the two is not said."""

    person_id: int
    pack: str
    context: str
