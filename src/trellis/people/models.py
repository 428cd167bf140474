from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from trellis.kernel.encryption import EncryptedTextField
from trellis.kernel.tenancy import TenantManager, TenantModel
from trellis.people.choices import ConsentKind, ImportState, OrganisationRole, PersonStatus, Theme


class Organisation(models.Model):
    """The tenant."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    privacy_notice = models.TextField(blank=True)
    privacy_notice_version = models.PositiveIntegerField(default=1)
    second_factor_for_admins = models.BooleanField(default=True)
    session_days = models.PositiveSmallIntegerField(default=30)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email=(username or "").lower())


class Account(AbstractBaseUser):
    """What somebody signs in with. One account may stand for a person in several organisations."""

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=12, blank=True)
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects = AccountManager()


class PersonQuerySet(models.QuerySet["Person"]):
    def active(self) -> "PersonQuerySet":
        return self.filter(status__in=[PersonStatus.ACTIVE, PersonStatus.ON_LEAVE])


class Person(TenantModel):
    """Somebody in an organisation's directory, whether or not they have ever signed in."""

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="people")
    external_id = models.CharField(max_length=64)
    email = models.EmailField()
    given_name = models.CharField(max_length=200)
    family_name = models.CharField(max_length=200, blank=True)
    preferred_name = models.CharField(max_length=200, blank=True)
    sort_name = models.CharField(max_length=401)
    job_title = models.CharField(max_length=200, blank=True)
    level = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=200, blank=True)
    location = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    languages = models.JSONField(default=list)
    hired_on = models.DateField(null=True)
    promoted_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    full_time = models.BooleanField(default=True)
    manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    status = models.CharField(max_length=12, choices=PersonStatus.choices, default=PersonStatus.ACTIVE)
    onboarded_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(PersonQuerySet)()  # type: ignore[misc]  # django-stubs: overriding the base manager

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "external_id"], name="person_external_id_once"),
            models.UniqueConstraint(fields=["organisation", "email"], name="person_email_once"),
        ]
        indexes = [models.Index(fields=["organisation", "sort_name", "id"], name="person_by_name")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def first_name(self) -> str:
        return self.preferred_name or self.given_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.family_name}".strip()

    @cached_property
    def organisation_roles(self) -> frozenset[str]:
        """The organisation-wide roles this person holds; read once per request."""
        return frozenset(self.role_grants.values_list("role", flat=True))

    @cached_property
    def leads_people(self) -> bool:
        """Somebody active reports to this person; read once per request."""
        return Person.objects.active().filter(manager=self).exists()


class RoleGrant(TenantModel):
    """A role across the whole organisation."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=16, choices=OrganisationRole.choices)
    granted_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "role"], name="role_once")]


class Consent(TenantModel):
    """Which version of which text a person has accepted, and when."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=20, choices=ConsentKind.choices)
    about = models.CharField(max_length=80, blank=True)  # "programme:12" for programme terms
    version = models.PositiveIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "about", "version"], name="consent_once")]


class Invitation(TenantModel):
    """An invitation by mail; only the hash of its token is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)


class ProtectedAttribute(TenantModel):
    """What a person chose to say about themself for fairness audits. No scorer imports this table."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    value = EncryptedTextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="protected_once")]


class ColumnMapping(TenantModel):
    """Remembers which header of the organisation's file is which field."""

    purpose = models.CharField(max_length=20, default="people")
    header = models.CharField(max_length=200)
    field = models.CharField(max_length=40, blank=True)  # empty: leave this column out

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "purpose", "header"], name="mapping_once")]


class DirectoryImport(TenantModel):
    """One run of the directory import: the file, its mapping, what it would change and what it did."""

    file_name = models.CharField(max_length=255)
    content = models.BinaryField()
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.UPLOADED)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    report = models.JSONField(default=dict)  # counts and sample of changes
    faults = models.JSONField(default=list)  # row, column, value, what, cure
    job_id = models.BigIntegerField(null=True)
    started_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "id"], name="import_order")]
