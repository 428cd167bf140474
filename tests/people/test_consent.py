from datetime import UTC, datetime

import pytest

from tests.factories.people import PersonFactory
from trellis.kernel.models import AuditEntry
from trellis.people.actions.consent import NoticeChanged, accept_privacy_notice
from trellis.people.models import Consent, Organisation, Person

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def newcomer(organisation: Organisation) -> Person:
    return PersonFactory(organisation=organisation, onboarded_at=None)


def test_consent_is_recorded_with_its_version_and_opens_trellis(newcomer: Person) -> None:
    accept_privacy_notice(by=newcomer, version=1, now=NOW)

    consent = Consent.objects.get()
    assert (consent.kind, consent.version, consent.given_at) == ("privacy_notice", 1, NOW)
    assert Person.objects.get().onboarded_at == NOW
    assert [(entry.verb, entry.facts) for entry in AuditEntry.objects.all()] == [
        ("consent.given", {"notice_version": 1})
    ]


def test_consent_given_twice_is_one(newcomer: Person) -> None:
    accept_privacy_notice(by=newcomer, version=1, now=NOW)
    accept_privacy_notice(by=newcomer, version=1, now=NOW)

    assert (Consent.objects.count(), AuditEntry.objects.count()) == (1, 1)


@pytest.mark.parametrize("version", [0, 2])
def test_consent_to_another_version_than_the_present_is_refused(newcomer: Person, version: int) -> None:
    with pytest.raises(NoticeChanged, match="changed while you were reading"):
        accept_privacy_notice(by=newcomer, version=version, now=NOW)

    assert Person.objects.get().onboarded_at is None
