from datetime import datetime
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from trellis.kernel import audit
from trellis.kernel.audit import Facts
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.people import rules
from trellis.people.models import Organisation, Person

SESSION_DAYS = range(1, 91)


class OrganisationRefused(Refusal):
    """These settings cannot be kept as they are."""


@transaction.atomic
def save_organisation(
    *, by: Person, name: str, time_zone: str, second_factor_for_admins: bool, session_days: int, now: datetime
) -> Organisation:
    """Keep the organisation's name, time zone and sign-in rules. `session_days` counts from each sign-in."""
    organisation = _locked(by)
    if not name.strip():
        raise OrganisationRefused(_("Please give the organisation a name that can be seen."), field="name")
    if time_zone not in available_timezones():
        raise OrganisationRefused(_("Choose a time zone from the list."), field="time_zone")
    if session_days not in SESSION_DAYS:
        raise OrganisationRefused(_("Choose between 1 and 90 days."), field="session_days")
    organisation.name, organisation.time_zone = name.strip(), time_zone
    organisation.second_factor_for_admins, organisation.session_days = second_factor_for_admins, session_days
    organisation.save()
    _record(by, "organisation.changed", now, {"second_factor": second_factor_for_admins, "session_days": session_days})
    return organisation


@transaction.atomic
def publish_privacy_notice(*, by: Person, text: str, now: datetime) -> Organisation:
    """Publish a new privacy notice. Its number goes up, and everybody is asked again when they next sign in."""
    organisation = _locked(by)
    if text.strip() == organisation.privacy_notice.strip():
        raise OrganisationRefused(_("This is the text that stands already. Change it before publishing."), field="text")
    organisation.privacy_notice = text.strip()
    organisation.privacy_notice_version += 1
    organisation.save(update_fields=["privacy_notice", "privacy_notice_version"])
    _record(by, "organisation.notice_published", now, {"notice_version": organisation.privacy_notice_version})
    return organisation


def record_audit_export(*, by: Person, rows: int, now: datetime) -> None:
    """Leave a line for a download of the audit log: reading it is itself worth knowing."""
    _must_be_admin(by)
    _record(by, "audit.exported", now, {"rows": rows})


def _must_be_admin(by: Person) -> None:
    if not rules.is_admin(by):
        raise NotAllowed(_("Only an organisation admin can change these settings."))


def _locked(by: Person) -> Organisation:
    _must_be_admin(by)
    return Organisation.objects.select_for_update().get(pk=by.organisation_id)


def _record(by: Person, verb: str, now: datetime, facts: Facts) -> None:
    audit.record(
        organisation_id=by.organisation_id, actor_id=by.pk, verb=verb,
        subject=f"organisation:{by.organisation_id}", at=now, facts=facts,
    )  # fmt: skip
