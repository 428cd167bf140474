"""The shipped list of skills: names, other words for them, groups, neighbours, and what each level looks like.

Frozen and read once a process. An organisation's own skills will come beside it, not into it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

SOURCE = Path(__file__).parents[1] / "content" / "skills_taxonomy.yaml"
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader where libyaml is there: ten times faster


@dataclass(frozen=True)
class Skill:
    id: str
    name: str
    group: str
    kind: str  # human, professional or digital
    aliases: tuple[str, ...] = ()
    related: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SkillGroup:
    id: str
    name: str
    skills: tuple[Skill, ...]


@dataclass(frozen=True)
class Level:
    """One step of the scale from 1 to 5, with words to know it by."""

    level: int
    name: str
    anchor: str


@dataclass(frozen=True)
class _Taxonomy:
    skills: Mapping[str, Skill]
    groups: tuple[SkillGroup, ...]
    levels: tuple[Level, ...]
    phrases: Mapping[str, str]
    ids_by_word: Mapping[str, str]


@cache
def _taxonomy() -> _Taxonomy:
    content = yaml.load(SOURCE.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506  # a safe loader, our file
    skills = {
        row["id"]: Skill(
            row["id"], row["name"], row["group"], row["kind"],
            tuple(row.get("aliases", ())), frozenset(row.get("related", ())),
        )
        for row in content["skills"]
    }  # fmt: skip
    phrases = {phrase: skill.id for skill in skills.values() for phrase in (skill.name, *skill.aliases)}
    return _Taxonomy(
        skills=MappingProxyType(skills),
        groups=tuple(
            SkillGroup(row["id"], row["name"], tuple(each for each in skills.values() if each.group == row["id"]))
            for row in content["groups"]
        ),
        levels=tuple(Level(row["level"], row["name"], row["anchor"]) for row in content["proficiency_scale"]),
        phrases=MappingProxyType(phrases),
        ids_by_word=MappingProxyType({_plain(phrase): skill_id for phrase, skill_id in phrases.items()}),
    )


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()


def skills() -> tuple[Skill, ...]:
    """Every skill, in the order of the list (by group)."""
    return tuple(_taxonomy().skills.values())


def skill(skill_id: str) -> Skill:
    """The skill with this id; raises KeyError for an id that is not in the list."""
    return _taxonomy().skills[skill_id]


def has_skill(skill_id: str) -> bool:
    return skill_id in _taxonomy().skills


def groups() -> tuple[SkillGroup, ...]:
    """The groups with their skills, for a form that offers them by subject."""
    return _taxonomy().groups


def levels() -> tuple[Level, ...]:
    """The five levels with their anchors, from "aware" to "sets the standard"."""
    return _taxonomy().levels


def related(skill_id: str) -> frozenset[str]:
    """Ids of the neighbours of a skill; the relation goes both ways. Empty for an unknown id."""
    found = _taxonomy().skills.get(skill_id)
    return found.related if found else frozenset()


def match_name(text: str) -> str | None:
    """The id of the skill with this name or alias, whatever its case and spacing; None where there is none."""
    return _taxonomy().ids_by_word.get(_plain(text))


def phrases() -> Mapping[str, str]:
    """Every name and alias, as written, with its skill's id: what the matcher looks for in a goal."""
    return _taxonomy().phrases


def with_skills_named(text: str, skill_ids: Iterable[str]) -> str:
    """The text with the names of these skills behind it, so that whoever looks for phrases in it finds them too. The
    bar is a word of its own, and no part of any phrase: neither the text nor two names grow together into a third."""
    return " | ".join([text, *(skill(each).name for each in skill_ids)])
