from datetime import datetime, timedelta

import pytest

from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeRoleFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.mentorships.actions import (
    MoveRefused,
    complete_mentorship,
    end_mentorship,
    end_mentorships_of,
    pause_mentorship,
    stay_in_touch,
    wish_rematch,
)
from trellis.mentorships.choices import ClosureType
from trellis.mentorships.models import Mentorship
from trellis.mentorships.rules import can_message_in, can_write_in
from trellis.notifications.mail import words_of
from trellis.notifications.models import Notice
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import ProgrammeRoleKind


def test_end_needs_no_reason_and_records_a_closure(pair: Mentorship, mentee: Person, now: datetime) -> None:
    ended = end_mentorship(by=mentee, mentorship=pair, now=now)

    assert (ended.state, ended.closure, ended.ended_at) == ("ended", "changed_circumstances", now)


def test_the_partner_reads_the_same_neutral_words_whatever_the_reason(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    end_mentorship(
        by=mentee,
        mentorship=pair,
        closure=ClosureType.NOT_A_FIT,
        words="she never listens",
        wants_rematch=True,
        now=now,
    )

    notice = Notice.objects.get(person=mentor)
    subject, lines, _ = words_of(notice)
    assert subject == f"Your mentoring with {mentee.first_name} has ended"
    assert "listens" not in " ".join([*lines, str(notice.parameters)])
    assert "fit" not in " ".join(lines)


def test_the_audit_knows_the_category_and_never_the_words(pair: Mentorship, mentee: Person, now: datetime) -> None:
    end_mentorship(by=mentee, mentorship=pair, closure=ClosureType.NOT_A_FIT, words="she never listens", now=now)

    entry = AuditEntry.objects.get(verb="mentorship.ended")
    assert entry.facts == {"state": "ended", "closure": "not_a_fit"}


def test_a_concern_goes_to_the_contact_and_is_kept_nowhere_else(
    pair: Mentorship, mentee: Person, now: datetime, organisation: Organisation
) -> None:
    contact = RoleGrantFactory(
        person=PersonFactory(organisation=organisation), role=OrganisationRole.SAFEGUARDING
    ).person

    ended = end_mentorship(by=mentee, mentorship=pair, closure=ClosureType.CONCERN, now=now)

    told = Notice.objects.get(kind="mentorships.wants_to_talk")
    assert (told.person_id, told.parameters) == (contact.pk, {"name": mentee.full_name})
    assert ended.closure == ClosureType.CHANGED_CIRCUMSTANCES
    assert not pair.transitions.filter(closure=ClosureType.CONCERN).exists()
    assert "concern" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


def test_a_concern_never_reaches_the_partner_or_a_reporting_chain(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime, organisation: Organisation
) -> None:
    top = PersonFactory(organisation=organisation)
    boss = PersonFactory(organisation=organisation, manager=top)
    Person.objects.filter(pk=mentor.pk).update(manager=boss)
    for near in (mentor, boss, top):
        RoleGrantFactory(person=near, role=OrganisationRole.SAFEGUARDING)

    end_mentorship(by=mentee, mentorship=pair, closure=ClosureType.CONCERN, now=now)

    assert not Notice.objects.filter(kind="mentorships.wants_to_talk").exists()


def test_a_circle_in_the_directory_does_not_stop_a_concern(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    Person.objects.filter(pk=mentor.pk).update(manager=mentee)
    Person.objects.filter(pk=mentee.pk).update(manager=mentor)

    assert end_mentorship(by=mentee, mentorship=pair, closure=ClosureType.CONCERN, now=now).state == "ended"


def test_a_very_deep_directory_is_walked_twelve_levels(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime, organisation: Organisation
) -> None:
    below = mentor
    for _ in range(14):
        boss = PersonFactory(organisation=organisation)
        Person.objects.filter(pk=below.pk).update(manager=boss)
        below = boss
    RoleGrantFactory(person=below, role=OrganisationRole.SAFEGUARDING)

    end_mentorship(by=mentee, mentorship=pair, closure=ClosureType.CONCERN, now=now)

    assert Notice.objects.get(kind="mentorships.wants_to_talk").person_id == below.pk


def test_end_of_an_ended_one_is_refused(pair: Mentorship, mentee: Person, mentor: Person, now: datetime) -> None:
    end_mentorship(by=mentee, mentorship=pair, now=now)

    with pytest.raises(MoveRefused, match="ended early"):
        end_mentorship(by=mentor, mentorship=pair, now=now)


def test_end_by_somebody_else_is_not_allowed(pair: Mentorship, organisation: Organisation, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        end_mentorship(by=PersonFactory(organisation=organisation), mentorship=pair, now=now)


def test_end_during_a_pause_counts_the_pause(pair: Mentorship, mentee: Person, now: datetime) -> None:
    pause_mentorship(by=mentee, mentorship=pair, until=now.date() + timedelta(days=30), now=now)

    ended = end_mentorship(by=mentee, mentorship=pair, now=now + timedelta(days=7))

    assert (ended.paused_days, ended.paused_until) == (7, None)


def test_wish_for_a_rematch_is_told_to_the_team_once(pair: Mentorship, mentee: Person, now: datetime) -> None:
    owner = ProgrammeRoleFactory(programme=pair.programme).person
    ProgrammeRoleFactory(programme=pair.programme, kind=ProgrammeRoleKind.ANALYST)

    for wants in (True, True, False):
        wish_rematch(by=mentee, mentorship=pair, wants=wants, now=now)

    told = Notice.objects.get(kind="mentorships.rematch_wanted")
    assert (told.person_id, told.parameters["name"]) == (owner.pk, mentee.full_name)
    assert pair.parties.get(person=mentee).wants_rematch is False


def test_somebody_who_leaves_ends_their_mentorships_politely(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    assert end_mentorships_of(person=mentor, now=now) == 1
    assert end_mentorships_of(person=mentor, now=now) == 0

    pair.refresh_from_db()
    assert (pair.state, pair.closure) == ("ended", "changed_circumstances")
    assert Notice.objects.get(person=mentee).kind == "mentorships.ended"


def test_complete_closes_and_leads_the_partner_to_the_closing_page(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    done = complete_mentorship(by=mentee, mentorship=pair, now=now)

    assert (done.state, done.closure) == ("completed", "completed")
    assert Notice.objects.get(person=mentor).path == f"/mentorships/{pair.pk}/closing/"


def test_nobody_writes_in_an_ended_mentorship(pair: Mentorship, mentee: Person, now: datetime) -> None:
    ended = end_mentorship(by=mentee, mentorship=pair, now=now)

    assert not can_write_in(mentee, ended)
    assert not can_message_in(mentee, ended)


def test_messages_stay_open_only_where_both_stay_in_touch(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    complete_mentorship(by=mentee, mentorship=pair, now=now)

    one = stay_in_touch(by=mentee, mentorship=pair, wants=True, now=now)
    assert (one.continues_informally, can_message_in(mentee, one)) == (False, False)
    both = stay_in_touch(by=mentor, mentorship=pair, wants=True, now=now)
    assert (both.continues_informally, can_message_in(mentee, both), can_write_in(mentee, both)) == (True, True, False)


def test_live_mentorships_are_written_in_by_their_parties_only(
    pair: Mentorship, mentee: Person, organisation: Organisation
) -> None:
    assert can_write_in(mentee, pair)
    assert can_message_in(mentee, pair)
    assert not can_write_in(PersonFactory(organisation=organisation), pair)


def test_a_wish_for_a_rematch_is_not_told_to_the_partner_on_the_team(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    ProgrammeRoleFactory(programme=pair.programme, person=mentor, kind=ProgrammeRoleKind.COORDINATOR)
    owner = ProgrammeRoleFactory(programme=pair.programme).person

    wish_rematch(by=mentee, mentorship=pair, wants=True, now=now)

    assert Notice.objects.get(kind="mentorships.rematch_wanted").person_id == owner.pk
