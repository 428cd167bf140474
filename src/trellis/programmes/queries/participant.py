"""What somebody sees of programmes as a participant: those open to them, and where their sign-ups stand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from trellis.learning.modules import module_for
from trellis.learning.queries import completed_modules
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState, MentoringModel, ProgrammeRoleKind, ProgrammeStatus, Side, SignUp
from trellis.programmes.configuration import cadence_of
from trellis.programmes.eligibility import unmet
from trellis.programmes.enrolment_rules import LIVE, can_be_findable, lets_people_ask, most_places_of
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.queries.sign_up import conditions_of, to_be_confirmed

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
    has_begun: bool
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
    paused_until: date | None
    of_equals: bool = False  # nobody here is mentor or mentee
    asks: bool = False  # people of this programme ask each other
    can_be_findable: bool = False
    findable: bool = False  # mentors may find and ask this mentee

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def waits_for_training(self) -> bool:
        return self.training_open and self.state in {EnrolmentState.STARTED, EnrolmentState.APPLIED}


def programmes_seen_by(person: Person) -> Q:
    """Programmes a participant may look at: open ones, and those they are enrolled in or invited to."""
    invited_or_in = Q(pk__in=Enrolment.objects.of(person).values("programme"))
    return Q(status__in=OPEN_STATUSES, sign_up=SignUp.OPEN) | (invited_or_in & ~Q(status=ProgrammeStatus.DRAFT))


def minutes_a_month(programme: Programme) -> int:
    """Meeting minutes in an ordinary month, once a pair has settled into its rhythm."""
    return cadence_of(programme).minutes_a_month


def open_programmes(person: Person, today: date) -> list[OpenProgramme]:
    """Programmes that take sign-ups now and in which the person has none, soonest start first; one query."""
    mine = Enrolment.objects.of(person).filter(state__in=LIVE).values("programme")
    invited = Enrolment.objects.of(person).filter(state=EnrolmentState.INVITED).values("programme")
    rows = (
        Programme.objects.filter(status__in=OPEN_STATUSES, enrolment_opens_on__lte=today)
        .filter(Q(enrolment_closes_on=None) | Q(enrolment_closes_on__gte=today))
        .filter(Q(sign_up=SignUp.OPEN) | Q(pk__in=invited))
        .exclude(pk__in=mine)
        .order_by("starts_on", "pk")[:100]
    )
    return [
        OpenProgramme(
            name=row.name, slug=row.slug, summary=row.summary, audience=row.audience, model=row.get_model_display(),
            starts_on=row.starts_on, has_begun=row.starts_on < today, closes_on=row.enrolment_closes_on,
            minutes_a_month=minutes_a_month(row),
        )
        for row in rows
    ]  # fmt: skip


def own_enrolments(person: Person) -> list[OwnEnrolment]:
    """The person's sign-ups, live ones first; two queries."""
    trained = completed_modules(person)
    rows = (
        Enrolment.objects.of(person)
        .exclude(programme__status=ProgrammeStatus.DRAFT)
        .select_related("programme").without_words().order_by("-pk")
    )  # fmt: skip
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
        paused_until=row.paused_until if row.state == EnrolmentState.PAUSED else None,
        of_equals=row.programme.of_equals, asks=lets_people_ask(row.programme),
        can_be_findable=can_be_findable(row.programme, row.side), findable=row.findable,
    )  # fmt: skip


@dataclass(frozen=True)
class ConditionSeen:
    """One condition as the person sees it: met, unmet (with the reason and what helps), or theirs to confirm."""

    id: int
    words: str
    standing: str  # "met", "unmet" or "confirm"
    why: str


@dataclass(frozen=True)
class SideOffer:
    """What one side of a programme asks of a person, and how they stand to it."""

    side: str
    label: str
    conditions: tuple[ConditionSeen, ...]
    minutes_training: int
    places: range  # what somebody may choose from
    own: OwnEnrolment | None

    @property
    def eligible(self) -> bool:
        return all(condition.standing != "unmet" for condition in self.conditions)


def conditions_seen(person: Person, programme: Programme, side: str, today: date) -> tuple[ConditionSeen, ...]:
    """Every condition of one side in words, with how this person stands to it."""
    found = []
    for rule in conditions_of(programme, side):
        why = " ".join(unmet(person, [rule], today))
        standing = "unmet" if why else "confirm" if to_be_confirmed(person, [rule]) else "met"
        found.append(ConditionSeen(rule.pk, rule.words, standing, why))
    return tuple(found)


def side_offers(person: Person, programme: Programme, today: date) -> list[SideOffer]:
    """The sides of a programme that this person can sign up for; five queries."""
    own = {one.side: one for one in own_enrolments(person) if one.slug == programme.slug}
    return [
        SideOffer(
            side=side, label=str(Side(side).label), conditions=conditions_seen(person, programme, side, today),
            minutes_training=module_for(side).minutes if programme.training_gate else 0, own=own.get(side),
            places=range(1, most_places_of(programme, side) + 1),
        )
        for side in _sides(programme, own)
    ]  # fmt: skip


def _sides(programme: Programme, own: Collection[str]) -> list[str]:
    """Peers sign up once, as everybody does; a second sign-up that somebody has stays to be seen."""
    if programme.model != MentoringModel.PEER:
        return list(Side.values)
    return [side for side in Side.values if side == Side.MENTEE or side in own]


def people_who_run(programme: Programme) -> list[str]:
    """Names of the owner and coordinators: whom a participant may ask."""
    roles = programme.roles.filter(kind__in=[ProgrammeRoleKind.OWNER, ProgrammeRoleKind.COORDINATOR])
    return [role.person.full_name for role in roles.select_related("person").order_by("kind", "pk")]
