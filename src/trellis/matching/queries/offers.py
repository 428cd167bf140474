"""An offer as one of its two sides sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trellis.matching import rules
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.models import OfferAnswer, Proposal
from trellis.matching.queries.board import shared_words, shown_score
from trellis.people.models import Person


@dataclass(frozen=True)
class OfferView:
    id: int
    programme: str
    slug: str
    state: str
    mine_is_mentee: bool
    requested: bool  # the mentee asked for this mentor
    partner: Person
    partner_time: str
    my_time: str
    hours_apart: str  # "+5:30", from me to them; empty where the clocks agree
    score: int
    reasons: tuple[str, ...]
    gap: str
    expires_at: datetime | None
    can_answer: bool
    my_answer: bool | None
    my_reason: str
    mentorship_id: int | None

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.OFFERED


def offer_view(proposal: Proposal, person: Person, now: datetime) -> OfferView:
    """What `person` may know: the reasons both read, and their own answer; never the other side's. One query."""
    mine_is_mentee = proposal.mentee.person_id == person.pk
    partner = proposal.mentor.person if mine_is_mentee else proposal.mentee.person
    reasons, gap = shared_words(proposal.reasons)
    mine = OfferAnswer.objects.filter(proposal=proposal, person=person).first()
    here, there = (now.astimezone(ZoneInfo(each.time_zone)) for each in (person, partner))
    return OfferView(
        id=proposal.pk, programme=proposal.programme.name, slug=proposal.programme.slug, state=proposal.state,
        mine_is_mentee=mine_is_mentee, requested=proposal.origin == ProposalOrigin.REQUEST, partner=partner,
        partner_time=there.strftime("%H:%M"), my_time=here.strftime("%H:%M"), hours_apart=_apart(here, there),
        score=shown_score(proposal.score), reasons=reasons, gap=gap, expires_at=proposal.expires_at,
        can_answer=rules.can_answer(person, proposal, now), my_answer=mine.accepted if mine else None,
        my_reason=mine.reason if mine else "", mentorship_id=proposal.mentorship_id,
    )  # fmt: skip


def _apart(here: datetime, there: datetime) -> str:
    apart = (there.utcoffset() or timedelta()) - (here.utcoffset() or timedelta())
    minutes = int(apart.total_seconds()) // 60
    if not minutes:
        return ""
    return f"{'+' if minutes > 0 else '−'}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"


def open_offers(person: Person) -> list[Proposal]:
    """Offers that wait for this person's answer, soonest to run out first."""
    rows = Proposal.objects.of(person).filter(state=ProposalState.OFFERED).exclude(answers__person=person)
    return list(rows.select_related("programme", "mentee__person", "mentor__person").order_by("expires_at", "id"))
