"""The directory of one side as somebody on the other may see it: who suits best and why, who is full, who can be asked.

People whom a rule keeps apart from the reader are not in it at all, so that nothing shows which rule it was. Mentors
read of mentees only who let them and has a place free, and only while they have a place free themselves.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from trellis.matching.choices import ACROSS, ASKED_BY, ASKS_AS, ProposalState
from trellis.matching.models import PlaceWait, Proposal, Wish
from trellis.matching.queries.board import shared_words, shown_score
from trellis.matching.queries.suggestions import Outlook
from trellis.matching.rules import Agreeing
from trellis.mentorships.queries import live_parties
from trellis.people.directory.names import folded
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment, EnrolmentSkill, Programme
from trellis.programmes.settings_model import MatchingSettings
from trellis.skills import taxonomy
from trellis_engine.matching import Participant

THREE = 3


@dataclass(frozen=True)
class Filters:
    """What somebody looks for; empty means anything."""

    name: str = ""
    unit: str = ""
    location: str = ""
    language: str = ""
    skill: str = ""
    full: str = ""  # anything: mentors without a free place too

    def fit(self, card: "Card") -> bool:
        return (
            any(word.startswith(folded(self.name)) for word in (folded(card.name), *folded(card.name).split()))
            and self.unit in ("", card.unit)
            and self.location in ("", card.location)
            and (not self.language or self.language in card.languages)
            and (not self.skill or self.skill in card.skill_ids)
        )


@dataclass(frozen=True)
class Card:
    """One person as somebody on the other side sees them before anything is agreed: the directory's facts, and the
    skills that a mentor offers or a mentee seeks."""

    id: int  # of the enrolment
    person_id: int
    code: str
    name: str
    first_name: str
    job_title: str
    unit: str
    location: str
    languages: tuple[str, ...]
    skill_ids: tuple[str, ...]
    places: int
    free: int
    points: int
    sought: int  # how many skills the mentee of the two seeks
    met: tuple[str, ...]  # names of the sought skills that the mentor of the two offers
    asked_at: datetime | None = None
    asks_me: int = 0  # the open offer in which they have asked the reader
    wished: bool = False
    waits: bool = False  # the mentee is in line for a place
    reasons: tuple[str, ...] = ()
    gap: str = ""

    @property
    def score(self) -> int:
        return shown_score(self.points)

    @property
    def full(self) -> bool:
        return self.free == 0

    @property
    def skills(self) -> list[str]:
        return [taxonomy.skill(skill).name for skill in self.skill_ids if taxonomy.has_skill(skill)]

    @property
    def others(self) -> list[str]:
        """The others of their skills."""
        return [name for name in self.skills if name not in self.met]


@dataclass(frozen=True)
class Directory:
    """Everything the page needs, read in a fixed number of queries."""

    suggested: list[Card]  # explained, best first
    cards: list[Card]  # all who pass the filters, best first
    total: int  # before the filters, without those who are full unless they are asked for
    full: int  # mentors who could be wished for or waited for, and have no free place
    wishes: list[Card]  # in the reader's order
    can_ask_more: str  # empty, or why nobody can be asked now
    choices: Mapping[str, list[tuple[str, str]]]  # filter to (value, label)
    scored: bool = True  # where not, nobody is suggested before anybody else

    @property
    def three(self) -> list[Card]:
        """Three who could be asked, for whoever looks at one who cannot."""
        return self.suggested[:THREE]


_PERSON = (
    "id", "external_id", "given_name", "preferred_name", "family_name", "job_title", "unit", "location", "languages",
)  # fmt: skip


def directory_of(seeker: Enrolment, outlook: Outlook, filters: Filters) -> Directory:
    """The other side of the programme for one approved person."""
    wishes = list(Wish.objects.filter(wisher=seeker).order_by("rank").values_list("wished_id", flat=True))
    room = places_to_ask(seeker.programme, outlook)
    mine = _Mine(_open_offers(seeker), frozenset(wishes), _lines(seeker), room)
    nobody = _why_nobody(seeker)
    cards = _cards(seeker, outlook, mine)
    if seeker.side == Side.MENTOR:
        cards = (card for card in cards if (not nobody and not card.full) or card.asked_at)
    everybody = sorted(cards, key=_best_first(outlook) if outlook.scored else _by_name)
    listed = [card for card in everybody if filters.full or not card.full or card.asked_at]
    by_id = {card.id: card for card in everybody}
    most = MatchingSettings.of(seeker.programme.matching).suggestions
    possible = [card for card in everybody if not card.full and not card.asked_at]
    return Directory(
        suggested=[_explained(card, outlook) for card in possible[:most]] if outlook.scored else [],
        cards=[card for card in listed if filters.fit(card)],
        total=len(listed),
        full=sum(card.full and not card.asked_at for card in everybody),
        wishes=[by_id[each] for each in wishes if each in by_id],
        can_ask_more=nobody,
        choices=_choices(everybody),
        scored=outlook.scored,
    )


def _best_first(outlook: Outlook) -> Callable[[Card], tuple[object, ...]]:
    """Equals in an order of their own for each reader, so that nobody stands first in every list."""
    return lambda card: (card.full, -card.points, outlook.drawn(card.code))


def _by_name(card: Card) -> tuple[object, ...]:
    return card.full, folded(card.name), card.id


@dataclass(frozen=True)
class _Mine:
    """What the reader has done so far, who has asked them, and where there is room."""

    offers: Mapping[int, tuple[datetime | None, int]]  # other -> since when, and its number where the other has asked
    wished: frozenset[int]
    lines: frozenset[int]
    room: Mapping[str, int]


def _open_offers(seeker: Enrolment) -> dict[int, tuple[datetime | None, int]]:
    """Requests alone: of a round's offer one side may not have heard yet."""
    rows = Proposal.objects.filter(**{seeker.side: seeker}, state=ProposalState.OFFERED, origin__in=ASKED_BY)
    return {
        other: (at, number if origin == ASKS_AS[ACROSS[seeker.side]] else 0)
        for other, at, number, origin in rows.values_list(f"{ACROSS[seeker.side]}_id", "offered_at", "id", "origin")
    }


