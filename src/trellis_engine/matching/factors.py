"""The factors of a score. To add one: write its feature and its reason here and list it in FACTORS.

A feature is a whole number 0..1000 for each pair, or UNKNOWN where what it needs was not stated.
UNKNOWN earns no points and is never told as a reason or a gap: a factor nobody stated anything
for (nobody ranked anyone) lowers every score by the same nothing and moves no pair.
Reasons hold only what both people may know: shared things, numbers and distances, never what
one of them alone has answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeAlias

import numpy as np

from trellis_engine.matching.answers import answers, gap_can_be_told, given_answers, told_of
from trellis_engine.matching.encode import Encoded, free, skills_stated, topics_offered, topics_sought
from trellis_engine.matching.grid import UNKNOWN, Grid
from trellis_engine.matching.people import Participant, Taxonomy
from trellis_engine.matching.reads import ByClass, ByPair, CommonWeek, Reads, Seeking, everybody
from trellis_engine.matching.reasons import Params
from trellis_engine.matching.settings import FEATURE_SCALE, Settings
from trellis_engine.matching.skills import Skills, covered
from trellis_engine.matching.week import CommonTime

HALF = FEATURE_SCALE // 2
LOST_PER_LEVEL = 250  # outside the ideal range of levels apart
UNIT_SHARE = 600  # another unit widens a network more than another site
WISH_STEP = 50  # each later wish counts a little less, down to one step
AMPLE_MINUTES = 8 * 60  # two half-days in common a week leave room for any meeting


@dataclass(frozen=True)
class Couple:
    """One mentee and one mentor, with what is needed to word a reason about them."""

    mentee: Participant
    mentor: Participant
    settings: Settings
    taxonomy: Taxonomy


Told: TypeAlias = tuple[str, Params]  # variant of the factor's message key, and its parameters


@dataclass(frozen=True)
class Factor:
    """``reads`` says what ``feature`` depends on; ``reason`` and ``gap`` word the factor, None where never told."""

    name: str
    feature: Callable[[Encoded, slice], Grid]
    reads: Reads
    reason: Callable[[Couple], Told | None]
    gap: Callable[[Couple], Params | None] | None


def _alike(*fields: str) -> ByClass:
    """Both sides are asked the same things."""
    return ByClass(attrgetter(*fields), attrgetter(*fields))


def untold(couple: Couple) -> None:
    """Some factors decide between pairs without saying anything about the two people."""


# --- skills and goals


def skill_coverage(encoded: Encoded, rows: slice) -> Grid:
    return _table(encoded, [encoded.skill_offers.coverage(dict(m.skills)) for m in encoded.mentees[rows]])


def goal_fit(encoded: Encoded, rows: slice) -> Grid:
    sought = (topics_sought(mentee, encoded.taxonomy) for mentee in encoded.mentees[rows])
    return _table(encoded, [encoded.topic_offers.coverage(topics) for topics in sought])


def _table(encoded: Encoded, lines: list[Grid]) -> Grid:
    return np.array(lines, np.int64).reshape(len(lines), len(encoded.mentors))


def _skills(couple: Couple) -> tuple[Skills, Skills]:
    return dict(couple.mentee.skills), dict(couple.mentor.skills)


def _topics(couple: Couple) -> tuple[Skills, Skills]:
    return (
        topics_sought(couple.mentee, couple.taxonomy),
        topics_offered(couple.mentor, couple.taxonomy),
    )


def _covered(direct_key: str, sides: Callable[[Couple], tuple[Skills, Skills]]) -> Callable[[Couple], Told]:
    def told(couple: Couple) -> Told:
        direct, related = covered(*sides(couple), couple.taxonomy)
        key = direct_key if direct else "related"
        return key, {"skills": tuple(direct), "related": tuple(related)}

    return told


def _uncovered(sides: Callable[[Couple], tuple[Skills, Skills]]) -> Callable[[Couple], Params]:
    def told(couple: Couple) -> Params:
        seeks, offers = sides(couple)
        direct, _ = covered(seeks, offers, couple.taxonomy)
        return {"sought": len(seeks), "covered": len(direct)}

    return told


# --- style, values and other shared things


def values_style(encoded: Encoded, rows: slice) -> Grid:
    """Half for the same working style, half for shared values."""
    mine, theirs = encoded.mentee_codes(_style)[rows, None], encoded.mentor_codes(_style)
    style_known = (mine >= 0) & (theirs >= 0)
    values = encoded.overlap(_values).share(rows)
    feature = HALF * ((mine == theirs) & style_known) + np.maximum(values, 0) // 2
    return np.where(style_known | (values >= 0), feature, UNKNOWN)


def _style(person: Participant) -> str:
    return person.working_style


def _values(person: Participant) -> frozenset[str]:
    return person.values


def _style_told(couple: Couple) -> Told:
    values = tuple(sorted(couple.mentee.values & couple.mentor.values))
    style = couple.mentee.working_style == couple.mentor.working_style != ""
    key = "both" if style and values else "style" if style else "values"
    return key, {"values": values}


def _experience(person: Participant) -> frozenset[str]:
    return person.experience


def _interests(person: Participant) -> frozenset[str]:
    return person.interests


def experience(encoded: Encoded, rows: slice) -> Grid:
    return encoded.overlap(_experience).share(rows)


def interests(encoded: Encoded, rows: slice) -> Grid:
    return encoded.overlap(_interests).share(rows)


def _shared(chosen: Callable[[Participant], frozenset[str]]) -> Callable[[Couple], Told]:
    def told(couple: Couple) -> Told:
        return "shared", {"shared": tuple(sorted(chosen(couple.mentee) & chosen(couple.mentor)))}

    return told


# --- career


def _aims(person: Participant) -> frozenset[str]:
    return person.aims


def _been(person: Participant) -> frozenset[str]:
    return person.held | ({person.track} - {""})


def career_path(encoded: Encoded, rows: slice) -> Grid:
    """Full when the mentor is or was in a role or track the mentee aims at."""
    path = encoded.overlap(_aims, _been)
    return np.where(path.stated(rows), FEATURE_SCALE * (path.counts(rows) > 0), UNKNOWN)


def _path_told(couple: Couple) -> Told:
    return "held", {"roles": tuple(sorted(_aims(couple.mentee) & _been(couple.mentor)))}


def seniority_gap(encoded: Encoded, rows: slice) -> Grid:
    lower, upper = encoded.settings.ideal_level_gap
    mine, theirs = encoded.mentee_numbers(_level)[rows, None], encoded.mentor_numbers(_level)
    gap = theirs - mine
    outside = np.maximum(lower - gap, 0) + np.maximum(gap - upper, 0)
    feature = np.maximum(FEATURE_SCALE - LOST_PER_LEVEL * outside, 0)
    return np.where((mine > 0) & (theirs > 0), feature, UNKNOWN)


def _level(person: Participant) -> int:
    return person.level


def _gap_told(couple: Couple) -> Told:
    gap = couple.mentor.level - couple.mentee.level
    lower, upper = couple.settings.ideal_level_gap
    return "ideal" if lower <= gap <= upper else "near", {"levels": gap}


# --- the network, the calendar, wishes and load


def distance(encoded: Encoded, rows: slice) -> Grid:
    unit = encoded.mentee_codes(_unit)[rows, None], encoded.mentor_codes(_unit)
    site = encoded.mentee_codes(_location)[rows, None], encoded.mentor_codes(_location)
    unit_known, site_known = ((a >= 0) & (b >= 0) for a, b in (unit, site))
    feature = UNIT_SHARE * ((unit[0] != unit[1]) & unit_known)
    feature = feature + (FEATURE_SCALE - UNIT_SHARE) * ((site[0] != site[1]) & site_known)
    return np.where(unit_known | site_known, feature, UNKNOWN)


def _unit(person: Participant) -> str:
    return person.unit


def _location(person: Participant) -> str:
    return person.location


def _distance_told(couple: Couple) -> Told:
    unit, site = ("" != of(couple.mentee) != of(couple.mentor) != "" for of in (_unit, _location))
    return "both" if unit and site else "unit" if unit else "location", {}


def availability(encoded: Encoded, rows: slice) -> Grid:
    """Time both are free in the same real hours, whatever their clocks show."""
    minutes = np.minimum(encoded.common_time.minutes(rows), AMPLE_MINUTES)
    stated = encoded.overlap(_availability).stated(rows)
    return np.where(stated, FEATURE_SCALE * minutes // AMPLE_MINUTES, UNKNOWN)


def _availability(person: Participant) -> frozenset[str]:
    return person.availability


def _minutes(couple: Couple) -> int:
    return int(CommonTime([free(couple.mentee)], [free(couple.mentor)]).minutes(slice(None))[0, 0])


def _time_told(couple: Couple) -> Told:
    """The labels are only named where both clocks agree: "Tue am" must mean the same to both."""
    mentee, mentor = couple.mentee, couple.mentor
    same_clock = mentee.utc_offset_minutes == mentor.utc_offset_minutes
    slots = sorted(mentee.availability & mentor.availability) if same_clock else []
    return "common", {"minutes": _minutes(couple), "slots": tuple(slots)}


def wish_points(encoded: Encoded) -> list[tuple[int, int, int]]:
    """Row, column and points of every wish for somebody on the other side."""
    found = []
    for row, mentee in enumerate(encoded.mentees):
        for place, wished in enumerate(dict.fromkeys(mentee.ranked)):
            if wished in encoded.mentor_columns:
                found.append((row, encoded.mentor_columns[wished], _worth(place)))
    for column, mentor in enumerate(encoded.mentors):
        for place, wished in enumerate(dict.fromkeys(mentor.ranked)):
            if wished in encoded.mentee_rows:
                found.append((encoded.mentee_rows[wished], column, _worth(place)))
    return found


def mutual_preference(encoded: Encoded, rows: slice) -> Grid:
    """Up to half from each side's wish list; unknown where neither of the two ranked anybody."""
    feature = np.zeros((len(encoded.mentees[rows]), len(encoded.mentors)), np.int64)
    for row, column, points in wish_points(encoded):
        if rows.start <= row < rows.stop:
            feature[row - rows.start, column] += points
    mine, theirs = encoded.mentee_numbers(_wished)[rows, None], encoded.mentor_numbers(_wished)
    return np.where((mine > 0) | (theirs > 0), feature, UNKNOWN)


