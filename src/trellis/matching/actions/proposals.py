"""The one door through which a proposal changes its state, and the lock that comes before it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.matching import rules
from trellis.matching.models import Proposal
from trellis.people.models import Person
from trellis.programmes.models import Enrolment


class MoveRefused(Refusal):
    """The proposal cannot go from where it is to where it was sent."""


def hold(pairs: Iterable[tuple[int, int]]) -> None:
    """Lock the sign-ups of these (mentor, mentee) pairs, before any offer of theirs is read.

    Everybody locks in one order: round, mentors, mentees, offers, and the audit log last. So nobody waits in a
    circle, and no place is promised twice at once. Rows that only point at a sign-up can be written meanwhile.
    """
    for side in zip(*pairs, strict=True):
        rows = Enrolment.objects.select_for_update(no_key=True).filter(pk__in=set(side)).order_by("pk")
        list(rows.values_list("pk", flat=True))


def move(proposal: Proposal, to: str, *, by: Person | None, now: datetime) -> None:
    """Change the state, legally or not at all, and leave a line in the audit log. The caller holds the lock."""
    line = _moved(proposal, to, by=by, now=now)
    proposal.save()
    audit.record_all(proposal.organisation_id, [line])


def move_all(proposals: Sequence[Proposal], to: str, *, by: Person | None, now: datetime) -> None:
    """The same for several of one organisation, in a few queries; nothing but their state is written."""
    lines = [_moved(each, to, by=by, now=now) for each in proposals]
    if lines:
        Proposal.objects.bulk_update(proposals, ["state", "decided_by", "decided_at"])
        audit.record_all(proposals[0].organisation_id, lines)


def _moved(proposal: Proposal, to: str, *, by: Person | None, now: datetime) -> audit.Line:
    if not rules.can_move(proposal, to):
        raise MoveRefused(
            _("This pair is already %(state)s. Reload the page to see where it stands.")
            % {"state": proposal.get_state_display().lower()}
        )
    before = proposal.state
    proposal.state = to
    if by is not None:
        proposal.decided_by, proposal.decided_at = by, now
    return audit.Line(
        actor_id=by.pk if by else None, verb=f"proposal.{to}", subject=f"proposal:{proposal.pk}", at=now,
        facts={"programme": proposal.programme_id, "from": before},
    )  # fmt: skip
