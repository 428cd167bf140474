from datetime import UTC, datetime

import pytest

from tests.factories.people import PersonFactory, RoleGrantFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.people.actions.organisation import (
    OrganisationRefused,
    publish_privacy_notice,
    record_audit_export,
    save_organisation,
)
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
GOOD = {"name": "Aldermere", "time_zone": "Europe/Berlin", "second_factor_for_admins": True, "session_days": 7}


@pytest.fixture
def admin(organisation: Organisation) -> Person:
    person = PersonFactory(organisation=organisation)
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


def test_settings_are_kept_and_recorded(admin: Person) -> None:
    save_organisation(by=admin, now=NOW, **GOOD)  # type: ignore[arg-type]

    kept = Organisation.objects.get(pk=admin.organisation_id)
    assert (kept.name, kept.time_zone, kept.second_factor_for_admins, kept.session_days) == tuple(GOOD.values())
    assert [entry.verb for entry in AuditEntry.objects.all()] == ["organisation.changed"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": "  "}, "name"), ({"time_zone": "Mars/Olympus"}, "time_zone"), ({"session_days": 0}, "session_days"),
     ({"session_days": 91}, "session_days")],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(admin: Person, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(OrganisationRefused) as refused:
        save_organisation(by=admin, now=NOW, **(GOOD | wrong))  # type: ignore[arg-type]

    assert refused.value.field == field
    assert AuditEntry.objects.count() == 0


def test_only_an_admin_changes_settings(person: Person) -> None:
    with pytest.raises(NotAllowed):
        save_organisation(by=person, now=NOW, **GOOD)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        publish_privacy_notice(by=person, text="New", now=NOW)
    with pytest.raises(NotAllowed):
        record_audit_export(by=person, rows=1, now=NOW)


def test_a_new_notice_has_a_new_number(admin: Person) -> None:
    publish_privacy_notice(by=admin, text=" We keep little. ", now=NOW)

    kept = Organisation.objects.get(pk=admin.organisation_id)
    assert (kept.privacy_notice, kept.privacy_notice_version) == ("We keep little.", 2)
    assert AuditEntry.objects.get().facts == {"notice_version": 2}


def test_the_same_notice_is_not_published_again(admin: Person) -> None:
    publish_privacy_notice(by=admin, text="We keep little.", now=NOW)

    with pytest.raises(OrganisationRefused, match="stands already"):
        publish_privacy_notice(by=admin, text="We keep little. ", now=NOW)
