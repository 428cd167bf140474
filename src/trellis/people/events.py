from dataclasses import dataclass
from datetime import date

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonInvited(Event):
    invitation_id: int


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    grant_id: int


@dataclass(frozen=True, kw_only=True)
class SignInAddressMoved(Event):
    """The directory gave a person another e-mail, and they sign in with that from now on."""

    person_id: int
    old_address: str  # encrypted: an address is personal, and events are kept


@dataclass(frozen=True, kw_only=True)
class PersonLeft(Event):
    """Somebody of the directory has left the organisation; their sessions are ended."""

    person_id: int
    left_on: date


@dataclass(frozen=True, kw_only=True)
class DirectoryImported(Event):
    """A directory file was applied; how many people it added, changed and marked as left."""

    import_id: int
    created: int
    updated: int
    left: int
