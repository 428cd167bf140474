"""A programme for the whole organisation whose first round waits for review: large enough for fairness figures."""

import random
from datetime import datetime, timedelta

from trellis.demo.dice import dice_of
from trellis.demo.enrolments import SignUps
from trellis.demo.people import Cast
from trellis.matching.actions.fairness import ask_for_audit, make_audit
from trellis.matching.actions.rounds import solve_round, start_round
from trellis.people.actions.attributes import save_attributes
from trellis.people.choices import ATTRIBUTES, AttributeKind
from trellis.people.models import Person
from trellis.programmes.actions.programmes import create_programme
from trellis.programmes.choices import ProgrammeStatus, Side
from trellis.programmes.models import Programme

NAME = "Mentoring for everybody"
HIGHEST_MENTEE = 4  # level; mentors stand above
MENTORS = 58
# kind -> how many of a hundred say anything, and how often each answer is given
SAID: dict[str, tuple[int, tuple[int, ...]]] = {
    AttributeKind.GENDER: (78, (49, 47, 4)),
    AttributeKind.AGE: (74, (35, 30, 20, 12, 3)),
    AttributeKind.ETHNICITY: (60, (32, 14, 14, 1, 5, 8, 24, 2)),
    AttributeKind.DISABILITY: (70, (8, 92)),
}


def open_to_everybody(cast: Cast, trained: set[tuple[int, str]], now: datetime) -> Programme:
    """Sign everybody up but those a visitor can be, solve a round, and work out its fairness. `trained`: already."""
    dice = dice_of("for everybody")
    manager = cast.named["programme_manager"]
    begin = (now + timedelta(weeks=3)).date()
    programme = create_programme(
        by=None, owner=manager, template="career_formal", name=NAME, starts_on=begin, now=now,
        opens_on=begin - timedelta(weeks=8),
    )  # fmt: skip
    programme.status = ProgrammeStatus.ENROLLING
    programme.save()
    named = {person.pk for person in cast.named.values()}
    others = [person for person in cast.everyone if person.pk not in named]
    mentees = [person for person in others if (person.level or 0) <= HIGHEST_MENTEE]
    mentors = [person for person in others if (person.level or 0) > HIGHEST_MENTEE][:MENTORS]
    sign_ups = SignUps(dice, now)
    sign_ups.trained = trained
    half = len(mentees) // 2
    sign_ups.enrol(programme, mentees[:half], Side.MENTEE, days_ago=30)
    sign_ups.enrol(programme, mentees[half:], Side.MENTEE, days_ago=12)
    sign_ups.enrol(programme, mentors, Side.MENTOR, days_ago=15)
    for person in others:
        _speak(person, dice, now)
    found = solve_round(found=start_round(by=manager, programme=programme, now=now, salt="demo"), now=now)
    make_audit(audit=ask_for_audit(by=manager, found=found, now=now), now=now)
    return programme


def _speak(person: Person, dice: random.Random, now: datetime) -> None:
    """What they say for fairness audits; many leave questions open."""
    said = {
        kind: dice.choices(list(ATTRIBUTES[kind]), weights=weights)[0]
        for kind, (some, weights) in SAID.items()
        if dice.randrange(100) < some
    }
    if said:
        save_attributes(by=person, said=said, now=now - timedelta(days=dice.randint(20, 90)))
