"""What happens to a programme itself. Ids, states and names of fields only."""

from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ProgrammeCreated(Event):
    programme_id: int
    template: str


@dataclass(frozen=True, kw_only=True)
class ProgrammeChanged(Event):
    """Settings changed; `fields` names them, parted by commas."""

    programme_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class ProgrammeMoved(Event):
    """The programme's status changed."""

    programme_id: int
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class TermsChanged(Event):
    """New terms: everybody who takes part is asked again."""

    programme_id: int
    version: int
