"""The end of the way: looking back, saying thank you, closing the round, and the certificate."""

import base64
import secrets
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.journeys import notices, rules
from trellis.journeys.actions.stages import refresh_journey
from trellis.journeys.models import Certificate, Journey, Reflection
from trellis.journeys.queries.material import gather
from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.mentorships.actions import complete_mentorship, stay_in_touch, wish_rematch
from trellis.mentorships.actions.states import locked
from trellis.mentorships.choices import ClosureType, MentorshipState
from trellis.mentorships.models import Mentorship, Party
from trellis.mentorships.queries import partners_of
from trellis.notifications.actions import tell
from trellis.people.models import Person

CLOSURES = (ClosureType.COMPLETED, ClosureType.INFORMAL)


class CloseRefused(Refusal):
    """The round is not near its end, or is over in another way."""


@transaction.atomic
def write_reflection(
    *, by: Person, mentorship: Mentorship, now: datetime, body: str = "", thanks: str = ""
) -> Reflection:
    """Keep a person's look back, for their eyes only, and their thanks, which the partner reads.

    Writing again replaces; the partner is told of the first thanks only. Possible after the end as well.
    Raises NotAllowed.
    """
    if not rules.can_reflect(by, mentorship):
        raise NotAllowed(_("Only the two people in this mentoring can do that."))
    journey = refresh_journey(mentorship=mentorship, now=now)
    reflection, _fresh = Reflection.objects.update_or_create(
        journey=journey, person=by,
        defaults={"organisation_id": mentorship.organisation_id, "body": body, "thanks": thanks, "at": now},
    )  # fmt: skip
    audit.record(
        organisation_id=mentorship.organisation_id, actor_id=by.pk, verb="journey.reflection_written",
        subject=f"mentorship:{mentorship.pk}", at=now, facts={"thanks": bool(thanks)},
    )  # fmt: skip
    for partner in partners_of(mentorship, by) if thanks else ():
        tell(
            person=partner, kind=notices.THANKED, key=f"journey:{journey.pk}:thanks:{by.pk}", now=now,
            path=reverse("closure", args=[mentorship.pk]), parameters={"name": by.first_name},
        )  # fmt: skip
    return reflection


@transaction.atomic
def close_journey(
    *,
    by: Person,
    mentorship: Mentorship,
    now: datetime,
    closure: str = ClosureType.COMPLETED,
    body: str = "",
    thanks: str = "",
    continues_informally: bool = False,
    wants_rematch: bool = False,
) -> Mentorship:
    """Close the round for both, with a certificate for each. The second person's call adds their own words and wishes.

    Staying in touch holds only if both wish it. Raises NotAllowed, and CloseRefused before the last stages and
    after an early end.
    """
    if not rules.can_reflect(by, mentorship):
        raise NotAllowed(_("Only the two people in this mentoring can do that."))
    mentorship = locked(mentorship)
    if mentorship.state == MentorshipState.ENDED:
        raise CloseRefused(_("This mentoring has ended. You can still look back and say thank you."))
    if mentorship.state != MentorshipState.COMPLETED:
        _complete(by, mentorship, closure, now)
    if body or thanks:
        write_reflection(by=by, mentorship=mentorship, body=body, thanks=thanks, now=now)
    if wants_rematch:
        wish_rematch(by=by, mentorship=mentorship, wants=True, now=now)
    return stay_in_touch(by=by, mentorship=mentorship, wants=continues_informally, now=now)


def _complete(by: Person, mentorship: Mentorship, closure: str, now: datetime) -> None:
    if closure not in CLOSURES:
        raise CloseRefused(_("Choose how this round ends."), field="closure")
    material = gather(mentorship, now)
    if not rules.is_closing(material.plan, material.standing.stage, material.facts.elapsed_share):
        raise CloseRefused(
            _("Closing opens near the end of your time. To stop now, choose “Change or end” on your page.")
        )
    complete_mentorship(by=by, mentorship=mentorship, closure=closure, now=now)
    mentorship.refresh_from_db()
    journey = refresh_journey(mentorship=mentorship, now=now)
    for party in Party.objects.filter(mentorship=mentorship).select_related("person").order_by("id"):
        _certify(journey, party.person, now)


def _certify(journey: Journey, person: Person, now: datetime) -> Certificate:
    certificate = Certificate.objects.create(
        organisation_id=journey.organisation_id, journey=journey, person=person, number=new_number(), issued_at=now
    )
    audit.record(
        organisation_id=journey.organisation_id, actor_id=None, verb="journey.certificate_issued",
        subject=f"mentorship:{journey.mentorship_id}", at=now, facts={"person": person.pk},
    )  # fmt: skip
    return certificate


def new_number() -> str:
    """80 random bits in four groups that can be read out: nobody finds one by counting."""
    letters = base64.b32encode(secrets.token_bytes(10)).decode()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))
