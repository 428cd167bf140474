"""A job is a leased row: claimed by one worker for a while, and free again if that worker dies."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    READY = "ready", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DEAD = "dead", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Job(models.Model):
    """One piece of later work. Arguments are ids and settings, never content."""

    organisation_id = models.BigIntegerField(null=True)
    started_by_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.READY)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    run_after = models.DateTimeField()
    owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "run_after", "id"], name="job_due"),
            models.Index(fields=["organisation_id", "started_by_id", "id"], name="job_of_person"),
        ]


class ScheduleTick(models.Model):
    """One row per schedule and tick, so that a schedule fires once however many workers look."""

    schedule = models.CharField(max_length=120)
    tick = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "tick"], name="schedule_tick_once")]
