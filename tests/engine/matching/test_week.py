import numpy as np
import pytest

from trellis_engine.matching.week import CommonTime, Free


def minutes(left: set[str], right: set[str], ahead: int = 0) -> int:
    people = Free(frozenset(left), 0), Free(frozenset(right), ahead)
    return int(CommonTime([people[0]], [people[1]]).minutes(slice(None))[0, 0])


@pytest.mark.parametrize(
    ("left", "right", "ahead", "expected"),
    [
        ({"Mon am"}, {"Mon am"}, 0, 240),
        ({"Mon am"}, {"monday_AM"}, 0, 240),
        ({"Mon am"}, {"Mon pm"}, 0, 0),
        ({"Mon am"}, {"Mon am"}, 60, 180),
        ({"Mon am"}, {"Mon am"}, 300, 0),
        ({"Mon am"}, {"Mon pm"}, 300, 240),
        ({"Mon am"}, {"Mon pm"}, 330, 210),
        ({"Sun pm"}, {"Mon am"}, 1140, 240),
        ({"Tue eve"}, {"Tue evening", "Wed am"}, 0, 120),
        ({"after lunch"}, {"after lunch"}, 300, 240),
        ({"after lunch"}, {"before lunch"}, 0, 0),
        ({"Mon am", "Tue am"}, {"Tue am", "Mon am"}, 0, 480),
        (set(), {"Mon am"}, 0, 0),
    ],
)
def test_common_minutes(left: set[str], right: set[str], ahead: int, expected: int) -> None:
    assert minutes(left, right, ahead) == expected
    assert minutes(right, left, -ahead) == expected


def test_rows_are_all_left_against_all_right() -> None:
    left = [Free(frozenset({"Mon am"}), 0), Free(frozenset({"Tue am"}), 0)]

    table = CommonTime(left, [left[1], left[0], left[1]]).minutes(slice(0, 2))

    assert np.array_equal(table, [[0, 240, 0], [240, 0, 240]])
