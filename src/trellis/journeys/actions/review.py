"""Half-time: each side chooses alone; both see the joint result only."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.journeys import notices, rules
from trellis.journeys.actions.stages import refresh_journey
from trellis.journeys.events import ReviewSettled
from trellis.journeys.models import Journey, ReviewChoice
from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.events import publish
from trellis.mentorships.actions.states import locked
from trellis.mentorships.models import Mentorship, Party
from trellis.notifications.actions import tell
from trellis.people.models import Person


class ReviewRefused(Refusal):
    """Both have chosen already, or the choice is not one of the four."""


@transaction.atomic
def record_review(
    *, by: Person, mentorship: Mentorship, choice: str, now: datetime, barriers: str = ""
) -> ReviewChoice:
    """Keep one side's half-time choice; it can be changed until the other has chosen too.

    `barriers` are the author's own words, encrypted, for their eyes only. When all have chosen, all are told that
    there is a joint result. Raises NotAllowed, ReviewRefused.
    """
    mentorship = locked(mentorship)
    if not rules.can_guide(by, mentorship):
        raise NotAllowed(_("Only the two people in this mentoring can do that, and only while it lasts."))
    if choice not in ReviewChoice.Choice.values:
        raise ReviewRefused(_("Choose one of the four answers."), field="choice")
    journey = refresh_journey(mentorship=mentorship, now=now)
    if _outcome(journey):
        raise ReviewRefused(_("You have both chosen. If things have changed, talk to each other, or pause or end."))
    made, fresh = ReviewChoice.objects.update_or_create(
        journey=journey, person=by,
        defaults={
            "organisation_id": mentorship.organisation_id, "choice": choice, "barriers": barriers, "at": now,
        },
    )  # fmt: skip
    outcome = _outcome(journey)
    audit.record(
        organisation_id=mentorship.organisation_id, actor_id=by.pk, verb="journey.review_recorded",
        subject=f"mentorship:{mentorship.pk}", at=now, facts={"again": not fresh, "both": bool(outcome)},
    )  # fmt: skip
    _tell(journey, by, outcome, now)
    refresh_journey(mentorship=mentorship, now=now)
    return made


def _outcome(journey: Journey) -> str:
    choices = list(ReviewChoice.objects.filter(journey=journey).order_by("id").values_list("choice", flat=True))
    return rules.joint_outcome(choices, Party.objects.filter(mentorship=journey.mentorship_id).count())


def _tell(journey: Journey, by: Person, outcome: str, now: datetime) -> None:
    """Tell the other side that it is asked, or all that there is a result; never who chose what."""
    if outcome:
        publish(
            ReviewSettled(
                organisation_id=journey.organisation_id, mentorship_id=journey.mentorship_id, outcome=outcome
            ),
            at=now,
        )
    kind = notices.REVIEW_SETTLED if outcome else notices.REVIEW_ASKED
    parties = list(Party.objects.filter(mentorship=journey.mentorship_id).select_related("person").order_by("id"))
    for reader in parties:
        other = next(party.person for party in parties if party.person_id != reader.person_id)
        if reader.person_id != by.pk:
            tell(
                person=reader.person, kind=kind, key=f"journey:{journey.pk}:{kind.name}", now=now,
                path=reverse("review", args=[journey.mentorship_id]), parameters={"name": other.first_name},
            )  # fmt: skip
