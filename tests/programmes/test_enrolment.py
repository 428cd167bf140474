import json
from collections.abc import Callable

import pytest

from tests.factories.enrolments import EligibilityRuleFactory, QuestionFactory
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.kernel import clock, jobs
from trellis.kernel.events import publish
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.learning.actions import complete_module
from trellis.learning.modules import module_for
from trellis.people.events import PersonLeft
from trellis.people.models import Consent, Organisation, Person
from trellis.programmes.actions.admission import EnrolmentRefused
from trellis.programmes.actions.enrolment import (
    Draft,
    FormIncomplete,
    SignUpClosed,
    admit_trained,
    finish_training,
    save_draft,
    set_places,
    start_enrolment,
    submit_enrolment,
    withdraw_enrolment,
)
from trellis.programmes.actions.pausing import pause_enrolment, resume_enrolment
from trellis.programmes.choices import EnrolmentState, ProgrammeStatus, Side, SignUp
from trellis.programmes.models import Answer, Enrolment, Programme
from trellis.programmes.questions import AnswerRefused

FULL = Draft(
    goal="Grow into a lead role", working_style="direct", values=("craft",), availability=("Mon am",),
    skills=(("active_listening", 2),),
)  # fmt: skip


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation, training_gate=False)


def sign_up(person: Person, programme: Programme, side: str = Side.MENTEE) -> Enrolment:
    """A form filled in and sent."""
    enrolment = start_enrolment(by=person, programme=programme, side=side, now=clock.now())
    save_draft(by=person, enrolment=enrolment, draft=FULL, now=clock.now())
    return send(person, enrolment)


def send(person: Person, enrolment: Enrolment, confirmed: frozenset[int] = frozenset()) -> Enrolment:
    version = enrolment.programme.terms_version
    return submit_enrolment(by=person, enrolment=enrolment, terms_version=version, confirmed=confirmed, now=clock.now())


def test_start_opens_a_form_with_the_programmes_usual_places(person: Person, programme: Programme) -> None:
    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTOR, now=clock.now())

    assert (enrolment.state, enrolment.places) == (EnrolmentState.STARTED, 2)


@pytest.mark.parametrize(
    "fields", [{"enrolment_closes_on": "2020-01-01"}, {"status": ProgrammeStatus.CLOSED}]
)  # fmt: skip
def test_a_form_is_not_sent_once_sign_up_is_over(person: Person, programme: Programme, fields: dict[str, str]) -> None:
    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())
    save_draft(by=person, enrolment=enrolment, draft=FULL, now=clock.now())
    Programme.objects.filter(pk=programme.pk).update(**fields)

    with pytest.raises(SignUpClosed):
        send(person, enrolment)

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.goal) == (EnrolmentState.STARTED, FULL.goal)


def test_start_twice_comes_back_to_the_same_form(person: Person, programme: Programme) -> None:
    first, second = (start_enrolment(by=person, programme=programme, side="mentee", now=clock.now()) for _ in range(2))

    assert first == second


def test_start_after_the_last_day_is_refused(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, name="Growth", enrolment_closes_on="2020-01-01")
    programme.refresh_from_db()

    with pytest.raises(SignUpClosed, match="Growth does not take sign-ups at present"):
        start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())


@pytest.mark.parametrize("status", [ProgrammeStatus.DRAFT, ProgrammeStatus.CLOSED, ProgrammeStatus.ARCHIVED])
def test_start_in_a_programme_that_is_not_open_is_refused(
    person: Person, organisation: Organisation, status: str
) -> None:
    programme = ProgrammeFactory(organisation=organisation, status=status)

    with pytest.raises(SignUpClosed):
        start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())


def test_start_without_an_invitation_is_refused_where_one_is_needed(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, sign_up=SignUp.INVITATION)

    with pytest.raises(SignUpClosed, match="by invitation"):
        start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())


def test_start_with_an_invitation(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, sign_up=SignUp.INVITATION)
    EnrolmentFactory(programme=programme, person=person, state=EnrolmentState.INVITED)

    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())

    assert enrolment.state == EnrolmentState.STARTED


def test_one_person_may_be_mentee_and_mentor(person: Person, programme: Programme) -> None:
    sides = {start_enrolment(by=person, programme=programme, side=side, now=clock.now()).side for side in Side.values}

    assert sides == {"mentee", "mentor"}


