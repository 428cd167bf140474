"""What somebody sees of programmes as a participant: those open to them, and where their sign-ups stand."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from trellis.learning.modules import module_for
from trellis.learning.queries import completed_modules
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState, ProgrammeStatus, Side, SignUp
from trellis.programmes.enrolment_rules import LIVE, is_open_for_sign_up
from trellis.programmes.models import Enrolment, Programme

OPEN_STATUSES = (ProgrammeStatus.ENROLLING, ProgrammeStatus.RUNNING)


@dataclass(frozen=True)
class OpenProgramme:
    """A programme that somebody may sign up for."""

    name: str
    slug: str
    summary: str
    audience: str
    model: str
    starts_on: date
    closes_on: date | None
    minutes_a_month: int


@dataclass(frozen=True)
class OwnEnrolment:
    """One of a person's own sign-ups and what it waits for."""

    id: int
    programme: str
    slug: str
    side: str
    side_label: str
    state: str
    state_label: str
    places: int
    training_open: bool
    accepted: bool
    module: str

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def waits_for_training(self) -> bool:
        return self.training_open and self.state in {EnrolmentState.STARTED, EnrolmentState.APPLIED}


def programmes_seen_by(person: Person) -> "Q":
    """Programmes a participant may look at: open ones, and those they are enrolled in or invited to."""
    invited_or_in = Q(pk__in=Enrolment.objects.of(person).values("programme"))
    return Q(status__in=OPEN_STATUSES, sign_up=SignUp.OPEN) | (invited_or_in & ~Q(status=ProgrammeStatus.DRAFT))


def minutes_a_month(programme: Programme) -> int:
    """Meeting minutes in an ordinary month, once a pair has settled into its rhythm."""
    days = programme.interval_later_days or 30
    return round(programme.meeting_minutes * 30 / days)


def open_programmes(person: Person, today: date) -> list[OpenProgramme]:
    """Open programmes in which the person has no live sign-up, soonest start first; one query."""
    mine = Enrolment.objects.of(person).filter(state__in=LIVE).values("programme")
    invited = Enrolment.objects.of(person).filter(state=EnrolmentState.INVITED).values("programme")
    rows = (
        Programme.objects.filter(status__in=OPEN_STATUSES)
        .filter(Q(sign_up=SignUp.OPEN) | Q(pk__in=invited))
        .exclude(pk__in=mine)
        .order_by("starts_on", "pk")[:100]
    )
    return [
        OpenProgramme(
            name=row.name, slug=row.slug, summary=row.summary, audience=row.audience, model=row.get_model_display(),
            starts_on=row.starts_on, closes_on=row.enrolment_closes_on, minutes_a_month=minutes_a_month(row),
        )
        for row in rows
        if is_open_for_sign_up(row, today)
    ]  # fmt: skip


def own_enrolments(person: Person) -> list[OwnEnrolment]:
    """The person's sign-ups, live ones first; two queries."""
    trained = completed_modules(person)
    rows = Enrolment.objects.of(person).select_related("programme").defer("goal", "no_match").order_by("-pk")
    found = [_own(row, trained) for row in rows]
    return sorted(found, key=lambda one: not one.live)


def _own(row: Enrolment, trained: frozenset[str]) -> OwnEnrolment:
    module = module_for(row.side).id
    return OwnEnrolment(
        id=row.pk, programme=row.programme.name, slug=row.programme.slug,
        side=row.side, side_label=str(Side(row.side).label), state=row.state,
        state_label=str(EnrolmentState(row.state).label), places=row.places,
        training_open=row.programme.training_gate and module not in trained,
        accepted=row.decided_at is not None, module=module,
    )  # fmt: skip
