"""Taking a programme's settings out as a file, and making a programme from one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed
from trellis.people.models import Person
from trellis.programmes import portable, rules
from trellis.programmes.actions.programmes import set_up
from trellis.programmes.configuration import configuration_of
from trellis.programmes.models import Programme


@transaction.atomic
def export_programme(*, by: Person | None, programme: Programme, now: datetime) -> bytes:
    """The programme as one YAML file, without people. Recorded. Raises NotAllowed unless `by` runs it."""
    if by is not None and not rules.can_manage(by, programme):
        raise NotAllowed(_("Only somebody who runs this programme can export it."))
    audit.record(
        organisation_id=programme.organisation_id,
        actor_id=by.pk if by else None,
        verb="programme.exported",
        subject=f"programme:{programme.pk}",
        at=now,
    )
    return portable.write(configuration_of(programme))


@transaction.atomic
def import_programme(*, by: Person | None, data: bytes, now: datetime, owner: Person | None = None) -> Programme:
    """A new draft with the settings in the file; `by` (or `owner`, from the command line) owns it.

    A slug that is taken gets a number. Raises NotAllowed, and FileRefused with the line of every fault.
    """
    return set_up(by=by, owner=owner, configuration=portable.read_configuration(data), now=now)
