from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trellis.kernel import audit, events
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.meetings import notices, rules
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
    mentorship = _open_for_writing(by, mentorship)
    _check_length(minutes)
    _check_future(starts_at, now)
    _check_free(by, mentorship, starts_at, minutes)
    meeting = Meeting.objects.create(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, starts_at=starts_at, minutes=minutes,
        topic=topic.strip(), place=place.strip(), planned_by=by, created_at=now,
    )  # fmt: skip
    _record(by, "meeting.planned", meeting, now)
    events.publish(
        MeetingPlanned(
            organisation_id=meeting.organisation_id, mentorship_id=mentorship.pk, meeting_id=meeting.pk
        ),
        at=now,
    )  # fmt: skip
    _tell_others(by, meeting, notices.PLANNED, now)
    return meeting


@transaction.atomic
def log_meeting(
    *, by: Person, mentorship: Mentorship, starts_at: datetime, minutes: int, topic: str = "", now: datetime
) -> Meeting:
    """Note a meeting that took place without having been planned here. Logging it is the logger's own yes.

    Raises `NotAllowed`, or `MeetingRefused` for a meeting that is not over, began before the pair did, or
    overlaps one that is already known.
    """
    mentorship = _open_for_writing(by, mentorship)
    _check_length(minutes)
    if starts_at + timedelta(minutes=minutes) > now:
        raise MeetingRefused(_("This meeting is not over yet. Plan it instead, or choose an earlier time."), field="at")
    if starts_at.date() < mentorship.started_at.date():
        raise MeetingRefused(
            _("You started on %(day)s; a meeting before that cannot be noted here.")
            % {"day": date_format(mentorship.started_at, "j F Y")},
            field="day",
        )
    _check_free(by, mentorship, starts_at, minutes)
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
    mentorship = _open_for_writing(by, meeting.mentorship)
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if not rules.can_be_moved(meeting):
        raise MeetingRefused(_("This meeting can no longer be moved. Plan a new one instead."))
    _check_length(minutes)
    moved = (starts_at, minutes) != (meeting.starts_at, meeting.minutes)
    if moved:
        _check_future(starts_at, now)
        _check_free(by, mentorship, starts_at, minutes, besides=meeting)
        Confirmation.objects.filter(meeting=meeting).delete()
    meeting.starts_at, meeting.minutes = starts_at, minutes
    meeting.topic, meeting.place = topic.strip(), place.strip()
    meeting.save(update_fields=["starts_at", "minutes", "topic", "place"])
    _record(by, "meeting.moved" if moved else "meeting.changed", meeting, now)
    if moved:
        events.publish(
            MeetingMoved(
                organisation_id=meeting.organisation_id, mentorship_id=mentorship.pk, meeting_id=meeting.pk
            ),
            at=now,
        )  # fmt: skip
        _tell_others(by, meeting, notices.MOVED, now)
    return meeting


@transaction.atomic
def cancel_meeting(*, by: Person, meeting: Meeting, now: datetime) -> Meeting:
    """Call off a meeting that has not begun and tell the others. Calling it off twice is calling it off once.

    Raises `NotAllowed`, or `MeetingRefused` once it has begun: then each side says whether it took place.
    """
    mentorship = _open_for_writing(by, meeting.mentorship)
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if meeting.state == MeetingState.CANCELLED:
        return meeting
    if not rules.can_be_cancelled(meeting, now=now):
        raise MeetingRefused(_("This meeting has begun. Say whether it took place instead."))
    meeting.state = MeetingState.CANCELLED
    meeting.save(update_fields=["state"])
    _record(by, "meeting.cancelled", meeting, now)
    events.publish(
        MeetingCancelled(
            organisation_id=meeting.organisation_id, mentorship_id=mentorship.pk, meeting_id=meeting.pk
        ),
        at=now,
    )  # fmt: skip
    _tell_others(by, meeting, notices.CANCELLED, now)
    return meeting


@transaction.atomic
def call_off_planned(*, mentorship: Mentorship, now: datetime) -> int:
    """Call off what a closed mentorship still had planned, without a notice; returns how many."""
    left = Meeting.objects.select_for_update().filter(
        mentorship=mentorship, state=MeetingState.PLANNED, starts_at__gt=now
    )
    for meeting in left:
        meeting.state = MeetingState.CANCELLED
        meeting.save(update_fields=["state"])
        _record(None, "meeting.cancelled", meeting, now)
    return len(left)


def _open_for_writing(by: Person, mentorship: Mentorship) -> Mentorship:
    """The mentorship and its people, locked in one order; raises `NotAllowed` unless `by` may write in it now."""
    mentorship = Mentorship.objects.select_for_update(no_key=True).get(pk=mentorship.pk)
    if not rules.can_plan(by, mentorship):
        raise NotAllowed(_("This mentorship has ended, or is not yours: nothing more can be planned in it."))
    people = Party.objects.filter(mentorship=mentorship).values("person")
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk"))
    return mentorship


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


def _check_free(
    by: Person, mentorship: Mentorship, starts_at: datetime, minutes: int, besides: Meeting | None = None
) -> None:
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


def _record(by: Person | None, verb: str, meeting: Meeting, now: datetime) -> None:
    audit.record(
        organisation_id=meeting.organisation_id, actor_id=by.pk if by else None, verb=verb,
        subject=f"meeting:{meeting.pk}", at=now,
        facts={"mentorship": meeting.mentorship_id, "state": meeting.state},
    )  # fmt: skip


def _tell_others(by: Person, meeting: Meeting, kind: NoticeKind, now: datetime) -> None:
    """Each notice once per meeting and time, on the reader's own clock."""
    others = Party.objects.filter(mentorship=meeting.mentorship_id).exclude(person=by).select_related("person__account")
    for party in others:
        tell(
            person=party.person, kind=kind, now=now, path=f"/meetings/{meeting.pk}/",
            key=f"{kind.name}:{meeting.pk}:{meeting.starts_at:%Y%m%dT%H%M%S}",
            parameters={"name": by.first_name, "when": notices.when(meeting.starts_at, party.person)},
        )  # fmt: skip
