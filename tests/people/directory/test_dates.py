from datetime import date

import pytest

from trellis.people.directory.dates import Order, evidence, read_date
from trellis.people.directory.values import BadValue


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-09", "20240309", "2024/03/09", "2024-03-09T00:00:00Z", "2024-03-09 00:00", "09.03.2024", "9.3.2024",
        "09/03/2024", "9-3-24", "9 Mar 2024", "09-Mar-2024", "9. March 2024", "March 9, 2024", "mar 9 2024",
    ],
)  # fmt: skip
def test_common_forms_are_read(text: str) -> None:
    assert read_date(text, Order.DAY_FIRST) == date(2024, 3, 9)


def test_month_first_where_the_column_says_so() -> None:
    assert read_date("03/09/2024", Order.MONTH_FIRST) == date(2024, 3, 9)


def test_points_are_always_day_first() -> None:
    assert read_date("09.03.2024", Order.MONTH_FIRST) == date(2024, 3, 9)


def test_two_figures_are_the_nearer_century() -> None:
    assert read_date("09/03/98", Order.DAY_FIRST) == date(1998, 3, 9)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["03/04/2024", "25/04/2024"], Order.DAY_FIRST),
        (["03/04/2024", "04/25/2024"], Order.MONTH_FIRST),
        (["03/04/2024", "05/06/2024"], None),
        (["03/03/2024", "2024-01-31", "", "25.04.2024"], False),
        (["25/01/2024", "26/01/2024", "01/27/2024"], Order.DAY_FIRST),
    ],
)  # fmt: skip
def test_order_is_decided_for_the_column(values: list[str], expected: Order | bool | None) -> None:
    assert evidence(values) is expected


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("31/02/2024", "31/02/2024 does not exist: February 2024 has 29 days."),
        ("2023-02-29", "2023-02-29 does not exist: February 2023 has 28 days."),
        ("2024-13-01", "2024-13-01 does not exist: there is no month 13."),
        ("1899-12-31", "The year 1899 cannot be right."),
        ("44314", "This is Excel's day number, not a date."),
        ("soon", "This is not a date."),
        ("31 Foo 2024", "31 Foo 2024 does not exist: there is no month 0."),
    ],
)
def test_dates_that_do_not_exist_are_refused(text: str, what: str) -> None:
    with pytest.raises(BadValue) as bad:
        read_date(text, Order.DAY_FIRST)

    assert bad.value.what == what
