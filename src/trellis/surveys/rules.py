"""What counts as an answer."""

from collections.abc import Mapping

from trellis.surveys.packs import COUNT_AT_MOST, Item, Kind

TEXT_AT_MOST = 4_000  # characters
Value = int | str


def is_answer(item: Item, value: Value) -> bool:
    """Whether `value` answers `item`: a step of its scale, 0 or 1, a count, or a text that is not too long."""
    if item.kind is Kind.TEXT:
        return isinstance(value, str) and len(value) <= TEXT_AT_MOST
    if isinstance(value, str):
        return False
    if item.kind is Kind.YES_NO:
        return value in (0, 1)
    if item.kind is Kind.COUNT:
        return 0 <= value <= COUNT_AT_MOST
    return value in {choice.value for choice in item.choices}


def wants_contact(answers: Mapping[str, Value]) -> bool:
    """The person asked that somebody from the programme gets in touch (the pulse's last question)."""
    return answers.get("ep3") == 1
