"""One organisation with everybody in it and a marker in every confidential field. The suite builds two of them."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta

from tests.factories.mentorships import a_pair
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, RoleGrantFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.conversations.models import Message, ReadMark
from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.journeys.models import (
    Certificate,
    Journey,
    Reflection,
    ReviewChoice,
    StageEntry,
)
from trellis.kernel import clock, jobs
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions import scenarios
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import OfferAnswer, Proposal, Report, Round, Unmatched
from trellis.matching.notices import OFFER_WITHDRAWN
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.stored import pool_to_json
from trellis.meetings.models import Confirmation, Meeting, MeetingState
from trellis.mentorships.models import Agreement, Mentorship, Signature, Transition
from trellis.notifications.models import Notice
from trellis.people.choices import ConsentKind, ImportState, OrganisationRole, PersonStatus
from trellis.people.models import Consent, DirectoryImport, Organisation, Person, ProtectedAttribute
from trellis.programmes.choices import EnrolmentState, PairVisibility, ProgrammeRoleKind, QuestionKind, Side
from trellis.programmes.models import (
    Answer,
    EligibilityRule,
    EnrolmentSkill,
    Objective,
    Programme,
    Question,
)
from trellis.surveys.models import SurveyResponse
from trellis_engine.matching import Participant, Pool, certificate, solve

PRINCIPALS = (
    "mentee", "mentor", "bystander", "people_manager", "programme_manager", "other_programme_manager",
    "programme_analyst", "analyst", "admin", "safeguarding", "executive", "left",
)  # fmt: skip


@dataclass
class World:
    """`letter` tells the two worlds apart in every marker: "ZQA.goal.title.active"."""

    letter: str
    organisation: Organisation
    people: dict[str, Person]
    programme: Programme
    other_programme: Programme
    mentorship: Mentorship
    hidden_mentorship: Mentorship  # the same two people in the other programme, which hides its pairs
    ids: dict[str, int | str] = field(default_factory=dict)
    markers: dict[str, str] = field(default_factory=dict)  # what it marks -> the marker itself

    def mark(self, what: str) -> str:
        """The marker for one confidential value, remembered."""
        self.markers[what] = f"ZQ{self.letter}.{what}.QZ"
        return self.markers[what]

    def mark_number(self, what: str) -> int:
        """The same for a value that must be a person's id: nobody has this one."""
        number = 7_340_000_000 + 1_000_000 * ord(self.letter) + len(self.markers)
        self.markers[what] = str(number)
        return number


def build_world(letter: str) -> World:
    organisation = OrganisationFactory(name=f"World {letter}", slug=f"world-{letter.lower()}")
    with organisation_scope(organisation.pk):
        world = _cast(letter, organisation)
        _pair(world)
        _talk(world)
        _goals(world)
        _meetings(world)
        _journey(world)
        _sign_ups(world)
        _matching(world)
        _paperwork(world)
    return world


