"""A small directory as an HR system would export it: names in several scripts, five levels of managers, leavers."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

HEADER = (
    "employee_id", "email", "first_name", "last_name", "preferred_name", "job_title", "level", "department", "location",
    "time_zone", "languages", "hire_date", "last_promotion_date", "termination_date", "manager_id",
    "employment_status", "gender", "full_time",
)  # fmt: skip
GIVEN = ("Amara", "Zoë", "Nguyễn Thị", "Łukasz", "Søren", "結衣", "Фатима", "João", "Siân", "O'Brien", "محمد", "Ana")
FAMILY = ("Okafor", "Brontë", "Hương", "Wiśniewski", "Kierkegård", "佐藤", "Иванова", "Gonçalves", "Müller", "Núñez")
PLACES = (("London", "Europe/London"), ("Kraków", "Europe/Warsaw"), ("Tokyo", "Asia/Tokyo"))
UNITS = ("Finance", "Engineering", "Sales, Europe", "Legal")
Row = dict[str, str]


def number(place: int) -> str:
    return f"E-{10000 + place}"


def person(place: int) -> Row:
    """The person at a place; everybody but the first reports to the person at a third of their place."""
    location, zone = PLACES[place % len(PLACES)]
    left = place % 40 == 39
    return {
        "employee_id": number(place), "email": f"e{place}@example.org", "first_name": GIVEN[place % len(GIVEN)],
        "last_name": FAMILY[place % len(FAMILY)], "preferred_name": "Sam" if place % 11 == 10 else "",
        "job_title": f"Specialist {place % 7}", "level": str(8 - min(place, 7) if place < 8 else 1 + place % 5),
        "department": UNITS[place % len(UNITS)], "location": location, "time_zone": zone,
        "languages": "English; French" if place % 2 else "English",
        "hire_date": (date(2015, 1, 1) + timedelta(days=place * 3 % 4000)).isoformat(), "last_promotion_date": "",
        "termination_date": "2026-03-31" if left else "", "manager_id": number(place // 3) if place else "",
        "employment_status": "terminated" if left else "active", "gender": "woman", "full_time": "yes",
    }  # fmt: skip


def people(count: int) -> list[Row]:
    return [person(place) for place in range(count)]


def as_csv(rows: Iterable[Mapping[str, str]], *, header: Sequence[str] = HEADER, separator: str = ",") -> str:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, fieldnames=header, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def changed(rows: Sequence[Row], place: int, **cells: str) -> list[Row]:
    """The same rows, one of them with other cells."""
    return [row | cells if position == place else row for position, row in enumerate(rows)]