def _lines(mentee: Enrolment) -> frozenset[int]:
    return frozenset(PlaceWait.objects.filter(mentee=mentee).values_list("mentor_id", flat=True))


def places_to_ask(programme: Programme, outlook: Outlook) -> dict[str, int]:
    """Other to how many more may ask them now: their free places, and never more open requests than the cap.

    One query.
    """
    return places_left(programme, outlook.others.values(), ACROSS[outlook.side])


def places_left(programme: Programme, people: Iterable[Participant], side: str) -> dict[str, int]:
    """The same for people who all stand on `side`."""
    rows = Proposal.objects.filter(programme=programme, state=ProposalState.OFFERED, origin=ASKS_AS[ACROSS[side]])
    waiting = Counter(rows.values_list(f"{side}__person__external_id", flat=True))
    most = Agreeing.of(programme).open_requests
    return {person.id: max(min(person.places, most - waiting[person.id]), 0) for person in people}


def _cards(seeker: Enrolment, outlook: Outlook, mine: _Mine) -> Iterable[Card]:
    side = ACROSS[seeker.side]
    skills: dict[int, list[str]] = {}
    # a mentor's best come first; in which order a mentee's stand says nothing about their levels
    order = ("-level", "skill") if side == Side.MENTOR else ("skill",)
    stated = EnrolmentSkill.objects.filter(enrolment__programme=seeker.programme_id, enrolment__side=side)
    for enrolment_id, skill in stated.order_by(*order).values_list("enrolment_id", "skill"):
        skills.setdefault(enrolment_id, []).append(skill)
    rows = Enrolment.objects.filter(programme=seeker.programme_id, side=side, state=EnrolmentState.APPROVED)
    for row in rows.values("id", "places", *(f"person__{name}" for name in _PERSON)):
        found = {name: row[f"person__{name}"] for name in _PERSON}
        code = found["external_id"]
        if row["id"] not in mine.offers and not outlook.scores.get(code):
            continue
        yield _card(row, found, outlook, skills.get(row["id"], []), mine)


