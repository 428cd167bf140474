from django.db import models
from django.utils.functional import Promise
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


class AttributeKind(models.TextChoices):
    """What a person may say about themself for fairness audits. What can be said is in `ATTRIBUTES`."""

    GENDER = "gender", _("Gender")
    AGE = "age", _("Age")
    ETHNICITY = "ethnicity", _("Ethnic background")
    DISABILITY = "disability", _("Disability or long-term health condition")


ATTRIBUTES: dict[str, dict[str, str | Promise]] = {
    AttributeKind.GENDER: {"woman": _("Woman"), "man": _("Man"), "another": _("Non-binary, or another way")},
    AttributeKind.AGE: {
        "under_30": _("Under 30"), "30_39": _("30 to 39"), "40_49": _("40 to 49"), "50_59": _("50 to 59"),
        "60_over": _("60 and over"),
    },
    AttributeKind.ETHNICITY: {
        "asian": _("Asian"), "black": _("Black"), "latin": _("Hispanic or Latin American"),
        "indigenous": _("Indigenous"), "middle_eastern": _("Middle Eastern or North African"),
        "mixed": _("Mixed or several"), "white": _("White"), "another": _("Another background"),
    },
    AttributeKind.DISABILITY: {"yes": _("Yes"), "no": _("No")},
}  # fmt: skip
ORDERED_ATTRIBUTES = frozenset({AttributeKind.AGE})  # where a small group joins its neighbour
