"""What has happened between the two, newest first. Dates and kinds; nothing that anybody wrote."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.journeys.guide import stage_name
from trellis.journeys.models import StageEntry
from trellis.journeys.queries.material import Material
from trellis.meetings.models import MeetingState
from trellis.mentorships.choices import MentorshipState


@dataclass(frozen=True)
class Happening:
    at: datetime
    title: str
    detail: str
    icon: str
    good: bool = False

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


def history_of(material: Material) -> list[Happening]:
    """Everything from the start on, newest first; no query."""
    found = [*_states(material), *_meetings(material), *_agreement(material), *_goals(material), *_stages(material)]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _states(material: Material) -> Iterator[Happening]:
    for step in material.transitions:
        if not step.from_state:
            yield Happening(step.at, _("You were connected"), "", "handshake")
        elif step.to_state == MentorshipState.PAUSED:
            yield Happening(step.at, _("A pause began"), "", "pause")
        elif step.to_state == MentorshipState.ACTIVE:
            yield Happening(step.at, _("The pause ended"), "", "play")
        elif step.to_state == MentorshipState.COMPLETED:
            yield Happening(step.at, _("This round was closed"), "", "check", good=True)
        else:
            yield Happening(step.at, _("Your mentoring ended"), "", "flag")


def _meetings(material: Material) -> Iterator[Happening]:
    held = [meeting for meeting in material.meetings if meeting.held]
    for number, meeting in enumerate(held, start=1):
        title = _("Meeting %(number)d, %(minutes)d min") % {"number": number, "minutes": meeting.minutes}
        both = meeting.state == MeetingState.HELD_BOTH
        yield Happening(
            meeting.starts_at, title, _("confirmed by both") if both else _("confirmed by one"), "check", good=both
        )


def _agreement(material: Material) -> Iterator[Happening]:
    signed = material.agreement.signed if material.agreement else {}
    if len(signed) == len(material.parties):
        yield Happening(max(signed.values()), _("Agreement signed"), "", "file-text", good=True)


def _goals(material: Material) -> Iterator[Happening]:
    """Goals agreed on one day are one line; their titles are not said here."""
    moments = [goal.activated_at for goal in material.goals if goal.activated_at]
    days = Counter(timezone.localdate(moment) for moment in moments)
    for day, count in days.items():
        at = max(moment for moment in moments if timezone.localdate(moment) == day)
        title = ngettext("%(count)d goal agreed", "%(count)d goals agreed", count) % {"count": count}
        yield Happening(at, title, "", "target")


def _stages(material: Material) -> Iterator[Happening]:
    for entry in material.entries:
        if entry.how == StageEntry.How.STARTED:
            continue
        words = {
            StageEntry.How.PRESSED: _("one of you moved on"),
            StageEntry.How.COORDINATOR: _("moved by the programme team"),
        }
        title = _("Stage reached: %(stage)s") % {"stage": _(stage_name(entry.stage)).lower()}
        yield Happening(entry.entered_at, title, words.get(StageEntry.How(entry.how), ""), "route")
