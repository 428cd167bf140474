"""Who is enrolled in a programme, as its manager sees it: states, profiles, counts. Never a goal or a private list."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trellis.learning.modules import module_for
from trellis.learning.queries import people_who_completed
from trellis.people.directory.names import folded
from trellis.people.models import Consent
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.eligibility import unmet
from trellis.programmes.models import (
    Answer,
    EligibilityRule,
    Enrolment,
    EnrolmentQuerySet,
    EnrolmentSkill,
    Programme,
)
from trellis.programmes.queries.sign_up import confirmation_of, to_be_confirmed
from trellis.programmes.questions import in_words, options_of
from trellis.skills import taxonomy

WAITING_LIST = "waiting"
PAGE = 50
QUEUE_PAGE = 100

TABS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "everyone": (_("Everyone"), tuple(EnrolmentState.values)),
    "applied": (_("Applied"), (EnrolmentState.APPLIED,)),
    "ready": (_("Ready"), (EnrolmentState.APPROVED,)),
    "waiting": (_("Waiting list"), (EnrolmentState.WAITING,)),
    "paused": (_("Paused"), (EnrolmentState.PAUSED,)),
    "invited": (_("Invited"), (EnrolmentState.INVITED, EnrolmentState.STARTED)),
    "withdrawn": (
        _("Left"), (EnrolmentState.WITHDRAWN, EnrolmentState.REJECTED, EnrolmentState.COMPLETED),
    ),
}  # fmt: skip
TONES = {
    EnrolmentState.APPROVED: "ok", EnrolmentState.APPLIED: "late", EnrolmentState.WAITING: "brand",
    EnrolmentState.INVITED: "line", EnrolmentState.STARTED: "line",
}  # fmt: skip


@dataclass(frozen=True)
class Tab:
    id: str
    label: str | Promise
    count: int


@dataclass(frozen=True)
class Row:
    """One enrolment in a list."""

    id: int
    name: str
    job: str
    place: str
    side: str
    state: str
    state_label: str
    tone: str
    places: int
    training: str  # "done", "open" or "" where the programme asks for none
    since: datetime
    accepted: bool  # a manager said yes, the person's own training is still open


@dataclass(frozen=True)
class Application:
    """One application in the queue, with what its decision needs."""

    row: Row
    level: int | None
    skills: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]  # to the programme's own questions, which say that its team reads them
    unmet: tuple[str, ...]
    days: int


@dataclass(frozen=True)
class Page:
    """Rows of a keyset page; `before` and `after` are the ids its neighbours start from."""

    rows: tuple[Row, ...]
    before: int | None
    after: int | None


class NoSuchPosition(LookupError):
    """The position in the address is not an enrolment of this programme."""


def enrolment_tabs(programme: Programme, *, side: str = "", words: str = "") -> list[Tab]:
    """The tabs with their counts under the same filters; one query."""
    rows = _filtered(programme, side, words)
    counts = dict(rows.values_list("state").annotate(count=Count("pk")).order_by())
    return [Tab(key, label, sum(counts.get(state, 0) for state in states)) for key, (label, states) in TABS.items()]


def enrolments_page(
    programme: Programme, *, tab: str, side: str = "", words: str = "", after: int | None = None,
    before: int | None = None, size: int = PAGE,
) -> Page:  # fmt: skip
    """Enrolments by name, `size` at a time, from just after (or before) another one. Raises `NoSuchPosition`."""
    rows = _filtered(programme, side, words).filter(state__in=TABS[tab][1]).select_related("person")
    rows = rows.without_words()
    order: tuple[str, ...] = ("person__sort_name", "pk")
    if before is not None:
        rows = rows.filter(_beyond(programme, before, "lt"))
        order = ("-person__sort_name", "-pk")
    elif after is not None:
        rows = rows.filter(_beyond(programme, after, "gt"))
    found = list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if before is not None:
        found.reverse()
    shown = _rows(programme, found)
    has_before, has_after = (more, True) if before is not None else (after is not None, more)
    return Page(
        shown,
        before=shown[0].id if shown and has_before else None,
        after=shown[-1].id if shown and has_after else None,
    )


def applications(programme: Programme, *, view: str = "", today: date, size: int = QUEUE_PAGE) -> list[Application]:
    """Applications that wait for a decision, oldest first, with what the decision needs; seven queries."""
    found = list(
        waiting_for_decision(programme, view).select_related("person").without_words()
        .order_by("applied_at", "pk")[:size]
    )  # fmt: skip
    conditions = list(EligibilityRule.objects.filter(programme=programme).order_by("position", "pk"))
    skills, answers, confirmed = _skills_of(found), _answers_of(found), _confirmed(found, conditions)
    return [
        Application(
            row=row, level=one.person.level, skills=skills.get(one.pk, ()), answers=answers.get(one.pk, ()),
            unmet=tuple(_open_conditions(one, conditions, confirmed, today)),
            days=(today - (one.applied_at or one.created_at).date()).days,
        )
        for one, row in zip(found, _rows(programme, found), strict=True)
    ]  # fmt: skip


def waiting_for_decision(programme: Programme, view: str = "") -> EnrolmentQuerySet:
    """Applications on which a manager has yet to decide, of one side or both; or the waiting list."""
    rows = Enrolment.objects.filter(programme=programme)
    if view == WAITING_LIST:
        return rows.filter(state=EnrolmentState.WAITING)
    rows = rows.filter(state=EnrolmentState.APPLIED, decided_at=None)
    return rows.filter(side=view) if view else rows


def decision_counts(programme: Programme) -> dict[str, int]:
    """How many wait for a decision, by view: "" for both sides, each side, and the waiting list; one query."""
    undecided = Q(state=EnrolmentState.APPLIED, decided_at=None)
    found = Enrolment.objects.filter(programme=programme).aggregate(
        mentee=Count("pk", filter=undecided & Q(side=Side.MENTEE)),
        mentor=Count("pk", filter=undecided & Q(side=Side.MENTOR)),
        waiting=Count("pk", filter=Q(state=EnrolmentState.WAITING)),
    )
    return {"": found["mentee"] + found["mentor"], **found}


def _filtered(programme: Programme, side: str, words: str) -> EnrolmentQuerySet:
    rows: EnrolmentQuerySet = Enrolment.objects.filter(programme=programme)
    if side:
        rows = rows.filter(side=side)
    if words:
        rows = rows.filter(
            Q(person__sort_name__startswith=folded(words))
            | Q(person__given_name__istartswith=words)
            | Q(person__preferred_name__istartswith=words)
            | Q(person__email__istartswith=words)
        )
    return rows


def _beyond(programme: Programme, position: int, side: str) -> Q:
    found = Enrolment.objects.filter(programme=programme, pk=position).values_list("person__sort_name", "pk").first()
    if found is None:
        raise NoSuchPosition(position)
    name, pk = found
    return Q(**{f"person__sort_name__{side}": name}) | Q(**{"person__sort_name": name, f"pk__{side}": pk})


def _rows(programme: Programme, found: Sequence[Enrolment]) -> tuple[Row, ...]:
    """Rows as the page shows them; one query a side for the training, whatever the number of rows."""
    trained: set[tuple[str, int]] = set()
    if programme.training_gate:
        for side in Side.values:
            people = [one.person_id for one in found if one.side == side]
            trained |= {(side, person) for person in people_who_completed(module_for(side).id, people)}
    return tuple(_row(programme, one, (one.side, one.person_id) in trained) for one in found)


def _row(programme: Programme, one: Enrolment, trained: bool) -> Row:
    person = one.person
    return Row(
        id=one.pk, name=person.full_name, job=person.job_title,
        place=" · ".join(part for part in (person.unit, person.location) if part),
        side=str(Side(one.side).label), state=one.state, state_label=str(EnrolmentState(one.state).label),
        tone=TONES.get(EnrolmentState(one.state), ""), places=one.places,
        training=("done" if trained else "open") if programme.training_gate else "",
        since=one.decided_at or one.applied_at or one.created_at,
        accepted=one.state == EnrolmentState.APPLIED and one.decided_at is not None,
    )  # fmt: skip


def _skills_of(enrolments: Sequence[Enrolment]) -> dict[int, tuple[str, ...]]:
    """Names of skills, strongest first. The level is the person's own and is not shown to a manager."""
    found: dict[int, tuple[str, ...]] = {}
    rows = EnrolmentSkill.objects.filter(enrolment__in=[one.pk for one in enrolments]).order_by("-level", "skill")
    for enrolment_id, skill in rows.values_list("enrolment_id", "skill"):
        name = taxonomy.skill(skill).name if taxonomy.has_skill(skill) else skill
        found[enrolment_id] = (*found.get(enrolment_id, ()), name)
    return found


