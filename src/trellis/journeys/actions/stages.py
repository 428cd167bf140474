"""Entering stages: by facts, by a party, by the coordinator. Never by a date, and never backwards."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.journeys import notices, rules
from trellis.journeys.events import StageEntered
from trellis.journeys.guide import plan_of, stage_name
from trellis.journeys.models import Journey, StageEntry
from trellis.journeys.queries.material import gather
from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.events import publish
from trellis.mentorships.actions.states import locked
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries import partners_of
from trellis.notifications.actions import tell
from trellis.people.models import Person


class AdvanceRefused(Refusal):
    """There is no such step from where the pair stands."""


@transaction.atomic
def start_journey(*, mentorship: Mentorship, now: datetime) -> Journey:
    """Begin the guided way at the plan's first stage, and go on as far as the facts already lead. Idempotent."""
    first = plan_of(mentorship.programme).stages[0].id
    journey, fresh = Journey.objects.get_or_create(
        mentorship=mentorship,
        defaults={
            "organisation_id": mentorship.organisation_id, "stage": first, "stage_since": mentorship.started_at,
        },
    )  # fmt: skip
    if fresh:
        _write_entry(journey, first, how=StageEntry.How.STARTED, by=None, at=mentorship.started_at, now=now)
    return refresh_journey(mentorship=mentorship, now=now)


@transaction.atomic
def refresh_journey(*, mentorship: Mentorship, now: datetime) -> Journey:
    """Write down every stage that the facts have led through. Starts the journey if it has none. Idempotent.

    One whose stage has been taken out of the plan goes to where the plan goes on. One that ended early stays.
    """
    journey = Journey.objects.select_for_update().filter(mentorship=mentorship).first()
    if journey is None:
        return start_journey(mentorship=mentorship, now=now)
    material = gather(mentorship, now)
    if mentorship.state == MentorshipState.ENDED:
        return journey
    here = material.plan.stages[material.plan.index(journey.stage)].id
    ahead = [material.plan.after(left) for left in material.standing.passed]
    for stage_id in ([here] if here != journey.stage else []) + [stage.id for stage in ahead if stage]:
        _enter(journey, stage_id, how=StageEntry.How.CONDITIONS, by=None, now=now)
    return journey


@transaction.atomic
def press_next(*, by: Person, mentorship: Mentorship, stage: str, now: datetime) -> Journey:
    """A party goes on to the next stage although something is missing. `stage` is the one they saw.

    Raises NotAllowed for anybody else or after the end, AdvanceRefused if the pair has moved on meanwhile or
    stands in the last stage.
    """
    mentorship = locked(mentorship)
    if not rules.can_guide(by, mentorship):
        raise NotAllowed(_("Only the two people in this mentoring can move on, and only while it lasts."))
    journey = refresh_journey(mentorship=mentorship, now=now)
    following = plan_of(mentorship.programme).after(journey.stage)
    if journey.stage != stage:
        raise AdvanceRefused(_("You two are already further. The page now shows where you stand."))
    if following is None:
        raise AdvanceRefused(_("This is the last stage. Close the round on the closing page."))
    _enter(journey, following.id, how=StageEntry.How.PRESSED, by=by, now=now)
    for partner in partners_of(mentorship, by):
        tell(
            person=partner, kind=notices.MOVED_ON, key=f"journey:{journey.pk}:pressed:{following.id}", now=now,
            path=reverse("mentorship", args=[mentorship.pk]),
            parameters={"name": by.first_name, "stage": stage_name(following.id)},
        )  # fmt: skip
    return refresh_journey(mentorship=mentorship, now=now)


@transaction.atomic
def advance_journey(*, by: Person, mentorship: Mentorship, to_stage: str, now: datetime) -> Journey:
    """The coordinator moves a pair forward to a later stage of its plan; the stages between are passed, not skipped.

    Raises NotAllowed for anybody but the programme's owner and coordinators, AdvanceRefused for a stage that is
    not ahead.
    """
    mentorship = locked(mentorship)
    if not rules.can_coordinate(by, mentorship):
        raise NotAllowed(_("Only the people who run this programme can move a pair, and only while it lasts."))
    journey = refresh_journey(mentorship=mentorship, now=now)
    plan = plan_of(mentorship.programme)
    ahead = [stage.id for stage in plan.stages[plan.index(journey.stage) + 1 :]]
    if to_stage not in ahead:
        raise AdvanceRefused(_("Choose a stage that lies ahead of the pair."), field="to_stage")
    for stage_id in ahead[: ahead.index(to_stage) + 1]:
        _enter(journey, stage_id, how=StageEntry.How.COORDINATOR, by=by, now=now)
    for party in mentorship.parties.select_related("person"):
        tell(
            person=party.person, kind=notices.MOVED_BY_TEAM, key=f"journey:{journey.pk}:moved:{to_stage}", now=now,
            path=reverse("mentorship", args=[mentorship.pk]), parameters={"stage": stage_name(to_stage)},
        )  # fmt: skip
    return journey


def _enter(journey: Journey, stage: str, *, how: str, by: Person | None, now: datetime) -> None:
    before, journey.stage, journey.stage_since = journey.stage, stage, now
    journey.save(update_fields=["stage", "stage_since"])
    _write_entry(journey, stage, how=how, by=by, at=now, now=now, before=before)


def _write_entry(
    journey: Journey, stage: str, *, how: str, by: Person | None, at: datetime, now: datetime, before: str = ""
) -> None:
    StageEntry.objects.get_or_create(
        journey=journey, stage=stage,
        defaults={"organisation_id": journey.organisation_id, "entered_at": at, "how": how, "by": by},
    )  # fmt: skip
    audit.record(
        organisation_id=journey.organisation_id, actor_id=by.pk if by else None, verb="journey.stage_entered",
        subject=f"mentorship:{journey.mentorship_id}", at=now, facts={"from": before, "to": stage, "how": how},
    )  # fmt: skip
    publish(
        StageEntered(organisation_id=journey.organisation_id, mentorship_id=journey.mentorship_id, stage=stage), at=now
    )


def refresh_journeys(*, now: datetime, progress: Callable[[int, int], None]) -> int:
    """Refresh every live journey of the organisation: what time alone has changed. Returns how many went on."""
    numbers = list(Mentorship.objects.live().order_by("id").values_list("pk", flat=True))
    moved = 0
    for done, number in enumerate(numbers, start=1):
        for mentorship in Mentorship.objects.select_related("programme").filter(pk=number):  # unless withdrawn by now
            before = Journey.objects.filter(mentorship=mentorship).values_list("stage", flat=True).first()
            moved += refresh_journey(mentorship=mentorship, now=now).stage != before
        progress(done, len(numbers))
    return moved
