from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundState(models.TextChoices):
    SOLVING = "solving", _("Looking for the best plan")
    REVIEW = "review", _("Under review")
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
    ProposalState.UNDER_REVIEW: (ProposalState.APPROVED, ProposalState.DECLINED),
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
    FALL_THROUGH = "fall_through", _("Next choice")
