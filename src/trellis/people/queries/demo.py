import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class DemoSignIn:
    """One person of the seeded demo whom a visitor may become with one click."""

    key: str
    label: str
    email: str
    who: str


def demo_sign_ins() -> list[DemoSignIn]:
    """Those that the demo's seed wrote down; nobody where there is no demo."""
    file = Path(settings.TRELLIS_DATA) / "demo_sign_ins.json"
    if not settings.DEMO or not file.exists():
        return []
    return [
        DemoSignIn(key=row["key"], label=row["label"], email=row["email"].lower(), who=row["who"])
        for row in json.loads(file.read_text())
    ]
