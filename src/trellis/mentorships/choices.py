from django.db import models
from django.utils.translation import gettext_lazy as _


class MentorshipState(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    COMPLETED = "completed", _("Completed")
    ENDED = "ended", _("Ended early")


LIVE_STATES = (MentorshipState.ACTIVE, MentorshipState.PAUSED)

LEGAL_TRANSITIONS: dict[str, tuple[str, ...]] = {
    MentorshipState.ACTIVE: (MentorshipState.PAUSED, MentorshipState.COMPLETED, MentorshipState.ENDED),
    MentorshipState.PAUSED: (MentorshipState.ACTIVE, MentorshipState.COMPLETED, MentorshipState.ENDED),
    MentorshipState.COMPLETED: (),
    MentorshipState.ENDED: (),
}


class PartyRole(models.TextChoices):
    MENTEE = "mentee", _("Mentee")
    MENTOR = "mentor", _("Mentor")
    PEER = "peer", _("Peer")


class ClosureType(models.TextChoices):
    """How a mentorship ended; the ids are those of content/stages.yaml."""

    COMPLETED = "completed", _("We finished what we planned")
    EXTENDED = "extended", _("We continue for one more round")
    INFORMAL = "informal", _("We continue informally outside the programme")
    CHANGED_CIRCUMSTANCES = "changed_circumstances", _("Time or role or life changed")
    NOT_A_FIT = "not_a_fit", _("Not the right fit, nobody's fault")
    CONCERN = "concern", _("I would like to talk to someone")
