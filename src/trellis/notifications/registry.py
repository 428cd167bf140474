"""The kinds of notice that exist. Each app declares its own in its notices.py."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What a person may switch off as mail, by the first word of a kind's name. Kinds of no group are always mailed:
# they are about access and safety.
GROUPS: dict[str, str | Promise] = {
    "programmes": _("Sign-up: invitations, approvals, places"),
    "matching": _("Matches: offers, answers, results"),
    "mentorships": _("Your mentorship: start, agreement, pauses, the end"),
    "meetings": _("Meetings: planned, moved, to confirm"),
    "conversations": _("Messages: that one is waiting, never what it says"),
    "goals": _("Goals: shared, due, reached"),
    "journeys": _("Stages: what comes next, review, closing"),
}

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

    @property
    def group(self) -> str:
        return self.name.split(".")[0]

    def __post_init__(self) -> None:
        _kinds[self.name] = self


def kind_of(name: str) -> NoticeKind:
    return _kinds[name]


def all_kinds() -> list[NoticeKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.name)
