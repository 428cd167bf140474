"""Publishing a round: the board is closed, then one pair after the other is offered, or begins at once.

Each pair (of a rematch, each exchange of partners) is one transaction: it begins whole, with its notices, or not at
all. So nobody is told of a pair before it is there, a worker that dies goes on where it was, and whoever looks
meanwhile sees pairs that are out and pairs that are not, but never half of one. The hour for taking everything back
starts when the last pair is out; before that, publishing can be stopped, gone on with, or taken back at any time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.kernel import jobs
from trellis.kernel.errors import Refusal
from trellis.kernel.events import publish
from trellis.kernel.jobs.tables import JobState
from trellis.matching import notices, rules
from trellis.matching.actions.asking import OFFER_DAYS, put, start_clock
from trellis.matching.actions.offers import accept, part_replaced
from trellis.matching.actions.proposals import hold, move
from trellis.matching.actions.states import AT_ONCE, WORKING, locked, queue_work, record, still
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.events import RoundPublished
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.exchanges import NONE, Changes, changes_of, exchanges, kept_of
from trellis.matching.queries.fitness import can_begin, faults_of
from trellis.matching.queries.review import solving_of
from trellis.matching.queries.working import KEY
from trellis.notifications.actions import tell
from trellis.people.models import Person

__all__ = [
    "OFFER_DAYS",
    "UNDO_MINUTES",
    "NotReady",
    "NothingApproved",
    "ask_to_publish",
    "check_ready",
    "go_on",
    "go_on_publishing",
    "offer",
    "publish_round",
    "stop",
]

UNDO_MINUTES = 60
FIRST_WEEK = Q(week=None) | Q(week=1)  # of a rotation; every other is offered when it begins


class NothingApproved(Refusal):
    """A round cannot be published without an approved pair."""


class NotReady(Refusal):
    """An approved pair could not begin any more: somebody paused, has no place left, or the two are together."""


def publish_round(*, by: Person, found: Round, now: datetime) -> int:
    """Offer every approved pair to both sides; what was not approved is declined. Returns how many went out.

    Of a rotation the first week is offered now, and every other when it begins (rotations.offer_due_weeks). Of a
    rematch, pairs that stay are left alone, and a pair that is replaced ends as the new one begins: where people are
    asked, when everybody of its exchange has said yes.

    Raises NotAllowed, WrongState, NothingApproved, NotReady; then nothing has happened.
    """
    return go_on_publishing(found=_close_board(by, found, now), now=now)


def is_long(found: Round) -> bool:
    """Whether so many pairs go out that a person should not wait for it."""
    return found.proposals.filter(FIRST_WEEK, state=ProposalState.APPROVED).count() > AT_ONCE


@transaction.atomic
def ask_to_publish(*, by: Person, found: Round, now: datetime) -> Round:
    """The same by a job, for a round of many pairs. Raises the same."""
    found = _close_board(by, found, now)
    queue_work(found, by)
    return found


@transaction.atomic
def go_on(*, by: Person, found: Round, now: datetime) -> Round:
    """Set the publishing or taking back of a round going again that was stopped, or whose worker died.

    While it is under way, nothing happens. Raises NotAllowed, WrongState.
    """
    found = locked(by, found, *WORKING)
    if solving_of(found).state not in {JobState.READY, JobState.RUNNING}:
        record(found, by, "go_on", now)
        queue_work(found, by)
    return found


@transaction.atomic
def stop(*, by: Person, found: Round, now: datetime) -> bool:
    """Stop the job that publishes a round, before the next pair; it can go on, or be taken back. Whoever runs the
    programme may, not only who published. False where no job was at it any more. Raises NotAllowed, WrongState.
    """
    found = locked(by, found, RoundState.PUBLISHING)
    asked = jobs.request_cancel(job_id=found.job_id or 0, organisation_id=found.organisation_id, started_by_id=None)
    if asked:
        record(found, by, "stop_publishing", now)
    return asked


@transaction.atomic
def _close_board(by: Person, found: Round, now: datetime) -> Round:
    """See that every approved pair could begin, and let nobody decide anything more. Nobody is told anything yet."""
    found = locked(by, found, RoundState.REVIEW)
    changes = changes_of(found, [ProposalState.APPROVED])
    approved = found.proposals.filter(state=ProposalState.APPROVED).exclude(pk__in=changes.stays)
    if not approved.exists():
        raise NothingApproved(_("Approve at least one pair first; only approved pairs are published."))
    hold(approved.values_list("mentor_id", "mentee_id"))
    due = list(approved.filter(FIRST_WEEK).select_related("programme").order_by("id"))
    check_ready(due, changes)
    for proposal in due:
        proposal.replaces_id = changes.replaces[proposal.pk].id if proposal.pk in changes.replaces else None
    Proposal.objects.bulk_update(due, ["replaces"])
    found.settings[KEY] = {"pairs": len(due), "left_out": []}
    found.state, found.published_by, found.job_id = RoundState.PUBLISHING, by, None
    found.save(update_fields=["state", "published_by", "settings", "job_id"])
    record(found, by, "begin_publishing", now, pairs=len(due), parting=changes.parting, staying=changes.staying)
    return found


def check_ready(proposals: Sequence[Proposal], changes: Changes = NONE) -> None:
    """Raise NotReady, naming up to three faults, where a pair could not begin as things stand now."""
    if not proposals:
        return
    pairs = Proposal.objects.filter(pk__in=[proposal.pk for proposal in proposals])
    wrong = list(dict.fromkeys(faults_of(proposals[0].programme, pairs, changes).values()))
    if wrong:
        raise NotReady(
            _("Since the round was solved: %(faults)s. Decline these pairs, or run the round again.")
            % {"faults": "; ".join(wrong[:3])}
        )


def go_on_publishing(*, found: Round, now: datetime) -> int:
    """Let whatever is not out yet go out, and finish. Repeatable: nothing goes out twice. How many went out in all.

    Stops between two pairs, as `jobs.progress` says, or when the round is taken back meanwhile.
    """
    total: int = found.settings[KEY]["pairs"]
    units = exchanges(_left(found))
    done = total - sum(len(unit) for unit in units)
    for unit in units:
        jobs.progress(done, total)
        if not _begin(found, unit, now):
            return done
        done += len(unit)
    jobs.progress(total, total)
    return _finish(found, now)


def tell_published(*, found: Round, now: datetime) -> None:
    """Tell who published it that the job has come to its end; once for each time that it is published."""
    if found.state != RoundState.PUBLISHED or found.published_by is None or found.published_at is None:
        return
    asked = found.settings[KEY]
    tell(
        person=found.published_by, kind=notices.ROUND_PUBLISHED, now=now,
        key=f"round:{found.pk}:published:{found.published_at:%Y%m%dT%H%M%S%f}",
        path=reverse("round", args=[found.programme.slug, found.number]),
        parameters={
            "programme": found.programme.name, "pairs": asked["pairs"] - len(asked["left_out"]),
            "left_out": len(asked["left_out"]), "minutes": UNDO_MINUTES,
        },
    )  # fmt: skip


def _left(found: Round) -> QuerySet[Proposal]:
    """Approved pairs that are to go out and have not; pairs that stay together are none of them."""
    kept = kept_of(found)
    rows = found.proposals.filter(FIRST_WEEK, state=ProposalState.APPROVED).order_by("id")
    if kept:
        codes = rows.values_list("mentee__person__external_id", "mentor__person__external_id", "pk")
        rows = rows.exclude(pk__in=[pk for mentee, mentor, pk in codes if (mentee, mentor) in kept])
    return rows


@transaction.atomic
def _begin(found: Round, unit: Sequence[int], now: datetime) -> bool:
    """One pair, or one exchange, all at once. False where the round is no longer being published.

    Where somebody has paused or left since the board was closed, or a place has gone, none of it begins: the pairs
    are left out and named on the round's page, and whoever would have parted for them stays together.
    """
    current = still(found, RoundState.PUBLISHING)
    if current is None:
        return False
    rows = Proposal.objects.filter(pk__in=unit, state=ProposalState.APPROVED).order_by("id")
    hold(rows.values_list("mentor_id", "mentee_id"))
    rows = rows.select_for_update(of=("self",)).select_related(
        "programme", "mentee__person", "mentor__person", "replaces"
    )
    pairs = list(rows)
    if not all(can_begin(side) for pair in pairs for side in (pair.mentee, pair.mentor)):
        return _leave_out(current, pairs, now)
    try:
        with transaction.atomic():
            if not rules.asks_anybody(current.programme):  # else they part with the last yes
                part_replaced(pairs, by=current.published_by, now=now)
            for pair in pairs:
                offer(pair, by=current.published_by, now=now)
    except Refusal:
        return _leave_out(current, list(rows.all()), now)
    return True


def _leave_out(found: Round, pairs: Sequence[Proposal], now: datetime) -> bool:
    for pair in pairs:
        pair.replaces = None
        move(pair, ProposalState.DECLINED, by=None, now=now)
    found.settings[KEY]["left_out"] += [pair.pk for pair in pairs]
    found.save(update_fields=["settings"])
    return True


def offer(proposal: Proposal, *, by: Person | None, now: datetime) -> None:
    """Put an approved pair before whoever is asked first in this programme, for 14 days; where nobody is, it begins.

    The caller holds both sign-ups. Raises what start_mentorship refuses.
    """
    agreeing = rules.Agreeing.of(proposal.programme)
    proposal.approval = agreeing.approval
    proposal.meets_first = agreeing.first_meeting and agreeing.asks_both
    start_clock(proposal, now)
    move(proposal, ProposalState.OFFERED, by=by, now=now)
    asked = rules.awaited(proposal, ())
    if asked:
        put(proposal, asked, now=now)
    else:
        accept(proposal, by=by, now=now)


@transaction.atomic
def _finish(found: Round, now: datetime) -> int:
    """Decline what nobody approved and start the hour for taking it all back."""
    current = still(found, RoundState.PUBLISHING)
    out = found.settings[KEY]["pairs"]
    if current is None:
        return int(out)
    out = current.settings[KEY]["pairs"] - len(current.settings[KEY]["left_out"])
    stays = changes_of(current, [ProposalState.UNDER_REVIEW]).stays
    for proposal in current.proposals.filter(state=ProposalState.UNDER_REVIEW).order_by("id"):
        to = ProposalState.APPROVED if proposal.pk in stays else ProposalState.DECLINED
        move(proposal, to, by=current.published_by, now=now)
    current.state, current.published_at = RoundState.PUBLISHED, now
    current.undo_until = now + timedelta(minutes=UNDO_MINUTES)
    current.save(update_fields=["state", "published_at", "undo_until"])
    record(current, current.published_by, "publish", now, offered=out)
    publish(RoundPublished(organisation_id=current.organisation_id, round_id=current.pk), at=now)
    return int(out)
