"""mentor-match as its users run it, with a rule that looks the score up: less work a pair than any rule of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.process import process_data
from matching.rules.rule import Rule

from tests.bench.matching.cases import Case
from tests.bench.matching.scores import facts_of, outcome, plain_rows


class LookUp(Rule):
    def __init__(self, scores: list[list[int]], bonus: int) -> None:
        super().__init__()
        self.scores, self.bonus = scores, bonus

    def apply(self, match_object: Any) -> int:
        score = self.scores[match_object.mentee.number][match_object.mentor.number]
        if not score:
            match_object.disallowed = True
            return 0
        return score + self.bonus

    def evaluate(self, match_object: Any) -> bool:
        return True


def people(kind: Callable[..., Any], letter: str, count: int) -> list[Any]:
    found = [kind(grade=1, email=f"{letter}{number}@example.org") for number in range(count)]
    for number, person in enumerate(found):
        person.number = number
    return found


def prepare(runner: str, case: Case, folder: Path) -> Callable[[], tuple[Any, Any]]:
    scores, bonus = plain_rows(case, folder), facts_of(case, folder).bonus

    def read(answer: tuple[list[Any], list[Any]]) -> dict[str, int]:
        pairs = [(mentee.number, mentor.number) for mentee in answer[1] for mentor in mentee.mentors]
        return outcome(pairs, lambda mentee, mentor: scores[mentee][mentor])

    def fresh() -> tuple[Any, Any]:
        mentees, mentors = people(Mentee, "e", case.mentees), people(Mentor, "o", case.mentors)
        return lambda: process_data(mentors, mentees, [[LookUp(scores, bonus)]]), read

    return fresh
