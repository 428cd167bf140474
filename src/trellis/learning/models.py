from django.db import models

from trellis.kernel.tenancy import TenantModel
from trellis.people.models import Person


class ModuleCompletion(TenantModel):
    """A person finished a training module."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="modules_completed")
    module = models.CharField(max_length=60)
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "module"], name="module_once")]
