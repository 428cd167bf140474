from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.kernel.encryption import EncryptedTextField
from trellis.kernel.tenancy import TenantModel
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person


class Journey(TenantModel):
    """Where a mentorship stands in the guided cycle. Dates count from the pair's own start."""

    mentorship = models.OneToOneField(Mentorship, on_delete=models.CASCADE, related_name="journey")
    stage = models.CharField(max_length=20)
    stage_since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "stage"], name="journey_by_stage")]


class StageEntry(TenantModel):
    """The journey entered a stage: conditions were met, a party pressed next, or a coordinator moved it."""

    class How(models.TextChoices):
        STARTED = "started", _("Started")
        CONDITIONS = "conditions", _("Conditions met")
        PRESSED = "pressed", _("A party moved on")
        COORDINATOR = "coordinator", _("The coordinator moved it")

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="entries")
    stage = models.CharField(max_length=20)
    entered_at = models.DateTimeField()
    how = models.CharField(max_length=12, choices=How.choices)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "stage"], name="stage_entered_once")]


class TaskDone(TenantModel):
    """A person ticked a stage's task (recurring ones: the latest time)."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="tasks_done")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    task = models.CharField(max_length=60)
    done_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "person", "task"], name="task_done_once")]


class ReviewChoice(TenantModel):
    """One side's half-time choice. Only the joint result is shown."""

    class Choice(models.TextChoices):
        CONTINUE = "continue", _("Continue as we are")
        ADJUST = "adjust", _("Adjust something")
        REMATCH = "rematch", _("Find me another match")
        CLOSE = "close", _("Close kindly")

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="review_choices")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    barriers = EncryptedTextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "person"], name="review_choice_once")]


class Reflection(TenantModel):
    """A person's own words at the close. Private unless they share it with the partner."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="reflections")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    body = EncryptedTextField()
    thanks = EncryptedTextField(blank=True)  # shown to the partner
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "person"], name="reflection_once")]


class Certificate(TenantModel):
    """A record of a closed mentorship. Needs no badge, only a recorded closure."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="certificates")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=24, unique=True)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "person"], name="certificate_once")]
