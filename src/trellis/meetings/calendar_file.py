"""One meeting as an iCalendar file (RFC 5545), written by hand: a dozen properties do not need a library.

The title is neutral unless the person asks for more: whoever sees a calendar entry learns that its owner is busy,
not that they have a mentor. Text is escaped and folded, so that nothing in a topic can become a property of its own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

FOLD_AT = 75  # octets


@dataclass(frozen=True)
class CalendarEntry:
    """`uid` never changes for one meeting and `sequence` rises with each change of it: so a calendar that has the
    meeting already moves or strikes it out instead of adding another. `stamp`: when the file was made."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    stamp: datetime
    description: str = ""
    place: str = ""
    sequence: int = 0
    cancelled: bool = False


def calendar_file(entry: CalendarEntry) -> str:
    """The file's text, lines ended with CR LF."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Trellis//Meetings//EN", "METHOD:PUBLISH", "BEGIN:VEVENT",
        f"UID:{escaped(entry.uid)}",
        f"DTSTAMP:{_utc(entry.stamp)}",
        f"DTSTART:{_utc(entry.starts_at)}",
        f"DTEND:{_utc(entry.ends_at)}",
        f"SEQUENCE:{entry.sequence}",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        f"SUMMARY:{escaped(entry.title)}",
    ]  # fmt: skip
    if entry.description:
        lines.append(f"DESCRIPTION:{escaped(entry.description)}")
    if entry.place:
        lines.append(f"LOCATION:{escaped(entry.place)}")
    lines += ["CLASS:PRIVATE", "END:VEVENT", "END:VCALENDAR"]
    return "".join(folded(line) + "\r\n" for line in lines)


def escaped(text: str) -> str:
    """TEXT of RFC 5545, 3.3.11. Line breaks of every kind become the two characters \\n; other controls are dropped."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = "\\n".join(text.splitlines())
    return "".join(sign for sign in text if sign >= " " and sign != "\x7f")


def folded(line: str) -> str:
    """Lines of at most 75 octets, broken between characters and continued with a blank (3.1)."""
    parts, part, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > FOLD_AT:
            parts.append(part)
            part, size = " ", 1
        part += sign
        size += octets
    return "\r\n".join([*parts, part])


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
