"""The one door through which a proposal changes its state."""

from datetime import datetime

from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.matching import rules
from trellis.matching.models import Proposal
from trellis.people.models import Person


class MoveRefused(Refusal):
    """The proposal cannot go from where it is to where it was sent."""


def move(proposal: Proposal, to: str, *, by: Person | None, now: datetime) -> None:
    """Change the state, legally or not at all, and leave a line in the audit log. The caller holds the lock."""
    if not rules.can_move(proposal, to):
        raise MoveRefused(
            _("This pair is already %(state)s. Reload the page to see where it stands.")
            % {"state": proposal.get_state_display().lower()}
        )
    before = proposal.state
    proposal.state = to
    if by is not None:
        proposal.decided_by, proposal.decided_at = by, now
    proposal.save()
    audit.record(
        organisation_id=proposal.organisation_id, actor_id=by.pk if by else None, verb=f"proposal.{to}",
        subject=f"proposal:{proposal.pk}", at=now, facts={"programme": proposal.programme_id, "from": before},
    )  # fmt: skip
