from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trellis.kernel import audit, events
from trellis.kernel.errors import Refusal
from trellis.meetings import notices, rules
from trellis.meetings.actions.locks import hold_meeting, hold_mentorship, hold_people
from trellis.meetings.events import MeetingCancelled, MeetingConfirmed, MeetingMoved, MeetingPlanned
from trellis.meetings.models import Confirmation, Meeting, MeetingState
from trellis.mentorships.models import Mentorship, Party
from trellis.notifications.actions import tell
from trellis.notifications.registry import NoticeKind
from trellis.people.models import Person


class MeetingRefused(Refusal):
    """The meeting cannot be planned, logged, moved or called off like this."""


@transaction.atomic
def plan_meeting(
    *, by: Person, mentorship: Mentorship, starts_at: datetime, minutes: int, topic: str = "", place: str = "",
    now: datetime,
) -> Meeting:  # fmt: skip
    """Plan a meeting at `starts_at` for `minutes` minutes and tell the others when, never what or where.

    Locks the mentorship and both people, so that two requests at once cannot book the same time twice.
    Raises `NotAllowed` for anybody but the parties of a live mentorship, `MeetingRefused` for a time in the past,
    a length outside 5 to 480 minutes, or a time at which a party already has a meeting.
    """
    mentorship = hold_mentorship(by, mentorship.pk)
    hold_people(mentorship)
    _check_length(minutes)
    _check_future(starts_at, now)
    _check_free(mentorship, starts_at, minutes)
    meeting = Meeting.objects.create(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, starts_at=starts_at, minutes=minutes,
        topic=topic.strip(), place=place.strip(), planned_by=by, created_at=now,
    )  # fmt: skip
    _announce(by, meeting, "meeting.planned", MeetingPlanned, notices.PLANNED, now)
    return meeting


@transaction.atomic
def log_meeting(
    *, by: Person, mentorship: Mentorship, starts_at: datetime, minutes: int, topic: str = "", now: datetime
) -> Meeting:
    """Note a meeting that took place without having been planned here. Logging it is the logger's own yes.

    Raises `NotAllowed`, or `MeetingRefused` for a meeting that is not over, began before the pair did, or
    overlaps one that is already known.
    """
    mentorship = hold_mentorship(by, mentorship.pk)
    hold_people(mentorship)
    _check_length(minutes)
    if starts_at + timedelta(minutes=minutes) > now:
        raise MeetingRefused(_("This meeting is not over yet. Plan it instead, or choose an earlier time."), field="at")
    here = ZoneInfo(by.time_zone)
    first_day = mentorship.started_at.astimezone(here).date()
    if starts_at.astimezone(here).date() < first_day:
        raise MeetingRefused(
            _("You started on %(day)s; a meeting before that cannot be noted here.")
            % {"day": date_format(first_day, "j F Y")},
            field="day",
        )
    _check_free(mentorship, starts_at, minutes)
    meeting = Meeting.objects.create(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, starts_at=starts_at, minutes=minutes,
        topic=topic.strip(), planned_by=by, created_at=now, state=rules.state_of([True]),
    )  # fmt: skip
    Confirmation.objects.create(
        organisation_id=meeting.organisation_id, meeting=meeting, person=by, took_place=True, at=now
    )
    _record(by, "meeting.logged", meeting, now)
    events.publish(
        MeetingConfirmed(
            organisation_id=meeting.organisation_id, mentorship_id=mentorship.pk, meeting_id=meeting.pk,
            state=meeting.state,
        ),
        at=now,
    )  # fmt: skip
    _tell_others(by, meeting, notices.LOGGED, now)
    return meeting


@transaction.atomic
def reschedule_meeting(
    *, by: Person, meeting: Meeting, starts_at: datetime, minutes: int, topic: str, place: str, now: datetime
) -> Meeting:
    """Move a meeting that nobody said took place, and set its topic and place.

    A "no" to the old time is forgotten: it answered another question. The others are told only if the time changed.
    Raises `NotAllowed` or `MeetingRefused`.
    """
    meeting = hold_meeting(by, meeting)
    if not rules.can_be_moved(meeting):
        raise MeetingRefused(_("This meeting can no longer be moved. Plan a new one instead."))
    _check_length(minutes)
    before = _on_paper(meeting)
    moved = (starts_at, minutes) != before[:2]
    if moved:
        hold_people(meeting.mentorship)
        _check_future(starts_at, now)
        _check_free(meeting.mentorship, starts_at, minutes, besides=meeting)
        Confirmation.objects.filter(meeting=meeting).delete()
    meeting.starts_at, meeting.minutes = starts_at, minutes
    meeting.topic, meeting.place = topic.strip(), place.strip()
    if _on_paper(meeting) == before:
        return meeting
    meeting.sequence += 1
    meeting.save(update_fields=["starts_at", "minutes", "topic", "place", "sequence"])
    if moved:
        _announce(by, meeting, "meeting.moved", MeetingMoved, notices.MOVED, now)
    else:
        _record(by, "meeting.changed", meeting, now)
    return meeting


def _on_paper(meeting: Meeting) -> tuple[datetime, int, str, str]:
    """What somebody's calendar shows of it."""
    return meeting.starts_at, meeting.minutes, meeting.topic, meeting.place


@transaction.atomic
def cancel_meeting(*, by: Person, meeting: Meeting, now: datetime) -> Meeting:
    """Call off a meeting that has not begun and tell the others. Calling it off twice is calling it off once.

    Raises `NotAllowed`, or `MeetingRefused` once it has begun: then each side says whether it took place.
    """
    meeting = hold_meeting(by, meeting)
    if meeting.state == MeetingState.CANCELLED:
        return meeting
    if not rules.can_be_cancelled(meeting, now=now):
        raise MeetingRefused(_("This meeting has begun. Say whether it took place instead."))
    _set_state(meeting, MeetingState.CANCELLED)
    _announce(by, meeting, "meeting.cancelled", MeetingCancelled, notices.CANCELLED, now)
    return meeting


