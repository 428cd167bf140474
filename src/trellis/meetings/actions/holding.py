from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit, events
from trellis.kernel.errors import Refusal
from trellis.meetings import notices, queries, rules
from trellis.meetings.actions.locks import hold_meeting
from trellis.meetings.events import MeetingConfirmed
from trellis.meetings.models import Confirmation, Meeting, MeetingState
from trellis.notifications.actions import tell
from trellis.people.models import Person

FIRST_ASK, SECOND_ASK = timedelta(hours=2), timedelta(hours=26)  # after the planned end
ASKED_AT_MOST = timedelta(hours=72)  # a server that slept for days does not ask about last month


class AnswerRefused(Refusal):
    """Whether this meeting took place cannot be said now."""


class NotesChanged(Refusal):
    """The other side saved the notes in between; nothing was overwritten."""


@transaction.atomic
def confirm_meeting(*, by: Person, meeting: Meeting, took_place: bool, now: datetime) -> Meeting:
    """Record `by`'s word on whether the meeting took place and work its state out anew, under a lock on its row.

    An answer may be changed; the audit keeps every one. The same answer twice is one answer.
    Raises `NotAllowed` for anybody but the parties of a live mentorship, `AnswerRefused` before the planned end.
    """
    meeting = hold_meeting(by, meeting)
    mine = Confirmation.objects.filter(meeting=meeting, person=by).first()
    answered = Confirmation.objects.filter(meeting=meeting).exists()
    if not rules.can_be_answered(meeting, now=now, answered=answered):
        raise AnswerRefused(_("This meeting is not over yet, or was called off. You can answer once it has ended."))
    if mine is not None and mine.took_place == took_place:
        return meeting
    Confirmation.objects.update_or_create(
        meeting=meeting, person=by,
        defaults={"organisation_id": meeting.organisation_id, "took_place": took_place, "at": now},
    )  # fmt: skip
    before = meeting.state
    answers = list(Confirmation.objects.filter(meeting=meeting).values_list("took_place", flat=True))
    meeting.state = rules.state_of(answers)
    meeting.sequence += MeetingState.CANCELLED in {before, meeting.state} and before != meeting.state
    meeting.save(update_fields=["state", "sequence"])
    audit.record(
        organisation_id=meeting.organisation_id, actor_id=by.pk, verb="meeting.answered",
        subject=f"meeting:{meeting.pk}", at=now,
        facts={
            "mentorship": meeting.mentorship_id, "took_place": took_place,
            "before": mine.took_place if mine else None, "from": before, "to": meeting.state,
        },
    )  # fmt: skip
    events.publish(
        MeetingConfirmed(
            organisation_id=meeting.organisation_id, mentorship_id=meeting.mentorship_id, meeting_id=meeting.pk,
            state=meeting.state,
        ),
        at=now,
    )  # fmt: skip
    return meeting


@transaction.atomic
def write_notes(*, by: Person, meeting: Meeting, notes: str, seen: str, now: datetime) -> Meeting:
    """Save the notes that the parties share. `seen` is `queries.notes_mark` of the text the writer started from.

    Raises `NotAllowed`, and `NotesChanged` when somebody saved other notes in between or they are too long.
    """
    meeting = hold_meeting(by, meeting)
    if len(notes) > rules.NOTES_AT_MOST:
        raise NotesChanged(
            _("At most %(most)s characters (you have %(have)s). Shorten the notes and save again.")
            % {"most": rules.NOTES_AT_MOST, "have": len(notes)},
            field="notes",
        )
    if seen != queries.notes_mark(meeting.notes):
        raise NotesChanged(
            _(
                "The notes were saved by the other side while you were writing. Theirs are shown above yours; "
                "bring both together and save again."
            ),
            field="notes",
        )
    if notes == meeting.notes:
        return meeting
    meeting.notes = notes
    meeting.save(update_fields=["notes"])
    audit.record(
        organisation_id=meeting.organisation_id, actor_id=by.pk, verb="meeting.notes_saved",
        subject=f"meeting:{meeting.pk}", at=now, facts={"mentorship": meeting.mentorship_id},
    )  # fmt: skip
    return meeting


@transaction.atomic
def ask_whether_held(*, now: datetime) -> int:
    """Ask each side of the organisation's ended meetings that has not answered, 2 and 26 hours after the planned end.

    Returns how many were asked. Running it again asks nobody twice.
    """
    asked = 0
    for ask in queries.asks_due(now=now, first=FIRST_ASK, second=SECOND_ASK, at_most=ASKED_AT_MOST):
        told = tell(
            person=ask.person, kind=notices.ASK_HELD, key=ask.key, now=now, path=f"/meetings/{ask.meeting_id}/",
            parameters={"name": ask.partner, "when": notices.when(ask.starts_at, ask.person)},
        )  # fmt: skip
        asked += told is not None
    return asked