def _answers_of(enrolments: Sequence[Enrolment]) -> dict[int, tuple[tuple[str, str], ...]]:
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    rows = Answer.objects.filter(enrolment__in=[one.pk for one in enrolments]).exclude(value="")
    for answer in rows.select_related("question").order_by("question__position", "question_id"):
        asked = answer.question
        words = in_words(asked.kind, json.loads(answer.value), options_of(asked.options))
        found[answer.enrolment_id] = (*found.get(answer.enrolment_id, ()), (asked.text, words))
    return found


def _confirmed(enrolments: Sequence[Enrolment], conditions: Sequence[EligibilityRule]) -> set[tuple[int, str]]:
    """Who confirmed which condition, as (person, about)."""
    about = [confirmation_of(rule.pk) for rule in conditions]
    rows = Consent.objects.filter(person__in=[one.person_id for one in enrolments], about__in=about)
    return set(rows.values_list("person_id", "about"))


def _open_conditions(
    one: Enrolment, conditions: Sequence[EligibilityRule], confirmed: set[tuple[int, str]], today: date
) -> list[str]:
    """In words: conditions the directory says are not met, and those the person did not confirm."""
    mine = [rule for rule in conditions if rule.side == one.side]
    asked = [
        rule for rule in to_be_confirmed(one.person, mine) if (one.person_id, confirmation_of(rule.pk)) not in confirmed
    ]
    return [
        *unmet(one.person, mine, today),
        *(gettext("Not confirmed: %(words)s") % {"words": rule.words} for rule in asked),
    ]
