"""What happens to an enrolment. Ids and states only."""

from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class EnrolmentEvent(Event):
    enrolment_id: int
    programme_id: int
    person_id: int
    side: str


@dataclass(frozen=True, kw_only=True)
class EnrolmentApplied(EnrolmentEvent):
    """The form was sent."""


@dataclass(frozen=True, kw_only=True)
class EnrolmentApproved(EnrolmentEvent):
    """The person can be matched from now on."""


@dataclass(frozen=True, kw_only=True)
class EnrolmentWaitListed(EnrolmentEvent):
    """Accepted, but all places are taken."""


@dataclass(frozen=True, kw_only=True)
class EnrolmentRejected(EnrolmentEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class EnrolmentReopened(EnrolmentEvent):
    """A decision was undone; the application waits for approval again."""


@dataclass(frozen=True, kw_only=True)
class EnrolmentPaused(EnrolmentEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class EnrolmentResumed(EnrolmentEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class EnrolmentWithdrawn(EnrolmentEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class EnrolmentCompleted(EnrolmentEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class PlacesChanged(EnrolmentEvent):
    """The person takes more or fewer people than before."""

    places: int
