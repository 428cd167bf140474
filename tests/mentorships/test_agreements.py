from datetime import datetime

import pytest
from django.db import connection

from tests.factories.people import PersonFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.mentorships.actions import AgreementRefused, draft_agreement, end_mentorship, sign_agreement
from trellis.mentorships.models import Agreement, Mentorship, Signature
from trellis.mentorships.queries import agreement_of
from trellis.notifications.models import Notice
from trellis.people.models import Organisation, Person


def draft(pair: Mentorship, by: Person, now: datetime, aims: str = "Grow") -> Agreement:
    return draft_agreement(
        by=by, mentorship=pair, aims=aims, rhythm="Every two weeks", boundaries="No pay talk",
        confidentiality="All but a risk to someone", now=now,
    )  # fmt: skip


def test_draft_is_told_to_the_partner(pair: Mentorship, mentee: Person, mentor: Person, now: datetime) -> None:
    draft(pair, mentee, now)

    notice = Notice.objects.get()
    assert (notice.person_id, notice.path) == (mentor.pk, f"/mentorships/{pair.pk}/agreement/")


def test_agreement_is_signed_when_both_have(pair: Mentorship, mentee: Person, mentor: Person, now: datetime) -> None:
    draft(pair, mentee, now)

    sign_agreement(by=mentee, mentorship=pair, version=1, now=now)
    assert not EventRow.objects.filter(kind="mentorships.AgreementSigned").exists()
    sign_agreement(by=mentor, mentorship=pair, version=1, now=now)

    assert EventRow.objects.filter(kind="mentorships.AgreementSigned").count() == 1
    text = agreement_of(pair)
    assert text
    assert text.signed_by(mentee)
    assert text.signed_by(mentor)


def test_signing_twice_changes_nothing(pair: Mentorship, mentee: Person, now: datetime) -> None:
    draft(pair, mentee, now)

    for _ in range(2):
        sign_agreement(by=mentee, mentorship=pair, version=1, now=now)

    assert Signature.objects.count() == 1
    assert AuditEntry.objects.filter(verb="mentorship.agreement_signed").count() == 1


def test_a_new_version_has_no_signatures(pair: Mentorship, mentee: Person, mentor: Person, now: datetime) -> None:
    draft(pair, mentee, now)
    sign_agreement(by=mentee, mentorship=pair, version=1, now=now)

    draft(pair, mentor, now, aims="Grow faster")

    text = agreement_of(pair)
    assert text
    assert (text.version, text.aims, text.signed) == (2, "Grow faster", {})


def test_signing_a_text_that_has_changed_is_refused(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    draft(pair, mentee, now)
    draft(pair, mentor, now)

    with pytest.raises(AgreementRefused, match="has changed"):
        sign_agreement(by=mentee, mentorship=pair, version=1, now=now)


def test_signing_nothing_is_refused(pair: Mentorship, mentee: Person, now: datetime) -> None:
    assert agreement_of(pair) is None
    with pytest.raises(AgreementRefused, match="no agreement"):
        sign_agreement(by=mentee, mentorship=pair, version=1, now=now)


def test_others_neither_draft_nor_sign(pair: Mentorship, organisation: Organisation, now: datetime) -> None:
    stranger = PersonFactory(organisation=organisation)

    with pytest.raises(NotAllowed):
        draft(pair, stranger, now)
    with pytest.raises(NotAllowed):
        sign_agreement(by=stranger, mentorship=pair, version=1, now=now)


def test_an_ended_pair_agrees_nothing_any_more(pair: Mentorship, mentee: Person, now: datetime) -> None:
    end_mentorship(by=mentee, mentorship=pair, now=now)

    with pytest.raises(NotAllowed):
        draft(pair, mentee, now)


def test_the_text_is_cipher_in_the_database_and_absent_from_the_audit(
    pair: Mentorship, mentee: Person, now: datetime
) -> None:
    draft(pair, mentee, now, aims="a secret aim")

    with connection.cursor() as cursor:
        cursor.execute("SELECT aims FROM mentorships_agreement")
        assert "secret" not in cursor.fetchone()[0]
    assert AuditEntry.objects.get(verb="mentorship.agreement_drafted").facts == {"version": 1}