def _cast(letter: str, organisation: Organisation) -> World:
    people = {
        name: PersonFactory(
            organisation=organisation, given_name="".join(word.title() for word in name.split("_")),
            family_name=f"World{letter}",
            account=AccountFactory(email=f"{name}@world-{letter.lower()}.example"),
        )
        for name in PRINCIPALS
    }  # fmt: skip
    people["mentee"].manager = people["people_manager"]
    people["mentee"].save()
    people["left"].status = PersonStatus.LEFT
    people["left"].save()
    for name, role in (
        ("analyst", OrganisationRole.ANALYST), ("admin", OrganisationRole.ADMIN),
        ("safeguarding", OrganisationRole.SAFEGUARDING), ("executive", OrganisationRole.EXECUTIVE),
    ):  # fmt: skip
        RoleGrantFactory(organisation=organisation, person=people[name], role=role)
    organisation.second_factor_for_admins = False
    organisation.save()
    programme = ProgrammeFactory(
        organisation=organisation, name=f"Programme {letter}", slug=f"programme-{letter.lower()}"
    )
    programme.matching["method"] = "self_chosen"  # so that both sides have a page on which they find the other
    programme.save()
    other = ProgrammeFactory(
        organisation=organisation, name=f"Other {letter}", slug=f"other-{letter.lower()}",
        pair_visibility=PairVisibility.HIDDEN,
    )  # fmt: skip
    for target, name, kind in (
        (programme, "programme_manager", ProgrammeRoleKind.OWNER),
        (programme, "programme_analyst", ProgrammeRoleKind.ANALYST),
        (other, "other_programme_manager", ProgrammeRoleKind.OWNER),
    ):
        ProgrammeRoleFactory(organisation=organisation, programme=target, person=people[name], kind=kind)
    mentorship = a_pair(programme, people["mentee"], people["mentor"])
    mentorship.started_at = clock.now() - timedelta(days=60)
    mentorship.save()
    hidden = a_pair(other, people["mentee"], people["mentor"])
    world = World(letter, organisation, people, programme, other, mentorship, hidden)
    world.ids |= {"slug": programme.slug, "mentorship": mentorship.pk}
    for person in people.values():
        Consent.objects.create(
            organisation=organisation, person=person, kind=ConsentKind.PRIVACY_NOTICE, version=1, given_at=clock.now()
        )
    return world


def _pair(world: World) -> None:
    organisation, people, now = world.organisation, world.people, clock.now()
    agreement = Agreement.objects.create(
        organisation=organisation, mentorship=world.mentorship, version=1, drafted_by=people["mentee"], drafted_at=now,
        **{name: world.mark(f"agreement.{name}") for name in ("aims", "rhythm", "boundaries", "confidentiality")},
    )  # fmt: skip
    for name in ("mentee", "mentor"):
        Signature.objects.create(organisation=organisation, agreement=agreement, person=people[name], signed_at=now)
    Transition.objects.create(
        organisation=organisation, mentorship=world.mentorship, to_state="active", at=now, by=people["mentee"],
        words=world.mark("transition.words"),
    )  # fmt: skip


def _talk(world: World) -> None:
    for name in ("mentee", "mentor"):
        message = Message.objects.create(
            organisation=world.organisation, mentorship=world.mentorship, author=world.people[name],
            body=world.mark(f"message.body.{name}"), sent_at=clock.now(),
        )  # fmt: skip
    ReadMark.objects.create(
        organisation=world.organisation, mentorship=world.mentorship, person=world.people["mentee"],
        last_message_id=message.pk - 1,
    )  # fmt: skip


def _goals(world: World) -> None:
    """The kinds managed and hidden are shown to the owner's manager; hidden is of a programme that hides its pairs."""
    now = clock.now()
    for kind in ("draft", "active", "shared", "managed", "hidden"):
        texts = {name: world.mark(f"goal.{name}.{kind}") for name in ("title", "outcome", "evidence", "why", "if_then")}
        goal = Goal.objects.create(
            organisation=world.organisation, owner=world.people["mentee"], linked_skill="delegation", created_at=now,
            mentorship=world.hidden_mentorship if kind == "hidden" else world.mentorship,
            status=GoalStatus.DRAFT if kind == "draft" else GoalStatus.ACTIVE,
            activated_at=None if kind == "draft" else now, due_on=now.date() + timedelta(days=20),
            shared_in_full=kind == "shared", shared_with_manager=kind in {"managed", "hidden"}, **texts,
        )  # fmt: skip
        step = ActionItem.objects.create(
            organisation=world.organisation, goal=goal, owner=world.people["mentee"],
            text=world.mark(f"action.text.{kind}"), due_on=now.date() + timedelta(days=5),
        )  # fmt: skip
        world.ids |= {f"goal_{kind}": goal.pk, f"step_{kind}": step.pk}


