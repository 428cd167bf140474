from typing import Any

from django.test import Client

from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.kernel import clock
from trellis.learning.models import ModuleCompletion
from trellis.learning.modules import module_for
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import EnrolmentState

PAGE = "/training/mentee_start/"


def right() -> dict[str, str]:
    return {chapter.id: str(chapter.right) for chapter in module_for("mentee").chapters}


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_page_shows_every_chapter_with_its_question(at: Client) -> None:
    page = at.get(PAGE)

    assert [each["chapter"].id for each in page.context["chapters"]] == [*right()]
    assert "Yes. " not in words(page)


def test_right_answers_finish_the_training_and_open_the_gate(
    at: Client, person: Person, organisation: Organisation
) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=True)
    enrolment = EnrolmentFactory(
        programme=programme, person=person, state=EnrolmentState.APPLIED, decided_at=clock.now()
    )

    response = at.post(PAGE, right(), follow=True)

    enrolment.refresh_from_db()
    assert "the training is finished" in words(response)
    assert enrolment.state == EnrolmentState.APPROVED


def test_wrong_answer_says_why_and_keeps_the_others(at: Client) -> None:
    chapter = module_for("mentee").chapters[0]
    wrong = (chapter.right + 1) % len(chapter.options)

    response = at.post(PAGE, right() | {chapter.id: str(wrong)})

    assert response.status_code == 422
    assert [each["wrong"] for each in response.context["chapters"]].count(True) == 1
    assert chapter.options[wrong].why in response.content.decode()
    assert ModuleCompletion.objects.count() == 0


def test_rubbish_answers_are_open_questions(at: Client) -> None:
    response = at.post(PAGE, right() | {module_for("mentee").chapters[0].id: "<b>"})

    assert response.status_code == 422


def test_finished_training_can_be_read_again(at: Client) -> None:
    at.post(PAGE, right())

    assert "You have finished this training." in words(at.get(PAGE))


def test_unknown_module_does_not_exist(at: Client) -> None:
    assert at.get("/training/juggling/").status_code == 404
