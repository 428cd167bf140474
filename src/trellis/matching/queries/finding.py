"""The directory of mentors as one mentee may see it: who suits best and why, who is full, who can be asked.

Mentors whom a rule keeps apart from this mentee are not in it at all, so that nothing shows which rule it was.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from trellis.matching.choices import ProposalOrigin, ProposalState
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
from trellis_engine.matching import Pool

THREE = 3


@dataclass(frozen=True)
class Filters:
    """What the mentee looks for; empty means anything."""

    name: str = ""
    unit: str = ""
    location: str = ""
    language: str = ""
    skill: str = ""
    full: str = ""  # anything: mentors without a free place too

    def fit(self, card: "MentorCard") -> bool:
        return (
            any(word.startswith(folded(self.name)) for word in (folded(card.name), *folded(card.name).split()))
            and self.unit in ("", card.unit)
            and self.location in ("", card.location)
            and (not self.language or self.language in card.languages)
            and (not self.skill or self.skill in card.skill_ids)
        )


@dataclass(frozen=True)
class MentorCard:
    """One mentor as a mentee sees them before anything is agreed: the directory's facts and what they offer."""

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
    sought: int  # how many skills the mentee seeks
    met: tuple[str, ...]  # names of the sought skills that this mentor offers
    asked_at: datetime | None = None
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
        """Offered skills that were not sought."""
        return [name for name in self.skills if name not in self.met]


@dataclass(frozen=True)
class Directory:
    """Everything the page needs, read in a fixed number of queries."""

    suggested: list[MentorCard]  # explained, best first
    cards: list[MentorCard]  # all who pass the filters, best first
    total: int  # before the filters, without those who are full unless they are asked for
    full: int  # mentors who could be wished for or waited for, and have no free place
    wishes: list[MentorCard]  # in the mentee's order
    can_ask_more: str  # empty, or why nobody can be asked now
    choices: Mapping[str, list[tuple[str, str]]]  # filter to (value, label)
    scored: bool = True  # where not, nobody is suggested before anybody else

    @property
    def three(self) -> list[MentorCard]:
        """Three who could be asked, for whoever looks at one who cannot."""
        return self.suggested[:THREE]


_PERSON = (
    "id", "external_id", "given_name", "preferred_name", "family_name", "job_title", "unit", "location", "languages",
)  # fmt: skip


def directory_of(mentee: Enrolment, outlook: Outlook, filters: Filters) -> Directory:
    """The mentors of the programme for one approved mentee."""
    asked = dict(
        Proposal.objects.filter(mentee=mentee, state=ProposalState.OFFERED).values_list("mentor_id", "offered_at")
    )
    wishes = list(Wish.objects.filter(wisher=mentee).order_by("rank").values_list("wished_id", flat=True))
    mine = _Mine(asked, frozenset(wishes), _lines(mentee), places_to_ask(mentee.programme, outlook.pool))
    everybody = sorted(_cards(mentee, outlook, mine), key=_best_first(outlook) if outlook.scored else _by_name)
    listed = [card for card in everybody if filters.full or not card.full or card.asked_at]
    by_id = {card.id: card for card in everybody}
    most = MatchingSettings.of(mentee.programme.matching).suggestions
    possible = [card for card in everybody if not card.full and not card.asked_at]
    return Directory(
        suggested=[_explained(card, outlook) for card in possible[:most]] if outlook.scored else [],
        cards=[card for card in listed if filters.fit(card)],
        total=len(listed),
        full=sum(card.full and not card.asked_at for card in everybody),
        wishes=[by_id[each] for each in wishes if each in by_id],
        can_ask_more=_why_nobody(mentee),
        choices=_choices(everybody),
        scored=outlook.scored,
    )


def _best_first(outlook: Outlook) -> Callable[[MentorCard], tuple[object, ...]]:
    """Equals in an order of their own for each mentee, so that nobody stands first in every list."""
    return lambda card: (card.full, -card.points, outlook.directory.drawn(card.code))


def _by_name(card: MentorCard) -> tuple[object, ...]:
    return card.full, folded(card.name), card.id


@dataclass(frozen=True)
class _Mine:
    """What the mentee has done so far, and where there is room."""

    asked: Mapping[int, datetime | None]
    wished: frozenset[int]
    lines: frozenset[int]
    room: Mapping[str, int]


def _lines(mentee: Enrolment) -> frozenset[int]:
    return frozenset(PlaceWait.objects.filter(mentee=mentee).values_list("mentor_id", flat=True))


