"""What a rematch changes: which running pairs stay, which end because their mentee gets another mentor, and which
changes hang together, so that they happen at once or not at all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.swaps import STANDING
from trellis.mentorships.choices import MentorshipState, PartyRole
from trellis.mentorships.models import Party
from trellis.programmes.models import Programme
from trellis.programmes.settings_model import SCORE_UNITS

SHOWN = 12  # names
Codes = tuple[str, str]  # (mentee, mentor), as the engine names people
_PERSON = ("external_id", "given_name", "preferred_name", "family_name")


@dataclass(frozen=True)
class Running:
    """A running mentorship of two."""

    id: int
    mentee_id: int  # of the person
    mentor_id: int
    mentee: str
    mentor: str


@dataclass(frozen=True)
class Changes:
    """How the pairs on a rematch's board stand to those that run now."""

    stays: frozenset[int] = frozenset()  # proposals of two who are together already: nothing is asked or begun
    replaces: Mapping[int, Running] = field(default_factory=dict)  # proposal to the pair that ends when it begins
    staying: int = 0  # running pairs that go on, whether they lie on the board or not
    new: int = 0  # pairs on the board that begin

    @property
    def parting(self) -> int:
        return len(self.replaces)

    @property
    def parted(self) -> list[Running]:
        """The first of the pairs that end, by name."""
        return sorted(self.replaces.values(), key=lambda pair: (pair.mentee.casefold(), pair.id))[:SHOWN]

    @property
    def more(self) -> int:
        return max(len(self.replaces) - SHOWN, 0)

    @property
    def freed(self) -> Counter[tuple[int, str]]:
        """Places that come free with the partings, by person and side."""
        gone = self.replaces.values()
        return Counter(
            [(each.mentee_id, PartyRole.MENTEE) for each in gone]
            + [(each.mentor_id, PartyRole.MENTOR) for each in gone]
        )


NONE = Changes()


def is_rematch(found: Round) -> bool:
    return bool(found.settings.get("released"))


def kept_of(found: Round) -> frozenset[Codes]:
    """The pairs that ran when a rematch was solved; none for any other round."""
    return frozenset((one, two) for one, two in found.settings.get("kept", ())) if is_rematch(found) else frozenset()


def kept_words(found: Round) -> str:
    """What the plan of a rematch was the best of, beside the promise; empty for any other round."""
    if not kept_of(found):
        return ""
    points = found.settings.get("keep_bonus", 0) // SCORE_UNITS
    if not points:
        return _("Nobody with a mentor was left without.")
    words = ngettext(
        "A running pair counted %(points)d point more for being one, and nobody with a mentor was left without.",
        "A running pair counted %(points)d points more for being one, and nobody with a mentor was left without.",
        points,
    )
    return words % {"points": points}


def running_here(programme: Programme) -> dict[Codes, Running]:
    """Every active mentorship of one mentee and one mentor. One that is paused is left in peace. One query."""
    sides: dict[int, dict[str, list[Mapping[str, Any]]]] = {}
    rows = Party.objects.filter(mentorship__programme=programme, mentorship__state=MentorshipState.ACTIVE)
    names = [f"person__{name}" for name in _PERSON]
    for row in rows.order_by("id").values("mentorship_id", "role", "person_id", *names):
        sides.setdefault(row["mentorship_id"], {}).setdefault(row["role"], []).append(row)
    found = {}
    for number, both in sides.items():
        mentees, mentors = both.get(PartyRole.MENTEE, []), both.get(PartyRole.MENTOR, [])
        if len(mentees) == len(mentors) == 1:
            one, two = mentees[0], mentors[0]
            found[one["person__external_id"], two["person__external_id"]] = Running(
                number, one["person_id"], two["person_id"], _name(one), _name(two)
            )
    return found


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['person__preferred_name'] or row['person__given_name']} {row['person__family_name']}".strip()


def changes_of(found: Round, states: Sequence[str] = STANDING) -> Changes:
    """What publishing the pairs in these states would change, as things stand now. Nothing where it is no rematch.

    A running pair ends only where its mentee gets another mentor from this board: whoever has a mentor never loses
    them for nothing. So declining a new pair lets the old one go on. Two queries.
    """
    kept = kept_of(found)
    if not kept:
        return NONE
    running = {codes: pair for codes, pair in running_here(found.programme).items() if codes in kept}
    rows = found.proposals.filter(state__in=states).order_by("-score", "id")
    fields = ("mentee__person__external_id", "mentor__person__external_id", "id")
    board = {(mentee, mentor): pk for mentee, mentor, pk in rows.values_list(*fields)}
    new: dict[str, list[Codes]] = {}
    for codes in board:
        if codes not in running:
            new.setdefault(codes[0], []).append(codes)
    wanted = {mentor for pairs in new.values() for _mentee, mentor in pairs}
    over: dict[str, list[Codes]] = {}
    for codes in sorted(set(running) - set(board), key=lambda codes: (codes[1] not in wanted, codes)):
        over.setdefault(codes[0], []).append(codes)  # first whoever's place is needed
    replaces = {
        board[codes]: running[old]
        for mentee, pairs in new.items()
        for codes, old in zip(pairs, over.get(mentee, ()), strict=False)
    }
    return Changes(
        stays=frozenset(pk for codes, pk in board.items() if codes in running), replaces=replaces,
        staying=len(running) - len(replaces), new=sum(len(pairs) for pairs in new.values()),
    )  # fmt: skip


