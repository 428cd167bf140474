"""Every page that lists something, and how to give it `rows` more to list. One person sees them all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from tests.factories.conversations import MessageFactory
from tests.factories.enrolments import EligibilityRuleFactory, EnrolmentSkillFactory, QuestionFactory
from tests.factories.goals import ActionItemFactory, GoalFactory
from tests.factories.journeys import JourneyFactory, StageEntryFactory
from tests.factories.matching import ProposalFactory, RoundFactory
from tests.factories.meetings import ConfirmationFactory, MeetingFactory
from tests.factories.mentorships import a_pair
from tests.factories.people import OrganisationFactory, PersonFactory, RoleGrantFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from tests.trust.routes import addresses
from trellis.kernel import audit, clock, jobs
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Round, Scenario, Unmatched
from trellis.matching.notices import OFFER_WITHDRAWN
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.choices import ImportState, OrganisationRole
from trellis.people.models import DirectoryImport, Organisation, Person
from trellis.programmes.choices import (
    AnswerMode,
    EnrolmentState,
    ProgrammeRoleKind,
    QuestionKind,
    Side,
    SignUp,
)
from trellis.programmes.models import Enrolment, Objective, Programme


@dataclass
class Scene:
    """One programme with one pair and an open round; `reader` is a party and runs everything."""

    organisation: Organisation
    reader: Person
    programme: Programme
    pair: Mentorship
    found: Round
    ids: dict[str, int] = field(default_factory=dict)  # what the addresses name

    def person(self, **fields: object) -> Person:
        return PersonFactory(organisation=self.organisation, **fields)

    def programme_more(self, **fields: object) -> Programme:
        return ProgrammeFactory(organisation=self.organisation, **fields)

    def enrol(self, side: str, **fields: object) -> Enrolment:
        enrolment: Enrolment = EnrolmentFactory(programme=self.programme, side=side, **fields)
        EnrolmentSkillFactory(enrolment=enrolment, skill="negotiation", level=2 if side == Side.MENTEE else 4)
        return enrolment

    def live_pair(self, mentee: Person | None = None, programme: Programme | None = None) -> Mentorship:
        pair = a_pair(programme or self.programme, mentee or self.person(), self.person())
        pair.started_at = clock.now() - timedelta(days=90)
        pair.save()
        JourneyFactory(mentorship=pair)
        return pair


def a_scene(organisation: Organisation) -> Scene:
    reader = PersonFactory(organisation=organisation)
    for role in (OrganisationRole.ADMIN, OrganisationRole.ANALYST, OrganisationRole.EXECUTIVE):
        RoleGrantFactory(organisation=organisation, person=reader, role=role)
    programme = ProgrammeFactory(organisation=organisation, slug="lists")
    ProgrammeRoleFactory(organisation=organisation, programme=programme, person=reader)
    found = RoundFactory(
        programme=programme, number=1, state=RoundState.REVIEW, total=0,
        certificate={"pairs": [], "matched": 0, "total": 0, "objective": "matched_floor_total"},
    )  # fmt: skip
    pair = a_pair(programme, mentee=reader)
    JourneyFactory(mentorship=pair)
    scene = Scene(organisation, reader, programme, pair, found)
    PersonFactory(organisation=organisation, manager=reader)
    scene.enrol(Side.MENTEE, person=reader)
    proposal = ProposalFactory(programme=programme, round=found)
    goal = GoalFactory(mentorship=pair, owner=reader)
    scene.ids = {"mentorship": pair.pk, "proposal": proposal.pk, "goal": goal.pk, "person": scene.person().pk}
    return scene


Grow = Callable[[Scene, int], None]


def _busy_pairs(scene: Scene, rows: int) -> None:
    for number in range(rows):
        for pair in (scene.live_pair(scene.reader), a_pair(scene.programme, mentor=scene.reader)):
            MeetingFactory(mentorship=pair, starts_at=clock.now() + timedelta(days=number + 1))
            old = MeetingFactory(mentorship=pair, starts_at=clock.now() - timedelta(days=number + 1))
            ConfirmationFactory(meeting=old, person=old.planned_by)
            ActionItemFactory(goal=GoalFactory(mentorship=pair, shared_in_full=True))
            MessageFactory(mentorship=pair)


def _pairs(scene: Scene, rows: int) -> None:
    """Long without a meeting, so that they are at risk as well."""
    for _ in range(rows):
        pair = scene.live_pair()
        GoalFactory(mentorship=pair)
        MeetingFactory(mentorship=pair, starts_at=clock.now() - timedelta(days=60))


def _of_the_pair(scene: Scene, rows: int) -> None:
    for number in range(rows):
        MeetingFactory(mentorship=scene.pair, starts_at=clock.now() - timedelta(days=number + 1))
        ActionItemFactory(goal=GoalFactory(mentorship=scene.pair, owner=scene.reader))
        MessageFactory(mentorship=scene.pair)


def _steps(scene: Scene, rows: int) -> None:
    goal = scene.reader.goals.get(pk=scene.ids["goal"])
    ActionItemFactory.create_batch(rows, goal=goal)


def _notices(scene: Scene, rows: int) -> None:
    for number in range(rows):
        Notice.objects.create(
            organisation=scene.organisation, person=scene.reader, kind=OFFER_WITHDRAWN.name, at=clock.now(),
            key=f"{Notice.objects.count()}-{number}", parameters={"programme": scene.programme.name},
        )  # fmt: skip


def _programmes(scene: Scene, rows: int) -> None:
    """Open ones, and ones in which the reader is and which they run, with a pair in each."""
    for _ in range(rows):
        scene.programme_more(sign_up=SignUp.OPEN)
        mine = scene.programme_more(sign_up=SignUp.OPEN)
        ProgrammeRoleFactory(organisation=scene.organisation, programme=mine, person=scene.reader)
        EnrolmentFactory(programme=mine, person=scene.reader, side=Side.MENTEE)
        scene.live_pair(programme=mine)


def _mentors(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        scene.enrol(Side.MENTOR)


def _findable_mentees(scene: Scene, rows: int) -> None:
    """In a programme in which people ask each other, and in which the reader is a mentor with a place."""
    scene.programme.matching["method"] = "self_chosen"
    scene.programme.save()
    if not scene.programme.enrolments.filter(person=scene.reader, side=Side.MENTOR).exists():
        scene.enrol(Side.MENTOR, person=scene.reader, places=2)
    for _ in range(rows):
        scene.enrol(Side.MENTEE, findable=True)


def _participants(scene: Scene, rows: int) -> None:
    for number in range(rows):
        scene.enrol(Side.values[number % 2])


def _applications(scene: Scene, rows: int) -> None:
    for number in range(rows):
        scene.enrol(Side.values[number % 2], state=EnrolmentState.APPLIED)


def _rounds(scene: Scene, rows: int) -> None:
    start = scene.programme.rounds.count()
    for number in range(rows):
        RoundFactory(programme=scene.programme, number=start + number + 1, state=RoundState.PUBLISHED)


def _scenarios(scene: Scene, rows: int) -> None:
    """Plans that are solved, stopped and solving."""
    start = scene.programme.scenarios.count()
    figures = {"matched": 1, "of": 2, "floor": 1, "middle": 1, "total": 2, "loads": [1, 1], "ranked": 1, "first": 0}
    figures |= {
        "people": "",
        "blocking": 0,
        "any_choice": 1,
        "proven": True,
        "kind": "plan",
        "alike": {"scores": [1, 1]},
    }
    for number in range(start + 1, start + rows + 1):
        Scenario.objects.create(
            organisation=scene.organisation, programme=scene.programme, number=number, name=f"Plan {number}",
            state=("solved", "solved", "solving")[number % 3], settings=scene.programme.matching, figures=figures,
            certificate={"pairs": []}, created_at=clock.now(),
        )  # fmt: skip


def _proposals(scene: Scene, rows: int) -> None:
    for number in range(rows):
        state = (ProposalState.UNDER_REVIEW, ProposalState.APPROVED)[number % 2]
        ProposalFactory(programme=scene.programme, round=scene.found, state=state)


def _unmatched(scene: Scene, rows: int) -> None:
    for number in range(rows):
        Unmatched.objects.create(
            organisation=scene.organisation, round=scene.found, reason="no_mentor_with_places",
            enrolment=scene.enrol(Side.values[number % 2]),
        )  # fmt: skip


def _people(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        RoleGrantFactory(organisation=scene.organisation, person=scene.person(), role=OrganisationRole.ANALYST)


def _programme_people(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        ProgrammeRoleFactory(
            organisation=scene.organisation, programme=scene.programme, person=scene.person(),
            kind=ProgrammeRoleKind.ANALYST,
        )  # fmt: skip


def _imports(scene: Scene, rows: int) -> None:
    for number in range(rows):
        DirectoryImport.objects.create(
            organisation=scene.organisation, file_name=f"{number}.csv", content=b"", state=ImportState.APPLIED,
            created_at=clock.now(), started_by=scene.person(), report={"rows": 1}, faults=[],
        )  # fmt: skip


def _audit(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        audit.record(
            organisation_id=scene.organisation.pk, actor_id=scene.person().pk, verb="pair.open",
            subject=f"mentorship:{scene.pair.pk}", at=clock.now(),
        )  # fmt: skip


def _jobs(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        jobs.queue(
            "matching.solve_round", organisation_id=scene.organisation.pk, started_by_id=scene.person().pk, round_id=1
        )


def _reports(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        pair = scene.live_pair(scene.person(manager=scene.reader))
        GoalFactory(mentorship=pair, shared_with_manager=True)


def _objectives(scene: Scene, rows: int) -> None:
    for number in range(rows):
        Objective.objects.create(organisation=scene.organisation, title=f"Objective {number}")


def _compared_questions(scene: Scene, rows: int) -> None:
    start = scene.programme.questions.count()
    for number in range(rows):
        for side in Side:
            QuestionFactory(
                programme=scene.programme, side=side, key=f"choice-{start + number}", kind=QuestionKind.MANY,
                options=["a", "b"], mode=AnswerMode.MUST,
            )  # fmt: skip


def _kept_pairs(scene: Scene, rows: int) -> None:
    stored = scene.programme.matching
    for name in ("pinned", "forbidden"):
        made = [[scene.enrol(side).person.external_id for side in (Side.MENTEE, Side.MENTOR)] for _ in range(rows)]
        stored[name] = [*stored.get(name, []), *made]
    scene.programme.save()


def _questions(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        QuestionFactory(programme=scene.programme, side=Side.MENTEE)


def _conditions(scene: Scene, rows: int) -> None:
    for side in (Side.MENTEE, Side.MENTOR):
        EligibilityRuleFactory.create_batch(rows, programme=scene.programme, side=side)


def _history(scene: Scene, rows: int) -> None:
    for number in range(rows):
        MeetingFactory(mentorship=scene.pair, starts_at=clock.now() - timedelta(days=number + 1))
        GoalFactory(mentorship=scene.pair, owner=scene.reader)
    StageEntryFactory(journey=scene.pair.journey, stage=f"stage {rows}")


def _sessions(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        device = Client()
        device.force_login(scene.reader.account)
        UserSession.objects.create(user=scene.reader.account, ip="192.0.2.1", session_key=device.session.session_key)


def _hats(scene: Scene, rows: int) -> None:
    """The account stands for people of more organisations."""
    for _ in range(rows):
        other = OrganisationFactory()
        with organisation_scope(other.pk):
            PersonFactory(organisation=other, account=scene.reader.account)


def _reports_of_another(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        scene.person(manager_id=scene.ids["person"])


def address(name: str, scene: Scene) -> str:
    """The page's address in this scene."""
    numbers = {
        "pair": scene.ids["mentorship"], "goal": scene.ids["goal"], "organisation_person": scene.ids["person"],
        "round": 1, "round_swap": 1, "round_unmatched": 1, "round_other_settings": 1,
    }  # fmt: skip
    known: dict[str, object] = {
        "slug": scene.programme.slug, "side": "mentee", "key": "joining", "proposal": scene.ids["proposal"],
        "number": numbers.get(name, scene.ids["mentorship"]),
    }  # fmt: skip
    wanted = next(each.arguments for each in addresses() if each.name == name)
    return reverse(name, kwargs={key: known[key] for key in wanted})


