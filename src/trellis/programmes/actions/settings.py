"""Changing a programme's settings, one section at a time.

Each change checks what it is given, writes only what differs, and records the names of the changed fields with how
many running pairs and people in sign-up it touches; never what was written. Two people who change the same fields
do not overwrite each other: a page says which change it had seen last, and a later one of the same fields refuses it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit, events
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.people.models import Person
from trellis.programmes import checks, rules
from trellis.programmes.actions.admission import admit_accepted, move_up
from trellis.programmes.actions.programmes import SettingsRefused
from trellis.programmes.actions.rows import write_targets
from trellis.programmes.actions.terms import tell_new_terms
from trellis.programmes.choices import PairVisibility, SignUp
from trellis.programmes.configuration import Target, cadence_columns
from trellis.programmes.content import prompt_packs, survey_packs
from trellis.programmes.events import ProgrammeChanged, TermsChanged
from trellis.programmes.models import KpiTarget, Objective, Programme
from trellis.programmes.plan import (
    Agenda,
    Cadence,
    Milestone,
    Tasks,
    Window,
    agendas_of,
    milestones_of,
    plain_tasks,
    tasks_of,
    windows_of,
)
from trellis.programmes.settings_model import PAIR_LISTS, MatchingSettings


class ChangedMeanwhile(Refusal):
    """Somebody saved other values in the same fields after the page that sends this one was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody else saved changes here while you had this page open, so yours are not saved yet. "
                "What you typed is still here; beside each field that differs stands what is saved now. "
                "Save again to keep yours."
            )
        )


Columns = Mapping[str, Any]  # Any: each column of the programme has its own type


@dataclass(frozen=True)
class Touched:
    """How many a change reaches: pairs that are running, people whose sign-up is under way."""

    pairs: int = 0
    people: int = 0

    def __bool__(self) -> bool:
        return bool(self.pairs or self.people)


NOBODY = Touched()


@dataclass(frozen=True)
class Basics:
    name: str
    summary: str
    audience: str
    objective: Objective | None
    enrolment_opens_on: date
    enrolment_closes_on: date | None
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class Joining:
    """How people come in and how many there may be."""

    sign_up: SignUp
    mentors_need_approval: bool
    training_gate: bool
    mentor_capacity: int
    mentors_per_mentee: int
    places_for_mentees: int | None


