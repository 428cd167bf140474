from datetime import datetime

import pytest

from tests.factories.people import PersonFactory
from trellis.journeys.actions import ReviewRefused, record_review
from trellis.journeys.models import ReviewChoice
from trellis.journeys.queries.closing import review_of
from trellis.journeys.rules import TALK, joint_outcome
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation, Person

Choice = ReviewChoice.Choice


def choose(pair: Mentorship, by: Person, choice: str, now: datetime, barriers: str = "") -> ReviewChoice:
    return record_review(by=by, mentorship=pair, choice=choice, barriers=barriers, now=now)


@pytest.mark.parametrize(
    ("one", "two", "outcome"),
    [
        (Choice.CONTINUE, Choice.CONTINUE, "continue"), (Choice.ADJUST, Choice.ADJUST, "adjust"),
        (Choice.CONTINUE, Choice.REMATCH, TALK), (Choice.ADJUST, Choice.CLOSE, TALK),
        (Choice.CLOSE, Choice.CLOSE, "close"),
    ],
)  # fmt: skip
def test_both_see_the_joint_result_only(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime, one: str, two: str, outcome: str
) -> None:
    choose(pair, mentee, one, now)
    assert review_of(pair, mentor, now).outcome == ""
    choose(pair, mentor, two, now)

    for person in (mentee, mentor):
        assert review_of(pair, person, now).outcome == outcome
    settled = EventRow.objects.get(kind="journeys.ReviewSettled")
    assert settled.fields["outcome"] == outcome


def test_nothing_of_the_others_choice_is_in_the_page_notice_or_audit(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    choose(pair, mentee, Choice.REMATCH, now, barriers="she is always late")

    page = review_of(pair, mentor, now)
    told = Notice.objects.get(person=mentor)
    audited = AuditEntry.objects.get(verb="journey.review_recorded")

    assert (page.mine, page.barriers, page.outcome, page.open) == ("", "", "", True)
    assert told.kind == "journeys.review_asked"
    assert told.parameters == {"name": mentee.first_name}
    assert audited.facts == {"again": False, "both": False}


def test_a_choice_can_be_changed_until_both_have_chosen(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    choose(pair, mentee, Choice.CLOSE, now)
    choose(pair, mentee, Choice.CONTINUE, now, barriers="time")
    assert (review_of(pair, mentee, now).mine, review_of(pair, mentee, now).barriers) == ("continue", "time")
    choose(pair, mentor, Choice.CONTINUE, now)

    with pytest.raises(ReviewRefused, match="both chosen"):
        choose(pair, mentee, Choice.CLOSE, now)
    assert Notice.objects.filter(kind="journeys.review_settled").get().person_id == mentee.pk


def test_an_unknown_choice_is_refused(pair: Mentorship, mentee: Person, now: datetime) -> None:
    with pytest.raises(ReviewRefused) as refused:
        choose(pair, mentee, "elope", now)

    assert refused.value.field == "choice"


def test_others_do_not_choose(pair: Mentorship, organisation: Organisation, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        choose(pair, PersonFactory(organisation=organisation), Choice.CONTINUE, now)


def test_joint_outcome_waits_for_all() -> None:
    assert joint_outcome(["continue"], 2) == ""
    assert joint_outcome(["continue", "continue"], 2) == Choice.CONTINUE
