from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ModuleCompleted(Event):
    person_id: int
    module: str
