"""The proof of a solved round in words, checking it again with the separate checker, and making it again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from trellis.matching.models import Round
from trellis.matching.queries.board import NOT_LOOKING
from trellis.matching.queries.exchanges import kept_words
from trellis.matching.queries.pool import engine_settings, solved_on
from trellis.matching.queries.promises import Promise, planned_rows, promise_of, weeks_of
from trellis.matching.queries.rearranged import ByHand, by_hand
from trellis.matching.queries.report_settings import certificate_bytes
from trellis.matching.queries.solving import certificate_of, faults_in, is_of_equals, plan_of, smallest_in
from trellis.matching.queries.stability import Stability, stability_of
from trellis.matching.words import fault_words
from trellis.programmes.choices import MentoringModel, Side
from trellis.programmes.settings_model import MatchingSettings
from trellis_engine.matching import ENGINE_VERSION


@dataclass(frozen=True)
class Proof:
    """What the certificate of a round says."""

    matched: int
    mentees: int  # who looked for a mentor; among equals everybody who looked for a partner
    pairs: int
    points: int  # the total in hundredths of the score people see: 100 for a perfect pair
    scored: bool
    promise: Promise
    stability: Stability | None  # what it costs that the plan is stable, where it is
    by_hand: ByHand | None  # how the board differs from it since

    @property
    def left(self) -> int:
        """How many the plan leaves without anybody."""
        return self.mentees - self.matched


@dataclass(frozen=True)
class Checked:
    """The outcome of checking a certificate against what the round was solved on."""

    pairs_judged: int
    faults: list[str]
    older: bool = False  # made by another version of the matcher: nothing is wrong with it, and nothing was checked


def proof_of(found: Round) -> Proof | None:
    """None before a round is solved."""
    if found.certificate is None:
        return None
    matched = int(found.certificate["matched"])
    rows = found.unmatched.exclude(reason__in=NOT_LOOKING)
    left = (rows if is_of_equals(found.certificate) else rows.filter(enrolment__side=Side.MENTEE)).count()
    pairs = len(planned_rows(found.certificate))
    promise = promise_of(found.settings, found.certificate, matched + left)
    if kept := kept_words(found):
        promise = replace(promise, text=f"{promise.text} {kept}")
    scored = MatchingSettings.of(found.settings).scoring
    points = (found.total or 0) // 1000
    stability = stability_of(found.settings)
    return Proof(matched, matched + left, pairs, points, scored, promise, stability, by_hand(found))


def check_again(found: Round) -> Checked:
    """Verify the certificate of a solved round against its stored inputs. No query; shares no code with the solver."""
    assert found.certificate is not None
    if is_of_another_version(found.certificate):
        return Checked(0, [version_words(found.certificate)], older=True)
    pool, taxonomy = solved_on(found.inputs)
    weeks, settings = weeks_of(found.settings), engine_settings(found.settings)
    faults = faults_in(found.certificate, pool, settings, taxonomy, weeks, smallest_in(found.settings))
    people = len(pool.mentees)
    pairs = people * (people - 1) // 2 if is_of_equals(found.certificate) else people * len(pool.mentors)
    return Checked(pairs, [fault_words(fault) for fault in faults] or list(_kept_faults(found, found.certificate)))


def is_of_another_version(certificate: Mapping[str, Any]) -> bool:
    """Whether another version of the matcher made it, whose scores this one would not work out the same way."""
    return certificate.get("engine_version") != ENGINE_VERSION


def version_words(certificate: Mapping[str, Any]) -> str:
    return _(
        "This round was matched by version %(then)s of the matcher. This is version %(now)s, which works out scores in "
        "another way and cannot check that proof. Nothing was changed: the pairs and what was decided stand as they "
        "are. For a plan whose proof can be checked today, match again."
    ) % {"then": certificate.get("engine_version", "?"), "now": ENGINE_VERSION}


def _kept_faults(found: Round, certificate: Mapping[str, Any]) -> Iterator[str]:
    """What the round keeps beside its certificate, against what that says. Early rounds kept less."""
    kept = {"salt": found.salt, "input_hash": found.input_hash, "engine_version": found.engine_version}
    for name, value in kept.items():
        if value and value != certificate[name]:
            yield _("What the round keeps as “%(name)s” is not what its certificate says.") % {"name": name}
    if found.total not in (None, certificate["total"]):
        yield _("What the round keeps as “%(name)s” is not what its certificate says.") % {"name": "total"}


def comes_out_again(found: Round) -> bool:
    """Solve it once more from what it keeps: whether the same certificate comes out, to the byte. Takes as long as the
    first time. Raises what the engine refuses."""
    assert found.certificate is not None
    pool, taxonomy = solved_on(found.inputs)
    plan = plan_of(
        MentoringModel.PEER if is_of_equals(found.certificate) else MentoringModel.FORMAL,
        pool, engine_settings(found.settings), taxonomy, found.salt,
        weeks_of(found.settings), smallest_in(found.settings),
    )  # fmt: skip
    return certificate_bytes(certificate_of(plan)) == certificate_bytes(found.certificate)
