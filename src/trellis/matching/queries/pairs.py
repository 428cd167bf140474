"""The single pairs that a manager keeps together or apart, and whether the next round can keep them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from trellis.matching.queries.pool import engine_settings, engine_taxonomy, load_pool, matching_of, ruled_out
from trellis.matching.words import input_words, refusal_words
from trellis.people.models import Person
from trellis.programmes.models import Programme
from trellis.programmes.settings_model import PAIR_LISTS
from trellis_engine.matching import InputRefused, Pool, Settings, why_not

Pair = tuple[str, str]  # mentee, mentor, by employee ID


@dataclass(frozen=True)
class PairRow:
    mentee: str
    mentor: str
    mentee_name: str
    mentor_name: str
    trouble: str = ""  # why the next round cannot put them together; empty where it can, or where they are kept apart


@dataclass(frozen=True)
class KeptPairs:
    together: list[PairRow]
    apart: list[PairRow]

    @property
    def in_trouble(self) -> int:
        return sum(bool(row.trouble) for row in self.together)


def kept_pairs(programme: Programme, *, now: datetime) -> KeptPairs:
    """Both lists in the order in which they were made. A fixed number of queries; one where there is no pair."""
    pinned, apart = (_pairs(programme, name) for name in PAIR_LISTS)
    names = _names([*pinned, *apart])
    troubles = _troubles(programme, pinned, names, now) if pinned else {}
    return KeptPairs(
        [_row(pair, names, troubles.get(pair, "")) for pair in pinned], [_row(pair, names, "") for pair in apart]
    )


def _pairs(programme: Programme, name: str) -> list[Pair]:
    return [(mentee, mentor) for mentee, mentor in programme.matching.get(name, ())]


def _names(pairs: list[Pair]) -> dict[str, str]:
    codes = {code for pair in pairs for code in pair}
    return {each.external_id: each.full_name for each in Person.objects.filter(external_id__in=codes)}


def _row(pair: Pair, names: Mapping[str, str], trouble: str) -> PairRow:
    gone = _("Somebody who is no longer here")
    mentee, mentor = pair
    return PairRow(mentee, mentor, names.get(mentee, gone), names.get(mentor, gone), trouble)


def _troubles(programme: Programme, pinned: list[Pair], names: Mapping[str, str], now: datetime) -> dict[Pair, str]:
    pool, out = load_pool(programme, now), ruled_out(programme)
    try:
        settings = engine_settings({**matching_of(programme), "pinned": []})
    except InputRefused as refused:
        return dict.fromkeys(pinned, input_words(refused))
    return {pair: _("They are together, were together, or have been asked before.") if pair in out
            else _trouble(pool, settings, pair, names) for pair in pinned}  # fmt: skip


def _trouble(pool: Pool, settings: Settings, pair: Pair, names: Mapping[str, str]) -> str:
    for code, side in zip(pair, (pool.mentee_by_id, pool.mentor_by_id), strict=True):
        name = names.get(code, code)
        if code not in side:
            return _("%(name)s is not ready to be matched.") % {"name": name}
        if not side[code].places:
            return _("%(name)s has no free place.") % {"name": name}
    refusal = why_not(pool, settings, engine_taxonomy(), *pair)
    return _("Not possible: %(why)s.") % {"why": refusal_words(refusal.rule)} if refusal else ""
