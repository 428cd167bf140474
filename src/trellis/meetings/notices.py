"""What this app can tell. Names and times only; never what a meeting is about or where it is."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_noop

from trellis.notifications.registry import NoticeKind
from trellis.people.models import Person

PLANNED = NoticeKind(
    name="meetings.planned",
    subject=gettext_noop("%(name)s planned a meeting with you"),
    lines=(gettext_noop("It starts on %(when)s."), gettext_noop("If the time does not suit you, move it.")),
    action=gettext_noop("Open the meeting"),
)
MOVED = NoticeKind(
    name="meetings.moved",
    subject=gettext_noop("%(name)s moved your meeting"),
    lines=(gettext_noop("It now starts on %(when)s."),),
    action=gettext_noop("Open the meeting"),
)
CANCELLED = NoticeKind(
    name="meetings.cancelled",
    subject=gettext_noop("%(name)s called off your meeting"),
    lines=(gettext_noop("It was planned for %(when)s. You can plan another one together."),),
    action=gettext_noop("See your meetings"),
)
LOGGED = NoticeKind(
    name="meetings.logged",
    subject=gettext_noop("%(name)s noted a meeting you had"),
    lines=(gettext_noop("It started on %(when)s. Say whether it took place: one tap."),),
    action=gettext_noop("Answer"),
)
ASK_HELD = NoticeKind(
    name="meetings.ask_held",
    subject=gettext_noop("Did your meeting with %(name)s take place?"),
    lines=(gettext_noop("It was planned for %(when)s."), gettext_noop("One tap is enough.")),
    action=gettext_noop("Answer"),
)


def when(moment: datetime, person: Person) -> str:
    """`moment` on the person's own clock and in their language, with the place of that clock."""
    language = person.account.language if person.account and person.account.language else settings.LANGUAGE_CODE
    here = moment.astimezone(ZoneInfo(person.time_zone))
    with translation.override(language):
        return f"{date_format(here, 'l j F Y, H:i')} ({place_of(person.time_zone)})"


def place_of(zone: str) -> str:
    """The city that a time zone is named after."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
