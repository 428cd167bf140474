"""What matching hears from below, and from itself once a change stands."""

from trellis.kernel import clock
from trellis.kernel.events import hears
from trellis.matching.actions.following import follow_who_left
from trellis.matching.actions.offers import close_offers_beyond_places, close_offers_of
from trellis.matching.actions.waiting import tell_places
from trellis.matching.choices import ProposalState
from trellis.matching.events import OfferSettled
from trellis.matching.models import Proposal
from trellis.mentorships.events import MentorshipChanged
from trellis.mentorships.models import Mentorship
from trellis.programmes.enrolment_events import (
    EnrolmentPaused,
    EnrolmentResumed,
    EnrolmentWithdrawn,
    PlacesChanged,
)
from trellis.programmes.models import Enrolment, Programme


@hears(EnrolmentWithdrawn)
def close_what_was_offered(
    *, organisation_id: int, enrolment_id: int, programme_id: int, person_id: int, side: str
) -> None:
    """Whoever withdrew, or left the organisation, answers no more; whoever was promised them gets the next choice."""
    for enrolment in Enrolment.objects.filter(pk=enrolment_id):
        close_offers_of(enrolment=enrolment, now=clock.now())
        follow_who_left(enrolment=enrolment, now=clock.now())


@hears(EnrolmentPaused)
def close_while_away(*, organisation_id: int, enrolment_id: int, programme_id: int, person_id: int, side: str) -> None:
    """Whoever takes a break is not waited for."""
    for enrolment in Enrolment.objects.filter(pk=enrolment_id):
        close_offers_of(enrolment=enrolment, now=clock.now())


@hears(PlacesChanged)
def fit_offers_to_places(
    *, organisation_id: int, enrolment_id: int, programme_id: int, person_id: int, side: str, places: int
) -> None:
    """Fewer places close what cannot be taken any more; more places are told to who waits."""
    for enrolment in Enrolment.objects.select_related("programme", "person").filter(pk=enrolment_id):
        close_offers_beyond_places(enrolment=enrolment, now=clock.now())
    _tell_places(programme_id)


@hears(EnrolmentResumed)
def tell_who_waited(*, organisation_id: int, enrolment_id: int, programme_id: int, person_id: int, side: str) -> None:
    _tell_places(programme_id)


@hears(OfferSettled)
def tell_freed_place(*, organisation_id: int, proposal_id: int, state: str) -> None:
    """An offer that did not come about no longer holds its places. One that did frees none."""
    if state == ProposalState.ACCEPTED:
        return
    for programme_id in Proposal.objects.filter(pk=proposal_id).values_list("programme_id", flat=True):
        _tell_places(programme_id)


@hears(MentorshipChanged)
def follow_what_ended(*, organisation_id: int, mentorship_id: int, state: str) -> None:
    """An ending frees a place; where somebody has left, the mentee gets the next choice."""
    for mentorship in Mentorship.objects.filter(pk=mentorship_id):
        for proposal in Proposal.objects.select_related("mentor__person").filter(mentorship=mentorship):
            follow_who_left(enrolment=proposal.mentor, now=clock.now())
        _tell_places(mentorship.programme_id)


def _tell_places(programme_id: int) -> None:
    for programme in Programme.objects.filter(pk=programme_id):
        tell_places(programme=programme, now=clock.now())