def _card(
    row: Mapping[str, Any], found: Mapping[str, Any], outlook: Outlook, skills: list[str], mine: _Mine
) -> Card:  # fmt: skip
    first = found["preferred_name"] or found["given_name"]
    own = [skill for skill, _level in outlook.me.skills]
    sought, offered = (own, skills) if outlook.side == Side.MENTEE else (skills, own)
    asked_at, asks_me = mine.offers.get(row["id"], (None, 0))
    return Card(
        id=row["id"], person_id=found["id"], code=found["external_id"], first_name=first,
        name=f"{first} {found['family_name']}".strip(), job_title=found["job_title"], unit=found["unit"],
        location=found["location"], languages=tuple(found["languages"]), skill_ids=tuple(skills),
        places=row["places"], free=mine.room.get(found["external_id"], 0), sought=len(sought),
        points=outlook.scores.get(found["external_id"], 0),
        met=tuple(taxonomy.skill(skill).name for skill in sought if skill in offered and taxonomy.has_skill(skill)),
        asked_at=asked_at, asks_me=asks_me, wished=row["id"] in mine.wished, waits=row["id"] in mine.lines,
    )  # fmt: skip


def _explained(card: Card, outlook: Outlook) -> Card:
    reasons, gap = shared_words(outlook.reasons(card.code))
    return replace(card, reasons=reasons, gap=gap)


def _choices(cards: list[Card]) -> dict[str, list[tuple[str, str]]]:
    """What the filters can be set to: only what somebody in the directory has."""
    skills = Counter(skill for card in cards for skill in card.skill_ids if taxonomy.has_skill(skill))
    plain = {
        "unit": {card.unit for card in cards},
        "location": {card.location for card in cards},
        "language": {language for card in cards for language in card.languages},
    }
    found = {name: [(each, each) for each in sorted(values - {""})] for name, values in plain.items()}
    found["skill"] = sorted(((skill, taxonomy.skill(skill).name) for skill in skills), key=lambda pair: pair[1])
    return found


def _why_nobody(seeker: Enrolment) -> str:
    """Why this person cannot ask anybody more, in words; empty when they can."""
    if live_parties(seeker.programme, seeker.person, seeker.side) < seeker.places:
        return ""
    if seeker.side == Side.MENTEE:
        return _("You have the mentor you asked for in this programme.")
    return _("All your places are taken. Take more people on your sign-up page if you would like to.")


def why_not_ask(outlook: Outlook, asker: Enrolment, asked: Enrolment) -> str:
    """Why this person cannot ask that one now, in words; empty when they can. Four queries at most.

    Of a mentee whom the directory does not show, a mentor reads neither the name nor a reason.
    """
    name, code = asked.person.full_name, asked.person.external_id
    if asked.person_id == asker.person_id:
        return _("You cannot be matched with yourself.")
    if nobody := _why_nobody(asker):
        return nobody
    asked_at, asks_me = _open_offers(asker).get(asked.pk, (None, 0))
    if asks_me:
        return _("%(name)s has asked you already: your answer is waited for.") % {"name": name}
    if asked_at:
        return _("You have already asked %(name)s.") % {"name": name}
    if asker.side == Side.MENTOR:
        return _why_not_mentee(outlook, asked)
    if code not in outlook.others or asked.state != EnrolmentState.APPROVED:
        return _("%(name)s is not taking part at the moment.") % {"name": name}
    refusal = outlook.why_not(code)
    if refusal and refusal.rule == "reporting_line":
        return _("You cannot be matched with your line manager, or within your own reporting line, in this programme.")
    if refusal:
        return _("%(name)s cannot be asked in this programme. Below are others who can.") % {"name": name}
    if not outlook.others[code].places:
        return _("%(name)s has no free place: %(places)d of %(places)d are taken. Below are others who can.") % {
            "name": name, "places": asked.places,
        }  # fmt: skip
    if not places_to_ask(asker.programme, outlook)[code]:
        return _("%(name)s has other requests to answer first. Below are others who can.") % {"name": name}
    return ""


def _why_not_mentee(outlook: Outlook, mentee: Enrolment) -> str:
    code = mentee.person.external_id
    shown = mentee.state == EnrolmentState.APPROVED and outlook.scores.get(code)
    if shown and places_to_ask(mentee.programme, outlook)[code]:
        return ""
    return _("This person cannot be asked at the moment. Your page shows who can.")
