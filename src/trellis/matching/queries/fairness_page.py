"""The fairness figures of a round as they are shown: from the stored numbers alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from trellis.kernel.jobs.tables import Job, JobState
from trellis.matching import fairness_words as words
from trellis.matching.models import FairnessAudit, Round
from trellis.matching.queries.fairness import ROUND
from trellis.matching.queries.fairness_shown import MENTORS
from trellis.matching.words import FACTOR_NAMES

ORDER = ("matched", "access", "first_choice", "score", "waiting")
ORDER_OF_MENTORS = ("chosen", "choice", "wished", "load")
LEFT, RIGHT = 0.4, 1.2  # the part of the scale of ratios that the picture shows
UNDER_WAY = (JobState.READY, JobState.RUNNING)


@dataclass(frozen=True)
class Place:
    """A point on the picture's scale, in percent of its width, as SVG takes it."""

    ratio: float

    def __str__(self) -> str:
        share = (min(max(self.ratio, LEFT), RIGHT) - LEFT) / (RIGHT - LEFT)
        return f"{100 * share:.1f}%"


@dataclass(frozen=True)
class ShownRow:
    group: str
    detail: str  # who is in a merged group of many
    yes: int
    size: int
    low: int  # of the share's interval, in percent
    high: int
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    verdict: str

    @property
    def share(self) -> int:
        return round(100 * self.yes / self.size)

    @property
    def flagged(self) -> bool:
        return self.verdict == "gap"

    @property
    def dot(self) -> Place | None:
        return None if self.ratio is None else Place(self.ratio)

    @property
    def bar(self) -> tuple[Place, Place] | None:
        """The interval of the ratio; none for the group that the others are compared with."""
        return (
            None
            if self.ratio_low is None or self.ratio_high is None
            else (Place(self.ratio_low), Place(self.ratio_high))
        )


@dataclass(frozen=True)
class ShownGroups:
    kind: str
    rows: list[ShownRow]


@dataclass(frozen=True)
class ShownTable:
    measure: str
    title: str
    about: str
    column: str
    kinds: list[ShownGroups]
    among: str  # how many people it is about


@dataclass(frozen=True)
class Hidden:
    what: str
    why: str


@dataclass(frozen=True)
class Finding:
    text: str
    certain: bool  # the interval lies wholly below 1
    before_matching: bool  # the same group has fewer mentors to choose from
    measure: str
    way: str


@dataclass(frozen=True)
class Proxy:
    """How much the factors tell about a kind of group: those that tell something."""

    kind: str
    telling: list[tuple[str, str]]


@dataclass(frozen=True)
class Fairness:
    people: str  # how many were looking
    made_at: datetime
    tables: list[ShownTable]
    hidden: list[Hidden]
    findings: list[Finding]
    proxies: list[Proxy]
    one: Place = Place(1)
    limit: Place = Place(0.8)


def audit_of(found: Round) -> FairnessAudit | None:
    return FairnessAudit.objects.defer("counted", "answers").filter(round=found).first()


def under_way(kept: FairnessAudit) -> bool:
    """Its job waits or runs."""
    rows = Job.objects.filter(pk=kept.job_id or 0, organisation_id=kept.organisation_id, state__in=UNDER_WAY)
    return kept.made_at is None and rows.exists()


def fairness_of(kept: FairnessAudit) -> Fairness:
    """No query."""
    assert kept.made_at is not None
    of = kept.figures.get("of", ROUND)
    people = words.looked(of, kept.figures["people"])
    samples: list[tuple[Mapping[str, Any], Sequence[str], str, str]] = [(kept.figures, ORDER, people, "")]
    if mentors := kept.figures.get(MENTORS):
        samples.append((mentors, ORDER_OF_MENTORS, words.offered(mentors["people"]), _("Mentors: %(kind)s")))
    tables: list[ShownTable] = []
    hidden: list[Hidden] = []
    findings: list[Finding] = []
    proxies: list[Proxy] = []
    for figures, order, among, named in samples:
        kinds: list[Mapping[str, Any]] = figures["kinds"]
        shown = {kind["name"]: {table["measure"]: table for table in kind["tables"]} for kind in kinds}
        tables += [table for measure in order if (table := _table(of, measure, shown, among)).kinds]
        hidden += _hidden(kinds, named)
        findings += _findings(of, order, shown)
        proxies += [proxy for kind in kinds if (proxy := _proxy(kind, named))]
    return Fairness(people, kept.made_at, tables, hidden, findings, proxies)