def test_save_keeps_a_page_and_leaves_the_others_alone(person: Person, programme: Programme) -> None:
    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())
    save_draft(by=person, enrolment=enrolment, draft=FULL, now=clock.now())

    save_draft(by=person, enrolment=enrolment, draft=Draft(goal="Speak up"), now=clock.now())

    enrolment.refresh_from_db()
    assert (enrolment.goal, enrolment.values, enrolment.skills.count()) == ("Speak up", ["craft"], 1)


def test_save_replaces_skills(person: Person, programme: Programme) -> None:
    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())
    save_draft(by=person, enrolment=enrolment, draft=FULL, now=clock.now())

    skills = (("asking_good_questions", 1), ("active_listening", 4))
    save_draft(by=person, enrolment=enrolment, draft=Draft(skills=skills), now=clock.now())

    assert set(enrolment.skills.values_list("skill", "level")) == set(skills)


def test_save_keeps_answers_as_cipher_and_can_clear_them(person: Person, programme: Programme) -> None:
    QuestionFactory(programme=programme, key="why")
    QuestionFactory(programme=programme, key="other", side=Side.MENTOR)
    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())

    save_draft(by=person, enrolment=enrolment, draft=Draft(answers={"why": "Because", "other": "x"}), now=clock.now())
    kept = [json.loads(answer.value) for answer in Answer.objects.all()]
    save_draft(by=person, enrolment=enrolment, draft=Draft(answers={"why": None}), now=clock.now())

    assert kept == ["Because"]
    assert [answer.value for answer in Answer.objects.all()] == [""]


def test_save_leaves_oneself_out_of_the_people_not_to_be_matched_with(person: Person, programme: Programme) -> None:
    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())

    saved = save_draft(by=person, enrolment=enrolment, draft=Draft(no_match=(person.pk, 99)), now=clock.now())

    assert json.loads(saved.no_match) == [99]


def test_save_after_the_end_is_refused(person: Person, programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme, person=person, state=EnrolmentState.WITHDRAWN)

    with pytest.raises(EnrolmentRefused, match="over"):
        save_draft(by=person, enrolment=enrolment, draft=FULL, now=clock.now())


def test_nobody_saves_the_form_of_somebody_else(person: Person, programme: Programme) -> None:
    theirs = EnrolmentFactory(programme=programme, state=EnrolmentState.STARTED)

    with pytest.raises(Enrolment.DoesNotExist):
        save_draft(by=person, enrolment=theirs, draft=FULL, now=clock.now())


def test_mentee_goes_straight_to_a_place(person: Person, programme: Programme) -> None:
    assert sign_up(person, programme).state == EnrolmentState.APPROVED


def test_send_records_consent_and_tells_upwards(person: Person, programme: Programme) -> None:
    enrolment = sign_up(person, programme)

    assert Consent.objects.values_list("person", "kind", "about", "version").get() == (
        person.pk, "programme_terms", f"programme:{programme.pk}", 1,
    )  # fmt: skip
    assert list(EventRow.objects.order_by("pk").values_list("kind", flat=True)) == [
        "programmes.EnrolmentApplied", "programmes.EnrolmentApproved",
    ]  # fmt: skip
    assert list(AuditEntry.objects.order_by("position").values_list("verb", "subject")) == [
        ("enrolment.applied", f"enrolment:{enrolment.pk}"), ("enrolment.approved", f"enrolment:{enrolment.pk}"),
    ]  # fmt: skip


def test_send_an_empty_form_lists_what_is_missing_and_changes_nothing(person: Person, programme: Programme) -> None:
    QuestionFactory(programme=programme, key="why", text="Why now?")
    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())

    with pytest.raises(FormIncomplete) as refused:
        send(person, enrolment)

    assert [gap.field for gap in refused.value.gaps] == [
        "goal", "skills", "working_style", "values", "availability", "q_why",
    ]  # fmt: skip
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.STARTED
    assert Consent.objects.count() == 0


def test_send_under_terms_that_changed_is_refused(person: Person, programme: Programme) -> None:
    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())
    save_draft(by=person, enrolment=enrolment, draft=FULL, now=clock.now())

    with pytest.raises(EnrolmentRefused, match="terms have changed"):
        submit_enrolment(by=person, enrolment=enrolment, terms_version=7, confirmed=frozenset(), now=clock.now())


def test_send_twice_sends_once(person: Person, programme: Programme) -> None:
    enrolment = sign_up(person, programme)

    assert send(person, enrolment).state == EnrolmentState.APPROVED
    assert EventRow.objects.count() == 2


def test_mentor_waits_for_approval(person: Person, programme: Programme) -> None:
    enrolment = sign_up(person, programme, Side.MENTOR)

    assert (enrolment.state, enrolment.decided_at) == (EnrolmentState.APPLIED, None)


