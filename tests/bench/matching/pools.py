"""Seeded people as the engine reads them, with the habits of real programmes.

Departments want and offer the skills of their own field more often than others; sites set clock and languages;
reporting chains run through both sides; what is popular is so by a Zipf law. The same case gives the same people.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

import trellis.content
from tests.bench.matching.cases import Case
from trellis_engine.matching import Participant, Pool, Rule, Settings, Taxonomy

CONTENT = Path(trellis.content.__file__).parent
TEMPLATE = "career_formal"
UNITS = tuple(f"Unit {number}" for number in range(24))
SITES = (
    ("Lisbon", 0, "pt"), ("London", 0, "en"), ("Paris", 60, "fr"), ("Berlin", 60, "de"), ("Warsaw", 60, "pl"),
    ("Athens", 120, "el"), ("Nairobi", 180, "sw"), ("Bengaluru", 330, "hi"), ("Tokyo", 540, "ja"),
    ("New York", -300, "en"), ("Denver", -420, "en"), ("Recife", -180, "pt"),
)  # fmt: skip
VALUES = ("learning", "impact", "craft", "security", "recognition", "autonomy", "fairness", "family", "adventure")
STYLES = ("structured", "exploratory", "reflective", "direct", "")
INTERESTS = (
    "chess",
    "hiking",
    "choir",
    "cooking",
    "football",
    "gardening",
    "painting",
    "running",
    "sailing",
    "theatre",
)
TRACKS = ("expert", "people lead", "product", "sales", "operations", "finance", "research", "consulting")
HALF_DAYS = tuple(f"{day} {part}" for day in ("Mon", "Tue", "Wed", "Thu", "Fri") for part in ("am", "pm", "eve"))
SOUGHT = (
    "Prepare for the level above mine, above all in {0}.",
    "Be heard in senior meetings; learn {0} and how decisions are really made.",
    "Change track towards {0} without losing seniority, perhaps with {1}.",
    "Find out whether leading people is for me, and practise {0} and {1}.",
    "",
)
OFFERED = (
    "Glad to help with {0}; I came to it late myself.", "Twenty years of {0} and some {1}.", "Happy to listen.", "",
)  # fmt: skip
REPORTS = 7  # people that each manager has
MOST_SOUGHT, MOST_OFFERED, MOST_WISHES = 4, 6, 5
Ints = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


@cache
def _skills() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _read("skills_taxonomy.yaml")["skills"]
    return found


def _read(name: str) -> Any:
    return yaml.load((CONTENT / name).read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def taxonomy() -> Taxonomy:
    """The shipped taxonomy, made anew, so that nothing worked out by an earlier run is kept in it."""
    return Taxonomy(
        related={row["id"]: frozenset(row.get("related", ())) for row in _skills()},
        phrases={phrase: row["id"] for row in _skills() for phrase in (row["name"], *row.get("aliases", ()))},
    )


@cache
def _template() -> dict[str, Any]:
    rows = _read("programme_templates.yaml")["programmes"]
    found: dict[str, Any] = next(row["matching"] for row in rows if row["id"] == TEMPLATE)
    return found


def settings(case: Case, objective: str = "matched_total") -> Settings:
    """Weights, ideal distance and rules of the template; its rules are the engine's usual ones."""
    lower, upper = _template()["ideal_level_gap"]
    usual = Settings(weights=_template()["weights"], ideal_level_gap=(lower, upper), objective=objective)
    if not case.infeasible:
        return usual
    return replace(usual, rules=(*usual.rules, Rule("level_gap", minimum=1, maximum=4)))


def pool(case: Case) -> Pool:
    """The people of the case; 75,000 take some seconds."""
    chance = np.random.default_rng([case.seed, case.mentees, case.mentors, zlib.crc32(case.name.encode())])
    mentee_ids = [f"e{number:06d}" for number in range(case.mentees)]
    mentor_ids = [f"o{number:06d}" for number in range(case.mentors)]
    drawn = case.profiles or max(case.mentees, case.mentors)
    mentees = [*_side(chance, case, mentee_ids[:drawn], offers=False, others=mentor_ids)]
    mentors = [*_side(chance, case, mentor_ids[:drawn], offers=True, others=mentee_ids)]
    if case.profiles:
        return Pool(_doubles(mentees, mentee_ids), _doubles(mentors, mentor_ids))
    return Pool(*_with_managers(chance, mentees, mentors))


def _doubles(people: Sequence[Participant], ids: Sequence[str]) -> tuple[Participant, ...]:
    return tuple(replace(people[at % len(people)], id=name, ranked=()) for at, name in enumerate(ids))


def _zipf(chance: np.random.Generator, count: int, exponent: float) -> Shares:
    shares = 1.0 / np.arange(1, count + 1) ** exponent
    mixed: Shares = chance.permutation(shares / shares.sum())
    return mixed


