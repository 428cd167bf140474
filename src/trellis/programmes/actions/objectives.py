"""The organisation's objectives: the first link of the chain objective, programme, goal, measure."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.people.models import Person
from trellis.programmes import checks, rules
from trellis.programmes.models import Objective


class ObjectiveRefused(Refusal):
    """The objective cannot be kept as given, or cannot go."""


@transaction.atomic
def create_objective(*, by: Person, title: str, description: str, now: datetime) -> Objective:
    """A new objective of the organisation of `by`. Raises NotAllowed, ObjectiveRefused."""
    title = _checked(by, title, description)
    objective = Objective.objects.create(organisation_id=by.organisation_id, title=title, description=description)
    _record(by, objective, "objective.created", now)
    return objective


@transaction.atomic
def change_objective(*, by: Person, objective: Objective, title: str, description: str, now: datetime) -> Objective:
    """New words for an objective; programmes that serve it follow. Raises NotAllowed, ObjectiveRefused."""
    title = _checked(by, title, description, but=objective)
    objective.title, objective.description = title, description
    objective.save(update_fields=["title", "description"])
    _record(by, objective, "objective.changed", now)
    return objective


@transaction.atomic
def remove_objective(*, by: Person, objective: Objective, now: datetime) -> None:
    """Remove an objective that no programme serves; ObjectiveRefused for one that is in use."""
    _may_change(by)
    if programme := objective.programmes.order_by("pk").first():
        raise ObjectiveRefused(
            _("“%(programme)s” serves this objective. Give that programme another one first.")
            % {"programme": programme.name}
        )
    _record(by, objective, "objective.removed", now)
    objective.delete()


def _may_change(by: Person) -> None:
    if not rules.can_create(by):
        raise NotAllowed(_("Only an organisation admin or somebody who runs a programme can change objectives."))


def _checked(by: Person, title: str, description: str, *, but: Objective | None = None) -> str:
    _may_change(by)
    title = " ".join(title.split())
    for fault in checks.check_objective(title, description):
        raise ObjectiveRefused(str(fault), field=fault.path)
    if Objective.objects.filter(title__iexact=title).exclude(pk=but.pk if but else 0).exists():
        raise ObjectiveRefused(
            _("There is an objective with this title. Use that one, or another title."), field="title"
        )
    return title


def _record(by: Person, objective: Objective, verb: str, now: datetime) -> None:
    audit.record(
        organisation_id=by.organisation_id, actor_id=by.pk, verb=verb, subject=f"objective:{objective.pk}", at=now
    )