def test_mentor_goes_straight_to_a_place_where_no_approval_is_needed(
    person: Person, organisation: Organisation
) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=False, mentors_need_approval=False)

    assert sign_up(person, programme, Side.MENTOR).state == EnrolmentState.APPROVED


def test_unmet_condition_goes_to_the_manager_and_is_no_dead_end(person: Person, programme: Programme) -> None:
    EligibilityRuleFactory(programme=programme, kind="level_at_least", value={"level": 9})

    assert sign_up(person, programme).state == EnrolmentState.APPLIED


def test_condition_in_words_is_met_once_confirmed(person: Person, programme: Programme) -> None:
    rule = EligibilityRuleFactory(programme=programme, words="I volunteer")
    enrolment = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())
    save_draft(by=person, enrolment=enrolment, draft=FULL, now=clock.now())

    assert send(person, enrolment, frozenset({rule.pk, 999_999})).state == EnrolmentState.APPROVED
    assert sorted(Consent.objects.values_list("about", flat=True)) == [
        f"condition:{rule.pk}", f"programme:{programme.pk}",
    ]  # fmt: skip


def test_condition_in_words_not_confirmed_goes_to_the_manager(person: Person, programme: Programme) -> None:
    EligibilityRuleFactory(programme=programme, words="I volunteer")

    assert sign_up(person, programme).state == EnrolmentState.APPLIED


def test_training_gate_keeps_a_mentee_until_the_module_is_done(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=True)
    enrolment = sign_up(person, programme)
    before = enrolment.state

    module = module_for("mentee")
    answers = {chapter.id: chapter.right for chapter in module.chapters}
    finish_training(by=person, module=module, answers=answers, now=clock.now())

    enrolment.refresh_from_db()
    assert (before, enrolment.state) == (EnrolmentState.APPLIED, EnrolmentState.APPROVED)


def test_training_does_not_stand_in_for_approval(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=True)
    enrolment = sign_up(person, programme, Side.MENTOR)

    complete_module(by=person, module_id="mentor_start", now=clock.now())
    admit_trained(person=person, now=clock.now())

    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.APPLIED


def test_mentee_waits_when_all_places_are_taken(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=False, places_for_mentees=1)
    EnrolmentFactory(programme=programme)

    assert sign_up(person, programme).state == EnrolmentState.WAITING


def test_places_for_mentees_do_not_limit_mentors(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(
        organisation=organisation, training_gate=False, places_for_mentees=0, mentors_need_approval=False
    )

    assert sign_up(person, programme, Side.MENTOR).state == EnrolmentState.APPROVED


def test_withdrawing_gives_the_place_to_the_waiting_list(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=False, places_for_mentees=1)
    mine = sign_up(person, programme)
    other = sign_up(PersonFactory(organisation=organisation), programme)

    withdraw_enrolment(by=person, enrolment=mine, now=clock.now())

    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, other.state) == (EnrolmentState.WITHDRAWN, EnrolmentState.APPROVED)
    drawn = AuditEntry.objects.get(subject=f"enrolment:{other.pk}", verb="enrolment.approved")
    assert drawn.facts["priority"] == "random"


def test_first_come_first_served_where_the_programme_says_so(organisation: Organisation) -> None:
    programme = ProgrammeFactory(
        organisation=organisation, training_gate=False, places_for_mentees=1, matching={"priority_rule": "first_come"}
    )
    people = [PersonFactory(organisation=organisation) for _ in range(4)]
    enrolments = [sign_up(person, programme) for person in people]

    withdraw_enrolment(by=people[0], enrolment=enrolments[0], now=clock.now())

    states = [Enrolment.objects.get(pk=enrolment.pk).state for enrolment in enrolments]
    assert states == ["withdrawn", "approved", "waiting", "waiting"]


def test_withdrawing_twice_is_harmless(person: Person, programme: Programme) -> None:
    enrolment = sign_up(person, programme)

    for _ in range(2):
        withdraw_enrolment(by=person, enrolment=enrolment, now=clock.now())

    assert EventRow.objects.filter(kind="programmes.EnrolmentWithdrawn").count() == 1


def test_withdrawing_what_is_over_is_refused(person: Person, programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme, person=person, state=EnrolmentState.COMPLETED)

    with pytest.raises(EnrolmentRefused, match="already over"):
        withdraw_enrolment(by=person, enrolment=enrolment, now=clock.now())


