"""Scenarios as rows: what was asked, how far the work is, and what differs from the programme's settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trellis.kernel.jobs.tables import Job, JobState
from trellis.matching.choices import ScenarioState
from trellis.matching.models import Scenario
from trellis.matching.queries.board import shown_score
from trellis.matching.queries.pool import matching_of
from trellis.matching.queries.solving import smallest_circle
from trellis.matching.words import FACTOR_NAMES
from trellis.programmes.choices import EQUALS
from trellis.programmes.models import Programme
from trellis.programmes.settings_model import MatchingSettings
from trellis_engine.matching import Pool

PLAN, PRICES, CURVE = "plan", "prices", "curve"  # the kinds of row
REMATCH = "keep_bonus"  # the axis on which running pairs may be placed again
WEIGHTS_NAMED = 2  # of those that differ
Words = str | Promise

OBJECTIVE_WORDS: dict[str, Words] = {
    "matched_floor_total": gettext_lazy("most matched, then the weakest match, then the total"),
    "matched_total": gettext_lazy("most matched, then the total"),
    "total": gettext_lazy("highest total score"),
    "wishes": gettext_lazy("wishes first"),
    "stable": gettext_lazy("no two would rather have each other"),
}
# A rule as its label; the limits are filled in where it has some.
RULE_LABELS: dict[str, Words] = {
    "reporting_line": gettext_lazy("Never in the same reporting chain"),
    "no_match_list": gettext_lazy("Never against a wish not to be matched"),
    "common_language": gettext_lazy("A working language in common"),
    "eligibility": gettext_lazy("Still meets the conditions for joining"),
    "different_unit": gettext_lazy("From different units"),
    "different_location": gettext_lazy("From different places"),
    "conflict_guard": gettext_lazy("No manager in common within %(maximum)s steps upward"),
    "level_gap": gettext_lazy("Levels apart: %(minimum)s to %(maximum)s"),
    "time_zone": gettext_lazy("At most %(maximum)s hours between time zones"),
    "minimum_score": gettext_lazy("No match below %(minimum)s"),
    "answers_must": gettext_lazy("The same answer to “%(question)s”"),
    "answers_must_not": gettext_lazy("Different answers to “%(question)s”"),
}


@dataclass(frozen=True)
class Work:
    """How far the job of a scenario is."""

    job_id: int | None
    state: str
    percent: int

    @property
    def stopped(self) -> bool:
        """It will not come to an end by itself."""
        return self.state in {JobState.DEAD, JobState.CANCELLED, ""}


@dataclass(frozen=True)
class PlanRow:
    number: int
    name: str
    state: str
    created_at: datetime
    matched: int
    of: int
    floor: int  # 0 to 100
    scored: bool
    proven: bool
    differs: tuple[str, ...]  # from the programme's settings of today
    stopped: bool


def can_compare(programme: Programme) -> bool:
    """Mentees are matched with mentors. A crowd of equals and circles are matched by other means, which have no prices
    of places."""
    return programme.model not in EQUALS and smallest_circle(programme) < 2


def is_scored(programme: Programme) -> bool:
    """Whether its people are scored now. Otherwise no weight, no score and no curve between them says anything."""
    return MatchingSettings.of(programme.matching).scoring


def work_of(found: Scenario) -> Work:
    """One query."""
    return _work(Job.objects.filter(pk=found.job_id or 0, organisation_id=found.organisation_id).first())


def _work(row: Job | None) -> Work:
    if row is None:
        return Work(None, "", 0)
    return Work(row.pk, row.state, 100 * row.progress_done // row.progress_total if row.progress_total else 0)


def plans_of(programme: Programme) -> list[PlanRow]:
    """The plans kept for comparison, oldest first, because the first is usually what the others are compared with.

    Three queries.
    """
    present = matching_of(programme)
    rows = list(Scenario.objects.filter(programme=programme, figures__kind=PLAN).order_by("number").defer("inputs"))
    solving = [row.job_id or 0 for row in rows if row.state == ScenarioState.SOLVING]
    jobs = Job.objects.filter(pk__in=solving, organisation_id=programme.organisation_id).in_bulk()
    return [
        PlanRow(
            row.number, row.name, row.state, row.created_at, row.figures.get("matched", 0), row.figures.get("of", 0),
            shown_score(row.figures.get("alike", {}).get("floor", 0)),
            row.settings.get("yardstick", row.settings).get("scoring", True), row.figures.get("proven", False),
            tuple(differences(row.settings, present)),
            stopped=row.state == ScenarioState.SOLVING and _work(jobs.get(row.job_id or 0)).stopped,
        )
        for row in rows
    ]  # fmt: skip


def with_more_places(pool: Pool, settings: Mapping[str, Any]) -> Pool:
    """The pool as if every mentor had offered some places more."""
    more = settings.get("more_places", 0)
    return Pool(pool.mentees, tuple(replace(person, places=person.places + more) for person in pool.mentors))


def point_name(axis: str, value: int) -> str:
    """What a plan made of a point of a curve is called; `value` in score units."""
    points = shown_score(value)
    match axis:
        case "spread":
            return _("Even load: %(points)d points a further mentee") % {"points": points}
        case "keep_bonus":
            return _("Keeping a pair is worth %(points)d points") % {"points": points}
        case "floor":
            return _("Nobody below %(score)d, then the highest total") % {"score": points}
    return _("No match below %(score)d") % {"score": points}


def joined(said: Sequence[str]) -> str:
    """One clause after the other: "a, b and c"."""
    if len(said) < 2:
        return "".join(said)
    return _("%(some)s and %(last)s") % {"some": ", ".join(said[:-1]), "last": said[-1]}


def spread_words(spread: int) -> str:
    """What each further mentee of a mentor costs; `spread` in score units."""
    return _("each further mentee of a mentor costs %(points)d points") % {"points": shown_score(spread)}


# --- settings in words


def differences(settings: Mapping[str, Any], present: Mapping[str, Any]) -> Iterator[str]:
    """What is set otherwise than in the programme, one short clause each; nothing where all is the same."""
    asked, now = MatchingSettings.of(settings), MatchingSettings.of(present)
    if asked.scoring != now.scoring:
        yield _("people are scored") if asked.scoring else _("people are not scored")
    yield from _weights_that_differ(asked.weights, now.weights)
    if asked.objective != now.objective:
        yield str(OBJECTIVE_WORDS[asked.objective])
    if asked.spread != now.spread:
        yield spread_words(asked.spread)
    if asked.minimum_percent != now.minimum_percent:
        yield _("no match below %(score)d") % {"score": asked.minimum_percent}
    yield from _rules_that_differ(asked, now)
    yield from _people_that_differ(settings, present)


def _weights_that_differ(asked: Mapping[str, int], now: Mapping[str, int]) -> Iterator[str]:
    """Those that moved most; the others are counted."""
    moved = [factor for factor in {**now, **asked} if asked.get(factor, 0) != now.get(factor, 0)]
    moved.sort(key=lambda factor: -abs(asked.get(factor, 0) - now.get(factor, 0)))
    for factor in moved[:WEIGHTS_NAMED]:
        yield _("%(factor)s %(weight)d instead of %(before)d") % {
            "factor": FACTOR_NAMES.get(factor, factor), "weight": asked.get(factor, 0), "before": now.get(factor, 0),
        }  # fmt: skip
    rest = len(moved) - WEIGHTS_NAMED
    if rest > 0:
        yield ngettext("%(count)d other weight", "%(count)d other weights", rest) % {"count": rest}


def _rules_that_differ(asked: MatchingSettings, now: MatchingSettings) -> Iterator[str]:
    for rule in RULE_LABELS:
        if (rule in asked.hard_rules) != (rule in now.hard_rules):
            words = _("with “%(rule)s”") if rule in asked.hard_rules else _("without “%(rule)s”")
            yield words % {"rule": RULE_LABELS[rule]}
    for before, after, words in (
        (now.level_gap, asked.level_gap, _("other limits for the gap of levels")),
        (now.ideal_level_gap, asked.ideal_level_gap, _("another ideal gap of levels")),
        (now.time_zone_hours, asked.time_zone_hours, _("another limit for time zones")),
        (now.shared_manager_levels, asked.shared_manager_levels, _("another rule about managers in common")),
    ):
        if before != after:
            yield words


def _people_that_differ(settings: Mapping[str, Any], present: Mapping[str, Any]) -> Iterator[str]:
    pairs, before = ({tuple(pair) for pair in each.get("pinned", ())} for each in (settings, present))
    count = len(pairs ^ before)
    if count:
        yield ngettext("%(count)d other pair kept together", "%(count)d other pairs kept together", count) % {
            "count": count
        }
    more = settings.get("more_places", 0)
    if more:
        yield ngettext(
            "%(count)d place more for every mentor", "%(count)d places more for every mentor", more
        ) % {"count": more}  # fmt: skip
    if settings.get("released"):
        yield _("running pairs may be placed again")


def rule_words(rule: Mapping[str, Any]) -> str:
    """The label of a stored rule with its limits."""
    score = rule["name"] == "minimum_score"
    limits = {
        name: _("any") if rule[name] is None else str(shown_score(rule[name]) if score else rule[name])
        for name in ("minimum", "maximum")
    }
    return str(RULE_LABELS.get(rule["name"], rule["name"])) % {**limits, "question": rule["question"]}
