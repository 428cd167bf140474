from django.db import models
from django.db.models import Q

from trellis.kernel.encryption import EncryptedTextField
from trellis.kernel.tenancy import TenantManager, TenantModel
from trellis.matching.choices import (
    ASKED_BY,
    SHOWN_TO_BOTH,
    Approval,
    ProposalOrigin,
    ProposalState,
    RoundState,
    ScenarioState,
)
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment, Programme


class Round(TenantModel):
    """One run of the matcher over a programme's pool, with everything needed to run it again to the byte."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RoundState.choices, default=RoundState.SOLVING)
    settings = models.JSONField(default=dict)
    salt = models.CharField(max_length=64)
    inputs = EncryptedTextField(blank=True)  # JSON of the pool as solved; free text in it is people's own
    input_hash = models.CharField(max_length=64, blank=True)
    engine_version = models.CharField(max_length=20, blank=True)
    certificate = models.JSONField(null=True)
    total = models.BigIntegerField(null=True)
    failure = models.TextField(blank=True)
    job_id = models.BigIntegerField(null=True)
    started_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    undo_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="round_number_once")]


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def of(self, person: Person) -> "ProposalQuerySet":
        """Those that name `person` on either side and have been shown to them."""
        never_shown = Q(state=ProposalState.WITHDRAWN, offered_at=None)
        named = Q(mentee__person=person) | Q(mentor__person=person)
        return self.filter(named, ~never_shown, state__in=SHOWN_TO_BOTH)


class Proposal(TenantModel):
    """A pair that might become a mentorship. Both sides are shown the same reasons."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="proposals")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="proposals")
    mentee = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="proposals_as_mentee")
    mentor = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="proposals_as_mentor")
    state = models.CharField(max_length=12, choices=ProposalState.choices, default=ProposalState.UNDER_REVIEW)
    origin = models.CharField(max_length=12, choices=ProposalOrigin.choices, default=ProposalOrigin.SOLVER)
    week = models.PositiveSmallIntegerField(null=True)  # of a rotation, from 1: the pair is offered when it begins
    score = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=dict)  # {"reasons": [{factor, key, params}], "gap": {...}}
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approval = models.CharField(max_length=12, choices=Approval.choices, default=Approval.BOTH)  # as it was offered
    meets_first = models.BooleanField(default=False)  # the final yes comes after a first meeting that binds nobody
    meeting_from = models.DateTimeField(null=True)  # since when both are interested, and meet
    offered_at = models.DateTimeField(null=True)  # when the present question was put
    expires_at = models.DateTimeField(null=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    mentorship = models.OneToOneField(Mentorship, null=True, on_delete=models.SET_NULL, related_name="proposal")
    # of a rematch: the mentee's running mentorship that ends when this pair begins
    replaces = models.ForeignKey(Mentorship, null=True, on_delete=models.SET_NULL, related_name="replaced_by")

    objects = TenantManager.from_queryset(ProposalQuerySet)()  # type: ignore[misc]  # django-stubs: overriding the base manager

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "round", "state", "origin"], name="proposal_on_board"),
            models.Index(fields=["organisation", "state", "expires_at"], name="proposal_due"),
        ]

    @property
    def asker(self) -> Enrolment:
        """Of a request: the sign-up of whoever asked."""
        return self.mentor if ASKED_BY[self.origin] == Side.MENTOR else self.mentee


class BoardEdit(TenantModel):
    """Two people of a round put together by hand, for as long as it can be taken back: the last one first."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="edits")
    forced = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="+")  # the pair that was asked for
    made = models.JSONField(default=list)  # ids of proposals: those that it laid out,
    gone = models.JSONField(default=list)  # and those that gave way
    moved = models.PositiveIntegerField()  # mentees, beside the one who was asked for


class OfferAnswer(TenantModel):
    """One side's yes or no to an offer. A reason is optional and its author's own."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    accepted = models.BooleanField()
    final = models.BooleanField(default=True)  # False: interested in a first meeting, nothing more
    reason = EncryptedTextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "person"], name="offer_answer_once")]


class Unmatched(TenantModel):
    """Somebody the round could not place, and why, in a form that can be put in words."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="unmatched")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "enrolment"], name="unmatched_once")]


class Wish(TenantModel):
    """A ranked wish of one enrolled person for another. Nobody else sees it; the matcher counts it."""

    wisher = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="wishes")
    wished = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wisher", "wished"], name="wish_once"),
            models.UniqueConstraint(fields=["wisher", "rank"], name="wish_rank_once"),
        ]


class PlaceWait(TenantModel):
    """A mentee who would like a mentor that is full, and is told once when a place opens."""

    mentee = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="place_waits")
    mentor = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mentee", "mentor"], name="place_wait_once")]


class Scenario(TenantModel):
    """What a round would give under other settings: solved and kept for comparison, never offered to anybody."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="scenarios")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=ScenarioState.choices, default=ScenarioState.SOLVING)
    settings = models.JSONField(default=dict)
    salt = models.CharField(max_length=64)
    inputs = EncryptedTextField(blank=True)  # as for a round
    input_hash = models.CharField(max_length=64, blank=True)
    engine_version = models.CharField(max_length=20, blank=True)
    certificate = models.JSONField(null=True)
    figures = models.JSONField(default=dict)  # what is compared: matched, floor, total, load, ...
    failure = models.TextField(blank=True)
    job_id = models.BigIntegerField(null=True)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="scenario_number_once")]


class FairnessAudit(TenantModel):
    """How a round served groups of people: worked out once and kept. Numbers only, never who said what."""

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="fairness")
    job_id = models.BigIntegerField(null=True)
    figures = models.JSONField(default=dict)  # what is shown
    counted = models.JSONField(default=dict)  # who stood on which side of each question: ids of people, no group
    answers = models.JSONField(default=dict)  # kind -> person -> id of the row counted; a changed answer is another row
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)


class Report(TenantModel):
    """The matching report of a round as two files, made by a job. A newer one takes its place; gone after 30 days."""

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="report")
    pdf = EncryptedTextField()  # both in base64: names and reasons, for whoever runs the programme
    sheet = EncryptedTextField()
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
