from django.db import models
from django.utils.translation import gettext_lazy as _


class MentoringModel(models.TextChoices):
    FORMAL = "formal", _("Formal")
    INFORMAL = "informal", _("Informal")
    PEER = "peer", _("Peer")
    MUTUAL = "mutual", _("Mutual")
    REVERSE = "reverse", _("Reverse")
    EXECUTIVE = "executive", _("Executive")
    SPONSORSHIP = "sponsorship", _("Sponsorship")
    GROUP = "group", _("Group")
    FLASH = "flash", _("Flash")
    BUDDY = "buddy", _("Buddy")


# Models in which nobody is the other's senior: everybody stands in one crowd, on whichever side they signed up.
EQUALS = (MentoringModel.PEER, MentoringModel.MUTUAL)


class ProgrammeStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ENROLLING = "enrolling", _("Open for sign-up")
    RUNNING = "running", _("Running")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")


class SignUp(models.TextChoices):
    OPEN = "open", _("Anyone eligible can sign up")
    INVITATION = "invitation", _("By invitation only")


class Side(models.TextChoices):
    MENTEE = "mentee", _("Mentee")
    MENTOR = "mentor", _("Mentor")


class EnrolmentState(models.TextChoices):
    INVITED = "invited", _("Invited")
    STARTED = "started", _("Form started")
    APPLIED = "applied", _("Waiting for approval")
    APPROVED = "approved", _("Ready to be matched")
    WAITING = "waiting", _("On the waiting list")
    PAUSED = "paused", _("Paused")
    REJECTED = "rejected", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    COMPLETED = "completed", _("Completed")


class ProgrammeRoleKind(models.TextChoices):
    OWNER = "owner", _("Owner")
    COORDINATOR = "coordinator", _("Coordinator")
    ANALYST = "analyst", _("Analyst (read-only)")


class QuestionKind(models.TextChoices):
    CHOICE = "choice", _("One choice")
    MANY = "many", _("Several choices")
    SCALE = "scale", _("Scale 1 to 5")
    RANK = "rank", _("Rank")
    TEXT = "text", _("Free text")
    SKILLS = "skills", _("Skills with level")


COMPARED_KINDS = (QuestionKind.CHOICE, QuestionKind.MANY)  # what matching can compare: answers with given options
LEAST_IMPORTANCE, USUAL_IMPORTANCE, MOST_IMPORTANCE = 1, 5, 9


class AnswerMode(models.TextChoices):
    """What matching does with the answers to a question that both sides are asked."""

    IGNORE = "ignore", _("Does not count")
    SCORE = "score", _("The more they share, the better")
    COMPLEMENT = "complement", _("The mentor has what the mentee wants")
    MUST = "must", _("Must share an answer")
    MUST_NOT = "must_not", _("Must not share an answer")


class PairVisibility(models.TextChoices):
    """Whether a people manager may know that a pair exists."""

    EXISTENCE = "existence", _("People managers see that the pair exists")
    HIDDEN = "hidden", _("People managers do not see that the pair exists")
