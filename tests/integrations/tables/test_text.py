import pytest

from tests.samples.directory import HEADER, as_csv, people
from trellis.integrations.tables import Encoding, Unreadable, read_table
from trellis.integrations.tables.table import MAX_BYTES, MAX_COLUMNS

ROWS = people(6)
TEXT = as_csv(ROWS)


def refusal(content: bytes, *, name: str = "people.csv", encoding: Encoding = Encoding.AUTO) -> str:
    with pytest.raises(Unreadable) as refused:
        read_table(name=name, content=content, encoding=encoding)
    return str(refused.value)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings_are_found_out(codec: str) -> None:
    table = read_table(name="people.csv", content=TEXT.encode(codec))

    assert table.header == HEADER
    assert [dict(zip(HEADER, cells, strict=True)) for _line, cells in table.rows] == ROWS


def test_windows_1252_is_found_out_and_named() -> None:
    content = "id;name\n1;Zoë Núñez – “Z”\n".encode("windows-1252")

    table = read_table(name="people.csv", content=content)

    assert table.rows == [(2, ["1", "Zoë Núñez – “Z”"])]
    assert table.read_as == "Windows-1252, separated by semicolons"


def test_stated_encoding_is_used() -> None:
    content = "id;name\n1;Łukasz\n".encode("windows-1250")

    table = read_table(name="people.csv", content=content, encoding=Encoding.WINDOWS_1250)

    assert table.rows == [(2, ["1", "Łukasz"])]


def test_damaged_utf_8_is_refused_with_line_and_byte() -> None:
    lines = ["id,name", *[f"{number},Zoë" for number in range(12)]]
    content = "\n".join(lines).encode() + b"\n13,O\x92Brien\n"

    assert refusal(content) == "Line 14: byte 0x92 is not UTF-8. Save as CSV UTF-8, or choose Windows-1252."


def test_byte_without_a_meaning_in_windows_1252_is_refused() -> None:
    message = "Line 2: byte 0x81 is not UTF-8. Save as CSV UTF-8, or choose Windows-1252."

    assert refusal(b"id,name\n1,\x81\n") == message


def test_file_not_in_the_stated_encoding_is_refused() -> None:
    message = "Line 2: byte 0xEB is not UTF-8. Save as CSV UTF-8, or choose Windows-1252."

    assert refusal("id,name\n1,Zoë\n".encode("windows-1252"), encoding=Encoding.UTF_8) == message


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_found_out(separator: str) -> None:
    table = read_table(name="people.csv", content=as_csv(ROWS, separator=separator).encode())

    assert [cells[7] for _line, cells in table.rows] == [row["department"] for row in ROWS]


def test_excels_own_separator_line_is_obeyed_and_counted() -> None:
    table = read_table(name="people.csv", content=b"sep=;\nid;name, title\n7;Ana, CEO\n")

    assert table.header == ("id", "name, title")
    assert table.rows == [(3, ["7", "Ana, CEO"])]


def test_lines_are_those_of_the_file_across_quoted_newlines_and_blank_lines() -> None:
    table = read_table(name="people.csv", content=b'id,name\r\n\r\n1,"Ana\r\nMaria\r\nSilva"\r\n2,Bo\r\n')

    assert table.rows == [(3, ["1", "Ana\r\nMaria\r\nSilva"]), (6, ["2", "Bo"])]


def test_open_quote_mark_is_refused_where_it_begins() -> None:
    content = b'id,name\n1,Ana\n2,"Bo\n' + b"3,Cy,some more text\n" * 10_000

    message = "Line 3: a cell is longer than 131,072 characters. A quote mark is probably not closed there."
    assert refusal(content) == message


def test_title_above_the_header_is_passed_over() -> None:
    table = read_table(name="people.csv", content=b"Staff list 2026,,\nid,name,email\n1,Ana,a@example.org\n")

    assert table.header == ("id", "name", "email")


def test_columns_without_a_name_or_with_the_same_name_are_told_apart() -> None:
    table = read_table(name="people.csv", content=b"id,,name,name,\n1,x,Ana,Bo,\n")

    assert table.header == ("id", "Column 2", "name", "name (4)")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty. Choose the file that holds the rows."),
        (b"\xef\xbb\xbf", "The file is empty. Choose the file that holds the rows."),
        (b" \n\r\n", "The file is empty. Choose the file that holds the rows."),
        (b"id,name,email\n", "The file has a header but no rows."),
        (
            b"1,Ana,a@example.org\n2,Bo,b@example.org\n",
            "Line 1 should name the columns, but it looks like a person. Add a header line.",
        ),
        (
            b"PK\x03\x04 some other archive",
            "This is an archive, not a table. Unpack it and upload the CSV or XLSX file inside.",
        ),
        (b"x" * (MAX_BYTES + 1), "Limit 50 MB. Remove the columns that are not needed, or split the file."),
        (
            b"a,b\n" + b"," * MAX_COLUMNS + b"x\n",
            "Line 2 has 101 columns; the limit is 100. Remove the columns that are not needed.",
        ),
    ],
)  # fmt: skip
def test_unusable_files_are_refused_with_the_cure(content: bytes, message: str) -> None:
    assert refusal(content) == message


def test_text_named_xlsx_is_refused() -> None:
    message = "This is a text file, not an Excel workbook. Rename it to .csv, or save it as .xlsx."

    assert refusal(TEXT.encode(), name="people.xlsx") == message
