"""Making programmes: from a template, from a file, from another programme; and moving them through their states."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from trellis.kernel import audit, events
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.people.models import Organisation, Person
from trellis.programmes import rules, statuses
from trellis.programmes.actions.admission import fill_places
from trellis.programmes.actions.rows import write_rows
from trellis.programmes.checks import Fault, check_configuration, check_day
from trellis.programmes.choices import ProgrammeRoleKind, ProgrammeStatus
from trellis.programmes.configuration import Configuration, columns, configuration_of, from_template
from trellis.programmes.events import ProgrammeCreated, ProgrammeMoved
from trellis.programmes.models import Objective, Programme, ProgrammeRole
from trellis.programmes.templates import Template, template

RESERVED_SLUGS = frozenset({"new", "import", "objectives"})  # words that have an address of their own under /manage/
LONGEST_SLUG = 80


class SettingsRefused(Refusal):
    """Settings that cannot be used. `faults` has every reason; the message tells the first ones."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(" ".join(str(fault) for fault in faults[:3]), field=faults[0].path)
        self.faults = tuple(faults)


class MoveRefused(Refusal):
    """The programme cannot go to that status from where it stands."""


@transaction.atomic
def create_programme(
    *,
    by: Person | None,
    template: Template | str,
    name: str,
    starts_on: date,
    now: datetime,
    opens_on: date | None = None,
    owner: Person | None = None,
) -> Programme:
    """A new draft with everything its template brings; `by` owns it. Sign-up opens today unless `opens_on` says else.

    With `by=None` (the command line, the demo) an `owner` must be named. Raises NotAllowed, SettingsRefused;
    KeyError for a template that does not exist.
    """
    _refuse([*check_day(starts_on, "starts_on"), *(check_day(opens_on, "enrolment_opens_on") if opens_on else ())])
    found = _template(template)
    first_day = min(now.date(), starts_on)
    return set_up(
        by=by,
        configuration=from_template(found, name=name, starts_on=starts_on, opens_on=opens_on or first_day),
        owner=owner,
        now=now,
    )


def _template(given: Template | str) -> Template:
    return template(given) if isinstance(given, str) else given


@transaction.atomic
def set_up(
    *,
    by: Person | None,
    configuration: Configuration,
    now: datetime,
    owner: Person | None = None,
    open_sign_up: bool = False,
) -> Programme:
    """A new programme with this configuration, in the organisation of its owner.

    `open_sign_up` also opens it for sign-up. An objective is found by its title, or written.
    Raises NotAllowed, SettingsRefused.
    """
    owner = owner or by
    if owner is None or (by is not None and not rules.can_create(by)):
        raise NotAllowed(_("Only an organisation admin or somebody who runs a programme can start one."))
    _refuse(check_configuration(configuration))
    Organisation.objects.select_for_update().get(pk=owner.organisation_id)  # two alike names must not meet
    programme = Programme.objects.create(
        organisation_id=owner.organisation_id,
        slug=_free_slug(configuration.slug or configuration.name),
        objective=_objective(owner, configuration),
        created_at=now,
        **columns(configuration),
    )
    write_rows(programme, configuration)
    ProgrammeRole.objects.create(
        organisation_id=owner.organisation_id, programme=programme, person=owner, kind=ProgrammeRoleKind.OWNER
    )
    _record(by, programme, "programme.created", now, template=configuration.template, owner=owner.pk)
    events.publish(
        ProgrammeCreated(
            organisation_id=owner.organisation_id, programme_id=programme.pk, template=configuration.template
        ),
        at=now,
    )
    if open_sign_up:
        move_programme(by=by, programme=programme, to=ProgrammeStatus.ENROLLING, now=now)
    return programme


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise SettingsRefused(faults)


def _objective(owner: Person, configuration: Configuration) -> Objective | None:
    wanted = configuration.objective
    if wanted is None:
        return None
    known = Objective.objects.filter(title__iexact=wanted.title).order_by("id").first()
    return known or Objective.objects.create(
        organisation_id=owner.organisation_id, title=wanted.title, description=wanted.description
    )


def _free_slug(words: str) -> str:
    """A slug that is free in the organisation in scope: "career-growth", else "career-growth-2"."""
    slug = slugify(words)[:LONGEST_SLUG].strip("-") or "programme"
    taken = set(Programme.objects.filter(slug__startswith=slug[: LONGEST_SLUG - 6]).values_list("slug", flat=True))
    taken |= RESERVED_SLUGS
    candidate, number = slug, 1
    while candidate in taken:
        number += 1
        candidate = f"{slug[: LONGEST_SLUG - 6]}-{number}"
    return candidate


@transaction.atomic
def duplicate_programme(*, by: Person, programme: Programme, name: str, starts_on: date, now: datetime) -> Programme:
    """A draft with the same settings for the next cohort: all dates move with the start. No people come along.

    Raises NotAllowed unless `by` runs the programme, and SettingsRefused.
    """
    if not rules.can_manage(by, programme):
        raise NotAllowed(_("Only somebody who runs this programme can copy it."))
    _refuse([*check_day(starts_on, "starts_on")])
    return set_up(by=by, configuration=_moved(configuration_of(programme), name, starts_on, now.date()), now=now)


def _moved(source: Configuration, name: str, starts_on: date, today: date) -> Configuration:
    shift = starts_on - source.starts_on
    opens_on = min(max(source.enrolment_opens_on + shift, today), starts_on)
    closes_on = source.enrolment_closes_on
    return replace(
        source,
        name=name,
        slug="",
        starts_on=starts_on,
        enrolment_opens_on=opens_on,
        enrolment_closes_on=max(closes_on + shift, opens_on) if closes_on else None,
        ends_on=source.ends_on + shift if source.ends_on else None,
    )


@transaction.atomic
def move_programme(*, by: Person | None, programme: Programme, to: ProgrammeStatus, now: datetime) -> Programme:
    """Take the programme to another status: open sign-up, run, close, archive. Running pairs go on as they are.

    Opening sign-up before its first day moves that day to today. Raises NotAllowed, MoveRefused.
    """
    if by is not None and not rules.can_manage(by, programme):
        raise NotAllowed(_("Only somebody who runs this programme can change it."))
    programme.refresh_from_db(from_queryset=Programme.objects.select_for_update(no_key=True))
    before = ProgrammeStatus(programme.status)
    if not statuses.can_move(before, to):
        raise MoveRefused(
            _(
                "This programme is “%(before)s” and cannot become “%(to)s” from there. "
                "Reload the page to see where it can go."
            )
            % {"before": before.label, "to": to.label}
        )
    programme.status = to
    if to == ProgrammeStatus.ENROLLING and programme.enrolment_opens_on > now.date():
        programme.enrolment_opens_on = now.date()
    programme.save(update_fields=["status", "enrolment_opens_on"])
    if before == ProgrammeStatus.CLOSED:
        fill_places(programme, now=now)  # places that came free meanwhile
    _record(by, programme, "programme.moved", now, before=before, to=to)
    events.publish(
        ProgrammeMoved(organisation_id=programme.organisation_id, programme_id=programme.pk, before=before, after=to),
        at=now,
    )
    return programme


def _record(by: Person | None, programme: Programme, verb: str, now: datetime, **facts: str | int) -> None:
    audit.record(
        organisation_id=programme.organisation_id,
        actor_id=by.pk if by else None,
        verb=verb,
        subject=f"programme:{programme.pk}",
        at=now,
        facts={key: str(value) if isinstance(value, str) else value for key, value in facts.items()},
    )
