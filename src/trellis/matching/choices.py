from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.programmes.choices import Side


class RoundState(models.TextChoices):
    SOLVING = "solving", _("Looking for the best plan")
    REVIEW = "review", _("Under review")
    PUBLISHING = "publishing", _("Being published")
    UNDOING = "undoing", _("Being taken back")
    PUBLISHED = "published", _("Published")
    FAILED = "failed", _("Failed")
    DISCARDED = "discarded", _("Discarded")


class ScenarioState(models.TextChoices):
    SOLVING = "solving", _("Looking for the best plan")
    SOLVED = "solved", _("Solved")
    FAILED = "failed", _("Failed")


class ProposalState(models.TextChoices):
    UNDER_REVIEW = "under_review", _("To review")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined in review")
    OFFERED = "offered", _("Waiting for answers")
    ACCEPTED = "accepted", _("Accepted by both")
    REFUSED = "refused", _("Not taken up")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


LEGAL_PROPOSAL_MOVES: dict[str, tuple[str, ...]] = {
    ProposalState.UNDER_REVIEW: (ProposalState.APPROVED, ProposalState.DECLINED, ProposalState.WITHDRAWN),
    ProposalState.APPROVED: (ProposalState.UNDER_REVIEW, ProposalState.DECLINED, ProposalState.OFFERED),
    ProposalState.DECLINED: (ProposalState.UNDER_REVIEW, ProposalState.APPROVED),
    ProposalState.OFFERED: (
        ProposalState.ACCEPTED,
        ProposalState.REFUSED,
        ProposalState.EXPIRED,
        ProposalState.WITHDRAWN,
    ),
    ProposalState.ACCEPTED: (ProposalState.WITHDRAWN,),
    ProposalState.REFUSED: (),
    ProposalState.EXPIRED: (),
    ProposalState.WITHDRAWN: (),
}


# Withdrawn too: somebody who follows the link in an old mail is told so, instead of finding nothing.
SHOWN_TO_BOTH = (
    ProposalState.OFFERED,
    ProposalState.ACCEPTED,
    ProposalState.REFUSED,
    ProposalState.EXPIRED,
    ProposalState.WITHDRAWN,
)


class ProposalOrigin(models.TextChoices):
    SOLVER = "solver", _("Best plan")
    PINNED = "pinned", _("Pinned by the manager")
    SWAP = "swap", _("Changed by the manager")
    REQUEST = "request", _("Asked for by the mentee")
    MENTOR_REQUEST = "mentor_asks", _("Asked for by the mentor")
    FALL_THROUGH = "fall_through", _("Next choice")


# The side that asked, where one of the two asked the other; whoever asks has said yes with it.
ASKED_BY: dict[str, str] = {ProposalOrigin.REQUEST: Side.MENTEE, ProposalOrigin.MENTOR_REQUEST: Side.MENTOR}
ASKS_AS: dict[str, ProposalOrigin] = {
    Side.MENTEE: ProposalOrigin.REQUEST, Side.MENTOR: ProposalOrigin.MENTOR_REQUEST,
}  # fmt: skip
ACROSS: dict[str, str] = {Side.MENTEE: Side.MENTOR, Side.MENTOR: Side.MENTEE}


class Approval(models.TextChoices):
    """Whose yes makes a proposal a mentorship, and in which order they are asked."""

    MANAGER = "manager", _("The programme team alone")
    MENTOR = "mentor", _("The mentor")
    MENTEE = "mentee", _("The mentee")
    BOTH = "both", _("Both, at the same time")
    MENTOR_FIRST = "mentor_first", _("Both, the mentor first")
    MENTEE_FIRST = "mentee_first", _("Both, the mentee first")


# The sides that are asked, one group after the other. Nobody waits for whoever is not in it.
TURNS: dict[str, tuple[tuple[str, ...], ...]] = {
    Approval.MANAGER: (),
    Approval.MENTOR: ((Side.MENTOR,),),
    Approval.MENTEE: ((Side.MENTEE,),),
    Approval.BOTH: ((Side.MENTEE, Side.MENTOR),),
    Approval.MENTOR_FIRST: ((Side.MENTOR,), (Side.MENTEE,)),
    Approval.MENTEE_FIRST: ((Side.MENTEE,), (Side.MENTOR,)),
}
