"""Where accepted applications go, shared by the person's own actions and the manager's. Callers hold the lock."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.kernel.events import publish
from trellis.learning.modules import module_for
from trellis.learning.queries import people_who_completed
from trellis.people.models import Person
from trellis.programmes import enrolment_events as events
from trellis.programmes.actions.telling import tell_where_it_stands
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.enrolment_rules import (
    FIRST_COME,
    HOLDS_A_PLACE,
    can_move,
    destination,
    is_over,
    priority_rule,
)
from trellis.programmes.models import Enrolment, Programme

NEWS: dict[tuple[str, str], type[events.EnrolmentEvent]] = {
    (EnrolmentState.PAUSED, EnrolmentState.APPROVED): events.EnrolmentResumed,
    (EnrolmentState.STARTED, EnrolmentState.APPLIED): events.EnrolmentApplied,
}
NEWS_OF_STATE: dict[str, type[events.EnrolmentEvent]] = {
    EnrolmentState.APPLIED: events.EnrolmentReopened,
    EnrolmentState.APPROVED: events.EnrolmentApproved,
    EnrolmentState.WAITING: events.EnrolmentWaitListed,
    EnrolmentState.REJECTED: events.EnrolmentRejected,
    EnrolmentState.PAUSED: events.EnrolmentPaused,
    EnrolmentState.WITHDRAWN: events.EnrolmentWithdrawn,
    EnrolmentState.COMPLETED: events.EnrolmentCompleted,
}


class EnrolmentRefused(Refusal):
    """The enrolment cannot do this in the state it is in."""


def locked_programme(programme: Programme) -> Programme:
    """The programme's row, locked: everything that gives away places passes through here."""
    return Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)


def free_places(programme: Programme) -> int | None:
    """Mentee places left, None where the programme has no limit; never below zero."""
    if programme.places_for_mentees is None:
        return None
    taken = Enrolment.objects.filter(programme=programme, side=Side.MENTEE, state__in=HOLDS_A_PLACE).count()
    return max(programme.places_for_mentees - taken, 0)


def draw_number(enrolment: Enrolment) -> str:
    """The lot of an enrolment in the draw for places. Fixed by two numbers, so that anybody can check the draw."""
    return sha256(f"trellis-draw:{enrolment.programme_id}:{enrolment.pk}".encode()).hexdigest()


def in_turn(programme: Programme, enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """Who gets a place first, by the programme's priority rule."""
    if priority_rule(programme) == FIRST_COME:
        return sorted(enrolments, key=lambda one: (one.applied_at or one.created_at, one.pk))
    return sorted(enrolments, key=draw_number)


def untrained(programme: Programme, enrolments: Sequence[Enrolment]) -> frozenset[int]:
    """Ids of the enrolments whose training gate is still closed; at most one query a side."""
    if not programme.training_gate:
        return frozenset()
    found: set[int] = set()
    for side in Side.values:
        of_side = [one for one in enrolments if one.side == side]
        if of_side:
            trained = people_who_completed(module_for(side).id, [one.person_id for one in of_side])
            found.update(one.pk for one in of_side if one.person_id not in trained)
    return frozenset(found)


def admit(programme: Programme, enrolments: Sequence[Enrolment], *, by: Person | None, now: datetime) -> None:
    """Give accepted applications their state: place, waiting list, or still waiting for their own training.

    The caller has locked the programme and the enrolments. Never gives away more places than there are.
    """
    closed = untrained(programme, enrolments)
    free = free_places(programme)
    for enrolment in in_turn(programme, enrolments):
        after = destination(accepted=True, training_open=enrolment.pk in closed, side=enrolment.side, free_places=free)
        if after == enrolment.state:
            continue
        if after == EnrolmentState.APPROVED and free is not None and enrolment.side == Side.MENTEE:
            free -= 1
        move(enrolment, after, by=by, now=now, facts={"priority": priority_rule(programme)})


def admit_accepted(programme: Programme, *, now: datetime) -> None:
    """After the training gate was changed: who was only waiting for their own training moves on."""
    rows = Enrolment.objects.filter(programme=programme, state=EnrolmentState.APPLIED, decided_at__isnull=False)
    admit(programme, list(rows.select_for_update().order_by("pk")), by=None, now=now)


def fill_places(programme: Programme, *, now: datetime) -> int:
    """Give freed places to people on the waiting list, in turn. Returns how many got one."""
    if programme.places_for_mentees is None:  # without a limit only a manager's own decision put somebody on the list
        return 0
    return move_up(programme, now=now)


def move_up(programme: Programme, *, now: datetime) -> int:
    """As many people from the waiting list as there are places, in turn; all of them where there is no limit.

    They are told at once: no manager decided it, so nobody can take it back. Whom a manager put on the list before
    their training keeps waiting until it is done; whoever else is on it has passed that gate, or was taken over from
    elsewhere. A programme that is over gives no places.
    """
    if is_over(programme):
        return 0
    rows = Enrolment.objects.filter(programme=programme, state=EnrolmentState.WAITING, side=Side.MENTEE)
    waiting = list(rows.select_related("person").select_for_update(of=("self",)).order_by("pk"))
    closed = untrained(programme, [one for one in waiting if one.decided_by_id])
    lucky = [one for one in in_turn(programme, waiting) if one.pk not in closed][: free_places(programme)]
    for enrolment in lucky:
        enrolment.programme, enrolment.decided_by = programme, None
        facts: audit.Facts = {"priority": priority_rule(programme), "waiting": len(waiting)}
        move(enrolment, EnrolmentState.APPROVED, by=None, now=now, facts=facts)
        tell_where_it_stands(enrolment, now)
    return len(lucky)


def move(
    enrolment: Enrolment, after: str, *, by: Person | None, now: datetime, facts: audit.Facts | None = None
) -> None:
    """One step of the state machine: write, audit, publish. Raises `EnrolmentRefused` for an illegal step."""
    before = enrolment.state
    if not can_move(before, after):
        raise EnrolmentRefused(
            _("A sign-up that is “%(before)s” cannot become “%(after)s”.")
            % {"before": EnrolmentState(before).label, "after": EnrolmentState(after).label}
        )
    enrolment.state = after
    if after in {EnrolmentState.APPROVED, EnrolmentState.WAITING, EnrolmentState.REJECTED} and (
        before != EnrolmentState.PAUSED
    ):
        enrolment.decided_at = now
    enrolment.save(update_fields=["state", "decided_at", "decided_by", "applied_at"])
    audit.record(
        organisation_id=enrolment.organisation_id, actor_id=by.pk if by else None, verb=f"enrolment.{after}",
        subject=f"enrolment:{enrolment.pk}", at=now,
        facts={"programme": enrolment.programme_id, "side": enrolment.side, "before": before, **(facts or {})},
    )  # fmt: skip
    news = NEWS.get((before, after)) or NEWS_OF_STATE.get(after)
    if news:
        publish(
            news(
                organisation_id=enrolment.organisation_id, enrolment_id=enrolment.pk, side=enrolment.side,
                programme_id=enrolment.programme_id, person_id=enrolment.person_id,
            ),
            at=now,
        )  # fmt: skip
