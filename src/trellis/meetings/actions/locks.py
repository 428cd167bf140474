"""Who may write, and what is held while they do: the mentorship first, then its people, then the meeting."""

from django.utils.translation import gettext as _

from trellis.kernel.errors import NotAllowed
from trellis.meetings import rules
from trellis.meetings.models import Meeting
from trellis.mentorships.models import Mentorship, Party
from trellis.people.models import Person


def hold_mentorship(by: Person, number: int) -> Mentorship:
    """The mentorship as it is now, locked; raises `NotAllowed` unless `by` may write in it."""
    mentorship = Mentorship.objects.select_for_update(no_key=True).get(pk=number)
    if not rules.can_plan(by, mentorship):
        raise NotAllowed(_("This mentorship has ended, or is not yours: it can be read but not changed."))
    return mentorship


def hold_people(mentorship: Mentorship) -> None:
    """Both people, so that nobody books either of them elsewhere at the same time."""
    people = Party.objects.filter(mentorship=mentorship).values("person")
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk"))


def hold_meeting(by: Person, meeting: Meeting) -> Meeting:
    """The meeting as it is now, locked with its mentorship; raises `NotAllowed` unless `by` may write in it."""
    mentorship = hold_mentorship(by, meeting.mentorship_id)
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    meeting.mentorship = mentorship
    return meeting
