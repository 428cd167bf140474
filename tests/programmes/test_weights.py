import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.programmes.weights import evened_out


@pytest.mark.parametrize(
    ("weights", "evened"),
    [
        ({"a": 50, "b": 50}, {"a": 50, "b": 50}),
        ({"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),
        ({"a": 30, "b": 90}, {"a": 25, "b": 75}),
        ({"a": 2, "b": 0}, {"a": 100, "b": 0}),
        ({"a": 0, "b": 0, "c": 0}, {"a": 34, "b": 33, "c": 33}),
    ],
)
def test_worked_by_hand(weights: dict[str, int], evened: dict[str, int]) -> None:
    assert evened_out(weights) == evened


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 10**6), min_size=1, max_size=12))
def test_the_sum_is_always_100_and_the_order_stays(weights: dict[str, int]) -> None:
    evened = evened_out(weights)

    assert sum(evened.values()) == 100
    assert all(evened[one] >= evened[two] for one in weights for two in weights if weights[one] > weights[two])
