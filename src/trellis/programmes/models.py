from django.db import models
from django.db.models import Q

from trellis.kernel.encryption import EncryptedJSONField, EncryptedTextField
from trellis.kernel.tenancy import TenantManager, TenantModel
from trellis.people.models import Person
from trellis.programmes.choices import (
    EQUALS,
    LEAST_IMPORTANCE,
    MOST_IMPORTANCE,
    USUAL_IMPORTANCE,
    AnswerMode,
    EnrolmentState,
    MentoringModel,
    PairVisibility,
    ProgrammeRoleKind,
    ProgrammeStatus,
    QuestionKind,
    Side,
    SignUp,
)


class Objective(TenantModel):
    """An aim of the organisation that programmes serve: objective, programme, goal, KPI form one chain."""

    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def run_by(self, person: Person) -> "ProgrammeQuerySet":
        """Programmes that `person` owns or coordinates."""
        return self.filter(
            roles__person=person, roles__kind__in=[ProgrammeRoleKind.OWNER, ProgrammeRoleKind.COORDINATOR]
        )

    def readable_by(self, person: Person) -> "ProgrammeQuerySet":
        """Programmes in which `person` has any role: owner, coordinator or analyst."""
        return self.filter(roles__person=person)


class Programme(TenantModel):
    """One mentoring programme: everything that its template proposed and its manager may change."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80)
    template_id = models.CharField(max_length=60)
    model = models.CharField(max_length=16, choices=MentoringModel.choices)
    status = models.CharField(max_length=12, choices=ProgrammeStatus.choices, default=ProgrammeStatus.DRAFT)
    audience = models.CharField(max_length=300, blank=True)
    summary = models.TextField(blank=True)
    objective = models.ForeignKey(
        Objective, null=True, blank=True, on_delete=models.SET_NULL, related_name="programmes"
    )
    enrolment_opens_on = models.DateField()
    enrolment_closes_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    duration_weeks = models.PositiveSmallIntegerField()
    interval_early_days = models.PositiveSmallIntegerField()
    interval_later_days = models.PositiveSmallIntegerField()
    meeting_minutes = models.PositiveSmallIntegerField()
    planned_meetings = models.PositiveSmallIntegerField()
    sign_up = models.CharField(max_length=12, choices=SignUp.choices, default=SignUp.OPEN)
    mentors_need_approval = models.BooleanField(default=True)
    training_gate = models.BooleanField(default=True)
    mentor_capacity_default = models.PositiveSmallIntegerField(default=2)
    mentors_per_mentee = models.PositiveSmallIntegerField(default=1)
    places_for_mentees = models.PositiveIntegerField(null=True, blank=True)
    pair_visibility = models.CharField(max_length=10, choices=PairVisibility.choices, default=PairVisibility.EXISTENCE)
    terms = models.TextField(blank=True)
    terms_version = models.PositiveIntegerField(default=1)
    matching = models.JSONField(default=dict)  # weights, ideal_level_gap, suggestions, hard_constraints, minimum_score
    stage_plan = models.JSONField(default=list)  # [{stage, from_week, to_week}]
    tasks = models.JSONField(default=dict)  # stage id -> side -> [{id, title, due_days, required}]
    agendas = models.JSONField(default=list)  # [{week, title, items: [{minutes, topic}]}]
    milestones = models.JSONField(default=list)  # [{week, title}]
    surveys = models.JSONField(default=list)  # packs attached
    prompt_packs = models.JSONField(default=list)
    last_changes = models.JSONField(default=dict)  # field of the settings -> number of the change that last touched it
    created_at = models.DateTimeField()

    objects = TenantManager.from_queryset(ProgrammeQuerySet)()  # type: ignore[misc]  # django-stubs: overriding the base manager

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "slug"], name="programme_slug_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def of_equals(self) -> bool:
        """Nobody is the other's senior here: everybody stands in one crowd, whichever side they signed up for."""
        return self.model in EQUALS


