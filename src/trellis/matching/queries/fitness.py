"""Which pairs on a board could not begin as things stand now: somebody paused, left, has no place or said no since."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal
from trellis.matching.queries.exchanges import NONE, Changes
from trellis.matching.queries.pool import ruled_out
from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Party
from trellis.people.choices import PersonStatus
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Enrolment, Programme

SIDES = ("mentee", "mentor")
_ENROLMENT = ("id", "state", "places", "paused_until", "person_id")
_PERSON = ("external_id", "status", "given_name", "preferred_name", "family_name")
_FIELDS = [
    f"{side}__{name}" for side in SIDES for name in (*_ENROLMENT, *(f"person__{each}" for each in _PERSON))
]  # fmt: skip
GONE = (PersonStatus.LEFT, PersonStatus.SUSPENDED)
Row = Mapping[str, Any]  # Any: one row of values()


def faults_of(programme: Programme, pairs: QuerySet[Proposal], changes: Changes = NONE) -> dict[int, str]:
    """Proposal to what is in its way, in words; pairs that could begin are not in it. Best pairs take places first.

    `changes`: of a rematch; nothing is in the way of a pair that is together and stays so, and a pair that ends frees
    its places. A fixed number of queries; nobody's own words are read.
    """
    rows = list(pairs.order_by("-score", "id").exclude(pk__in=changes.stays).values("id", "week", *_FIELDS))
    if not rows:
        return {}
    left, taken, out = _free(programme, rows, changes), Counter[tuple[int, int | None]](), ruled_out(programme)
    found = {row["id"]: next(_faults(row, left, taken, out), "") for row in rows}
    return {pair: words for pair, words in found.items() if words}


def _faults(
    row: Row, left: Counter[int], taken: Counter[tuple[int, int | None]], out: frozenset[tuple[str, str]]
) -> Iterator[str]:
    """The first thing in the way; a pair without any takes its two places, in a rotation those of its week."""
    names = {side: name_on(row, side) for side in SIDES}
    if (row["mentee__person__external_id"], row["mentor__person__external_id"]) in out:
        yield _("%(mentee)s and %(mentor)s are together, asked already, or one of them said no") % names
    for side in SIDES:
        if standing := _standing(row, side, names[side]):
            yield standing
    for side in SIDES:
        if left[row[f"{side}__id"]] <= taken[row[f"{side}__id"], row["week"]]:
            yield _("%(name)s has no free place left") % {"name": names[side]}
    for side in SIDES:
        taken[row[f"{side}__id"], row["week"]] += 1


def _standing(row: Row, side: str, name: str) -> str:
    if row[f"{side}__person__status"] in GONE or row[f"{side}__state"] == EnrolmentState.WITHDRAWN:
        return _("%(name)s is no longer taking part") % {"name": name}
    if row[f"{side}__state"] == EnrolmentState.APPROVED:
        return ""
    until = row[f"{side}__paused_until"]
    if row[f"{side}__state"] == EnrolmentState.PAUSED and until:
        return _("%(name)s has paused until %(until)s") % {"name": name, "until": date_format(until, "j F Y")}
    if row[f"{side}__state"] == EnrolmentState.PAUSED:
        return _("%(name)s has paused") % {"name": name}
    return _("%(name)s is no longer ready to be matched") % {"name": name}


def can_begin(enrolment: Enrolment) -> bool:
    """This side of a pair is still ready: approved, not paused, not gone. Their places are asked where they begin."""
    return enrolment.state == EnrolmentState.APPROVED and enrolment.person.status not in GONE


def name_on(row: Row, side: str) -> str:
    """The name of the person on this side of a row of values()."""
    first = row[f"{side}__person__preferred_name"] or row[f"{side}__person__given_name"]
    return f"{first} {row[f'{side}__person__family_name']}".strip()


def _free(programme: Programme, rows: Iterable[Row], changes: Changes) -> Counter[int]:
    """Places of each sign-up that no live mentorship and no open offer holds, with those that the changes free."""
    freed = changes.freed
    live = Party.objects.filter(mentorship__programme=programme, mentorship__state__in=LIVE_STATES)
    counted = live.values_list("person_id", "role").annotate(count=Count("id")).order_by()
    busy = {(person, role): count for person, role, count in counted}
    offered = Proposal.objects.filter(programme=programme, state=ProposalState.OFFERED)
    held = Counter(side for pair in offered.values_list("mentee_id", "mentor_id") for side in pair)
    free: Counter[int] = Counter()
    for row in rows:
        for side in SIDES:
            key = row[f"{side}__id"]
            running = sum(busy.get((row[f"{side}__person_id"], role), 0) for role in (side, PartyRole.PEER))
            free[key] = row[f"{side}__places"] - running - held[key] + freed[row[f"{side}__person_id"], side]
    return free
