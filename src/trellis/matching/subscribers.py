"""What matching hears from below."""

from trellis.kernel import clock
from trellis.kernel.events import hears
from trellis.matching.actions.offers import close_offers_of
from trellis.programmes.enrolment_events import EnrolmentWithdrawn
from trellis.programmes.models import Enrolment


@hears(EnrolmentWithdrawn)
def close_what_was_offered(
    *, organisation_id: int, enrolment_id: int, programme_id: int, person_id: int, side: str
) -> None:
    """Whoever withdrew, or left the organisation, answers no more."""
    for enrolment in Enrolment.objects.filter(pk=enrolment_id):
        close_offers_of(enrolment=enrolment, now=clock.now())
