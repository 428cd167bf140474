"""The kernel's tables. They know organisations by number only: the tenant lives one floor up."""

from django.db import models

from trellis.kernel.jobs.tables import Job, ScheduleTick
from trellis.kernel.tenancy import TenantManager

__all__ = ["AuditEntry", "AuditHead", "EventRow", "Job", "ScheduleTick"]


class AuditHead(models.Model):
    """The end of one organisation's audit chain; the row that writers lock."""

    organisation_id = models.BigIntegerField(unique=True)
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    objects = TenantManager()


class AuditEntry(models.Model):
    organisation_id = models.BigIntegerField()
    position = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    hash = models.CharField(max_length=64)

    objects = TenantManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "position"], name="audit_position_once")]
        indexes = [models.Index(fields=["organisation_id", "subject"], name="audit_subject")]


class EventRow(models.Model):
    """What happened, for hearers now and for roll-ups later. Ids, states and dates only."""

    organisation_id = models.BigIntegerField()
    kind = models.CharField(max_length=80)
    at = models.DateTimeField()
    fields = models.JSONField()

    objects = TenantManager()

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "id"], name="event_order")]
