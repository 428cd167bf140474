"""A flash rotation after it was planned: each week's pairs are offered when their week begins.

It is a round like any other (started, reviewed, published, taken back within the hour), whose pairs carry a week.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.matching import rules
from trellis.matching.actions.proposals import hold, move
from trellis.matching.actions.publishing import offer
from trellis.matching.actions.rounds import start_round
from trellis.matching.actions.states import locked, record
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.fitness import faults_of
from trellis.matching.queries.rotation import waiting_weeks, week_of
from trellis.people.models import Person
from trellis.programmes.models import Programme

PATIENCE = 1  # weeks beyond its own that a pair waits for a free place on both sides
MOST_WEEKS = 12


class CannotRotate(Refusal):
    """The programme does not rotate, or not for that long."""


def start_rotation(
    *, by: Person, programme: Programme, weeks: int, now: datetime, changes: dict[str, Any] | None = None
) -> Round:
    """Open a round in which every mentee meets another mentor each week.

    Raises CannotRotate, and what start_round raises.
    """
    if not rules.can_rotate(programme):
        raise CannotRotate(_("Only a flash programme rotates from week to week. Start a round instead."))
    if not 1 <= weeks <= MOST_WEEKS:
        raise CannotRotate(_("A rotation runs for 1 to %(most)d weeks.") % {"most": MOST_WEEKS})
    return start_round(by=by, programme=programme, now=now, changes={**(changes or {}), "weeks": weeks})


def offer_due_weeks(*, now: datetime) -> int:
    """Offer the approved pairs of published rotations whose week has begun; returns how many were offered.

    A pair whose people have no free place yet (a flash meeting that nobody has closed, say) waits, and is given up
    when the week after its own is over. One transaction for each pair. Running it twice offers nothing more.
    """
    due = 0
    for found in Round.objects.filter(pk__in=waiting_weeks().values("round")).select_related("programme"):
        pairs = waiting_weeks().filter(round=found, week__lte=week_of(found, now)).order_by("week", "id")
        due += sum(_offer(proposal, found, now) for proposal in list(pairs))
    return due


def _offer(proposal: Proposal, found: Round, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return _offer_if_ready(proposal, week_of(found, now), now)
    except Refusal:  # where nobody is asked it would begin at once, and something is in the way
        return False


def _offer_if_ready(proposal: Proposal, week: int, now: datetime) -> bool:
    hold([(proposal.mentor_id, proposal.mentee_id)])
    rows = Proposal.objects.select_for_update(of=("self",)).select_related(
        "programme", "mentee__person", "mentor__person"
    )
    current = rows.get(pk=proposal.pk)
    if current.state != ProposalState.APPROVED:
        return False
    if not faults_of(current.programme, Proposal.objects.filter(pk=current.pk)):
        offer(current, by=None, now=now)
        return True
    if week > (current.week or 0) + PATIENCE:
        move(current, ProposalState.DECLINED, by=None, now=now)
    return False


@transaction.atomic
def stop_rotation(*, by: Person, found: Round, now: datetime) -> int:
    """No further week is offered; what is under way goes on. Returns how many pairs were given up.

    Raises NotAllowed, WrongState.
    """
    found = locked(by, found, RoundState.PUBLISHED)
    waiting = list(waiting_weeks().filter(round=found).select_for_update(of=("self",)))
    for proposal in waiting:
        move(proposal, ProposalState.DECLINED, by=by, now=now)
    record(found, by, "stop", now, given_up=len(waiting))
    return len(waiting)
