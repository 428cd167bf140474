"""Puts the invented world together for one stage of a programme's life."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from trellis.demo import texts
from trellis.demo.asking import let_people_ask
from trellis.demo.dice import dice_of
from trellis.demo.enrolments import SignUps
from trellis.demo.for_everybody import open_to_everybody
from trellis.demo.people import Cast, make_cast, make_organisation
from trellis.demo.relationships import Couple, Histories
from trellis.kernel import audit
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.review import decide
from trellis.matching.actions.rounds import publish_round, solve_round, start_round
from trellis.matching.choices import ProposalState
from trellis.matching.queries.pool import engine_settings, engine_taxonomy, load_pool
from trellis.matching.stored import reasons_to_json
from trellis.people.models import Organisation, Person
from trellis.programmes.actions.programmes import create_programme
from trellis.programmes.choices import EnrolmentState, ProgrammeStatus, Side
from trellis.programmes.models import Enrolment, EnrolmentSkill, Objective, Programme
from trellis_engine.matching import explain, solve

STAGES = ("launch", "matching", "midway", "closing")
SEED = 20261122


@dataclass(frozen=True)
class Plan:
    """One demo programme: how many take part on each side, and how long its pairs have run at `midway`."""

    template: str
    name: str
    mentees: int
    mentors: int
    pairs: int
    weeks: tuple[int, int]  # youngest and oldest pair


FORMAL = Plan("career_formal", "Career Growth 2026", 50, 47, 44, (9, 21))
OTHERS = (
    Plan("reverse_digital", "Digital reverse mentoring", 16, 16, 14, (4, 14)),
    Plan("onboarding_buddy", "Welcome buddies", 18, 16, 14, (2, 9)),
    Plan("executive", "Executive mentoring", 9, 9, 8, (8, 30)),
)
MOODS = ("steady",) * 11 + ("quiet", "quiet", "never", "paused")


@transaction.atomic
def seed(stage: str, now: datetime) -> Organisation:
    """Write the whole demo world. Runs on an empty database only."""
    dice = dice_of(SEED)
    organisation = make_organisation(now)
    with organisation_scope(organisation.pk):
        _World(make_cast(organisation, dice, now), dice, now, stage).make()
    return organisation


class _World:
    def __init__(self, cast: Cast, dice: random.Random, now: datetime, stage: str) -> None:
        self.cast = cast
        self.dice = dice
        self.now = now
        self.stage = stage
        self.sign_ups = SignUps(dice, now)
        self.manager = cast.named["programme_manager"]
        named = {person.pk for person in cast.named.values()}
        self.spare = [person for person in cast.everyone if person.pk not in named]

    def make(self) -> None:
        objective = Objective.objects.create(
            organisation=self.cast.organisation, title="Fill half of our leading roles from within by 2028",
            description="Careers grow here: people see a next step and somebody who has taken it.",
        )  # fmt: skip
        programmes = [self._programme(plan) for plan in (FORMAL, *OTHERS)]
        Programme.objects.update(objective=objective)
        self._formal(programmes[0])
        for plan, programme in zip(OTHERS, programmes[1:], strict=True):
            self._running(plan, programme, shift=self._shift())
        if self.stage == "midway":
            open_to_everybody(self.cast, self.sign_ups.trained, self.now)
            let_people_ask(self.cast, self.sign_ups.trained, self.now)
        audit.record(
            organisation_id=self.cast.organisation.pk, actor_id=None, verb="demo.seeded", subject="organisation",
            at=self.now, facts={"stage": self.stage},
        )  # fmt: skip

    def _shift(self) -> float:
        """How much further the pairs are than at midway."""
        return {"launch": 0.4, "matching": 0.6, "midway": 1.0, "closing": 2.2}[self.stage]

    def _programme(self, plan: Plan) -> Programme:
        weeks = (
            round(plan.weeks[1] * self._shift()) if plan is not FORMAL or self.stage in {"midway", "closing"} else -3
        )
        begin = (self.now - timedelta(weeks=weeks)).date()
        programme = create_programme(
            by=None, owner=self.manager, template=plan.template, name=plan.name, starts_on=begin, now=self.now,
            opens_on=begin - timedelta(weeks=5),
        )  # fmt: skip
        programme.status = ProgrammeStatus.ENROLLING if weeks < 0 else ProgrammeStatus.RUNNING
        programme.save()
        return programme

    # --- the one programme that the stages are about

    def _formal(self, programme: Programme) -> None:
        steps = {"launch": self._launch, "matching": self._matching, "midway": self._midway, "closing": self._closing}
        steps[self.stage](programme)

    def _launch(self, programme: Programme) -> None:
        """Half have signed up, mentors wait for approval, others are invited."""
        mentees, mentors = self._sides(FORMAL)
        approved, started, invited = EnrolmentState.APPROVED, EnrolmentState.STARTED, EnrolmentState.INVITED
        self.sign_ups.enrol(programme, mentees, Side.MENTEE, days_ago=6, states=(approved, approved, started, invited))
        applied = EnrolmentState.APPLIED
        self.sign_ups.enrol(programme, mentors, Side.MENTOR, days_ago=6, states=(applied, applied, approved, invited))

    def _matching(self, programme: Programme) -> None:
        """Everybody is in, and a solved round waits for review."""
        self._enrol_all(programme, FORMAL)
        found = start_round(by=self.manager, programme=programme, now=self.now, salt="demo")
        solve_round(found=found, now=self.now)

    def _midway(self, programme: Programme) -> None:
        enrolled = self._enrol_all(programme, FORMAL, days_ago=170)
        couples = self._couples(programme, FORMAL, enrolled, 1.0)
        Histories(programme, self.dice, self.now).tell(couples)
        self._latecomers(programme)

    def _closing(self, programme: Programme) -> None:
        enrolled = self._enrol_all(programme, FORMAL, days_ago=290)
        couples = self._couples(programme, FORMAL, enrolled, 1.9, closed=14)
        Histories(programme, self.dice, self.now).tell(couples)
        self._latecomers(programme)

    def _latecomers(self, programme: Programme) -> None:
        """A second wave: some wait for approval, and a small round is out for answers."""
        self.spare.sort(key=lambda person: (person.level or 0, person.pk))
        mentees = [self.spare.pop(len(self.spare) // 4) for _ in range(9)]
        mentors = [self.spare.pop() for _ in range(14)]
        self.sign_ups.enrol(programme, mentees, Side.MENTEE, days_ago=4)
        states = (EnrolmentState.APPROVED, EnrolmentState.APPLIED)
        self.sign_ups.enrol(programme, mentors, Side.MENTOR, days_ago=4, states=states)
        found = solve_round(
            found=start_round(by=self.manager, programme=programme, now=self.now, salt="demo"), now=self.now
        )
        chosen = (
            found.proposals.filter(state=ProposalState.UNDER_REVIEW).order_by("-score").values_list("pk", flat=True)
        )
        decide(by=self.manager, found=found, proposals=list(chosen)[:6], to=ProposalState.APPROVED, now=self.now)
        publish_round(by=self.manager, found=found, now=self.now)

    # --- the others, which simply run

    def _running(self, plan: Plan, programme: Programme, shift: float) -> None:
        enrolled = self._enrol_all(programme, plan, days_ago=round(plan.weeks[1] * 7 * shift) + 14)
        Histories(programme, self.dice, self.now).tell(self._couples(programme, plan, enrolled, shift))

    # --- pieces

    def _sides(self, plan: Plan) -> tuple[list[Person], list[Person]]:
        """Mentees from the lower levels, mentors from the upper ones, each person once (reverse: the other way)."""
        self.spare.sort(key=lambda person: (person.level or 0, person.pk))
        low, high = plan.mentees, plan.mentors
        if plan.template == "executive":
            low_people = [self.spare.pop(len(self.spare) * 2 // 3) for _ in range(low)]
            high_people = [self.spare.pop() for _ in range(high)]
        else:
            low_people = [self.spare.pop(len(self.spare) // 8) for _ in range(low)]
            high_people = [self.spare.pop(len(self.spare) * 3 // 4) for _ in range(high)]
        if plan.template == "reverse_digital":
            return high_people, low_people
        if plan is FORMAL:
            low_people.append(self.cast.named["mentee"])
            high_people.append(self.cast.named["mentor"])
        return low_people, high_people

    def _enrol_all(self, programme: Programme, plan: Plan, days_ago: int = 12) -> list[Enrolment]:
        mentees, mentors = self._sides(plan)
        enrolled = [
            *self.sign_ups.enrol(programme, mentees, Side.MENTEE, days_ago=days_ago),
            *self.sign_ups.enrol(programme, mentors, Side.MENTOR, days_ago=days_ago),
        ]
        if plan is FORMAL:
            self._befriend(programme)
        return enrolled

    def _befriend(self, programme: Programme) -> None:
        """Amara and Priya, whom most visitors look at first, suit each other well."""
        shared = {
            "values": ["learning", "impact", "craft"], "working_style": "structured",
            "availability": list(texts.SLOTS[2:7]),
        }  # fmt: skip
        for key, levels in (("mentee", (2, 1, 2)), ("mentor", (5, 4, 4))):
            mine = Enrolment.objects.get(programme=programme, person=self.cast.named[key])
            Enrolment.objects.filter(pk=mine.pk).update(**shared)
            mine.skills.all().delete()
            EnrolmentSkill.objects.bulk_create(
                EnrolmentSkill(organisation_id=programme.organisation_id, enrolment=mine, skill=skill, level=level)
                for skill, level in zip(("pricing", "giving_feedback", "delegation"), levels, strict=True)
            )

    def _couples(
        self, programme: Programme, plan: Plan, enrolled: Sequence[Enrolment], shift: float, closed: int = 0
    ) -> list[Couple]:
        """The engine's own best plan for the people enrolled, in the order of their scores."""
        sides = {(enrolment.side, enrolment.person.external_id): enrolment for enrolment in enrolled}
        pool, settings = load_pool(programme, self.now), engine_settings(programme.matching)
        pairs = sorted(solve(pool, settings, engine_taxonomy(), "demo").pairs, key=lambda pair: -pair.score)
        amara, priya = self.cast.named["mentee"].external_id, self.cast.named["mentor"].external_id
        chosen = [pair for pair in pairs if amara != pair.mentee and priya != pair.mentor][: plan.pairs]
        couples = []
        for number, pair in enumerate(chosen):
            oldest = round(plan.weeks[1] * shift)
            weeks = self.dice.randint(min(plan.weeks[0], oldest), oldest)
            mood = "closed" if number < closed else MOODS[number % len(MOODS)]
            explanation = explain(pool, settings, engine_taxonomy(), pair.mentee, pair.mentor)
            couples.append(
                Couple(
                    sides[Side.MENTEE, pair.mentee], sides[Side.MENTOR, pair.mentor], max(weeks, 1), mood, pair.score,
                    reasons_to_json(explanation),
                )
            )  # fmt: skip
        if plan is FORMAL:
            explanation = explain(pool, settings, engine_taxonomy(), amara, priya)
            couples.insert(
                0,
                Couple(
                    sides[Side.MENTEE, amara], sides[Side.MENTOR, priya], round(10 * shift), "steady",
                    max(explanation.score, 1), reasons_to_json(explanation),
                ),
            )  # fmt: skip
        return couples
