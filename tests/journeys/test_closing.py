from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.factories.journeys import a_goal, a_started_pair, carried_to, mentee_of, mentor_of, met
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeRoleFactory
from trellis.goals.models import GoalStatus
from trellis.journeys.actions import CloseRefused, close_journey, write_reflection
from trellis.journeys.models import Certificate, Reflection
from trellis.journeys.queries.closing import certificate_of, closing_of
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.meetings.models import MeetingState
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.choices import ClosureType
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme


@pytest.fixture
def late(programme: Programme, now: datetime) -> Mentorship:
    """A pair in its 36th week of 39."""
    pair = a_started_pair(programme, now - timedelta(weeks=36))
    carried_to(pair, "growth")
    return pair


def test_close_completes_and_gives_each_a_certificate(late: Mentorship, now: datetime) -> None:
    closed = close_journey(by=mentee_of(late), mentorship=late, now=now)

    assert (closed.state, closed.closure) == ("completed", "completed")
    issued = Certificate.objects.all()
    assert {each.person_id for each in issued} == {mentee_of(late).pk, mentor_of(late).pk}
    assert len({each.number for each in issued}) == 2
    assert all(len(each.number) == 19 for each in issued)


def test_close_too_early_is_refused_with_the_way_out(pair: Mentorship, mentee: Person, now: datetime) -> None:
    with pytest.raises(CloseRefused, match="Change or end"):
        close_journey(by=mentee, mentorship=pair, now=now)

    assert not Certificate.objects.exists()


def test_close_with_another_type_is_refused(late: Mentorship, now: datetime) -> None:
    with pytest.raises(CloseRefused) as refused:
        close_journey(by=mentee_of(late), mentorship=late, closure=ClosureType.CONCERN, now=now)

    assert refused.value.field == "closure"


def test_close_by_others_is_not_allowed(late: Mentorship, organisation: Organisation, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        close_journey(by=PersonFactory(organisation=organisation), mentorship=late, now=now)


def test_close_of_an_ended_one_is_refused(late: Mentorship, now: datetime) -> None:
    end_mentorship(by=mentor_of(late), mentorship=late, now=now)

    with pytest.raises(CloseRefused, match="has ended"):
        close_journey(by=mentee_of(late), mentorship=late, now=now)


def test_staying_in_touch_needs_both(late: Mentorship, now: datetime) -> None:
    first = close_journey(
        by=mentee_of(late), mentorship=late, closure=ClosureType.INFORMAL, continues_informally=True, now=now
    )
    assert (first.closure, first.continues_informally) == ("informal", False)

    second = close_journey(by=mentor_of(late), mentorship=late, continues_informally=True, now=now)

    assert second.continues_informally
    assert closing_of(second, mentor_of(late), now).both_stay
    assert Certificate.objects.count() == 2


def test_close_keeps_words_and_wishes(late: Mentorship, now: datetime) -> None:
    close_journey(
        by=mentee_of(late), mentorship=late, body="I learned", thanks="For the drafts", wants_rematch=True, now=now
    )

    reflection = Reflection.objects.get()
    assert (reflection.body, reflection.thanks) == ("I learned", "For the drafts")
    assert late.parties.get(person=mentee_of(late)).wants_rematch


def test_the_look_back_is_private_and_the_thanks_are_the_partners(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    for body in ("first", "the secret canary"):
        write_reflection(by=mentee, mentorship=pair, body=body, thanks="For everything", now=now)

    mine, theirs = closing_of(pair, mentee, now), closing_of(pair, mentor, now)
    assert (mine.body, mine.thanks, mine.partner_thanks) == ("the secret canary", "For everything", "")
    assert (theirs.body, theirs.thanks, theirs.partner_thanks) == ("", "", "For everything")
    assert Notice.objects.filter(person=mentor, kind="journeys.thanked").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM journeys_reflection")
        assert "canary" not in cursor.fetchone()[0]
    assert "canary" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


def test_looking_back_is_possible_after_the_end(pair: Mentorship, mentee: Person, now: datetime) -> None:
    end_mentorship(by=mentee, mentorship=pair, now=now)

    assert write_reflection(by=mentee, mentorship=pair, thanks="Thank you", now=now).thanks == "Thank you"


def test_others_do_not_look_back(pair: Mentorship, organisation: Organisation, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        write_reflection(by=PersonFactory(organisation=organisation), mentorship=pair, body="x", now=now)


def test_closing_page_counts_what_was_done_together(late: Mentorship, now: datetime) -> None:
    met(late, 1, MeetingState.HELD_ONE, days_ago=20)
    a_goal(late, status=GoalStatus.REACHED)

    page = closing_of(late, mentee_of(late), now)

    assert (page.figures.held_both, page.figures.held_one, page.figures.hours) == (2, 1, 1.7)
    assert (page.figures.goals_reached, page.figures.goals, page.figures.weeks) == (1, 2, 37)
    assert page.can_close
    assert page.said_touch is None


def test_certificate_names_its_owner_and_not_the_partner(late: Mentorship, now: datetime) -> None:
    owner = ProgrammeRoleFactory(programme=late.programme).person
    close_journey(by=mentee_of(late), mentorship=late, now=now)

    page = certificate_of(Certificate.objects.get(person=mentor_of(late)), now + timedelta(days=900))

    assert (page.person, page.owner, page.is_mentor) == (mentor_of(late).full_name, owner.full_name, True)
    assert page.figures.to_day == now.date()
    assert mentee_of(late).full_name not in str(page)


def test_certificate_of_a_programme_without_an_owner_names_nobody_else(late: Mentorship, now: datetime) -> None:
    close_journey(by=mentee_of(late), mentorship=late, now=now)

    assert certificate_of(Certificate.objects.get(person=mentee_of(late)), now).owner == ""
