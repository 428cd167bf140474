from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    ON_LEAVE = "on_leave", _("On leave")
    SUSPENDED = "suspended", _("Suspended")
    LEFT = "left", _("Left the organisation")


class OrganisationRole(models.TextChoices):
    """Roles across a whole organisation; programme roles live in programmes."""

    ADMIN = "admin", _("Organisation admin")
    ANALYST = "analyst", _("Analyst (read-only)")
    EXECUTIVE = "executive", _("Executive")
    SAFEGUARDING = "safeguarding", _("Safeguarding contact")


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    PREVIEW = "preview", _("Ready to apply")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class ConsentKind(models.TextChoices):
    PRIVACY_NOTICE = "privacy_notice", _("Privacy notice")
    PROGRAMME_TERMS = "programme_terms", _("Programme terms")


class Theme(models.TextChoices):
    SYSTEM = "system", _("As my device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
