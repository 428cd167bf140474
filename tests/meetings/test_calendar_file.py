from dataclasses import replace
from datetime import UTC, datetime

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from trellis.meetings.calendar_file import CalendarEntry, calendar_file, escaped, folded

AT = datetime(2026, 11, 26, 10, tzinfo=UTC)


def entry(title: str = "Meeting", description: str = "", place: str = "") -> CalendarEntry:
    return CalendarEntry("meeting-1@trellis.example", AT, AT.replace(minute=50), title, AT, description, place)


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_calendar_file_is_one_event_in_utc() -> None:
    assert calendar_file(entry()).split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Trellis//Meetings//EN", "METHOD:PUBLISH", "BEGIN:VEVENT",
        "UID:meeting-1@trellis.example", "DTSTAMP:20261126T100000Z", "DTSTART:20261126T100000Z",
        "DTEND:20261126T105000Z", "SEQUENCE:0", "STATUS:CONFIRMED", "SUMMARY:Meeting",
        "CLASS:PRIVATE", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip


def test_a_called_off_meeting_strikes_out_what_the_calendar_has() -> None:
    kept, struck = (
        unfolded(calendar_file(replace(entry(), sequence=number, cancelled=off)))
        for number, off in [(1, False), (2, True)]
    )

    assert [line for line in kept if line not in struck] == ["SEQUENCE:1", "STATUS:CONFIRMED"]
    assert [line for line in struck if line not in kept] == ["SEQUENCE:2", "STATUS:CANCELLED"]


def test_calendar_file_keeps_a_title_with_line_breaks_in_one_property() -> None:
    text = calendar_file(entry(title="Hello\r\nATTENDEE:mailto:evil@example.org", place="A\nORGANIZER:x"))

    lines = unfolded(text)
    assert "SUMMARY:Hello\\nATTENDEE:mailto:evil@example.org" in lines
    assert "LOCATION:A\\nORGANIZER:x" in lines
    assert [line for line in lines if line.startswith(("ATTENDEE", "ORGANIZER"))] == []


def test_escaped_marks_what_has_a_meaning() -> None:
    assert escaped("a,b;c\\d") == "a\\,b\\;c\\\\d"
    assert escaped("a\x00b\x0bc\u2028d\x85e") == "ab\\nc\\nd\\ne"


@given(st.text())
def test_calendar_file_of_any_text_has_only_its_own_lines(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()

    lines = calendar_file(entry(title=clean, description=clean, place=clean)).split("\r\n")

    names = [line.split(":")[0] for line in lines if line and not line.startswith(" ")]
    assert all(len(line.encode()) <= 75 for line in lines)
    assert set(names) <= {
        "BEGIN", "VERSION", "PRODID", "METHOD", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION",
        "LOCATION", "CLASS", "SEQUENCE", "STATUS", "END",
    }  # fmt: skip
    assert all(sign >= " " for sign in "".join(lines))


def test_folded_breaks_between_characters_and_can_be_joined_again() -> None:
    line = "SUMMARY:" + "é" * 100

    assert folded(line).replace("\r\n ", "") == line
    assert [len(part.encode()) <= 75 for part in folded(line).split("\r\n")] == [True, True, True]


PLAIN = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")))


@given(PLAIN, PLAIN, PLAIN, st.booleans())
def test_calendar_file_is_read_back_as_written_by_a_calendar(title: str, words: str, place: str, off: bool) -> None:
    """By a parser that others wrote."""
    asked = replace(entry(title, words, place), sequence=3, cancelled=off)

    (event,) = icalendar.Calendar.from_ical(calendar_file(asked)).walk("VEVENT")

    assert event.errors == []
    assert (event["SUMMARY"], event.get("DESCRIPTION", ""), event.get("LOCATION", "")) == (title, words, place)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (asked.uid, 3, "CANCELLED" if off else "CONFIRMED")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (asked.starts_at, asked.ends_at)
