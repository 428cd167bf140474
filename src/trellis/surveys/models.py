from django.db import models

from trellis.kernel.encryption import EncryptedTextField
from trellis.kernel.tenancy import TenantModel
from trellis.people.models import Person


class SurveyResponse(TenantModel):
    """A person answered or declined a pack of instruments once, in one context. Answers are theirs alone."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="survey_responses")
    pack = models.CharField(max_length=60)
    context = models.CharField(max_length=80)  # "mentorship:12"; kept as text, this floor knows people only
    declined = models.BooleanField(default=False)
    answers = EncryptedTextField(blank=True)  # JSON: item id -> value
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "pack", "context"], name="survey_once")]
        indexes = [models.Index(fields=["organisation", "context"], name="survey_context")]
