"""Answers to the questions of a sign-up form: from what a form or a file carries to a plain value, or a refusal.

Pure: knows kinds of question, not rows, forms or files. A value is what is kept as JSON: text, a number, a list.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.programmes.choices import QuestionKind
from trellis.skills import taxonomy

Value = str | int | list[str] | None  # skills are kept as "id:level"
TEXT_AT_MOST = 2000
SKILLS_AT_MOST = 8
SCALE = range(1, 6)


class AnswerRefused(Refusal):
    """An answer cannot be read. The words name what was given and how to cure it."""


@dataclass(frozen=True)
class Option:
    id: str
    label: str


def options_of(stored: Iterable[Any]) -> tuple[Option, ...]:
    """The options of a question as it is stored: plain words, or words with an id of their own."""
    return tuple(
        Option(str(each["id"]), str(each.get("label", each["id"]))) if isinstance(each, Mapping)
        else Option(str(each), str(each))
        for each in stored
    )  # fmt: skip


def parse(kind: str, raw: Sequence[str], options: Sequence[Option] = ()) -> Value:
    """The value of one answer; None when nothing was answered. Raises `AnswerRefused`.

    `raw` is what a form field carries: one element for a single value, several for a list. A ranking is given as
    "option id:place", skills as "name:level".
    """
    given = [part.strip() for part in raw if part.strip()]
    if not given:
        return None
    if kind == QuestionKind.CHOICE:
        return _one_of(given[0], options)
    if kind == QuestionKind.MANY:
        return [_one_of(part, options) for part in dict.fromkeys(given)]
    if kind == QuestionKind.SCALE:
        return _scale(given[0])
    if kind == QuestionKind.RANK:
        return _ranking(given, options)
    if kind == QuestionKind.SKILLS:
        return [f"{skill}:{level}" for skill, level in parse_skills(given)]
    return parse_text(given[0])


def parse_text(words: str, at_most: int = TEXT_AT_MOST) -> str:
    """Free text without stray control characters, refused when too long or when there is nothing to see in it."""
    text = "".join(char for char in words.replace("\r\n", "\n") if char in "\n\t" or char >= " ").strip()
    if len(text) > at_most:
        raise AnswerRefused(
            _("At most %(most)d characters (you have %(have)d). Please shorten it.")
            % {"most": at_most, "have": len(text)}
        )
    if text and not any(char.isalnum() for char in text):
        raise AnswerRefused(_("There are no words in it. Please write a few, or leave it empty."))
    return text


def parse_words(text: str, *, most: int = 10, longest: int = 60) -> tuple[str, ...]:
    """A short list written with commas, semicolons or line breaks: trimmed, each once."""
    parts = [" ".join(part.split()) for part in text.replace(";", ",").replace("\n", ",").split(",")]
    words = tuple(dict.fromkeys(part for part in parts if part))
    if len(words) > most:
        raise AnswerRefused(_("At most %(most)d entries (you have %(have)d).") % {"most": most, "have": len(words)})
    for word in words:
        if len(word) > longest:
            raise AnswerRefused(
                _("“%(start)s…” is too long: at most %(most)d characters. Put commas between the entries.")
                % {"start": word[:20], "most": longest}
            )
    return words


def parse_skills(entries: Iterable[str]) -> list[tuple[str, int]]:
    """Skills with a level from "name:level" entries; the same skill twice keeps the last level."""
    found: dict[str, int] = {}
    for entry in entries:
        name, colon, level = entry.rpartition(":")
        if not colon:
            raise AnswerRefused(
                _("“%(entry)s” has no level. Write it as “%(entry)s:3”, with a level from 1 to 5.") % {"entry": entry}
            )
        found[skill_called(name)] = skill_level(name, level)
    if len(found) > SKILLS_AT_MOST:
        raise AnswerRefused(
            _("At most %(most)d skills (you have %(have)d). Keep those that matter most.")
            % {"most": SKILLS_AT_MOST, "have": len(found)}
        )
    return list(found.items())


def skill_called(name: str) -> str:
    """The id of the skill with this name or alias (or id); suggests the nearest names when there is none."""
    name = " ".join(name.split())
    found = taxonomy.match_name(name) or (name if taxonomy.has_skill(name) else None)
    if found:
        return found
    near = nearest_skills(name)
    if near:
        raise AnswerRefused(
            _("“%(name)s” is not in the list of skills. Did you mean %(near)s?")
            % {"name": name[:60], "near": _(" or ").join(f"“{each}”" for each in near)}
        )
    raise AnswerRefused(_("“%(name)s” is not in the list of skills. Choose one from the list.") % {"name": name[:60]})


@lru_cache(maxsize=512)  # a file tends to have the same wrong name in many rows
def nearest_skills(name: str, most: int = 3) -> tuple[str, ...]:
    """Names of the skills that read most like `name`, best first."""
    by_word = {phrase.casefold(): taxonomy.skill(skill).name for phrase, skill in taxonomy.phrases().items()}
    near = get_close_matches(name.casefold(), by_word, n=most, cutoff=0.7)
    return tuple(dict.fromkeys(by_word[word] for word in near))


def skill_level(name: str, level: str) -> int:
    """The level from 1 to 5."""
    level = level.strip()
    if level not in {"1", "2", "3", "4", "5"}:
        raise AnswerRefused(
            _("The level of “%(name)s” is “%(level)s”. Give a whole number from 1 to 5.")
            % {"name": name.strip()[:60], "level": level[:20]}
        )
    return int(level)


def in_words(kind: str, value: Value, options: Sequence[Option] = ()) -> str:
    """An answer as a reader sees it."""
    labels = {option.id: option.label for option in options}
    if value is None:
        return ""
    if kind == QuestionKind.CHOICE:
        return labels.get(str(value), str(value))
    if kind == QuestionKind.MANY and isinstance(value, list):
        return ", ".join(labels.get(str(part), str(part)) for part in value)
    if kind == QuestionKind.RANK and isinstance(value, list):
        return ", ".join(f"{place}. {labels.get(str(part), str(part))}" for place, part in enumerate(value, start=1))
    if kind == QuestionKind.SKILLS and isinstance(value, list):
        return ", ".join(f"{taxonomy.skill(skill).name} ({level})" for skill, level in parse_skills(value))
    if kind == QuestionKind.SCALE:
        return _("%(level)s of 5") % {"level": value}
    return str(value)


def _one_of(answer: str, options: Sequence[Option]) -> str:
    if answer not in {option.id for option in options}:
        raise AnswerRefused(
            _("“%(answer)s” is not one of the answers. Choose from: %(options)s.")
            % {"answer": answer[:60], "options": ", ".join(option.label for option in options)}
        )
    return answer


def _scale(answer: str) -> int:
    if answer not in {str(step) for step in SCALE}:
        raise AnswerRefused(
            _("“%(answer)s” is not on the scale. Choose a number from 1 to 5.") % {"answer": answer[:20]}
        )
    return int(answer)


def _ranking(entries: Sequence[str], options: Sequence[Option]) -> list[str]:
    """Option ids, best first. Every option needs a place, and every place one option."""
    places: dict[int, str] = {}
    for entry in entries:
        option, _colon, place = entry.rpartition(":")
        _one_of(option, options)
        if not (place.isascii() and place.isdigit() and 1 <= int(place) <= len(options)) or int(place) in places:
            raise AnswerRefused(
                _("Give each entry its own place from 1 to %(count)d; one place is missing or used twice.")
                % {"count": len(options)}
            )
        places[int(place)] = option
    if len(set(places.values())) != len(options):
        raise AnswerRefused(_("Give every entry a place from 1 to %(count)d.") % {"count": len(options)})
    return [places[place] for place in sorted(places)]