def test_who_withdrew_may_sign_up_again(person: Person, programme: Programme) -> None:
    enrolment = sign_up(person, programme)
    withdraw_enrolment(by=person, enrolment=enrolment, now=clock.now())

    again = start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now())

    assert (again.pk, again.state, again.applied_at, again.goal) == (
        enrolment.pk, EnrolmentState.STARTED, None, "Grow into a lead role",
    )  # fmt: skip


def test_pause_and_resume_keep_the_place(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=False, places_for_mentees=1)
    mine = sign_up(person, programme)
    pause_enrolment(by=person, enrolment=mine, now=clock.now())
    other = sign_up(PersonFactory(organisation=organisation), programme)

    resumed = resume_enrolment(by=person, enrolment=mine, now=clock.now())

    assert (resumed.state, other.state) == (EnrolmentState.APPROVED, EnrolmentState.WAITING)


def test_resume_in_a_closed_programme_is_refused(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, status=ProgrammeStatus.CLOSED)
    enrolment = EnrolmentFactory(programme=programme, person=person, state=EnrolmentState.PAUSED)

    with pytest.raises(EnrolmentRefused, match="closed"):
        resume_enrolment(by=person, enrolment=enrolment, now=clock.now())


@pytest.mark.parametrize(("step", "state"), [
    (pause_enrolment, EnrolmentState.WAITING), (resume_enrolment, EnrolmentState.APPROVED),
])  # fmt: skip
def test_steps_from_the_wrong_state_are_refused(
    person: Person, programme: Programme, step: Callable[..., Enrolment], state: str
) -> None:
    enrolment = EnrolmentFactory(programme=programme, person=person, state=state)

    with pytest.raises(EnrolmentRefused):
        step(by=person, enrolment=enrolment, now=clock.now())


def test_places_change_at_once_and_are_told_upwards(person: Person, programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme, person=person, side=Side.MENTOR, places=2)

    set_places(by=person, enrolment=enrolment, places=4, now=clock.now())

    enrolment.refresh_from_db()
    assert enrolment.places == 4
    assert EventRow.objects.get().fields["places"] == 4
    assert AuditEntry.objects.get().facts == {"before": 2, "after": 4}


def test_places_beyond_the_most_are_refused(person: Person, programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme, person=person, side=Side.MENTOR)

    with pytest.raises(AnswerRefused, match="from 1 to 5"):
        set_places(by=person, enrolment=enrolment, places=6, now=clock.now())


def test_places_unchanged_are_not_news(person: Person, programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme, person=person, side=Side.MENTOR, places=2)

    set_places(by=person, enrolment=enrolment, places=2, now=clock.now())

    assert EventRow.objects.count() == 0


def test_what_the_audit_keeps_is_never_what_somebody_wrote(person: Person, programme: Programme) -> None:
    sign_up(person, programme)

    assert "lead role" not in json.dumps(list(AuditEntry.objects.values_list("facts", flat=True)))
    assert "lead role" not in json.dumps(list(EventRow.objects.values_list("fields", flat=True)))


def test_training_of_another_organisation_opens_nothing_here(
    person: Person, organisation: Organisation, other_organisation: Organisation
) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=True)
    enrolment = sign_up(person, programme)
    with organisation_scope(other_organisation.pk):
        twin = PersonFactory(organisation=other_organisation, account=person.account, email=person.email)
        complete_module(by=twin, module_id="mentee_start", now=clock.now())
        admit_trained(person=twin, now=clock.now())

    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.APPLIED


def test_places_of_what_is_over_are_refused(person: Person, programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme, person=person, side=Side.MENTOR, state=EnrolmentState.WITHDRAWN)

    with pytest.raises(EnrolmentRefused, match="over"):
        set_places(by=person, enrolment=enrolment, places=1, now=clock.now())


def test_leaver_is_withdrawn_everywhere_and_the_place_goes_on(person: Person, organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=False, places_for_mentees=1)
    mine = sign_up(person, programme)
    other = sign_up(PersonFactory(organisation=organisation), programme)
    done = EnrolmentFactory(programme__organisation=organisation, person=person, state=EnrolmentState.COMPLETED)

    publish(PersonLeft(organisation_id=organisation.pk, person_id=person.pk, left_on=clock.today()), at=clock.now())
    jobs.drain()

    states = [Enrolment.objects.get(pk=one.pk).state for one in (mine, other, done)]
    assert states == [EnrolmentState.WITHDRAWN, EnrolmentState.APPROVED, EnrolmentState.COMPLETED]