def _wished(person: Participant) -> int:
    return len(person.ranked)


def _worth(place: int) -> int:
    return max(HALF - WISH_STEP * place, WISH_STEP)


def _wish_told(couple: Couple) -> Told | None:
    """Told only when both wished for each other: a one-sided wish stays with its owner."""
    mentee, mentor = couple.mentee, couple.mentor
    both = mentor.id in mentee.ranked and mentee.id in mentor.ranked
    return ("both", {}) if both else None


def balance(encoded: Encoded, rows: slice) -> Grid:
    """Free places as a share of all the mentor carries, the same for every mentee."""
    places, busy = (encoded.mentor_numbers(of) for of in (_places, _busy))
    spare = FEATURE_SCALE * places // np.maximum(places + busy, 1)
    return np.broadcast_to(spare, (len(encoded.mentees[rows]), len(spare)))


def _places(person: Participant) -> int:
    return person.places


def _busy(person: Participant) -> int:
    return person.busy


def _answers_told(couple: Couple) -> Told | None:
    least = told_of(couple.mentee, couple.mentor, couple.settings)
    return ("shared", {"answers": least}) if least else None


def _answers_gap(couple: Couple) -> Params | None:
    return {} if gap_can_be_told(couple.mentee, couple.mentor, couple.settings) else None


