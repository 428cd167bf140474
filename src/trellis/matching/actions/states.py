"""What every step in a round's life shares: the lock, the check of its state, the line in the audit log."""

from datetime import datetime

from django.utils.translation import gettext as _

from trellis.kernel import audit, jobs
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import rules
from trellis.matching.choices import RoundState
from trellis.matching.models import Round
from trellis.people.models import Person


class WrongState(Refusal):
    """The round is not in the state this step needs."""


def locked(by: Person, found: Round, *states: str, without: tuple[str, ...] = ()) -> Round:
    """The same round, fresh and held, `without` columns that the step has no use for.

    Raises NotAllowed, or WrongState when it is in none of `states`.
    """
    rows = Round.objects.select_for_update(of=("self",), no_key=True).select_related("programme")
    found = rows.defer("inputs", *without).get(
        pk=found.pk
    )  # everybody's words, large and enciphered: read where they are needed
    if not rules.can_match(by, found.programme):
        raise NotAllowed(_("Only the people who run this programme can change its rounds."))
    if found.state not in states:
        raise WrongState(
            _("This round is now: %(state)s. That step is no longer open; reload the page to see where it stands.")
            % {"state": found.get_state_display().lower()}
        )
    return found


def still(found: Round, state: str) -> Round | None:
    """The same round, fresh and held, for work that goes on in steps; None where it is no longer in this state."""
    rows = Round.objects.select_for_update(of=("self",), no_key=True).select_related("programme", "published_by")
    return rows.defer("inputs", "certificate", "settings").filter(pk=found.pk, state=state).first()


AT_ONCE = 20  # pairs that a person may wait for; more are the work of a job
WORKING = (RoundState.PUBLISHING, RoundState.UNDOING)


def queue_work(found: Round, by: Person) -> None:
    """Let a job publish this round, or take it back, whichever it is in the middle of. The caller holds it."""
    given = {"organisation_id": found.organisation_id, "started_by_id": by.pk, "round_id": found.pk, "by_id": by.pk}
    publishing = found.state == RoundState.PUBLISHING
    found.job_id = (
        jobs.queue("matching.publish_round", **given) if publishing else jobs.queue("matching.take_round_back", **given)
    )
    found.save(update_fields=["job_id"])


def record(found: Round, by: Person | None, verb: str, now: datetime, **facts: int) -> None:
    audit.record(
        organisation_id=found.organisation_id, actor_id=by.pk if by else None, verb=f"round.{verb}",
        subject=f"round:{found.pk}", at=now, facts={"programme": found.programme_id, **facts},
    )  # fmt: skip
