"""A small programme without rounds, in which mentees and mentors find and ask each other."""

from datetime import datetime, timedelta

from trellis.demo.dice import dice_of
from trellis.demo.enrolments import SignUps
from trellis.demo.people import Cast
from trellis.matching.actions.requests import ask
from trellis.matching.queries.suggestions import outlook_of
from trellis.programmes.actions.programmes import create_programme
from trellis.programmes.choices import ProgrammeStatus, Side
from trellis.programmes.models import Enrolment, Programme

NAME = "Find each other"
MENTEES, FINDABLE, MENTORS = 14, 9, 8
WEIGHTS = {"skill_coverage": 40, "goal_fit": 15, "values_style": 15, "availability": 20, "mutual_preference": 10}


def let_people_ask(cast: Cast, trained: set[tuple[int, str]], now: datetime) -> Programme:
    """Most mentees let mentors find them; the mentor a visitor can be has asked one. `trained`: already."""
    dice = dice_of("find each other")
    begin = (now - timedelta(weeks=2)).date()
    programme = create_programme(
        by=None, owner=cast.named["programme_manager"], template="informal_open", name=NAME, starts_on=begin, now=now,
        opens_on=begin - timedelta(weeks=2),
    )  # fmt: skip
    programme.status = ProgrammeStatus.RUNNING
    programme.matching = {**programme.matching, "weights": WEIGHTS}
    programme.save()
    sign_ups = SignUps(dice, now)
    sign_ups.trained = trained
    others = [person for person in cast.everyone if person not in cast.named.values()]
    low, high = ([one for one in others if ((one.level or 0) <= 4) == wanted] for wanted in (True, False))
    mentees = sign_ups.enrol(
        programme, [*dice.sample(low, MENTEES), cast.named["mentee"]], Side.MENTEE, days_ago=10
    )  # fmt: skip
    mentors = sign_ups.enrol(
        programme, [*dice.sample(high, MENTORS), cast.named["mentor"]], Side.MENTOR, days_ago=12
    )  # fmt: skip
    Enrolment.objects.filter(pk__in=[mentee.pk for mentee in mentees[:FINDABLE]]).update(findable=True)
    Enrolment.objects.filter(pk=mentors[-1].pk).update(places=3)
    _ask_somebody(mentors[-1], now)
    return programme


def _ask_somebody(mentor: Enrolment, now: datetime) -> None:
    outlook = outlook_of(mentor, now=now)
    for code in outlook.possible[:1] if outlook else ():
        asked = Enrolment.objects.get(programme=mentor.programme, side=Side.MENTEE, person__external_id=code)
        ask(by=mentor.person, asker=mentor, asked=asked, now=now)
