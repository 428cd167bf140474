"""What people say about themselves for fairness audits: theirs to give, change and take back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.people.choices import ATTRIBUTES
from trellis.people.models import Person, ProtectedAttribute


class UnknownAnswer(Refusal):
    """An answer that is not among those offered."""


@transaction.atomic
def save_attributes(*, by: Person, said: Mapping[str, str], now: datetime) -> int:
    """Keep what a person said by kind; an empty answer takes it back. Returns how many answers changed.

    A changed answer is a new row, so that audits can tell that it changed without keeping what it was. The line in
    the audit log names neither kind nor answer. Raises UnknownAnswer.
    """
    for kind, answer in said.items():
        if kind not in ATTRIBUTES or answer not in {"", *ATTRIBUTES[kind]}:
            raise UnknownAnswer(_("Choose one of the answers in the list, or leave the question open."))
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)  # two tabs write one after the other
    kept = {row.kind: row for row in ProtectedAttribute.objects.filter(person=by)}
    changed = [kind for kind, answer in said.items() if answer != (kept[kind].value if kind in kept else "")]
    ProtectedAttribute.objects.filter(person=by, kind__in=changed).delete()
    ProtectedAttribute.objects.bulk_create(
        ProtectedAttribute(organisation_id=by.organisation_id, person=by, kind=kind, value=said[kind])
        for kind in changed
        if said[kind]
    )
    if changed:
        audit.record(
            organisation_id=by.organisation_id, actor_id=by.pk, verb="account.attributes_saved",
            subject=f"person:{by.pk}", at=now,
        )  # fmt: skip
    return len(changed)
