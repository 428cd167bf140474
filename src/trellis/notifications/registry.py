"""The kinds of notice that exist. Each app declares its own in its notices.py."""

from dataclasses import dataclass

_kinds: dict[str, "NoticeKind"] = {}


@dataclass(frozen=True)
class NoticeKind:
    """One thing Trellis can tell a person.

    `subject`, `lines` and `action` are marked with gettext_noop where they are written and translated into the
    reader's language when shown; `%(name)s` slots are filled from the notice's parameters: first names, programme
    names, dates, counts. Never what somebody wrote.
    """

    name: str  # "matching.offer_made"
    subject: str
    lines: tuple[str, ...]
    action: str = ""  # the one button's words; it leads to the notice's path

    def __post_init__(self) -> None:
        _kinds[self.name] = self


def kind_of(name: str) -> NoticeKind:
    return _kinds[name]


def all_kinds() -> list[NoticeKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.name)
