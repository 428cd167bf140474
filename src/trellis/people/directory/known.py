from datetime import date
from typing import NamedTuple


class Known(NamedTuple):
    """Somebody who is in the directory already; the names are Person's columns."""

    id: int
    external_id: str
    email: str
    given_name: str
    family_name: str
    preferred_name: str
    job_title: str
    level: int | None
    unit: str
    location: str
    time_zone: str
    languages: list[str]
    hired_on: date | None
    promoted_on: date | None
    left_on: date | None
    full_time: bool
    manager_id: int | None
    status: str

    @property
    def name(self) -> str:
        return f"{self.preferred_name or self.given_name} {self.family_name}".strip()

    @property
    def has_number(self) -> bool:
        """False for somebody added by e-mail alone: the address stands in for the ID until a file brings it."""
        return self.external_id.lower() != self.email.lower()
