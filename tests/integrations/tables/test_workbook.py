from datetime import datetime

import pytest

from tests.samples import workbooks
from tests.samples.directory import HEADER, people
from trellis.integrations.tables import Unreadable, read_table

ROWS = [list(row.values()) for row in people(5)]
SOUND = workbooks.workbook([HEADER, *ROWS])


def refusal(content: bytes, *, name: str = "people.xlsx") -> str:
    with pytest.raises(Unreadable) as refused:
        read_table(name=name, content=content)
    return str(refused.value)


def test_rows_are_the_same_as_from_text() -> None:
    table = read_table(name="people.xlsx", content=SOUND)

    assert table.header == HEADER
    assert [cells for _line, cells in table.rows] == ROWS
    assert table.read_as == "Excel workbook"


def test_cells_become_text_as_a_csv_would_hold_them() -> None:
    content = workbooks.workbook(
        [["id", "level", "part", "hired", "full"], [10432, 4.0, 0.5, datetime(2024, 2, 29), True]]  # noqa: DTZ001  # as Excel keeps it
    )

    assert read_table(name="p.xlsx", content=content).rows == [(2, ["10432", "4", "0.5", "2024-02-29", "yes"])]


def test_lines_are_the_rows_of_the_sheet() -> None:
    content = workbooks.workbook([["id", "name"], ["1", "Ana"], ["", ""], ["2", "Bo"]], first_row=3)

    assert read_table(name="p.xlsx", content=content).rows == [(5, ["1", "Ana"]), (7, ["2", "Bo"])]


def test_workbook_named_csv_is_refused() -> None:
    assert refusal(SOUND, name="people.csv") == "This is an Excel workbook; rename or upload as .xlsx."


def test_bomb_is_refused_by_its_declared_size() -> None:
    message = refusal(workbooks.bomb(SOUND, megabytes=271))

    assert message == ("Unpacked size 271 MB exceeds 100 MB. Save the one sheet that is needed as a new workbook.")


DAMAGED = "The workbook is damaged and cannot be opened. Open it in Excel and save it again as .xlsx."


def test_lie_about_the_unpacked_size_is_found() -> None:
    assert refusal(workbooks.lying_about_size(SOUND, workbooks.SHEET)) == DAMAGED


def test_cut_off_workbook_is_refused() -> None:
    assert refusal(SOUND[: len(SOUND) // 2]) == DAMAGED


def test_sheet_that_is_no_xml_is_refused() -> None:
    assert refusal(workbooks.with_part(SOUND, workbooks.SHEET, b"<sheetData><row>")) == DAMAGED


def test_one_cell_in_the_far_corner_is_refused_before_it_is_laid_out() -> None:
    sheet = workbooks.part_of(SOUND, workbooks.SHEET).replace(b'r="R6"', b"r = 'XFD1048576'")

    message = refusal(workbooks.with_part(SOUND, workbooks.SHEET, sheet))

    assert message == (
        "The sheet reaches to cell XFD1048576; the limit is 200,000 rows and 100 columns. "
        "Delete what stands far outside the table."
    )


def test_place_that_cannot_be_read_is_refused() -> None:
    sheet = workbooks.part_of(SOUND, workbooks.SHEET).replace(b'r="R6"', b'r="&#88;FD1"')

    assert refusal(workbooks.with_part(SOUND, workbooks.SHEET, sheet)) == DAMAGED


def test_sheet_in_another_encoding_is_refused() -> None:
    sheet = workbooks.part_of(SOUND, workbooks.SHEET) + "<x>".encode("utf-16")

    assert refusal(workbooks.with_part(SOUND, workbooks.SHEET, sheet)) == DAMAGED


def test_long_text_repeated_in_many_cells_is_refused() -> None:
    cells = b"".join(b'<c r="A%d" t="s"><v>0</v></c>' % row for row in range(1, 100_001))
    sheet = b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"
    content = workbooks.with_part(SOUND, workbooks.SHEET, sheet)

    message = refusal(workbooks.with_part(content, "xl/sharedStrings.xml", b"<si><t>" + b"x" * 32_000 + b"</t></si>"))

    assert message == "The workbook is too large to open safely. Save it as CSV UTF-8 and upload that."


def test_encrypted_workbook_is_refused() -> None:
    message = "Workbook is encrypted. Save it without a password, then upload it again."

    assert refusal(workbooks.encrypted()) == message


def test_old_workbook_is_refused() -> None:
    message = "This is an old Excel workbook (.xls). Save it as .xlsx or as CSV UTF-8."

    assert refusal(workbooks.OLE_MAGIC + b"\0" * 600, name="people.xls") == message


def test_header_only_is_refused() -> None:
    assert refusal(workbooks.workbook([HEADER])) == "The file has a header but no rows."


def test_empty_sheet_is_refused() -> None:
    assert refusal(workbooks.workbook([])) == "The file is empty. Choose the file that holds the rows."
