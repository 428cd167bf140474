from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.enrolments import EligibilityRuleFactory, EnrolmentSkillFactory, QuestionFactory
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Consent, Organisation, Person
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Answer, Enrolment, Programme

FORM = "/programmes/growth/mentee/"
GOAL = {"step": "goal", "goal": "Grow into a lead", "skills_skill": ["Mediation"], "skills_level": ["2"], "aims": ""}
STYLE = {"step": "style", "working_style": "direct", "values": ["craft"], "availability": ["Mon am", "Thu pm"]}


@pytest.fixture
def form(at: Client, programme: Programme) -> Client:
    """A browser with the form just opened."""
    at.post(FORM + "start/")
    return at


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def fill(form: Client) -> None:
    form.post(FORM, GOAL | {"do": "next"})
    form.post(FORM, STYLE | {"do": "next"})


def test_form_from_start_to_place(form: Client, person: Person) -> None:
    assert form.post(FORM, GOAL | {"do": "next"}).headers["Location"] == FORM + "?step=style"
    assert form.post(FORM, STYLE | {"do": "next"}).headers["Location"] == FORM + "?step=questions"
    assert form.post(FORM, {"step": "questions", "do": "next"}).headers["Location"] == FORM + "?step=send"
    sent = form.post(FORM, {"step": "send", "terms": "yes", "terms_version": "1"}, follow=True)

    enrolment = Enrolment.objects.get()
    assert (enrolment.state, enrolment.goal) == (EnrolmentState.APPROVED, "Grow into a lead")
    assert list(enrolment.skills.values_list("skill", "level")) == [("mediation", 2)]
    assert "Your sign-up for Growth is sent." in words(sent)


def test_form_opens_where_something_is_missing(form: Client) -> None:
    form.post(FORM, GOAL | {"do": "next"})

    assert form.get(FORM).context["step"] == "style"


@pytest.mark.parametrize("step", ["goal", "style", "questions", "send"])
def test_every_page_opens(form: Client, programme: Programme, step: str) -> None:
    for kind, options in [
        ("choice", ["a", "b"]), ("many", ["a", "b"]), ("scale", []), ("rank", ["a", "b"]), ("text", []), ("skills", []),
    ]:  # fmt: skip
        QuestionFactory(programme=programme, kind=kind, options=options, key=kind)

    assert form.get(f"{FORM}?step={step}").status_code == 200


def test_unknown_page_does_not_exist(form: Client) -> None:
    assert form.get(FORM + "?step=nonsense").status_code == 404


def test_page_with_something_missing_keeps_the_rest_and_says_what(form: Client) -> None:
    response = form.post(FORM, GOAL | {"skills_skill": [""], "skills_level": [""], "do": "next"})

    assert response.status_code == 422
    assert "What was clear is saved" in words(response)
    assert "Name at least one skill, with your level." in words(response)
    assert Enrolment.objects.get().goal == "Grow into a lead"


def test_wrong_skill_is_kept_as_typed_with_the_nearest_names(form: Client) -> None:
    response = form.post(FORM, GOAL | {"skills_skill": ["Mediaton"], "do": "next"})

    assert "Did you mean “Mediation”" in words(response)
    assert 'value="Mediaton"' in words(response)


def test_save_and_continue_later_needs_nothing_to_be_complete(form: Client) -> None:
    response = form.post(FORM, {"step": "goal", "goal": "Half a", "do": "later"}, follow=True)

    assert "You can come back to it at any time." in words(response)
    assert "Half a</textarea>" in words(form.get(FORM + "?step=goal"))


