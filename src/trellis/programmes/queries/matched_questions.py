"""The questions whose answers matching can compare: asked of both sides, each with options to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trellis.programmes.choices import COMPARED_KINDS, AnswerMode, Side
from trellis.programmes.models import Programme, Question
from trellis.programmes.questions import options_of


@dataclass(frozen=True)
class MatchedQuestion:
    """One question as both sides are asked it; mode and importance are the same for both."""

    key: str
    text: str  # as mentees read it
    mentor_text: str
    shared_options: int  # how many options both sides can choose
    mentor_options: int
    mode: str
    importance: int

    @property
    def counts(self) -> bool:
        return self.mode != AnswerMode.IGNORE

    @property
    def plain(self) -> Mapping[str, str | int]:
        """As a round keeps it among its settings."""
        return {
            "key": self.key, "mode": self.mode, "importance": self.importance, "options": self.mentor_options,
        }  # fmt: skip


def matched_questions(programme: Programme) -> list[MatchedQuestion]:
    """Every question that could be compared, in the order of the mentees' form. One query."""
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    found = Question.objects.filter(programme=programme, kind__in=COMPARED_KINDS).order_by("position", "id")
    for row in found.values("side", "key", "text", "options", "mode", "importance"):
        rows.setdefault(row["key"], {})[row["side"]] = dict(row)
    return [_question(both[Side.MENTEE], both[Side.MENTOR]) for both in rows.values() if len(both) == len(Side.values)]


def _question(mentee: Mapping[str, Any], mentor: Mapping[str, Any]) -> MatchedQuestion:
    offered = [{option.id for option in options_of(row["options"])} for row in (mentee, mentor)]
    return MatchedQuestion(
        key=mentee["key"], text=mentee["text"], mentor_text=mentor["text"],
        shared_options=len(offered[0] & offered[1]), mentor_options=len(offered[1]), mode=mentee["mode"],
        importance=mentee["importance"],
    )  # fmt: skip
