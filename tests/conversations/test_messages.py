from datetime import datetime, timedelta

import pytest

from tests.factories.conversations import MessageFactory
from tests.factories.mentorships import PartyFactory, a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.conversations import actions, queries
from trellis.conversations.actions import MessageRefused
from trellis.conversations.models import Message, ReadMark
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs.tables import Job
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.actions import complete_mentorship, end_mentorship, stay_in_touch
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.notifications.mail import words_of
from trellis.notifications.models import Notice
from trellis.people.models import Organisation, Person


def test_send_message_tells_the_partner_that_one_waits_and_nothing_of_it(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    message = actions.send_message(by=amara, mentorship=pair, body="  BODY-MARKER\n", now=now)

    notice = Notice.objects.get()
    assert (message.body, message.author) == ("BODY-MARKER", amara)
    assert (notice.person, notice.path, notice.parameters) == (priya, f"/messages/{pair.pk}/", {"name": "Amara"})
    outside = [
        str(list(table.objects.values())) for table in (AuditEntry, EventRow, Job, Notice)
    ] + [str(words_of(notice))]  # fmt: skip
    assert [text for text in outside if "BODY" in text] == []
    assert AuditEntry.objects.get().facts == {"mentorship": pair.pk}
    assert EventRow.objects.get().fields["message_id"] == message.pk


def test_send_message_has_at_most_one_unread_notice(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    first = actions.send_message(by=amara, mentorship=pair, body="1", now=now)
    actions.send_message(by=amara, mentorship=pair, body="2", now=now)
    while_unread = Notice.objects.count()
    actions.mark_read(by=priya, mentorship=pair, up_to=first.pk + 1, now=now)
    actions.send_message(by=amara, mentorship=pair, body="3", now=now)

    assert while_unread == 1
    assert [notice.read_at for notice in Notice.objects.order_by("id")] == [now, None]


@pytest.mark.parametrize("body", ["", "  \n\t ", "\u200b\u200d", "\u00a0\ufeff"])
def test_send_message_that_looks_blank_is_refused(pair: Mentorship, amara: Person, now: datetime, body: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        actions.send_message(by=amara, mentorship=pair, body=body, now=now)

    assert str(refused.value) == "Write something before you send it."
    assert not Message.objects.exists()


def test_send_message_of_5001_characters_is_refused(pair: Mentorship, amara: Person, now: datetime) -> None:
    actions.send_message(by=amara, mentorship=pair, body="x" * 5000, now=now)

    with pytest.raises(MessageRefused) as refused:
        actions.send_message(by=amara, mentorship=pair, body="x" * 5001, now=now)

    assert str(refused.value) == "At most 5000 characters (you have 5001). Send it in two parts."


def test_send_message_by_others_or_after_the_end_is_refused_in_words(
    pair: Mentorship, amara: Person, person: Person, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        actions.send_message(by=person, mentorship=pair, body="x", now=now)
    Mentorship.objects.update(state=MentorshipState.ENDED)
    with pytest.raises(NotAllowed) as refused:
        actions.send_message(by=amara, mentorship=pair, body="x", now=now)

    assert str(refused.value) == "This mentorship has ended. You can still read what you wrote to each other."


def test_send_message_in_a_pair_that_has_just_ended_is_refused(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    end_mentorship(by=priya, mentorship=Mentorship.objects.get(pk=pair.pk), now=now)

    with pytest.raises(NotAllowed):  # `pair` still believes that it is live
        actions.send_message(by=amara, mentorship=pair, body="x", now=now)


def test_send_message_stays_open_once_both_stay_in_touch(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    complete_mentorship(by=amara, mentorship=pair, now=now)
    stay_in_touch(by=amara, mentorship=pair, wants=True, now=now)
    with pytest.raises(NotAllowed):
        actions.send_message(by=amara, mentorship=pair, body="x", now=now)
    stay_in_touch(by=priya, mentorship=pair, wants=True, now=now)

    assert actions.send_message(by=amara, mentorship=pair, body="x", now=now).author == amara


def test_mark_read_never_goes_back(pair: Mentorship, amara: Person, now: datetime) -> None:
    actions.mark_read(by=amara, mentorship=pair, up_to=9, now=now)
    actions.mark_read(by=amara, mentorship=pair, up_to=4, now=now)

    assert ReadMark.objects.get().last_message_id == 9


def test_unread_counts_of_all_mentorships_in_one_query(
    pair: Mentorship, amara: Person, priya: Person, now: datetime, django_assert_num_queries: object
) -> None:
    second = a_pair(pair.programme, mentor=priya)
    silent = a_pair(pair.programme, mentor=priya)
    seen = MessageFactory(mentorship=pair)
    actions.mark_read(by=priya, mentorship=pair, up_to=seen.pk, now=now)
    MessageFactory.create_batch(2, mentorship=pair)
    MessageFactory.create_batch(3, mentorship=second)
    MessageFactory(mentorship=silent, author=priya)

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert queries.unread_counts(priya) == {pair.pk: 2, second.pk: 3}
    assert queries.unread_counts(amara) == {}


def test_threads_put_the_newest_first_and_closed_ones_last(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    silent = a_pair(pair.programme, mentee=amara)
    closed = a_pair(pair.programme, mentee=amara)
    MessageFactory(mentorship=pair, body="a " * 60, author=priya)
    MessageFactory(mentorship=closed)
    Mentorship.objects.filter(pk=closed.pk).update(state=MentorshipState.COMPLETED)

    found = queries.threads(amara)

    assert [thread.mentorship_id for thread in found] == [pair.pk, silent.pk, closed.pk]
    assert (found[0].unread, len(found[0].last_words), found[0].last_is_mine) == (1, 80, False)
    assert (found[1].last_at, found[1].last_words) == (None, "")
    assert (found[2].live, found[2].last_words, found[2].last_is_mine) == (False, "BODY-MARKER", True)


def test_threads_hold_nobody_elses_words(pair: Mentorship, person: Person, other_organisation: Organisation) -> None:
    MessageFactory(mentorship=pair)
    with organisation_scope(other_organisation.pk):
        theirs = a_pair(ProgrammeFactory(organisation=other_organisation))
        MessageFactory(mentorship=theirs)
        stranger = theirs.parties.order_by("id")[0].person
        assert [thread.mentorship_id for thread in queries.threads(stranger)] == [theirs.pk]

    assert queries.threads(person) == []
    assert queries.unread_counts(person) == {}


def test_conversation_turns_pages_with_the_newest_last(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    for number in range(35):
        MessageFactory(mentorship=pair, body=f"{number}", sent_at=now + timedelta(minutes=number))

    newest, oldest, beyond = (queries.conversation(pair, priya, page) for page in (1, 2, 3))

    assert [row.body for row in newest.rows] == [str(number) for number in range(5, 35)]
    assert [row.body for row in oldest.rows] == ["0", "1", "2", "3", "4"]
    assert (newest.pages, newest.newest_id, oldest.newest_id, beyond.rows) == (2, newest.rows[-1].id, None, [])


def test_conversation_says_what_the_partner_has_read(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    first = actions.send_message(by=amara, mentorship=pair, body="1", now=now)
    actions.send_message(by=amara, mentorship=pair, body="2", now=now)
    actions.mark_read(by=priya, mentorship=pair, up_to=first.pk, now=now)

    assert [row.read for row in queries.conversation(pair, amara, 1).rows] == [True, False]
    assert [row.read for row in queries.conversation(pair, priya, 1).rows] == [False, False]


@pytest.mark.parametrize("rows", [3, 50])
def test_threads_and_conversation_take_the_same_queries_for_any_length(
    pair: Mentorship, amara: Person, rows: int, django_assert_num_queries: object
) -> None:
    for _ in range(rows):
        MessageFactory(mentorship=a_pair(pair.programme, mentee=amara))
    MessageFactory.create_batch(rows, mentorship=pair)

    with django_assert_num_queries(4):  # type: ignore[operator]
        queries.threads(amara)
    with django_assert_num_queries(3):  # type: ignore[operator]
        queries.conversation(pair, amara, 1)


def test_a_circle_tells_each_of_the_others(pair: Mentorship, amara: Person, priya: Person, now: datetime) -> None:
    third = PersonFactory(organisation=pair.organisation)
    PartyFactory(mentorship=pair, person=third)

    actions.send_message(by=amara, mentorship=pair, body="x", now=now)

    assert {notice.person for notice in Notice.objects.all()} == {priya, third}