def test_autosave_keeps_what_is_clear_and_answers_with_a_line(form: Client) -> None:
    response = form.post(FORM, STYLE | {"values": ["juggling"]}, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert "1 answer is not clear yet." in words(response)
    enrolment = Enrolment.objects.get()
    assert (enrolment.working_style, enrolment.values) == ("direct", [])


def test_questions_of_every_kind_are_kept(form: Client, programme: Programme) -> None:
    kinds = {"choice": ["a", "b"], "many": ["a", "b"], "scale": [], "rank": ["a", "b"], "text": [], "skills": []}
    for kind, options in kinds.items():
        QuestionFactory(programme=programme, kind=kind, options=options, key=kind)

    response = form.post(FORM, {
        "step": "questions", "do": "next", "q_choice": "b", "q_many": ["a", "b"], "q_scale": "4", "q_rank-0": "2",
        "q_rank-1": "1", "q_text": "Hello", "q_skills_skill": ["Mediation", ""], "q_skills_level": ["3", ""],
    })  # fmt: skip

    assert response.status_code == 302
    kept = dict(Answer.objects.values_list("question__key", "value"))
    assert kept == {
        "choice": '"b"', "many": '["a", "b"]', "scale": "4", "rank": '["b", "a"]', "text": '"Hello"',
        "skills": '["mediation:3"]',
    }  # fmt: skip
    page = words(form.get(FORM + "?step=questions"))
    assert 'name="q_rank-0" value="2"' in page
    assert 'name="q_skills_skill" value="Mediation"' in page


GOOD = {
    "q_choice": "b", "q_many": ["a", "b"], "q_scale": "4", "q_rank-0": "2", "q_rank-1": "1", "q_text": "Hello",
    "q_skills_skill": ["Mediation"], "q_skills_level": ["3"],
}  # fmt: skip


@pytest.mark.parametrize("autosave", [False, True])
@pytest.mark.parametrize(
    ("kind", "bad", "said"),
    [
        ("choice", {"q_choice": "c"}, "“c” is not one of the answers."),
        ("many", {"q_many": ["a", "\x00"]}, "is not one of the answers."),
        ("scale", {"q_scale": "9" * 40}, "is not on the scale."),
        ("rank", {"q_rank-0": "1"}, "one place is missing or used twice"),
        ("rank", {"q_rank-1": ""}, "Give every entry a place"),
        ("text", {"q_text": "x" * 2001}, "At most 2000 characters (you have 2001)."),
        ("skills", {"q_skills_skill": ["Mediaton"]}, "Did you mean “Mediation”"),
        ("skills", {"q_skills_level": ["9"]}, "Choose a level from 1 to 5"),
        ("skills", {"q_skills_level": []}, "Choose a level from 1 to 5"),
    ],
)
def test_a_bad_answer_of_any_kind_leaves_it_as_it_was_and_keeps_the_others(
    form: Client, programme: Programme, kind: str, bad: dict[str, Any], said: str, autosave: bool
) -> None:
    for each, options in {"choice": "ab", "many": "ab", "scale": "", "rank": "ab", "text": "", "skills": ""}.items():
        QuestionFactory(programme=programme, kind=each, options=list(options), key=each, required=False)
    form.post(FORM, {"step": "questions", "do": "next"} | GOOD)
    before = dict(Answer.objects.values_list("question__key", "value"))
    other = {"q_text": "New"} if kind != "text" else {"q_scale": "5"}
    headers = {"HX-Request": "true"} if autosave else {}

    response = form.post(FORM, {"step": "questions"} | GOOD | other | bad, headers=headers)

    after = dict(Answer.objects.values_list("question__key", "value"))
    assert after == before | ({"text": '"New"'} if kind != "text" else {"scale": "5"})
    if autosave:
        assert "1 answer is not clear yet." in words(response)
    else:
        assert (response.status_code, said in words(response)) == (422, True)


def test_what_was_sent_stays_complete(at: Client, person: Person, programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme, person=person)
    EnrolmentSkillFactory(enrolment=enrolment, skill="mediation", level=2)

    response = at.post(FORM, {"step": "goal", "do": "next", "goal": "", "aims": "Lead"})

    enrolment.refresh_from_db()
    assert (response.status_code, enrolment.goal, enrolment.aims) == (422, "Grow into a lead role", ["Lead"])
    assert enrolment.skills.count() == 1


def test_people_not_to_match_with_a_null_character(form: Client, person: Person) -> None:
    response = form.post(FORM, {"step": "questions", "do": "next", "no_match": "An\x00a@x.example"})

    assert "Nobody in the directory is called “Ana@x.example”." in words(response)


def test_a_form_that_is_sent_after_the_last_day_is_kept(form: Client, programme: Programme) -> None:
    fill(form)
    Programme.objects.filter(pk=programme.pk).update(enrolment_closes_on="2020-01-01")

    response = form.post(FORM, {"step": "send", "terms": "yes", "terms_version": "1"})

    assert (response.status_code, Enrolment.objects.get().state) == (422, EnrolmentState.STARTED)
    assert "Growth does not take sign-ups at present." in words(response)


def test_required_question_is_asked_for(form: Client, programme: Programme) -> None:
    QuestionFactory(programme=programme, key="why", text="Why now?")

    response = form.post(FORM, {"step": "questions", "do": "next"})

    assert (response.status_code, "Please answer this." in words(response)) == (422, True)


def test_people_not_to_match_by_mail_or_name_and_only_for_oneself(form: Client, person: Person) -> None:
    ana = PersonFactory(organisation=person.organisation, given_name="Ana", family_name="de Sá", email="ana@x.example")
    ben = PersonFactory(organisation=person.organisation, given_name="Ben", family_name="Ito")

    form.post(FORM, {"step": "questions", "do": "next", "no_match": "ANA@x.example\nben ito"})

    assert Enrolment.objects.get().no_match == f"[{ana.pk}, {ben.pk}]"
    assert "ana@x.example" in words(form.get(FORM + "?step=questions"))


def test_people_not_to_match_that_nobody_is_called(form: Client) -> None:
    response = form.post(FORM, {"step": "questions", "do": "next", "no_match": "Nobody Atall"})

    assert "Nobody in the directory is called “Nobody Atall”. Write their work e-mail." in words(response)
    assert "Nobody Atall</textarea>" in words(response)


def test_person_of_another_organisation_is_nobody(form: Client, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, email="theirs@x.example")

    response = form.post(FORM, {"step": "questions", "do": "next", "no_match": "theirs@x.example"})

    assert "Nobody in the directory is called" in words(response)


def test_send_needs_the_terms(form: Client) -> None:
    fill(form)

    response = form.post(FORM, {"step": "send", "terms_version": "1"})

    assert (response.status_code, Consent.objects.count()) == (422, 0)
    assert "Please tick that you accept the terms" in words(response)


def test_send_an_unfinished_form_lists_what_is_missing(form: Client) -> None:
    response = form.post(FORM, {"step": "send", "terms": "yes", "terms_version": "1"})

    assert response.status_code == 422
    assert "Say in a sentence or two what it is about for you." in words(response)


def test_send_with_changed_terms_shows_the_new_ones(form: Client, programme: Programme) -> None:
    fill(form)
    Programme.objects.filter(pk=programme.pk).update(terms_version=2, terms="New words")

    response = form.post(FORM, {"step": "send", "terms": "yes", "terms_version": "1"})

    assert "terms have changed" in words(response)
    assert "New words" in words(response)


def test_send_confirms_conditions_in_words(form: Client, programme: Programme) -> None:
    rule = EligibilityRuleFactory(programme=programme, words="I volunteer")
    fill(form)
    page = words(form.get(FORM + "?step=send"))

    form.post(FORM, {"step": "send", "terms": "yes", "terms_version": "1", "confirmed": [str(rule.pk)]})

    assert "I volunteer" in page
    assert Enrolment.objects.get().state == EnrolmentState.APPROVED


def test_answers_can_be_changed_after_sending(at: Client, person: Person, programme: Programme) -> None:
    EnrolmentFactory(programme=programme, person=person)

    response = at.post(FORM, GOAL | {"goal": "Other", "do": "next"})

    assert response.headers["Location"] == FORM + "?step=style"
    assert Enrolment.objects.get().goal == "Other"
    assert at.get(FORM + "?step=send").status_code == 404


def test_people_with_the_same_name_need_an_address(form: Client, person: Person) -> None:
    for _ in range(2):
        PersonFactory(organisation=person.organisation, given_name="Ben", family_name="Ito")

    response = form.post(FORM, {"step": "questions", "do": "next", "no_match": "Ben Ito"})

    assert "Several people are called “Ben Ito”." in words(response)


def test_too_many_people_not_to_match(form: Client) -> None:
    response = form.post(FORM, {"step": "questions", "do": "next", "no_match": "\n".join(f"a{n}@x" for n in range(11))})

    assert "At most 10 people." in words(response)


def test_skill_without_a_level_is_asked_for_it(form: Client) -> None:
    response = form.post(FORM, GOAL | {"skills_level": [""], "do": "next"})

    assert "Choose a level from 1 to 5 for “Mediation”." in words(response)


def test_form_without_a_sign_up_leads_to_the_programme(at: Client, programme: Programme) -> None:
    assert at.get(FORM).headers["Location"] == "/programmes/growth/"


def test_start_where_nothing_is_open_says_so(at: Client, person: Person, organisation: Organisation) -> None:
    ProgrammeFactory(organisation=organisation, slug="late", name="Late", enrolment_closes_on="2020-01-01")

    response = at.post("/programmes/late/mentee/start/", follow=True)

    assert "Late does not take sign-ups at present." in words(response)


def test_form_of_another_organisation_does_not_exist(at: Client, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        ProgrammeFactory(organisation=other_organisation, slug="theirs")

    assert at.get("/programmes/theirs/mentee/").status_code == 404
    assert at.post("/programmes/theirs/mentee/start/").status_code == 404


def test_what_was_written_is_escaped(form: Client) -> None:
    form.post(FORM, GOAL | {"goal": "<script>alert(1)</script>", "do": "next"})

    assert "<script>alert(1)" not in words(form.get(FORM + "?step=goal"))


def test_queries_are_the_same_at_1_and_12_questions(form: Client, programme: Programme) -> None:
    counts = []
    for more in (1, 11):
        for _ in range(more):
            QuestionFactory(programme=programme)
        with CaptureQueriesContext(connection) as queries:
            form.get(FORM + "?step=questions")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_mentee_says_in_the_form_whether_mentors_find_them(form: Client, programme: Programme) -> None:
    """Only where people ask each other; nothing ticked is a no, and what was ticked can be taken back."""
    before = words(form.get(FORM + "?step=questions"))
    form.post(FORM, {"step": "questions", "do": "later", "findable": "yes"})
    ignored = Enrolment.objects.get().findable
    programme.matching = {**programme.matching, "method": "self_chosen"}
    programme.save()
    page = words(form.get(FORM + "?step=questions"))
    kept = []
    for given in ({}, {"findable": "yes"}, {"findable": "no"}, {"findable": "yes"}, {}):
        form.post(FORM, {"step": "questions", "do": "later"} | given)
        kept.append(Enrolment.objects.get().findable)

    assert ("Mentors may find me" in before, ignored, "Mentors may find me" in page) == (False, False, True)
    assert kept == [False, True, False, True, False]
