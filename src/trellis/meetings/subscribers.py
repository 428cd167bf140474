from trellis.kernel import clock
from trellis.kernel.events import hears
from trellis.meetings import actions
from trellis.mentorships.choices import LIVE_STATES
from trellis.mentorships.events import MentorshipChanged
from trellis.mentorships.models import Mentorship


@hears(MentorshipChanged)
def call_off_what_is_left(*, organisation_id: int, mentorship_id: int, state: str) -> None:
    """A closed mentorship meets no more: its planned meetings are called off, quietly, as its end was told already.
    Where that is taken back, so are they.

    What it is now decides, not what the news says: news of an end may be heard after the end was taken back. A
    withdrawn one is gone before its news is heard.
    """
    for mentorship in Mentorship.objects.filter(pk=mentorship_id):
        follow = actions.plan_again if mentorship.state in LIVE_STATES else actions.call_off_planned
        follow(mentorship=mentorship, now=clock.now())
