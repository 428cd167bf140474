"""Two small files that fit together: people of the sample directory, and their sign-ups."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from tests.samples.directory import Row, as_csv, number, people

HEADER = ("employee_id", "role", "skills", "capacity", "goal", "working_style", "values", "availability")
SKILLS = ("Negotiation", "Internal control", "Agile delivery", "Presentation design", "Active listening")
STYLES = ("structured", "exploratory", "direct", "reflective")
SLOTS = ("Mon am; Tue pm", "Thu am; Tue pm", "Wed am; Thu am; Mon am")


def signup(place: int, role: str) -> Row:
    level = 1 + place % 2 if role == "mentee" else 4
    return {
        "employee_id": number(place), "role": role,
        "skills": f"{SKILLS[place % 5]}:{level}; {SKILLS[(place * 2 + 1) % 5]}:{level}",
        "capacity": "1" if role == "mentee" else str(1 + place % 2), "goal": f"Learn {SKILLS[place % 5].lower()}",
        "working_style": STYLES[place % 4], "values": "craft; learning", "availability": SLOTS[place % 3],
    }  # fmt: skip


def signups() -> list[Row]:
    """Twelve mentees and nine mentors; nobody of them has left."""
    return [signup(place, "mentee") for place in range(100, 112)] + [signup(place, "mentor") for place in range(8, 17)]


def directory() -> list[Row]:
    return people(115)


def write(folder: Path, people_rows: Sequence[Row], signup_rows: Sequence[Row]) -> tuple[Path, Path]:
    """Both files in a folder."""
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, fieldnames=HEADER)
    writer.writeheader()
    writer.writerows(signup_rows)
    files = folder / "people.csv", folder / "signups.csv"
    files[0].write_text(as_csv(people_rows), encoding="utf-8", newline="")
    files[1].write_text(target.getvalue(), encoding="utf-8", newline="")
    return files