@transaction.atomic
def change_basics(
    *,
    by: Person,
    programme: Programme,
    basics: Basics,
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """Name, words, objective and dates. Returns the names of the fields that changed; raises SettingsRefused."""
    hold(by, programme)
    faults = [
        *checks.check_text(basics.name, "name", 200, needed=True),
        *checks.check_text(basics.audience, "audience", 300),
        *checks.check_text(basics.summary, "summary", 4000),
        *checks.check_dates(
            basics.enrolment_opens_on, basics.enrolment_closes_on, basics.starts_on, basics.ends_on
        ),
    ]  # fmt: skip
    return _apply(by, programme, vars(basics), faults, touched, seen, now)


@transaction.atomic
def change_cadence(
    *,
    by: Person,
    programme: Programme,
    model: str,
    duration_weeks: int,
    cadence: Cadence,
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """The mentoring model, the length and the rhythm. Pairs that run keep their planned end.

    Stages, agendas and milestones must lie within the new length: SettingsRefused.
    """
    hold(by, programme)
    faults = [
        *checks.check_cadence(cadence, duration_weeks),
        *checks.check_stage_plan(windows_of(programme.stage_plan), duration_weeks),
        *checks.check_agendas(agendas_of(programme.agendas), duration_weeks),
        *checks.check_milestones(milestones_of(programme.milestones), duration_weeks),
    ]
    columns = {"model": model, "duration_weeks": duration_weeks, **cadence_columns(cadence)}
    return _apply(by, programme, columns, faults, touched, seen, now)


@transaction.atomic
def change_joining(
    *,
    by: Person,
    programme: Programme,
    joining: Joining,
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """Open or by invitation, approval, training first, and how many places there are.

    New places go to the waiting list at once, in turn; without the training gate, who was only waiting for it is in.
    """
    hold(by, programme)
    places = joining.mentor_capacity, joining.mentors_per_mentee, joining.places_for_mentees
    columns = vars(joining) | {"mentor_capacity_default": joining.mentor_capacity}
    del columns["mentor_capacity"]
    changed = _apply(by, programme, columns, [*checks.check_places(*places)], touched, seen, now)
    if "training_gate" in changed:
        admit_accepted(programme, now=now)
    if {"places_for_mentees", "training_gate"} & set(changed):
        move_up(programme, now=now)
    return changed


@transaction.atomic
def change_matching(
    *,
    by: Person,
    programme: Programme,
    matching: MatchingSettings,
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """Weights that sum to 100, hard rules, objective, shortlist. A solved round keeps what it was solved with."""
    hold(by, programme)
    faults = [*checks.check_matching(matching, programme.template_id)]
    pairs = {name: programme.matching[name] for name in PAIR_LISTS if name in programme.matching}
    same = matching == MatchingSettings.of(programme.matching)  # what an older version stored may lack the newer names
    columns = {} if same else {"matching": matching.plain() | pairs}
    return _apply(by, programme, columns, faults, touched, seen, now)


@transaction.atomic
def change_stage_plan(
    *,
    by: Person,
    programme: Programme,
    stage_plan: Sequence[Window],
    milestones: Sequence[Milestone],
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """The stages and their weeks, and the milestones. Tasks of a stage that leaves the plan go with it."""
    hold(by, programme)
    faults = [
        *checks.check_stage_plan(stage_plan, programme.duration_weeks),
        *checks.check_milestones(milestones, programme.duration_weeks),
    ]
    planned = {window.stage for window in stage_plan}
    columns = {
        "stage_plan": [window.plain() for window in stage_plan],
        "milestones": [milestone.plain() for milestone in milestones],
        "tasks": {stage: sides for stage, sides in programme.tasks.items() if stage in planned},
    }
    return _apply(by, programme, columns, faults, touched, seen, now)


@transaction.atomic
def change_tasks(
    *,
    by: Person,
    programme: Programme,
    tasks: Tasks,
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """The tasks of the stages named in `tasks`; other stages keep theirs."""
    hold(by, programme)
    whole = dict(tasks_of(programme.tasks)) | dict(tasks)
    faults = [*checks.check_tasks(whole, windows_of(programme.stage_plan))]
    return _apply(by, programme, {"tasks": plain_tasks(whole)}, faults, touched, seen, now)


@transaction.atomic
def change_agendas(
    *,
    by: Person,
    programme: Programme,
    agendas: Sequence[Agenda],
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """The agendas, kept in the order of their weeks."""
    hold(by, programme)
    faults = [*checks.check_agendas(agendas, programme.duration_weeks)]
    ordered = sorted(agendas, key=lambda agenda: agenda.week)
    return _apply(by, programme, {"agendas": [agenda.plain() for agenda in ordered]}, faults, touched, seen, now)


@transaction.atomic
def change_surveys(
    *,
    by: Person,
    programme: Programme,
    surveys: Sequence[str],
    packs: Sequence[str],
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """Which surveys people are asked to answer, and which packs of conversation prompts they are offered."""
    hold(by, programme)
    faults = [
        *checks.check_known(surveys, "surveys", survey_packs()),
        *checks.check_known(packs, "prompt_packs", prompt_packs()),
    ]
    return _apply(by, programme, {"surveys": list(surveys), "prompt_packs": list(packs)}, faults, touched, seen, now)


@transaction.atomic
def change_terms(
    *,
    by: Person,
    programme: Programme,
    terms: str,
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """New terms get a new version, and everybody who takes part is asked again. The same words change nothing."""
    hold(by, programme)
    words = terms.replace("\r\n", "\n").strip()
    faults = [*checks.check_text(words, "terms", 20_000)]
    version = programme.terms_version + (words != programme.terms)
    changed = _apply(by, programme, {"terms": words, "terms_version": version}, faults, touched, seen, now)
    if changed:
        events.publish(
            TermsChanged(organisation_id=programme.organisation_id, programme_id=programme.pk, version=version), at=now
        )
        tell_new_terms(programme=programme, version=version, now=now)
    return changed


@transaction.atomic
def change_visibility(
    *,
    by: Person,
    programme: Programme,
    pair_visibility: PairVisibility,
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """Whether people managers may know that a pair exists."""
    hold(by, programme)
    return _apply(by, programme, {"pair_visibility": pair_visibility}, [], touched, seen, now)


@transaction.atomic
def change_targets(
    *,
    by: Person,
    programme: Programme,
    objective: Objective | None,
    targets: Sequence[Target],
    now: datetime,
    touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:
    """The objective the programme serves, the measures it is judged by, and their targets."""
    hold(by, programme)
    faults = [*checks.check_targets(targets)]
    rows = KpiTarget.objects.filter(programme=programme)
    before = dict(rows.values_list("kpi", "target"))
    differ = () if before == {each.kpi: each.target for each in targets} else ("kpi_targets",)
    changed = _apply(by, programme, {"objective": objective}, faults, touched, seen, now, also=differ)
    if differ:
        rows.delete()
        write_targets(programme, targets)
    return changed


def _apply(
    by: Person,
    programme: Programme,
    columns: Columns,
    faults: list[checks.Fault],
    touched: Touched,
    seen: int | None,
    now: datetime,
    *,
    also: Sequence[str] = (),
) -> tuple[str, ...]:
    """Write the columns that differ; the caller holds the programme. `also` names what differs in other tables."""
    if faults:
        raise SettingsRefused(faults)
    changed = tuple(name for name, value in columns.items() if getattr(programme, name) != value)
    refuse_if_newer(programme, (*changed, *also), seen)
    for name in changed:
        setattr(programme, name, columns[name])
    if changed:
        programme.save(update_fields=list(changed))
    record_change(by, programme, (*changed, *also), touched, now)
    return (*changed, *also)


def hold(by: Person, programme: Programme) -> None:
    """Lock the programme and read it again, so that a change starts from what is saved now.

    Raises NotAllowed unless `by` owns or coordinates it.
    """
    if not rules.can_manage(by, programme):
        raise NotAllowed(_("Only somebody who runs this programme can change it."))
    programme.refresh_from_db(from_queryset=Programme.objects.select_for_update(no_key=True))


def changes_so_far(programme: Programme) -> int:
    """The number of the last change of any setting: what a page that is opened now has seen."""
    return max(programme.last_changes.values(), default=0)


def refuse_if_newer(programme: Programme, fields: Iterable[str], seen: int | None) -> None:
    """Raises ChangedMeanwhile where one of `fields` was changed after `seen`; None: nobody had a page open."""
    if seen is not None and any(programme.last_changes.get(field, 0) > seen for field in fields):
        raise ChangedMeanwhile


def record_change(by: Person, programme: Programme, fields: Sequence[str], touched: Touched, now: datetime) -> None:
    """Number a change, its audit line and its event; nothing when no field changed. The caller holds the programme."""
    if not fields:
        return
    number_change(programme, fields)
    names = ",".join(sorted(fields))
    audit.record(
        organisation_id=programme.organisation_id,
        actor_id=by.pk,
        verb="programme.changed",
        subject=f"programme:{programme.pk}",
        at=now,
        facts={"fields": names, "pairs": touched.pairs, "people": touched.people},
    )
    events.publish(
        ProgrammeChanged(organisation_id=programme.organisation_id, programme_id=programme.pk, fields=names), at=now
    )


def number_change(programme: Programme, fields: Iterable[str]) -> None:
    """Give the next number to a change of these fields."""
    programme.last_changes = programme.last_changes | dict.fromkeys(fields, changes_so_far(programme) + 1)
    programme.save(update_fields=["last_changes"])
