"""The settings that a round was solved with, in plain words, and what names its inputs to the byte."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.matching.choices import Approval
from trellis.matching.models import Round
from trellis.matching.queries.pool import engine_settings
from trellis.matching.queries.promises import weeks_of
from trellis.matching.queries.reading import read_by
from trellis.matching.queries.scenarios import OBJECTIVE_WORDS, rule_words, spread_words
from trellis.matching.queries.solving import is_of_equals, smallest_in
from trellis.matching.words import FACTOR_NAMES
from trellis.programmes.queries.matched_questions import matched_questions
from trellis.programmes.settings_model import MatchingSettings


@dataclass(frozen=True)
class Fact:
    """One line of a report."""

    label: str
    value: str


def settings_facts(found: Round) -> tuple[Fact, ...]:
    """What counted as best, what no match could break and what made a match good. One query."""
    return (*_goal(found), *_rules(found), *_weights(found), *_single_pairs(found.settings))


def _goal(found: Round) -> Iterator[Fact]:
    chosen = MatchingSettings.of(found.settings)
    if not chosen.scoring:
        yield Fact(_("What counts as best"), _("as many people matched as the rules allow; nobody is scored"))
    elif is_of_equals(found.certificate) or weeks_of(found.settings) or smallest_in(found.settings):
        yield Fact(_("What counts as best"), _("most people matched, then the total score"))
    else:
        yield Fact(_("What counts as best"), str(OBJECTIVE_WORDS.get(chosen.objective, chosen.objective)))
    if chosen.scoring and chosen.spread:
        yield Fact(_("Even load"), spread_words(chosen.spread))
    if weeks := weeks_of(found.settings):
        yield Fact(_("Rotation"), ngettext("%(count)d week", "%(count)d weeks", weeks) % {"count": weeks})
    if smallest := smallest_in(found.settings):
        yield Fact(_("Smallest circle"), ngettext("%(n)d mentee", "%(n)d mentees", smallest) % {"n": smallest})
    if chosen.approval in Approval.values:
        yield Fact(_("Whose yes makes a pair"), str(Approval(chosen.approval).label))


def _rules(found: Round) -> Iterator[Fact]:
    asked = {each.key: each.text for each in matched_questions(found.programme)}  # a round keeps no words of the form
    for rule in engine_settings(found.settings).rules:
        plain = asdict(rule)
        yield Fact(_("Rule"), rule_words({**plain, "question": asked.get(rule.question, rule.question)}))
    chosen = MatchingSettings.of(found.settings)
    if chosen.scoring and chosen.minimum_percent:
        yield Fact(_("Rule"), _("No match below %(score)d") % {"score": chosen.minimum_percent})
    for promise in chosen.ground_rules:
        yield Fact(_("Promise that people keep; no machine checks it"), promise)


def _weights(found: Round) -> Iterator[Fact]:
    chosen = MatchingSettings.of(found.settings)
    if not chosen.scoring:
        return
    for factor, weight in sorted(chosen.weights.items(), key=lambda each: (-each[1], each[0])):
        if weight:
            name = FACTOR_NAMES.get(factor, factor)
            yield Fact(_("Weight: %(factor)s") % {"factor": name}, _("%(weight)d of 100") % {"weight": weight})
    if chosen.ideal_level_gap:
        lowest, highest = chosen.ideal_level_gap
        words = _("mentor's level less mentee's: %(lowest)d to %(highest)d")
        yield Fact(_("Ideal distance in level"), words % {"lowest": lowest, "highest": highest})


def _single_pairs(stored: Mapping[str, Any]) -> Iterator[Fact]:
    for label, name in ((_("Pairs kept together by hand"), "pinned"), (_("Pairs kept apart by hand"), "forbidden")):
        if stored.get(name):
            yield Fact(label, str(len(stored[name])))


def identity_facts(found: Round) -> tuple[Fact, ...]:
    """What it takes to make the same plan again, to the byte."""
    assert found.certificate is not None
    said = found.certificate
    return (
        Fact(_("Inputs (SHA-256)"), found.input_hash or said.get("input_hash", "")),
        Fact(_("Settings (SHA-256)"), said.get("settings_hash", "")),
        Fact(_("Certificate (SHA-256)"), fingerprint(said)),
        Fact(_("Random word between equal plans"), found.salt),
        Fact(_("Engine"), found.engine_version or str(said.get("version", ""))),
        *(Fact(_("Goals read by %(name)s (SHA-256)") % {"name": name}, sha) for name, sha in files_that_read(found)),
    )


def files_that_read(found: Round) -> tuple[tuple[str, str], ...]:
    """The files of the model that read the goals, if one did."""
    by = read_by(found.settings)
    return by.files if by else ()


def certificate_bytes(certificate: Mapping[str, Any]) -> bytes:
    """The certificate as it is downloaded and attached."""
    return json.dumps(certificate, indent=1, sort_keys=True).encode()


def fingerprint(certificate: Mapping[str, Any]) -> str:
    return hashlib.sha256(certificate_bytes(certificate)).hexdigest()