class ProgrammeRole(TenantModel):
    """A role within one programme."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="roles")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="programme_roles")
    kind = models.CharField(max_length=12, choices=ProgrammeRoleKind.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "person"], name="programme_role_once")]


class EligibilityRule(TenantModel):
    """One readable condition for one side. `statement` rules are confirmed by the person, others by the directory."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="eligibility_rules")
    side = models.CharField(max_length=8, choices=Side.choices)
    kind = models.CharField(max_length=64)  # months_in_organisation_at_least, level_at_least, unit_in, statement ...
    value = models.JSONField(default=dict)
    words = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)


class KpiTarget(TenantModel):
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="kpi_targets")
    kpi = models.CharField(max_length=60)
    target = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "kpi"], name="kpi_target_once")]


class Question(TenantModel):
    """One question of a programme's sign-up form.

    `mode` and `importance` say how matching uses the answers; both sides' questions of one key have the same.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="questions")
    side = models.CharField(max_length=8, choices=Side.choices)
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=8, choices=QuestionKind.choices)
    text = models.CharField(max_length=300)
    help = models.CharField(max_length=300, blank=True)
    options = models.JSONField(default=list)
    required = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    mode = models.CharField(max_length=10, choices=AnswerMode.choices, default=AnswerMode.IGNORE)
    importance = models.PositiveSmallIntegerField(default=USUAL_IMPORTANCE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "side", "key"], name="question_once"),
            models.CheckConstraint(
                condition=Q(importance__gte=LEAST_IMPORTANCE, importance__lte=MOST_IMPORTANCE),
                name="question_importance_1_to_9",
            ),
        ]


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def of(self, person: Person) -> "EnrolmentQuerySet":
        return self.filter(person=person)

    def without_words(self) -> "EnrolmentQuerySet":
        """For lists: what somebody wrote stays in the database, unread and undeciphered."""
        return self.defer("goal", "aims", "interests", "experience", "no_match")


class Enrolment(TenantModel):
    """A person on one side of one programme. The fields that matching reads are columns; other answers are `Answer`."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="enrolments")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="enrolments")
    side = models.CharField(max_length=8, choices=Side.choices)
    state = models.CharField(max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.STARTED)
    places = models.PositiveSmallIntegerField(default=1)  # mentor: how many mentees; mentee: how many mentors
    paused_until = models.DateField(null=True)  # the first day back; empty: until they resume themselves
    asks_next = models.BooleanField(default=False)  # when a request does not come about, ask the next of their wishes
    findable = models.BooleanField(default=False)  # mentee: mentors of the programme may find and ask them
    goal = EncryptedTextField(blank=True)
    working_style = models.CharField(max_length=40, blank=True)
    values = models.JSONField(default=list)
    availability = models.JSONField(default=list)  # "Thu am"
    aims = EncryptedJSONField()  # tracks or roles aimed at (mentee) or held (mentor)
    interests = EncryptedJSONField()
    experience = EncryptedJSONField()  # shared experience they chose to mention
    no_match = EncryptedTextField(blank=True)  # JSON list of person ids; applied, never shown
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = TenantManager.from_queryset(EnrolmentQuerySet)()  # type: ignore[misc]  # django-stubs: overriding the base manager

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "person", "side"], name="enrolment_once"),
            models.CheckConstraint(condition=Q(places__lte=50), name="enrolment_places_sane"),
        ]
        indexes = [models.Index(fields=["organisation", "programme", "state", "side"], name="enrolment_queue")]


class EnrolmentSkill(TenantModel):
    """A skill sought (mentee) or offered (mentor), with the person's level from 1 to 5."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="skills")
    skill = models.CharField(max_length=80)  # id in the taxonomy
    level = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "skill"], name="enrolment_skill_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="enrolment_skill_level"),
        ]


class Answer(TenantModel):
    """An answer to one question of the sign-up form."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    value = EncryptedTextField(blank=True)  # JSON

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "question"], name="answer_once")]