@transaction.atomic
def call_off_planned(*, mentorship: Mentorship, now: datetime) -> int:
    """Call off what a closed mentorship still had planned, without a notice; returns how many."""
    planned = Meeting.objects.filter(mentorship=mentorship, state=MeetingState.PLANNED, starts_at__gt=now)
    left = list(planned.select_for_update().order_by("id"))
    for meeting in left:
        meeting.ended_with_pair = True
        _set_state(meeting, MeetingState.CANCELLED)
        _record(None, "meeting.cancelled", meeting, now)
    return len(left)


@transaction.atomic
def plan_again(*, mentorship: Mentorship, now: datetime) -> int:
    """The end of the mentorship was taken back: what that had called off, still lies ahead and finds both free is
    planned again, without a notice; returns how many. What one of the two called off stays called off.

    A new sequence tells a calendar that had struck the meeting out.
    """
    hold_people(mentorship)
    ended = Meeting.objects.filter(mentorship=mentorship, state=MeetingState.CANCELLED, ended_with_pair=True)
    again = 0
    for meeting in ended.select_for_update().order_by("starts_at", "id"):
        meeting.ended_with_pair = False  # asked once: what is not possible now is not brought back some other day
        if meeting.starts_at > now and _is_free(meeting):
            _set_state(meeting, MeetingState.PLANNED)
            _record(None, "meeting.restored", meeting, now)
            again += 1
        else:
            meeting.save(update_fields=["ended_with_pair"])
    return again


def _is_free(meeting: Meeting) -> bool:
    try:
        _check_free(meeting.mentorship, meeting.starts_at, meeting.minutes)
    except MeetingRefused:
        return False
    return True


def _set_state(meeting: Meeting, state: MeetingState) -> None:
    meeting.state = state
    meeting.sequence += 1
    meeting.save(update_fields=["state", "sequence", "ended_with_pair"])


def _check_length(minutes: int) -> None:
    if minutes <= 0:
        raise MeetingRefused(
            _("A meeting ends after it starts. Choose a length from 5 to 480 minutes."), field="minutes"
        )
    if not rules.SHORTEST <= minutes <= rules.LONGEST:
        raise MeetingRefused(
            _("A meeting lasts from 5 to 480 minutes; you have %(minutes)s.") % {"minutes": minutes}, field="minutes"
        )


def _check_future(starts_at: datetime, now: datetime) -> None:
    if starts_at > now + rules.AHEAD_AT_MOST:
        raise MeetingRefused(_("This date is more than two years away. Choose a nearer one."), field="day")
    if starts_at <= now:
        raise MeetingRefused(
            _("This time is in the past. Choose a later one, or log a meeting that already took place."), field="day"
        )


def _check_free(mentorship: Mentorship, starts_at: datetime, minutes: int, besides: Meeting | None = None) -> None:
    """Nobody of this mentorship is in another meeting then. The reason says who is busy, never with whom."""
    ends_at = starts_at + timedelta(minutes=minutes)
    people = Party.objects.filter(mentorship=mentorship).values("person")
    near = (
        Meeting.objects.filter(
            mentorship__parties__person__in=people,
            starts_at__lt=ends_at, starts_at__gt=starts_at - timedelta(minutes=rules.LONGEST),
        )
        .exclude(state=MeetingState.CANCELLED)
        .exclude(pk=besides.pk if besides else 0)
        .distinct()
    )  # fmt: skip
    clashes = [meeting for meeting in near if rules.ends_at(meeting) > starts_at]
    if any(meeting.mentorship_id == mentorship.pk for meeting in clashes):
        raise MeetingRefused(_("You already have a meeting together at this time. Choose another one."), field="at")
    if clashes:
        raise MeetingRefused(_("One of you already has another meeting at this time. Choose another one."), field="at")


def _announce(
    by: Person, meeting: Meeting, verb: str, news: type[MeetingPlanned | MeetingMoved | MeetingCancelled],
    kind: NoticeKind, now: datetime,
) -> None:  # fmt: skip
    """Audit the change, publish it and tell the others."""
    _record(by, verb, meeting, now)
    events.publish(
        news(
            organisation_id=meeting.organisation_id, mentorship_id=meeting.mentorship_id, meeting_id=meeting.pk
        ),
        at=now,
    )  # fmt: skip
    _tell_others(by, meeting, kind, now)


def _record(by: Person | None, verb: str, meeting: Meeting, now: datetime) -> None:
    audit.record(
        organisation_id=meeting.organisation_id, actor_id=by.pk if by else None, verb=verb,
        subject=f"meeting:{meeting.pk}", at=now,
        facts={"mentorship": meeting.mentorship_id, "state": meeting.state},
    )  # fmt: skip


def _tell_others(by: Person, meeting: Meeting, kind: NoticeKind, now: datetime) -> None:
    """Each change is told once, on the reader's own clock; moving there and back again is two changes."""
    others = Party.objects.filter(mentorship=meeting.mentorship_id).exclude(person=by).select_related("person__account")
    for party in others:
        tell(
            person=party.person, kind=kind, now=now, path=f"/meetings/{meeting.pk}/",
            key=f"{kind.name}:{meeting.pk}:{meeting.sequence}",
            parameters={"name": by.first_name, "when": notices.when(meeting.starts_at, party.person)},
        )  # fmt: skip
