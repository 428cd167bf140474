from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.enrolments import EligibilityRuleFactory, EnrolmentSkillFactory, QuestionFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Consent, Organisation
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Answer, Enrolment, Programme

PAGE = "/manage/growth/people/queue/"


def apply(programme: Programme, side: str = Side.MENTOR, **fields: Any) -> Enrolment:
    return EnrolmentFactory(programme=programme, side=side, state=EnrolmentState.APPLIED, **fields)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def states() -> set[str]:
    return set(Enrolment.objects.values_list("state", flat=True))


def test_queue_shows_who_waits_longest_first(at: Client, programme: Programme) -> None:
    apply(programme, applied_at=clock.now(), person__given_name="Late", person__family_name="One")
    apply(programme, applied_at=clock.now() - timedelta(days=3), person__given_name="Early", person__family_name="Two")
    EnrolmentFactory(programme=programme)

    response = at.get(PAGE)

    assert [(one.row.name, one.days) for one in response.context["rows"]] == [("Early Two", 3), ("Late One", 0)]


def test_queue_shows_what_the_decision_needs_and_nothing_private(at: Client, programme: Programme) -> None:
    EligibilityRuleFactory(programme=programme, side=Side.MENTOR, kind="level_at_least", value={"level": 9})
    enrolment = apply(programme, goal="Secret goal", values=["faith"], working_style="reflective")
    EnrolmentSkillFactory(enrolment=enrolment, skill="mediation", level=5)
    question = QuestionFactory(programme=programme, side=Side.MENTOR, text="Why?", kind="text")
    Answer.objects.create(
        organisation=programme.organisation, enrolment=enrolment, question=question, value='"Because I can"'
    )

    page = words(at.get(PAGE))

    assert "Mediation" in page
    assert "This programme asks for level 9 or higher" in page
    assert "Because I can" in page
    assert not [private for private in ("Secret goal", "faith", "reflective") if private in page]


def test_queue_names_a_condition_that_was_not_confirmed(at: Client, programme: Programme) -> None:
    rule = EligibilityRuleFactory(programme=programme, side=Side.MENTOR, words="volunteers")
    confirmed, silent = apply(programme), apply(programme)
    Consent.objects.create(
        organisation=programme.organisation, person=confirmed.person, kind="programme_terms",
        about=f"condition:{rule.pk}", version=1, given_at=clock.now(),
    )  # fmt: skip

    rows = {one.row.id: one.unmet for one in at.get(PAGE).context["rows"]}

    assert rows == {confirmed.pk: (), silent.pk: ("Not confirmed: volunteers",)}


@pytest.mark.parametrize(("do", "state"), [
    ("approve", EnrolmentState.APPROVED), ("reject", EnrolmentState.REJECTED), ("wait", EnrolmentState.WAITING),
])  # fmt: skip
def test_decide_about_the_ticked_and_undo(at: Client, programme: Programme, do: str, state: str) -> None:
    ticked, left = apply(programme), apply(programme)

    page = at.post(PAGE, {"do": do, "enrolments": [ticked.pk]}, follow=True)
    decided = Enrolment.objects.get(pk=ticked.pk).state, Enrolment.objects.get(pk=left.pk).state
    undone = at.post(PAGE + "undo/", follow=True)

    assert decided == (state, EnrolmentState.APPLIED)
    assert "They are told in ten minutes." in words(page)
    assert "Undone: 1 application waits again." in words(undone)
    assert states() == {EnrolmentState.APPLIED}


def test_decide_about_everybody_in_the_list_at_once(at: Client, programme: Programme) -> None:
    for _ in range(104):
        apply(programme)
    mentee = apply(programme, Side.MENTEE)

    page = at.post(PAGE, {"do": "approve", "everybody": "104", "view": "mentor"}, follow=True)

    assert "104 approved" in words(page)
    assert Enrolment.objects.get(pk=mentee.pk).state == EnrolmentState.APPLIED


