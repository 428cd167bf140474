"""Every write to a relationship. Reasons are never required, and never leave their author."""

from trellis.mentorships.actions.agreements import AgreementRefused, draft_agreement, sign_agreement
from trellis.mentorships.actions.ending import (
    complete_mentorship,
    end_mentorship,
    end_mentorships_of,
    part_mentorship,
    release_mentorship,
    restore_mentorship,
    stay_in_touch,
    wish_rematch,
)
from trellis.mentorships.actions.pausing import (
    ExtensionRefused,
    PauseRefused,
    extend_mentorship,
    pause_mentorship,
    resume_due_pauses,
    resume_mentorship,
)
from trellis.mentorships.actions.starting import StartRefused, WithdrawRefused, start_mentorship, withdraw_mentorship
from trellis.mentorships.actions.states import MoveRefused

__all__ = [
    "AgreementRefused",
    "ExtensionRefused",
    "MoveRefused",
    "PauseRefused",
    "StartRefused",
    "WithdrawRefused",
    "complete_mentorship",
    "draft_agreement",
    "end_mentorship",
    "end_mentorships_of",
    "extend_mentorship",
    "part_mentorship",
    "pause_mentorship",
    "release_mentorship",
    "restore_mentorship",
    "resume_due_pauses",
    "resume_mentorship",
    "sign_agreement",
    "start_mentorship",
    "stay_in_touch",
    "wish_rematch",
    "withdraw_mentorship",
]