def _meetings(world: World) -> None:
    now = clock.now()
    for kind, at, state in (
        ("planned", now + timedelta(days=3), MeetingState.PLANNED),
        ("held", now - timedelta(days=8), MeetingState.HELD_ONE),
    ):
        meeting = Meeting.objects.create(
            organisation=world.organisation, mentorship=world.mentorship, starts_at=at, minutes=50, state=state,
            topic=world.mark(f"meeting.topic.{kind}"), place=world.mark(f"meeting.place.{kind}"),
            notes=world.mark(f"meeting.notes.{kind}"), planned_by=world.people["mentor"], created_at=now,
        )  # fmt: skip
        world.ids[f"meeting_{kind}"] = meeting.pk
    Confirmation.objects.create(
        organisation=world.organisation, meeting=meeting, person=world.people["mentor"], took_place=True, at=now
    )


def _journey(world: World) -> None:
    now = clock.now()
    journey = Journey.objects.create(
        organisation=world.organisation, mentorship=world.mentorship, stage="goal_setting", stage_since=now
    )
    for stage in ("orientation", "connection", "goal_setting"):
        StageEntry.objects.create(
            organisation=world.organisation, journey=journey, stage=stage, entered_at=now, how=StageEntry.How.CONDITIONS
        )
    for name in ("mentee", "mentor"):
        person = world.people[name]
        ReviewChoice.objects.create(
            organisation=world.organisation, journey=journey, person=person, choice=ReviewChoice.Choice.ADJUST,
            barriers=world.mark(f"review.barriers.{name}"), at=now,
        )  # fmt: skip
        Reflection.objects.create(
            organisation=world.organisation, journey=journey, person=person, at=now,
            body=world.mark(f"reflection.body.{name}"), thanks=world.mark(f"reflection.thanks.{name}"),
        )  # fmt: skip
        certificate = Certificate.objects.create(
            organisation=world.organisation, journey=journey, person=person, issued_at=now,
            number=f"{world.letter}{name}".ljust(24, "0"),
        )  # fmt: skip
        SurveyResponse.objects.create(
            organisation=world.organisation, person=person, pack="pulse_30", at=now,
            context=f"mentorship:{world.mentorship.pk}",
            answers=json.dumps({"comment": world.mark(f"survey.answers.{name}")}),
        )  # fmt: skip
        world.ids[f"certificate_{name}"] = certificate.number


def _sign_ups(world: World) -> None:
    for name, side in (("mentee", Side.MENTEE), ("mentor", Side.MENTOR), ("bystander", Side.MENTEE)):
        enrolment = EnrolmentFactory(
            organisation=world.organisation, programme=world.programme, person=world.people[name], side=side, places=2,
            state=EnrolmentState.APPROVED, goal=world.mark(f"enrolment.goal.{name}"),
            findable=name == "bystander",
            no_match=json.dumps([world.people["executive"].pk, world.mark_number(f"enrolment.no_match.{name}")]),
            **{part: [world.mark(f"enrolment.{part}.{name}")] for part in ("aims", "interests", "experience")},
        )  # fmt: skip
        EnrolmentSkill.objects.create(organisation=world.organisation, enrolment=enrolment, skill="delegation", level=2)
        question, _ = Question.objects.get_or_create(
            organisation=world.organisation, programme=world.programme, side=side, key="limits",
            defaults={"kind": QuestionKind.TEXT, "text": "Anything you would rather not do?"},
        )  # fmt: skip
        Answer.objects.create(
            organisation=world.organisation, enrolment=enrolment, question=question,
            value=json.dumps(world.mark(f"answer.value.{name}")),
        )  # fmt: skip
        world.ids |= {f"enrolment_{name}": enrolment.pk, "question": question.pk}