# route -> what it lists
LISTS: dict[str, Grow] = {
    "home": _busy_pairs,
    "meetings": _busy_pairs,
    "goals": _busy_pairs,
    "messages": _busy_pairs,
    "conversation": _of_the_pair,
    "mentorship": _of_the_pair,
    "closure": _of_the_pair,
    "goal": _steps,
    "notices": _notices,
    "programmes": _programmes,
    "programme_join": _conditions,
    "enrolment_form": _questions,
    "find_mentor": _mentors,
    "find_mentee": _findable_mentees,
    "manage": _programmes,
    "executive_report": _programmes,
    "programme_overview": _pairs,
    "pairs": _pairs,
    "at_risk": _pairs,
    "pair": _history,
    "programme_people": _participants,
    "enrolment_queue": _applications,
    "rounds": _rounds,
    "scenarios": _scenarios,
    "round": _proposals,
    "round_swap": _proposals,
    "round_unmatched": _unmatched,
    "programme_settings": _conditions,
    "programme_section": _conditions,
    "programme_questions": _compared_questions,
    "round_settings": _compared_questions,
    "round_other_settings": _compared_questions,
    "round_pairs": _kept_pairs,
    "programme_roles": _programme_people,
    "programme_summary": _conditions,
    "objectives": _objectives,
    "organisation_people": _people,
    "organisation_person": _reports_of_another,
    "organisation_roles": _people,
    "directory_imports": _imports,
    "audit_log": _audit,
    "jobs": _jobs,
    "team": _reports,
    "account_sessions": _sessions,
    "choose_organisation": _hats,
}

# Pages whose parts are of fixed number: forms, one record, files, and the shipped content (the gallery of templates).
FIXED = frozenset(
    """
    sign_in sign_in_code account_login sign_in_help health manifest offline service_worker robots security_txt
    account_settings account_mail account_attributes account_data
    account_confirm account_password account_security mfa_index mfa_list_webauthn account_reauthenticate
    mfa_reauthenticate mfa_reauthenticate_webauthn welcome enrolment_withdraw training offer agreement review
    mentorship_pause mentorship_extend mentorship_end checkin certificate meeting meeting_move meeting_cancel
    meeting_calendar meeting_plan meeting_log goal_edit goal_new programme_templates programme_import programme_new
    programme_template objective programme_export programme_duplicate condition_new condition question_new question
    programme_invite round_together round_report round_report_pdf round_report_sheet round_fairness
    round_proof round_proof_file round_certificate round_better round_publish organisation_settings directory_template
    scenario scenario_new scenario_changes curve round_rematch round_prices directory_import
    directory_import_refused job
    """.split()  # noqa: SIM905  # a word a line would be three screens
)
