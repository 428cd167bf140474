"""Working out the fairness figures of a round: asked for by whoever runs the programme, done by a job, once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import jobs
from trellis.kernel.errors import NotAllowed
from trellis.matching import rules
from trellis.matching.actions.states import WrongState, record
from trellis.matching.models import FairnessAudit, Round
from trellis.matching.queries.fairness import audited, gathered
from trellis.matching.queries.fairness_page import under_way
from trellis.people.models import Organisation, Person

STEPS = 2  # score again, count


@transaction.atomic
def ask_for_audit(*, by: Person, found: Round, now: datetime) -> FairnessAudit:
    """Queue the audit of a solved round. Figures that are there stay: they are made once, so that nobody can watch
    them move. Asking again after the job failed queues it again. Raises NotAllowed, WrongState."""
    if not rules.can_match(by, found.programme):
        raise NotAllowed(_("Only the people who run this programme can look at its fairness."))
    if found.certificate is None:
        raise WrongState(_("This round has no plan yet. Come back when it is solved."))
    Round.objects.select_for_update(of=("self",), no_key=True).defer("inputs").get(pk=found.pk)  # two clicks, one audit
    kept, _fresh = FairnessAudit.objects.get_or_create(
        round=found, defaults={"organisation_id": found.organisation_id, "asked_by": by, "asked_at": now}
    )
    if kept.made_at is not None or under_way(kept):
        return kept
    kept.job_id = jobs.queue(
        "matching.audit_fairness", organisation_id=found.organisation_id, started_by_id=by.pk, audit_id=kept.pk
    )
    kept.save(update_fields=["job_id"])
    record(found, by, "ask_for_fairness", now)
    return kept


def make_audit(*, audit: FairnessAudit, now: datetime) -> FairnessAudit:
    """Work the figures out and keep them; again on an audit that has its figures, it changes nothing."""
    if audit.made_at is not None:
        return audit
    found = Round.objects.select_related("programme").get(pk=audit.round_id)
    jobs.progress(0, STEPS)
    facts = gathered(found)
    jobs.progress(1, STEPS)
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=audit.organisation_id)  # each sees those before it
        kept = FairnessAudit.objects.select_for_update(no_key=True).get(pk=audit.pk)
        if kept.made_at is not None:
            return kept
        made = audited(found, facts)
        kept.figures, kept.counted, kept.answers, kept.made_at = made.figures, made.counted, made.answers, now
        kept.save(update_fields=["figures", "counted", "answers", "made_at"])
        record(found, None, "fairness", now)
    return kept