def _side(
    chance: np.random.Generator, case: Case, ids: Sequence[str], *, offers: bool, others: Sequence[str]
) -> Iterator[Participant]:
    count = len(ids)
    unit, site = chance.integers(0, len(UNITS), count), chance.integers(0, len(SITES), count)
    middle = 5.6 if offers else 3.4
    level = np.clip(np.rint(chance.normal(middle, 1.3, count)), 1, 8).astype(np.int64)
    most = MOST_OFFERED if offers else MOST_SOUGHT
    skill = _drawn_skills(chance, case, unit, 2 * most)
    named = chance.integers(3 if offers else 1, most + 1, count)
    grade = chance.integers(3 if offers else 1, 6 if offers else 4, (count, most))
    text, word = chance.integers(0, len(OFFERED if offers else SOUGHT), count), chance.integers(0, 12, (count, 2))
    value, interest = chance.random((count, len(VALUES))).argsort(1), chance.random((count, len(INTERESTS))).argsort(1)
    free = chance.random((count, len(HALF_DAYS))).argsort(1)
    some = chance.integers(1, 4, count)
    style, track, aim = (chance.integers(0, many, count) for many in (len(STYLES), len(TRACKS), len(TRACKS)))
    english, stranded = chance.random(count) < 0.85, chance.random(count) < (0.12 if case.infeasible else 0)
    places = chance.integers(1, case.most_places + 1, count) if offers else np.full(count, case.wants)
    ranked = _wishes(chance, case, count, others, 0.1 if offers else 0.35)
    rows = _skills()
    for at, name in enumerate(ids):
        chosen = list(dict.fromkeys(skill[at].tolist()))[: named[at]]
        place, minutes, language = SITES[site[at]]
        spoken = {language, "en"} if english[at] else {language}
        number = int(some[at])
        yield Participant(
            id=name,
            level=int(level[at]),
            skills=tuple((rows[each]["id"], int(grade[at, n])) for n, each in enumerate(chosen)),
            goal=_goal((OFFERED if offers else SOUGHT)[text[at]], [rows[each] for each in chosen], word[at]),
            working_style=STYLES[style[at]],
            values=frozenset(VALUES[each] for each in value[at, :number]),
            availability=frozenset(HALF_DAYS[each] for each in free[at, : number + 2]),
            languages=frozenset({"eu" if offers else "is"} if stranded[at] else spoken),
            unit=UNITS[unit[at]],
            location=place,
            utc_offset_minutes=minutes,
            ranked=ranked[at],
            places=int(places[at]),
            busy=int(some[at] == 3) if offers else 0,
            track=TRACKS[track[at]] if offers else "",
            aims=frozenset() if offers else frozenset({TRACKS[aim[at]]}),
            interests=frozenset(INTERESTS[each] for each in interest[at, : number - 1]),
            held=frozenset({TRACKS[aim[at]]}) if offers and number > 1 else frozenset(),
        )


def _drawn_skills(chance: np.random.Generator, case: Case, unit: Ints, width: int) -> Ints:
    """Skills by popularity, those of the department's own fields six times as often."""
    popular = _zipf(np.random.default_rng(case.seed), len(_skills()), case.skew)  # the same on both sides
    groups = sorted({row["group"] for row in _skills()})
    group = np.array([groups.index(row["group"]) for row in _skills()])
    found = np.zeros((len(unit), width), np.int64)
    for number in range(len(UNITS)):
        own = np.isin(group, (np.arange(3) + number) % len(groups))
        shares = popular * np.where(own, 6, 1)
        rows = unit == number
        found[rows] = chance.choice(len(shares), (int(rows.sum()), width), p=shares / shares.sum())
    return found


def _wishes(
    chance: np.random.Generator, case: Case, count: int, others: Sequence[str], share: float
) -> list[tuple[str, ...]]:
    popular = _zipf(chance, len(others), case.skew)
    wishing, many = chance.random(count) < share, chance.integers(2, MOST_WISHES + 1, count)
    drawn = chance.choice(len(others), (count, MOST_WISHES), p=popular).tolist()
    return [
        tuple(dict.fromkeys(others[each] for each in drawn[at][: many[at]])) if wishing[at] else ()
        for at in range(count)
    ]


def _goal(words: str, chosen: Sequence[dict[str, Any]], pick: Ints) -> str:
    names = [(row["name"], *row.get("aliases", ())) for row in chosen[:2]] or [("my work",)]
    first, second = (names[min(at, len(names) - 1)] for at in (0, 1))
    return words.format(first[pick[0] % len(first)], second[pick[1] % len(second)])


def _with_managers(
    chance: np.random.Generator, mentees: Sequence[Participant], mentors: Sequence[Participant]
) -> tuple[tuple[Participant, ...], tuple[Participant, ...]]:
    """In every unit one tree, the higher levels nearer its root; a chain holds everybody above, nearest first."""
    everybody = [*mentees, *mentors]
    chance_of = chance.random(len(everybody))
    chains: dict[str, tuple[str, ...]] = {}
    for unit in UNITS:
        members = [at for at, person in enumerate(everybody) if person.unit == unit]
        members.sort(key=lambda at: (-everybody[at].level, chance_of[at]))
        for rank, at in enumerate(members):
            above = everybody[members[(rank - 1) // REPORTS]].id if rank else ""
            chains[everybody[at].id] = (above, *chains[above]) if above else ()
    for person in everybody:
        object.__setattr__(person, "managers", chains[person.id])  # nobody else has seen them yet
    return tuple(mentees), tuple(mentors)
