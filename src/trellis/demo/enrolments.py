"""Who takes part in which programme, with what they wrote when they signed up."""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from trellis.demo import texts
from trellis.learning.models import ModuleCompletion
from trellis.people.choices import ConsentKind
from trellis.people.models import Consent, Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment, EnrolmentSkill, Programme
from trellis.skills import taxonomy

MODULES = {Side.MENTEE: "mentee_start", Side.MENTOR: "mentor_start"}


class SignUps:
    """Collects enrolments and what goes with them, and writes them in a few statements."""

    def __init__(self, dice: random.Random, now: datetime) -> None:
        self.dice = dice
        self.now = now
        self.trained: set[tuple[int, str]] = set()

    def enrol(
        self, programme: Programme, people: Iterable[Person], side: Side, *, days_ago: int,
        states: Sequence[str] = (EnrolmentState.APPROVED,),
    ) -> list[Enrolment]:  # fmt: skip
        """Enrol people; `states` are dealt out in turn."""
        people = list(people)
        enrolments = Enrolment.objects.bulk_create(
            self._enrolment(programme, person, side, states[n % len(states)], days_ago)
            for n, person in enumerate(people)
        )
        chosen = [(enrolment, self.dice.sample(texts.SKILLS, self.dice.randint(2, 4))) for enrolment in enrolments]
        low, high = (1, 3) if side == Side.MENTEE else (3, 5)
        EnrolmentSkill.objects.bulk_create(
            EnrolmentSkill(
                organisation_id=programme.organisation_id, enrolment=enrolment, skill=skill,
                level=self.dice.randint(low, high),
            )
            for enrolment, skills in chosen
            for skill in skills
        )  # fmt: skip
        for enrolment, skills in chosen:
            pattern = self.dice.choice(texts.ENROLMENT_GOALS if side == Side.MENTEE else texts.HELPS_WITH)
            enrolment.goal = pattern.format(skill=taxonomy.skill(skills[0]).name.lower())
        Enrolment.objects.bulk_update(enrolments, ["goal"])
        self._consent_and_train(programme, [e for e in enrolments if e.state != EnrolmentState.INVITED], side, days_ago)
        return enrolments

    def _enrolment(self, programme: Programme, person: Person, side: Side, state: str, days_ago: int) -> Enrolment:
        at = self.now - timedelta(days=days_ago, hours=self.dice.randint(0, 200))
        answered = state not in {EnrolmentState.INVITED, EnrolmentState.STARTED}
        return Enrolment(
            organisation_id=programme.organisation_id, programme=programme, person=person, side=side, state=state,
            places=1 if side == Side.MENTEE else self.dice.choice((1, 2, 2, 3)),
            working_style=self.dice.choice(texts.STYLES), values=self.dice.sample(texts.VALUES, 3),
            availability=self.dice.sample(texts.SLOTS, 4), interests=[], aims=[],
            created_at=at, applied_at=at if answered else None,
            decided_at=at + timedelta(days=2) if state == EnrolmentState.APPROVED else None,
        )  # fmt: skip

    def _consent_and_train(
        self, programme: Programme, enrolments: Sequence[Enrolment], side: Side, days_ago: int
    ) -> None:
        at = self.now - timedelta(days=days_ago)
        Consent.objects.bulk_create(
            (
                Consent(
                    organisation_id=programme.organisation_id, person_id=enrolment.person_id,
                    kind=ConsentKind.PROGRAMME_TERMS, about=f"programme:{programme.pk}",
                    version=programme.terms_version, given_at=at,
                )
                for enrolment in enrolments
            ),
            ignore_conflicts=True,
        )  # fmt: skip
        fresh = [e for e in enrolments if (e.person_id, MODULES[side]) not in self.trained]
        self.trained.update((e.person_id, MODULES[side]) for e in fresh)
        ModuleCompletion.objects.bulk_create(
            ModuleCompletion(
                organisation_id=programme.organisation_id, person_id=enrolment.person_id, module=MODULES[side],
                completed_at=at,
            )
            for enrolment in fresh
        )  # fmt: skip
