from django.db import models
from django.utils.translation import gettext_lazy as _

from trellis.kernel.tenancy import TenantModel
from trellis.people.models import Person


class Notice(TenantModel):
    """Something a person was told: shown in their inbox, and mailed. Parameters are names and ids, never content."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=80)
    parameters = models.JSONField(default=dict)
    path = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=200)  # idempotency: telling the same thing twice is telling it once
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notice_once")]
        indexes = [models.Index(fields=["organisation", "person", "read_at"], name="notice_unread")]


class Delivery(TenantModel):
    """One attempt-keeping line per mail, so that "was it sent?" has an answer."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Not wanted by the person")

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="delivery")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)


class MutedGroup(TenantModel):
    """A group of notices that a person does not want as mail. They still reach the inbox."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="muted_groups")
    group = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "group"], name="muted_group_once")]