def _table(of: str, measure: str, shown: Mapping[str, Mapping[str, Any]], among: str) -> ShownTable:
    kinds = {kind: tables[measure] for kind, tables in shown.items() if measure in tables and tables[measure]["rows"]}
    middle = next((table["middle"] for table in kinds.values()), None)
    groups = [
        ShownGroups(
            str(words.KINDS[kind]), [shown_row(kind, row) for row in sorted(table["rows"], key=who_said_nothing_last)]
        )
        for kind, table in kinds.items()
    ]
    return ShownTable(
        measure, words.title(of, measure), words.about(of, measure, middle), str(words.COLUMNS[measure]), groups, among
    )


def shown_row(kind: str, row: Mapping[str, Any]) -> ShownRow:
    return ShownRow(
        words.group_name(kind, row["members"]), words.group_detail(kind, row["members"]), row["yes"], row["size"],
        round(100 * (row["low"] or 0)), round(100 * (row["high"] or 1)), row["ratio"],
        row["ratio_low"], row["ratio_high"], row["verdict"],
    )  # fmt: skip


def _hidden(kinds: Sequence[Mapping[str, Any]], named: str) -> Iterable[Hidden]:
    """Kinds that are hidden whole, then measures: of every kind that is shown, or of the one or other. `named`: how
    the kind of group is told, where it is about mentors."""
    shown = [kind for kind in kinds if not kind["withheld"]]
    yield from (
        Hidden(_named(kind["name"], named), str(words.WITHHELD[kind["withheld"]])) for kind in kinds if kind["withheld"]
    )
    gone: dict[tuple[str, str], list[str]] = {}
    for kind in shown:
        for table in kind["tables"]:
            if table["withheld"]:
                gone.setdefault((table["measure"], table["withheld"]), []).append(str(words.KINDS[kind["name"]]))
    for (measure, why), names in gone.items():
        where = _("for every group") if len(names) == len(shown) else ", ".join(names)
        yield Hidden(f"{words.COLUMNS[measure]}: {where}", str(words.WITHHELD[why]))


def who_said_nothing_last(row: Mapping[str, Any]) -> bool:
    return "" in row["members"]


def _named(kind: str, named: str) -> str:
    label = str(words.KINDS[kind])
    return named % {"kind": label} if named else label


def _findings(of: str, order: Sequence[str], shown: Mapping[str, Mapping[str, Any]]) -> Iterable[Finding]:
    """Differences that chance alone would hardly make, who gets a match first."""
    for measure in order:
        for kind, tables in shown.items():
            rows = tables[measure]["rows"] if measure in tables else []
            served = [row for row in rows if row["ratio"] == 1]
            for row in rows:
                if row["verdict"] in {"gap", "difference"} and served:
                    yield _finding(of, measure, kind, row, served[0], tables)


def _finding(
    of: str, measure: str, kind: str, row: Mapping[str, Any], best: Mapping[str, Any], tables: Mapping[str, Any]
) -> Finding:
    less_access = any(
        other["members"] == row["members"] and other["verdict"] in {"gap", "difference"}
        for other in (tables["access"]["rows"] if "access" in tables else [])
    )
    return Finding(
        words.finding(
            of, measure, words.group_name(kind, row["members"]), words.group_name(kind, best["members"]),
            round(100 * row["yes"] / row["size"]), round(100 * best["yes"] / best["size"]),
        ),
        row["ratio_high"] is not None and row["ratio_high"] < 1, measure == "matched" and less_access, measure,
        words.way_on(measure),
    )  # fmt: skip


def _proxy(kind: Mapping[str, Any], named: str) -> Proxy | None:
    telling = [(str(FACTOR_NAMES[name]), str(words.STEPS[step])) for name, step in kind["proxies"] if step != "hardly"]
    return None if kind["withheld"] else Proxy(_named(kind["name"], named), telling)