def places_to_ask(programme: Programme, pool: Pool) -> dict[str, int]:
    """Mentor to how many more may ask them now: their free places, and never more open requests than the cap.

    One query.
    """
    rows = Proposal.objects.filter(
        programme=programme, state=ProposalState.OFFERED, origin=ProposalOrigin.REQUEST
    ).values_list("mentor__person__external_id", flat=True)
    waiting, most = Counter(rows), Agreeing.of(programme).open_requests
    return {mentor.id: max(min(mentor.places, most - waiting[mentor.id]), 0) for mentor in pool.mentors}


def _cards(mentee: Enrolment, outlook: Outlook, mine: _Mine) -> Iterable[MentorCard]:
    skills: dict[int, list[str]] = {}
    offered = EnrolmentSkill.objects.filter(
        enrolment__programme=mentee.programme_id, enrolment__side=Side.MENTOR
    ).order_by("-level", "skill")
    for enrolment_id, skill in offered.values_list("enrolment_id", "skill"):
        skills.setdefault(enrolment_id, []).append(skill)
    sought = [skill for skill, _level in outlook.mentee.skills]
    rows = Enrolment.objects.filter(programme=mentee.programme_id, side=Side.MENTOR, state=EnrolmentState.APPROVED)
    for row in rows.values("id", "places", *(f"person__{name}" for name in _PERSON)):
        found = {name: row[f"person__{name}"] for name in _PERSON}
        code = found["external_id"]
        if row["id"] not in mine.asked and not outlook.scores.get(code):
            continue
        yield _card(row, found, outlook, sought, skills.get(row["id"], []), mine)


def _card(
    row: Mapping[str, Any], found: Mapping[str, Any], outlook: Outlook, sought: list[str], skills: list[str],
    mine: _Mine,
) -> MentorCard:  # fmt: skip
    first = found["preferred_name"] or found["given_name"]
    return MentorCard(
        id=row["id"], person_id=found["id"], code=found["external_id"], first_name=first,
        name=f"{first} {found['family_name']}".strip(), job_title=found["job_title"], unit=found["unit"],
        location=found["location"], languages=tuple(found["languages"]), skill_ids=tuple(skills),
        places=row["places"], free=mine.room.get(found["external_id"], 0), sought=len(sought),
        points=outlook.scores.get(found["external_id"], 0),
        met=tuple(taxonomy.skill(skill).name for skill in sought if skill in skills and taxonomy.has_skill(skill)),
        asked_at=mine.asked.get(row["id"]), wished=row["id"] in mine.wished, waits=row["id"] in mine.lines,
    )  # fmt: skip


def _explained(card: MentorCard, outlook: Outlook) -> MentorCard:
    reasons, gap = shared_words(outlook.reasons(card.code))
    return replace(card, reasons=reasons, gap=gap)


def _choices(cards: list[MentorCard]) -> dict[str, list[tuple[str, str]]]:
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


def _why_nobody(mentee: Enrolment) -> str:
    """Why this mentee cannot ask anybody more, in words; empty when they can."""
    if live_parties(mentee.programme, mentee.person, Side.MENTEE) >= mentee.places:
        return _("You have the mentor you asked for in this programme.")
    return ""


def why_not_ask(outlook: Outlook, mentee: Enrolment, mentor: Enrolment) -> str:
    """Why this mentee cannot ask this mentor now, in words; empty when they can. Four queries at most."""
    name, code = mentor.person.full_name, mentor.person.external_id
    if mentor.person_id == mentee.person_id:
        return _("You cannot be matched with yourself.")
    if nobody := _why_nobody(mentee):
        return nobody
    if Proposal.objects.filter(mentee=mentee, mentor=mentor, state=ProposalState.OFFERED).exists():
        return _("You have already asked %(name)s.") % {"name": name}
    if code not in outlook.pool.mentor_by_id or mentor.state != EnrolmentState.APPROVED:
        return _("%(name)s is not taking part at the moment.") % {"name": name}
    refusal = outlook.why_not(code)
    if refusal and refusal.rule == "reporting_line":
        return _("You cannot be matched with your line manager, or within your own reporting line, in this programme.")
    if refusal:
        return _("%(name)s cannot be asked in this programme. Below are others who can.") % {"name": name}
    if not outlook.pool.mentor_by_id[code].places:
        return _("%(name)s has no free place: %(places)d of %(places)d are taken. Below are others who can.") % {
            "name": name, "places": mentor.places,
        }  # fmt: skip
    if not places_to_ask(mentee.programme, outlook.pool)[code]:
        return _("%(name)s has other requests to answer first. Below are others who can.") % {"name": name}
    return ""
