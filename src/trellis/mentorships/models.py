from django.db import models
from django.db.models import Q

from trellis.kernel.encryption import EncryptedTextField
from trellis.kernel.tenancy import TenantManager, TenantModel
from trellis.mentorships.choices import LIVE_STATES, ClosureType, MentorshipState, PartyRole
from trellis.people.models import Person
from trellis.programmes.models import Programme


class MentorshipQuerySet(models.QuerySet["Mentorship"]):
    def of(self, person: Person) -> "MentorshipQuerySet":
        """Those in which `person` is a party."""
        return self.filter(parties__person=person)

    def live(self) -> "MentorshipQuerySet":
        return self.filter(state__in=LIVE_STATES)


class Mentorship(TenantModel):
    """The relationship between its parties, from acceptance to closure."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="mentorships")
    state = models.CharField(max_length=10, choices=MentorshipState.choices, default=MentorshipState.ACTIVE)
    pair_key = models.CharField(max_length=80)  # "mentee id:mentor id", so that no pair is live twice in a programme
    started_at = models.DateTimeField()
    planned_end_on = models.DateField()
    paused_until = models.DateField(null=True)
    paused_days = models.PositiveSmallIntegerField(default=0)  # days lost to pauses, which move all later dates
    extended_weeks = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    closure = models.CharField(max_length=24, choices=ClosureType.choices, blank=True)
    continues_informally = models.BooleanField(default=False)
    match_score = models.PositiveIntegerField(null=True)
    match_reasons = models.JSONField(default=dict)  # what both sides are shown

    objects = TenantManager.from_queryset(MentorshipQuerySet)()  # type: ignore[misc]  # django-stubs: overriding the base manager

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "pair_key"], condition=Q(state__in=LIVE_STATES), name="pair_live_once"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "programme", "state", "started_at"], name="mentorship_by_state")
        ]


class Party(TenantModel):
    """A person in a mentorship, and in which role."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="parties")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=8, choices=PartyRole.choices)
    wants_rematch = models.BooleanField(default=False)
    stays_in_touch = models.BooleanField(null=True)  # after the close, informally; None: has not said

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mentorship", "person"], name="party_once")]


class Transition(TenantModel):
    """One change of state. Append-only; a person's own words about it are theirs."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="transitions")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10, choices=MentorshipState.choices)
    closure = models.CharField(max_length=24, choices=ClosureType.choices, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    words = EncryptedTextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["mentorship", "id"], name="transition_order")]


class Agreement(TenantModel):
    """What the pair agreed: goals in a sentence, rhythm, boundaries, confidentiality. Only the parties can read it."""

    mentorship = models.ForeignKey(Mentorship, on_delete=models.CASCADE, related_name="agreements")
    version = models.PositiveSmallIntegerField()
    aims = EncryptedTextField()
    rhythm = EncryptedTextField()
    boundaries = EncryptedTextField()
    confidentiality = EncryptedTextField()
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mentorship", "version"], name="agreement_version_once")]


class Signature(TenantModel):
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "person"], name="signature_once")]
