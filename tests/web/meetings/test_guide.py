from datetime import timedelta

from trellis.kernel import clock
from trellis.mentorships.actions import pause_mentorship
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries.partners import partners_in
from trellis.people.models import Person
from trellis.web.meetings.guide import guide_for


def test_a_pause_that_lasts_holds_the_weeks_of_the_agenda(running: Mentorship, amara: Person) -> None:
    items = [{"minutes": 5, "topic": "x"}]
    running.programme.agendas = [{"week": week, "title": f"Week {week}", "items": items} for week in (9, 15)]
    running.programme.save()
    now, partner = clock.now(), partners_in([running.pk], amara)[running.pk]
    assert guide_for(running, partner, now).title == "Week 9"

    paused = pause_mentorship(by=amara, mentorship=running, until=now.date() + timedelta(days=60), now=now)

    assert guide_for(paused, partner, now + timedelta(weeks=6)).title == "Week 9"
