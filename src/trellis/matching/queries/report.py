"""What the matching report of a round says: plain rows in words, read once and then set as a PDF and a workbook."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.kernel.jobs.tables import Job, JobState
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.models import Report, Round
from trellis.matching.queries.board import (
    OFF_THE_BOARD,
    BoardRow,
    UnmatchedRow,
    board,
    shown_score,
    unmatched_rows,
)
from trellis.matching.queries.comparison import names_of
from trellis.matching.queries.fairness_page import Fairness, audit_of, fairness_of
from trellis.matching.queries.promises import planned_rows
from trellis.matching.queries.proof import check_again, proof_of
from trellis.matching.queries.report_settings import Fact, certificate_bytes, identity_facts, settings_facts
from trellis.matching.queries.solving import is_of_equals
from trellis.matching.stored import pool_from_json
from trellis.people.models import Person
from trellis.programmes.settings_model import MatchingSettings

MAKES = "matching.make_report"
ENDED = (*OFF_THE_BOARD, ProposalState.REFUSED, ProposalState.EXPIRED)
UNDER_WAY = (JobState.READY, JobState.RUNNING)


@dataclass(frozen=True)
class Pair:
    week: int | None
    mentee: str
    mentor: str
    score: int | None  # 0 to 100; None where nobody was scored
    state: str
    origin: str
    stands: bool
    reasons: tuple[str, ...]
    gap: str
    decided_by: str
    decided_at: datetime | None
    by_plan: bool  # not pinned, swapped or followed up by anybody


@dataclass(frozen=True)
class Load:
    """Somebody who offers places, and how many of the pairs that stand are theirs."""

    name: str
    places: int
    people: int


@dataclass(frozen=True)
class Proven:
    headline: str
    text: str
    steps: tuple[tuple[str, str], ...]
    holds: bool
    checked: str
    faults: tuple[str, ...]
    how: tuple[str, ...]  # to check it oneself


@dataclass(frozen=True)
class Content:
    organisation: str
    programme: str
    number: int
    equals: bool  # everybody stands on one side
    rotates: bool
    made: datetime
    about: tuple[Fact, ...]
    figures: tuple[Fact, ...]
    settings: tuple[Fact, ...]
    identity: tuple[Fact, ...]
    proven: Proven
    pairs: tuple[Pair, ...]
    loads: tuple[Load, ...]
    unmatched: tuple[UnmatchedRow, ...]
    fairness: Fairness | None
    no_fairness: str  # why there are none
    certificate: bytes


def report_of(found: Round) -> Report | None:
    """The files that are there; without their content. One query."""
    rows = Report.objects.filter(round=found).select_related("asked_by")
    return rows.defer("pdf", "sheet").first()


def report_job(found: Round) -> Job | None:
    """The job that is making the report of this round now. One query."""
    rows = Job.objects.filter(organisation_id=found.organisation_id, name=MAKES, state__in=UNDER_WAY)
    return rows.filter(arguments__round_id=found.pk).order_by("id").first()


def content_of(found: Round, *, now: datetime) -> Content:
    """Everything in words. Checks the certificate again, which takes as long as scoring the pool once.

    A fixed number of queries. `found` has a plan.
    """
    assert found.certificate is not None
    pairs = _pairs(found)
    kept = audit_of(found)
    return Content(
        organisation=found.organisation.name, programme=found.programme.name, number=found.number,
        equals=is_of_equals(found.certificate), rotates=any(pair.week for pair in pairs), made=now,
        about=tuple(_about(found, pairs, now)), figures=tuple(_figures(found, pairs)), settings=settings_facts(found),
        identity=identity_facts(found), proven=_proven(found), pairs=tuple(pairs), loads=tuple(_loads(found, pairs)),
        unmatched=tuple(unmatched_rows(found)), fairness=fairness_of(kept) if kept and kept.made_at else None,
        no_fairness=_("No fairness figures have been made for this round. The report shows none that the page hides."),
        certificate=certificate_bytes(found.certificate),
    )  # fmt: skip


def moment(at: datetime) -> str:
    """A time that reads the same everywhere."""
    return _("%(when)s UTC") % {"when": date_format(at.astimezone(UTC), "j F Y, H:i")}


def _pairs(found: Round) -> list[Pair]:
    """Those that stand first, in the order of the weeks and of the mentees' names. Two queries."""
    fields = ("decided_by__given_name", "decided_by__preferred_name", "decided_by__family_name", "decided_at")
    decided = {row[0]: row[1:] for row in found.proposals.values_list("id", *fields)}
    made = [_pair(row, *decided[row.id]) for row in board(found) if row.id in decided]
    return sorted(made, key=lambda pair: (not pair.stands, pair.week or 0, pair.mentee, pair.mentor))