def _matching(world: World) -> None:
    """A published round with an offer out, and one under review."""
    now = clock.now()
    published = _solved_round(
        world, 1, state=RoundState.PUBLISHED, published_at=now, undo_until=now + timedelta(hours=1)
    )
    offered = _pair_of(
        published, world, state=ProposalState.OFFERED, offered_at=now, expires_at=now + timedelta(days=14),
        origin=ProposalOrigin.MENTOR_REQUEST,
    )  # fmt: skip
    OfferAnswer.objects.create(
        organisation=world.organisation, proposal=offered, person=world.people["mentor"], accepted=True, at=now,
        reason=world.mark("offer.reason.mentor"),
    )  # fmt: skip
    Report.objects.create(
        organisation=world.organisation, round=published, made_at=now, asked_by=world.people["programme_manager"],
        **{name: b64encode(world.mark(f"report.{name}").encode()).decode() for name in ("pdf", "sheet")},
    )  # fmt: skip
    review = _solved_round(world, 2, state=RoundState.REVIEW)
    pair = _pair_of(review, world, state=ProposalState.UNDER_REVIEW)
    Unmatched.objects.create(
        organisation=world.organisation,
        round=review,
        reason="no_mentor_with_places",
        enrolment_id=world.ids["enrolment_mentee"],
    )
    world.ids["scenario"] = _scenario(world)
    world.ids |= {
        "round": published.number, "round_pk": published.pk, "proposal": offered.pk,
        "round_review": review.number, "proposal_review": pair.pk,
    }  # fmt: skip


def _scenario(world: World) -> int:
    """A plan to compare, solved on the people of the programme."""
    by, now = world.people["programme_manager"], clock.now()
    found = scenarios.make_scenario(by=by, programme=world.programme, name="As it is", changes={}, now=now)
    return scenarios.solve_scenario(found=found, now=now).number


def _solved_round(world: World, number: int, **fields: object) -> Round:
    """Solved by the engine itself, so that its proof can be opened."""
    mentee = Participant("bystander", level=3, goal=world.mark(f"round.inputs.{number}"))
    pool = Pool((mentee,), (Participant("mentor", level=5),))
    plan = solve(pool, engine_settings(world.programme.matching), engine_taxonomy(), salt="salt")
    return Round.objects.create(
        organisation=world.organisation, programme=world.programme, number=number, settings=world.programme.matching,
        salt="salt", inputs=pool_to_json(pool), certificate=certificate(plan), total=plan.total,
        created_at=clock.now(), solved_at=clock.now(), **fields,
    )  # fmt: skip


def _pair_of(found: Round, world: World, **fields: object) -> Proposal:
    return Proposal.objects.create(
        organisation=world.organisation, programme=world.programme, round=found, score=71_000,
        mentee_id=world.ids["enrolment_bystander"], mentor_id=world.ids["enrolment_mentor"],
        reasons={"reasons": [{"factor": "distance", "key": "distance.both", "params": {}}], "gap": None}, **fields,
    )  # fmt: skip


def _paperwork(world: World) -> None:
    now = clock.now()
    ProtectedAttribute.objects.create(
        organisation=world.organisation, person=world.people["mentee"], kind="gender",
        value=world.mark("protected.value.mentee"),
    )  # fmt: skip
    run = DirectoryImport.objects.create(
        organisation=world.organisation, file_name="people.csv", content=b"", state=ImportState.APPLIED, created_at=now,
        started_by=world.people["admin"], report={}, faults=[],
    )  # fmt: skip
    objective = Objective.objects.create(organisation=world.organisation, title=f"Objective {world.letter}")
    job = jobs.queue(
        "matching.solve_round", organisation_id=world.organisation.pk, started_by_id=world.people["admin"].pk,
        round_id=Round.objects.get(programme=world.programme, number=world.ids["round"]).pk,
    )  # fmt: skip
    condition = EligibilityRule.objects.create(
        organisation=world.organisation, programme=world.programme, side=Side.MENTEE, kind="statement",
        value={}, words="Wants to grow",
    )  # fmt: skip
    notice = Notice.objects.create(
        organisation=world.organisation, person=world.people["mentee"], kind=OFFER_WITHDRAWN.name, key="k", at=now,
        parameters={"programme": world.programme.name},
    )  # fmt: skip
    world.ids |= {
        "condition": condition.pk, "notice": notice.pk,
        "programme_analyst": world.people["programme_analyst"].pk,
        "role_grant": world.people["analyst"].role_grants.get().pk,
    }  # fmt: skip
    world.ids |= {"import": run.pk, "objective": objective.pk, "job": job, "person": world.people["bystander"].pk}