def test_nobody_decides_about_people_who_came_after_the_page_was_opened(at: Client, programme: Programme) -> None:
    seen, late = apply(programme), apply(programme)

    page = at.post(PAGE, {"do": "approve", "everybody": "1", "view": "mentor"})

    assert page.status_code == 422
    assert "This list has changed since you opened it." in words(page)
    assert set(Enrolment.objects.filter(pk__in=[seen.pk, late.pk]).values_list("state", flat=True)) == {
        EnrolmentState.APPLIED
    }


def test_waiting_list_can_be_approved(at: Client, programme: Programme) -> None:
    waiting = EnrolmentFactory(programme=programme, state=EnrolmentState.WAITING)

    at.post(PAGE, {"do": "approve", "everybody": "1", "view": "waiting"})

    assert Enrolment.objects.get(pk=waiting.pk).state == EnrolmentState.APPROVED


def test_nobody_ticked_is_said(at: Client, programme: Programme) -> None:
    apply(programme)

    response = at.post(PAGE, {"do": "approve"})

    assert (response.status_code, "Nobody is ticked." in words(response)) == (422, True)


def test_people_decided_meanwhile_are_not_decided_again(at: Client, programme: Programme) -> None:
    gone, here = EnrolmentFactory(programme=programme, side=Side.MENTOR), apply(programme)

    alone = at.post(PAGE, {"do": "reject", "enrolments": [gone.pk]}, follow=True)
    both = at.post(PAGE, {"do": "reject", "enrolments": [gone.pk, here.pk]}, follow=True)

    assert "somebody else has decided about them a moment ago" in words(alone)
    assert "1 not accepted, 1 passed over" in words(both)
    assert Enrolment.objects.get(pk=gone.pk).state == EnrolmentState.APPROVED


@pytest.mark.parametrize("number", ["x", "-1", "²", "9" * 40, "\x00"])
def test_ticks_that_are_no_numbers_are_nobody(at: Client, programme: Programme, number: str) -> None:
    apply(programme)

    assert at.post(PAGE, {"do": "approve", "enrolments": [number]}).status_code == 422


def test_undo_after_ten_minutes_says_that_people_know(at: Client, programme: Programme) -> None:
    at.post(PAGE, {"do": "approve", "enrolments": [apply(programme).pk]})

    with clock.shifted(timedelta(minutes=11)):
        page = at.post(PAGE + "undo/", follow=True)

    assert "people have been told by now" in words(page)
    assert states() == {EnrolmentState.APPROVED}


def test_undo_belongs_to_its_programme(at: Client, programme: Programme) -> None:
    manager = programme.roles.get().person
    other = ProgrammeFactory(organisation=programme.organisation, slug="other")
    ProgrammeRoleFactory(programme=other, person=manager)
    at.post(PAGE, {"do": "approve", "enrolments": [apply(programme).pk]})

    at.post("/manage/other/people/queue/undo/")

    assert states() == {EnrolmentState.APPROVED}


def test_applications_of_another_organisation_are_out_of_reach(
    at: Client, programme: Programme, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = apply(ProgrammeFactory(organisation=other_organisation, slug="theirs"))

    response = at.post(PAGE, {"do": "approve", "enrolments": [theirs.pk]})

    assert (response.status_code, at.get("/manage/theirs/people/queue/").status_code) == (302, 404)
    with organisation_scope(other_organisation.pk):
        assert states() == {EnrolmentState.APPLIED}


def test_empty_queue_says_what_comes_here(at: Client) -> None:
    assert "New mentors, and people who miss a condition, appear here." in words(at.get(PAGE))


def test_queries_are_the_same_at_3_and_50_applications(at: Client, programme: Programme) -> None:
    Programme.objects.update(training_gate=True)

    counts = []
    for upto in (3, 50):
        for number in range(Enrolment.objects.count(), upto):
            EnrolmentSkillFactory(enrolment=apply(programme, Side.values[number % 2]))
        with CaptureQueriesContext(connection) as queries:
            at.get(PAGE)
        counts.append(len(queries))

    assert counts[0] == counts[1]