FACTORS = (
    Factor(
        "skill_coverage", skill_coverage, Seeking(skills_stated, skills_stated),
        _covered("covered", _skills), _uncovered(_skills),
    ),
    Factor(
        "goal_fit", goal_fit, Seeking(topics_sought, topics_offered), _covered("topics", _topics), _uncovered(_topics)
    ),
    Factor("values_style", values_style, _alike("working_style", "values"), _style_told, lambda c: _style_told(c)[1]),
    Factor("career_path", career_path, ByClass(_aims, _been), _path_told, lambda c: {}),
    Factor("seniority_gap", seniority_gap, _alike("level"), _gap_told, lambda c: _gap_told(c)[1]),
    Factor("distance", distance, _alike("unit", "location"), _distance_told, lambda c: {}),
    Factor("experience", experience, _alike("experience"), _shared(_experience), lambda c: {}),
    Factor("interests", interests, _alike("interests"), _shared(_interests), lambda c: {}),
    Factor("availability", availability, CommonWeek(AMPLE_MINUTES), _time_told, lambda c: {"minutes": _minutes(c)}),
    Factor("mutual_preference", mutual_preference, ByPair(), _wish_told, None),
    Factor("balance", balance, ByClass(everybody, attrgetter("places", "busy")), untold, None),
    Factor("answers", answers, ByClass(given_answers, given_answers), _answers_told, _answers_gap),
)  # fmt: skip
FACTOR_BY_NAME = {factor.name: factor for factor in FACTORS}