def _pair(row: BoardRow, given: str | None, preferred: str | None, family: str | None, at: datetime | None) -> Pair:
    return Pair(
        row.week, row.mentee.name, row.mentor.name, row.score if row.scored else None, row.state_words,
        row.origin_words, row.state not in ENDED, row.reasons, row.gap,
        f"{preferred or given or ''} {family or ''}".strip(), at, row.origin == ProposalOrigin.SOLVER,
    )  # fmt: skip


def _about(found: Round, pairs: Sequence[Pair], now: datetime) -> Iterator[Fact]:
    yield Fact(_("State"), found.get_state_display())
    yield Fact(_("Started"), _by(found.created_at, found.started_by))
    if found.solved_at:
        yield Fact(_("Solved"), moment(found.solved_at))
    deciders = Counter(pair.decided_by for pair in pairs if pair.decided_by)
    if deciders:
        said = [f"{name} ({count})" for name, count in sorted(deciders.items(), key=lambda each: (-each[1], each[0]))]
        yield Fact(_("Decided the pairs"), ", ".join(said))
    if found.published_at:
        yield Fact(_("Published"), _by(found.published_at, found.published_by))
    yield Fact(_("This report"), moment(now))


def _by(at: datetime, who: Person | None) -> str:
    return _("%(when)s, by %(who)s") % {"when": moment(at), "who": who.full_name} if who else moment(at)


def _figures(found: Round, pairs: Sequence[Pair]) -> Iterator[Fact]:
    proof = proof_of(found)
    assert proof is not None
    assert found.certificate is not None
    looking = {"matched": proof.matched, "looking": proof.mentees}
    yield Fact(_("Matched, of those who were looking"), _("%(matched)d of %(looking)d") % looking)
    scores = [row["score"] for row in planned_rows(found.certificate)]
    if scores and MatchingSettings.of(found.settings).scoring:
        yield Fact(_("Weakest match"), str(shown_score(min(scores))))
        yield Fact(_("Average match"), f"{sum(scores) / len(scores) / 1000:.1f}")
        yield Fact(_("Total score"), f"{proof.points:,}")
    if proof.stability:
        yield Fact(_("What stability costs"), proof.stability.words)
    yield Fact(_("Pairs of the plan"), str(proof.pairs))
    states = Counter(pair.state for pair in pairs)
    for state in map(str, ProposalState.labels):
        if states[state]:
            yield Fact(_("Pairs now: %(state)s") % {"state": state.lower()}, str(states[state]))


def _loads(found: Round, pairs: Sequence[Pair]) -> Iterable[Load]:
    """Every mentor of the pool, the busiest first. One query; nobody among equals."""
    if is_of_equals(found.certificate):
        return []
    mentors = pool_from_json(found.inputs).mentors
    names = names_of(Person.objects.filter(external_id__in=[mentor.id for mentor in mentors]))
    standing = found.proposals.exclude(state__in=ENDED).values_list("mentor__person__external_id", flat=True)
    busy = Counter(standing)
    rows = [Load(names.get(mentor.id, mentor.id), mentor.places, busy[mentor.id]) for mentor in mentors]
    return sorted(rows, key=lambda row: (-row.people, row.name))


def _proven(found: Round) -> Proven:
    proof, checked = proof_of(found), check_again(found)
    assert proof is not None
    count = checked.pairs_judged
    words = ngettext(
        "Checked again for this report: %(count)s possible pair was scored anew, and the certificate holds.",
        "Checked again for this report: all %(count)s possible pairs were scored anew, and the certificate holds.",
        count,
    ) % {"count": f"{count:,}"}
    if checked.faults:
        words = _(
            "Checked again for this report: the certificate does not hold. Something about this round was changed "
            "after it was solved. Do not rely on it; run it again."
        )
    if checked.older:
        words = checked.faults[0]
    promise = proof.promise
    how = (
        _("Open the round and choose “Proof”: the certificate is checked each time, by a program of its own that "
          "shares nothing with the one that found the plan."),
        _("The certificate is attached to the PDF as certificate.json. Its fingerprint stands in this report."),
        _("Without this server: the page has a proof file too, in which people are numbers. “trellis verify” checks it "
          "on any machine and answers 0 when the proof holds, or names what is wrong."),
        _("On this server: “trellis verify --programme %(slug)s --round %(number)d --again” solves the round again, "
          "and the same certificate must come out, to the byte.")
        % {"slug": found.programme.slug, "number": found.number},
    )  # fmt: skip
    return Proven(promise.headline, promise.text, promise.steps, not checked.faults, words, tuple(checked.faults), how)
