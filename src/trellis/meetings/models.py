from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trellis.kernel.encryption import EncryptedTextField
from trellis.kernel.tenancy import TenantModel
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person


class MeetingState(models.TextChoices):
    """Four different numbers everywhere: planned, held by one, held by both, disputed. Cancelled ones count nowhere."""

    PLANNED = "planned", _("Planned")
    HELD_ONE = "held_one", _("Confirmed by one")
    HELD_BOTH = "held_both", _("Confirmed by both")
    DISPUTED = "disputed", _("Disputed")
    CANCELLED = "cancelled", _("Cancelled")


HELD_BY_ANYONE = (MeetingState.HELD_ONE, MeetingState.HELD_BOTH)


class Meeting(TenantModel):
    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="meetings")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    topic = EncryptedTextField(blank=True)
    place = EncryptedTextField(blank=True)  # a room or a video link
    notes = EncryptedTextField(blank=True)  # shared by the parties
    state = models.CharField(max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED)
    ended_with_pair = models.BooleanField(default=False)  # called off by the mentorship's end, not by one of the two
    sequence = models.PositiveSmallIntegerField(default=0)  # of changes that a calendar has to hear of (RFC 5545)
    planned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=480), name="meeting_length")]
        indexes = [models.Index(fields=["mentorship", "starts_at"], name="meeting_of_mentorship")]


class Confirmation(TenantModel):
    """One party's word on whether a meeting took place."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="confirmations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    took_place = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="confirmation_once")]
