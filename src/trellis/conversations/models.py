from django.db import models

from trellis.kernel.encryption import EncryptedTextField
from trellis.kernel.tenancy import TenantModel
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person


class Message(TenantModel):
    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = EncryptedTextField()
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["mentorship", "-id"], name="message_newest")]


class ReadMark(TenantModel):
    """How far a person has read a mentorship's messages."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="read_marks")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    last_message_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mentorship", "person"], name="read_mark_once")]
