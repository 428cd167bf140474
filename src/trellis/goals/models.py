from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trellis.kernel.encryption import EncryptedTextField
from trellis.kernel.tenancy import TenantModel
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person


class GoalStatus(models.TextChoices):
    DRAFT = "draft", _("Draft, only you see it")
    ACTIVE = "active", _("Active")
    REACHED = "reached", _("Reached")
    DROPPED = "dropped", _("Dropped")


class Goal(TenantModel):
    """A mentee's goal. A draft is its owner's alone; once active the pair sees title, status and progress."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="goals")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="goals")
    status = models.CharField(max_length=8, choices=GoalStatus.choices, default=GoalStatus.DRAFT)
    title = EncryptedTextField()
    outcome = EncryptedTextField(blank=True)  # how we will know
    evidence = EncryptedTextField(blank=True)
    why = EncryptedTextField(blank=True)
    if_then = EncryptedTextField(blank=True)
    linked_skill = models.CharField(max_length=80, blank=True)
    due_on = models.DateField(null=True)
    first_action_on = models.DateField(null=True)
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    shared_in_full = models.BooleanField(default=False)  # with the partner
    shared_with_manager = models.BooleanField(default=False)  # title and status only
    final_attainment = models.SmallIntegerField(null=True)  # goal attainment scale, -2 to +2
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # reached or dropped

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(progress__lte=100), name="goal_progress_per_cent")]
        indexes = [models.Index(fields=["mentorship", "status", "due_on"], name="goal_of_mentorship")]


class ActionItem(TenantModel):
    """One dated step towards a goal."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="actions")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["goal", "due_on"], name="action_of_goal")]