def changes_shown(found: Round) -> Changes:
    """The same for the page of a round: what would change while it is reviewed, and what has changed after that."""
    if not is_rematch(found):
        return NONE
    if found.state == RoundState.REVIEW:
        return changes_of(found)
    kept = kept_of(found)
    rows = found.proposals.filter(state__in=[ProposalState.APPROVED, ProposalState.ACCEPTED])
    codes = ("id", "state", "mentee__person__external_id", "mentor__person__external_id", "replaces_id")
    told = list(rows.values_list(*codes))
    calm = ((pk, (mentee, mentor)) for pk, state, mentee, mentor, _old in told if state == ProposalState.APPROVED)
    stays = {pk for pk, codes in calm if codes in kept}
    old = _by_number(number for *_rest, number in told if number)
    replaces = {pk: old[number] for pk, *_rest, number in told if number in old}
    begun = sum(state == ProposalState.ACCEPTED for _pk, state, *_rest in told)
    return Changes(frozenset(stays), replaces, len(stays), begun)


def _by_number(numbers: Iterable[int]) -> dict[int, Running]:
    """Mentorships by their own ids, whatever has become of them since. One query."""
    sides: dict[int, dict[str, Mapping[str, Any]]] = {}
    rows = Party.objects.filter(mentorship__in=set(numbers))
    for row in rows.values("mentorship_id", "role", "person_id", *(f"person__{name}" for name in _PERSON)):
        sides.setdefault(row["mentorship_id"], {})[row["role"]] = row
    return {
        number: Running(number, one["person_id"], two["person_id"], _name(one), _name(two))
        for number, both in sides.items()
        if (one := both.get(PartyRole.MENTEE)) and (two := both.get(PartyRole.MENTOR))
    }


def exchanges(proposals: QuerySet[Proposal]) -> list[list[int]]:
    """Proposals that must begin, or be taken back, together: linked by the places of the pairs that they replace.

    Whoever replaces nothing, and takes no place that a parting frees, is alone. At most two queries.
    """
    rows = list(proposals.values_list("pk", "replaces_id", "mentee__person_id", "mentor__person_id"))
    old = _by_number(number for _pk, number, *_people in rows if number)
    former = {pair.mentor_id for pair in old.values()}
    groups = _Groups()
    for pk, number, mentee, mentor in rows:
        if number in old:
            groups.join(("pair", pk), ("mentor", old[number].mentor_id))
            groups.join(("pair", pk), ("mentee", mentee))
        if mentor in former:
            groups.join(("pair", pk), ("mentor", mentor))
    together: dict[tuple[str, int], list[int]] = {}
    for pk, *_rest in rows:
        together.setdefault(groups.of(("pair", pk)), []).append(pk)
    return list(together.values())


def exchange_of(proposal: Proposal) -> list[int]:
    """The open offers that begin together with this one or not at all, itself first: those of a rematch where one
    needs a place that another frees. One query, three where a running pair waits to be replaced."""
    rows = Proposal.objects.filter(round=proposal.round_id, state=ProposalState.OFFERED)
    rows = rows.exclude(origin=ProposalOrigin.FALL_THROUGH)  # it took no place that was to be freed
    alone = proposal.round_id is None or not rows.exclude(replaces=None).exists()
    unit = [] if alone else next((unit for unit in exchanges(rows) if proposal.pk in unit), [])
    return [proposal.pk, *(pk for pk in unit if pk != proposal.pk)]


def replaced_by(proposal: Proposal) -> Running | None:
    """The mentorship that would end with this pair's beginning. One query at most."""
    return _by_number([proposal.replaces_id]).get(proposal.replaces_id) if proposal.replaces_id else None


class _Groups:
    """Things that were joined, directly or through others."""

    def __init__(self) -> None:
        self._above: dict[tuple[str, int], tuple[str, int]] = {}

    def of(self, thing: tuple[str, int]) -> tuple[str, int]:
        while (above := self._above.setdefault(thing, thing)) != thing:
            thing = above
        return thing

    def join(self, one: tuple[str, int], other: tuple[str, int]) -> None:
        self._above[self.of(one)] = self.of(other)
