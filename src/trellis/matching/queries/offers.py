"""One match offer as one of its two sides sees it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trellis.matching import rules
from trellis.matching.choices import ASKED_BY, ProposalState
from trellis.matching.models import Proposal
from trellis.matching.queries.answers import yes_sides
from trellis.matching.queries.board import shared_words, shown_score
from trellis.matching.queries.exchanges import replaced_by
from trellis.people.models import Person
from trellis.programmes.choices import Side


@dataclass(frozen=True)
class OfferView:
    id: int
    programme: str
    slug: str
    state: str
    mine_is_mentee: bool
    i_asked: bool
    they_asked: bool
    partner: Person
    partner_time: str
    my_time: str
    hours_apart: str  # "+5:30", from me to them; empty where the clocks agree
    score: int
    reasons: tuple[str, ...]
    gap: str
    scored: bool  # False where the programme scores nobody
    expires_at: datetime | None
    can_answer: bool  # a no counts
    my_turn: bool  # my yes is asked for now
    their_turn: bool  # theirs is
    asked_both: bool  # in turn or together; False where one side's yes is enough
    meets_first: bool  # the first yes says interested, nothing more
    meeting: bool  # both are interested and meet now
    instead: str  # the mentor whom a mentee would change for this one; empty for everybody else
    others_left: bool  # the two have said yes, and others whose matches change with theirs have not yet
    my_answer: bool | None  # to the question that is open now, or the last one
    my_reason: str
    mentorship_id: int | None

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.OFFERED


def offer_view(proposal: Proposal, person: Person, now: datetime) -> OfferView:
    """What `person` may know: the reasons both read, their own answer, and whose turn it is. One query, and one more
    for a mentee who would change mentors.

    Never the other side's answer in so many words; that they are waited for is all that shows, or that nobody is.
    """
    mine = rules.side_of(person, proposal)
    partner = proposal.mentor.person if mine == Side.MENTEE else proposal.mentee.person
    reasons, gap = shared_words(proposal.reasons)
    answers = list(proposal.answers.all())
    old = replaced_by(proposal) if mine == Side.MENTEE else None
    answer = next((each for each in answers if each.person_id == person.pk), None)
    waits_for = rules.awaited(proposal, yes_sides(proposal, answers)) if _is_open(proposal, now) else frozenset()
    counts = answer is not None and (answer.final or proposal.meeting_from is None or not answer.accepted)
    here, there = (now.astimezone(ZoneInfo(each.time_zone)) for each in (person, partner))
    return OfferView(
        id=proposal.pk, programme=proposal.programme.name, slug=proposal.programme.slug, state=proposal.state,
        mine_is_mentee=mine == Side.MENTEE, i_asked=ASKED_BY.get(proposal.origin) == mine,
        they_asked=ASKED_BY.get(proposal.origin, mine) != mine, partner=partner,
        partner_time=there.strftime("%H:%M"), my_time=here.strftime("%H:%M"), hours_apart=_apart(here, there),
        score=shown_score(proposal.score), reasons=reasons, gap=gap, scored=proposal.score > 0,
        expires_at=proposal.expires_at,
        can_answer=rules.can_answer(person, proposal, now), my_turn=mine in waits_for,
        their_turn=bool(waits_for - {mine}), asked_both=rules.asks_both(proposal.approval),
        meets_first=proposal.meets_first, meeting=proposal.meeting_from is not None,
        instead=old.mentor if old else "", others_left=_is_open(proposal, now) and not waits_for,
        my_answer=answer.accepted if answer and counts else None, my_reason=answer.reason if answer else "",
        mentorship_id=proposal.mentorship_id,
    )  # fmt: skip


def _is_open(proposal: Proposal, now: datetime) -> bool:
    return proposal.state == ProposalState.OFFERED and (proposal.expires_at is None or now < proposal.expires_at)


def _apart(here: datetime, there: datetime) -> str:
    apart = (there.utcoffset() or timedelta()) - (here.utcoffset() or timedelta())
    minutes = int(apart.total_seconds()) // 60
    if not minutes:
        return ""
    return f"{'+' if minutes > 0 else '−'}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"


def open_offers(person: Person) -> list[Proposal]:
    """Offers that wait for this person's answer, soonest to run out first. Two queries, however many there are."""
    rows = Proposal.objects.of(person).filter(state=ProposalState.OFFERED).prefetch_related("answers")
    found = rows.select_related("programme", "mentee__person", "mentor__person").order_by("expires_at", "id")
    return [each for each in found if rules.side_of(person, each) in rules.awaited(each, yes_sides(each))]
