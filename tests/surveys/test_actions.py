from datetime import timedelta
from itertools import product

import pytest
from django.db import connection

from tests.factories.people import PersonFactory
from tests.factories.surveys import SurveyResponseFactory
from trellis.kernel import clock
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation, Person
from trellis.surveys.actions import AnswerRefused, answer_pack, decline_pack
from trellis.surveys.models import SurveyResponse
from trellis.surveys.packs import Item, Kind
from trellis.surveys.queries import context_of, own_answers, settled_packs
from trellis.surveys.rules import Value, is_answer, wants_contact

CONTEXT = context_of(7)


def answer(person: Person, **answers: Value) -> SurveyResponse:
    return answer_pack(by=person, pack_id="pulse_30", role="mentee", context=CONTEXT, answers=answers, now=clock.now())


def declined(person: Person) -> SurveyResponse:
    return decline_pack(by=person, pack_id="pulse_30", context=CONTEXT, now=clock.now())


def test_answers_are_kept_for_their_author(person: Person) -> None:
    response = answer(person, ep1=4, ep3=1)

    assert own_answers(person, "pulse_30", CONTEXT) == {"ep1": 4, "ep3": 1}
    assert response.declined is False


def test_answering_again_replaces(person: Person) -> None:
    answer(person, ep1=4)
    answer(person, ep1=2)

    assert own_answers(person, "pulse_30", CONTEXT) == {"ep1": 2}


def test_answering_nothing_is_a_decline(person: Person) -> None:
    assert answer(person).declined is True


def test_declining_counts_as_done_and_keeps_earlier_answers(person: Person) -> None:
    answer(person, ep1=4)

    decline_pack(by=person, pack_id="pulse_30", context=CONTEXT, now=clock.now() + timedelta(days=1))
    decline_pack(by=person, pack_id="mid_pack", context=CONTEXT, now=clock.now())

    assert settled_packs(CONTEXT) == {person.pk: frozenset({"pulse_30", "mid_pack"})}
    assert own_answers(person, "pulse_30", CONTEXT) == {"ep1": 4}
    assert own_answers(person, "mid_pack", CONTEXT) == {}
    assert own_answers(person, "end_pack", CONTEXT) is None


def test_declining_an_unknown_pack_is_refused(person: Person) -> None:
    with pytest.raises(AnswerRefused):
        decline_pack(by=person, pack_id="horoscope", context=CONTEXT, now=clock.now())


@pytest.mark.parametrize(("answers", "field"), [({"ep1": 9}, "ep1"), ({"ep1": "Yes"}, "ep1"), ({"mf1": 3}, "")])
def test_an_answer_that_is_not_offered_is_refused(person: Person, answers: dict[str, Value], field: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        answer(person, **answers)

    assert refused.value.field == field
    assert not SurveyResponse.objects.exists()


def test_a_pack_for_the_other_side_is_refused(person: Person) -> None:
    with pytest.raises(AnswerRefused, match="not for you"):
        answer_pack(
            by=person, pack_id="baseline_pack", role="mentor", context=CONTEXT, answers={"cc1": 3}, now=clock.now()
        )
    with pytest.raises(AnswerRefused, match="not for you"):
        answer_pack(by=person, pack_id="horoscope", role="mentor", context=CONTEXT, answers={}, now=clock.now())


def test_answers_are_cipher_and_leave_the_table_nowhere(person: Person) -> None:
    answer_pack(
        by=person, pack_id="end_pack", role="mentee", context=CONTEXT, answers={"re2": "the canary sings"},
        now=clock.now(),
    )  # fmt: skip

    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM surveys_surveyresponse")
        assert "canary" not in cursor.fetchone()[0]
    assert AuditEntry.objects.get().facts == {"pack": "end_pack"}
    assert "declined" not in EventRow.objects.get(kind="surveys.PackSettled").fields


def test_what_is_left_behind_does_not_say_whether_somebody_answered_or_declined(organisation: Organisation) -> None:
    """Each of the four ways to settle a pack twice leaves the same lines and events."""

    def answered(person: Person) -> SurveyResponse:
        return answer(person, ep1=4)

    traces = []
    for first, second in product((answered, declined), repeat=2):
        person = PersonFactory(organisation=organisation)
        first(person)
        second(person)
        lines = AuditEntry.objects.filter(actor_id=person.pk).order_by("position")
        events = EventRow.objects.filter(fields__person_id=person.pk)
        traces.append(([(line.verb, line.subject, line.facts) for line in lines], events.count()))

    assert traces == [([("survey.settled", CONTEXT, {"pack": "pulse_30"})] * 2, 2)] * 4


def test_settled_packs_of_another_organisation_are_not_seen(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        SurveyResponseFactory(person=PersonFactory(organisation=other_organisation), context=CONTEXT)

    assert settled_packs(CONTEXT) == {}


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        (Kind.YES_NO, 1, True), (Kind.YES_NO, 2, False), (Kind.COUNT, 12, True), (Kind.COUNT, -1, False),
        (Kind.COUNT, 1000, False), (Kind.TEXT, "fine", True), (Kind.TEXT, "x" * 4001, False), (Kind.TEXT, 3, False),
        (Kind.SCALE, "3", False),
    ],
)  # fmt: skip
def test_is_answer_fits_the_kind(kind: Kind, value: Value, fits: bool) -> None:
    assert is_answer(Item("x", "?", kind), value) is fits


def test_wants_contact_is_a_yes_to_the_pulses_last_question() -> None:
    assert wants_contact({"ep3": 1})
    assert not wants_contact({"ep3": 0})
