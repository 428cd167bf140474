"""An offer as one of its two sides sees it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from trellis.matching.choices import ProposalState
from trellis.matching.models import OfferAnswer, Proposal
from trellis.matching.queries.board import explanation_words, shown_score
from trellis.people.models import Person


@dataclass(frozen=True)
class OfferView:
    id: int
    programme: str
    slug: str
    state: str
    mine_is_mentee: bool
    partner: Person
    partner_time: str
    score: int
    reasons: tuple[str, ...]
    gap: str
    expires_at: datetime | None
    my_answer: bool | None
    mentorship_id: int | None

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.OFFERED


def offer_view(proposal: Proposal, person: Person, now: datetime) -> OfferView:
    """What `person` may know: the reasons both read, and their own answer; never the other side's."""
    mine_is_mentee = proposal.mentee.person_id == person.pk
    partner = proposal.mentor.person if mine_is_mentee else proposal.mentee.person
    reasons, gap = explanation_words(proposal.reasons)
    mine = OfferAnswer.objects.filter(proposal=proposal, person=person).first()
    return OfferView(
        id=proposal.pk, programme=proposal.programme.name, slug=proposal.programme.slug, state=proposal.state,
        mine_is_mentee=mine_is_mentee, partner=partner,
        partner_time=now.astimezone(ZoneInfo(partner.time_zone)).strftime("%H:%M"),
        score=shown_score(proposal.score), reasons=reasons, gap=gap, expires_at=proposal.expires_at,
        my_answer=mine.accepted if mine else None, mentorship_id=proposal.mentorship_id,
    )  # fmt: skip


def open_offers(person: Person) -> list[Proposal]:
    """Offers that wait for this person's answer, soonest to run out first."""
    rows = Proposal.objects.of(person).filter(state=ProposalState.OFFERED).exclude(answers__person=person)
    return list(rows.select_related("programme", "mentee__person", "mentor__person").order_by("expires_at", "id"))
