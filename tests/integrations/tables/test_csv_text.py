import pytest

from trellis.integrations.tables import read_table
from trellis.integrations.tables.csv_text import as_text, csv_text


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+49", "-1", "@x", "\tx", "\rx"])
def test_formula_gets_a_leading_apostrophe(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"


def test_other_text_stays() -> None:
    assert as_text("O'Brien = fine") == "O'Brien = fine"


def test_file_can_be_read_again() -> None:
    text = csv_text(["id", "name"], [["1", "Nguyễn, Hương"], ["2", "two\nlines"]])

    table = read_table(name="x.csv", content=text.encode())

    assert table.rows == [(2, ["1", "Nguyễn, Hương"]), (3, ["2", "two\nlines"])]
