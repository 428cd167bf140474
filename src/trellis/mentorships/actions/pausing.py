"""Stopping the clock for a while, starting it again, and running for longer."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.mentorships import notices, rules
from trellis.mentorships.actions.states import MoveRefused, check_party, day_of, locked, move, tell_world
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship, Transition
from trellis.mentorships.queries import partners_of
from trellis.people.models import Person


class PauseRefused(Refusal):
    """The day is not one until which a pause can last."""


class ExtensionRefused(Refusal):
    """It was extended already, is over, or the number of weeks cannot be."""


@transaction.atomic
def pause_mentorship(*, by: Person, mentorship: Mentorship, until: date, now: datetime, words: str = "") -> Mentorship:
    """Stop the clock until `until`, at most 90 days. `words` are the author's own and stay with them.

    Raises PauseRefused for the day, MoveRefused where there is nothing to pause, NotAllowed for others.
    """
    mentorship = locked(mentorship)
    check_party(by, mentorship)
    today = day_of(now)
    if not today < until <= today + timedelta(days=rules.PAUSE_DAYS_AT_MOST):
        raise PauseRefused(
            _("Choose a day after today, at most %(days)d days away.") % {"days": rules.PAUSE_DAYS_AT_MOST},
            field="until",
        )
    move(mentorship, MentorshipState.PAUSED, by=by, now=now, words=words)
    mentorship.paused_until = until
    mentorship.save(update_fields=["state", "paused_until"])
    tell_world("paused", mentorship, by=by, now=now, facts={"days": (until - today).days})
    for partner in partners_of(mentorship, by):
        notices.tell_party(
            partner, by, notices.PAUSED, mentorship, now=now, step=_moment(now),
            more={"until": notices.day_words(until, partner)},
        )  # fmt: skip
    return mentorship


@transaction.atomic
def resume_mentorship(*, by: Person | None, mentorship: Mentorship, now: datetime) -> Mentorship:
    """Start the clock again: the end and all later dates move by the days that were lost. Raises MoveRefused."""
    mentorship = locked(mentorship)
    check_party(by, mentorship)
    if mentorship.state != MentorshipState.PAUSED:
        raise MoveRefused(_("This mentoring is not paused."))
    end_pause(mentorship, day_of(now))
    move(mentorship, MentorshipState.ACTIVE, by=by, now=now)
    mentorship.save(update_fields=["state", "paused_until", "paused_days", "planned_end_on"])
    tell_world("resumed", mentorship, by=by, now=now, facts={"paused_days": mentorship.paused_days})
    parties = [party.person for party in mentorship.parties.select_related("person")]
    for reader in parties:
        other = next(person for person in parties if person.pk != reader.pk)
        if by is None or reader.pk != by.pk:
            notices.tell_party(reader, other, notices.RESUMED, mentorship, now=now, step=_moment(now))
    return mentorship


def end_pause(mentorship: Mentorship, today: date) -> None:
    """Count the days of the pause that lasts, and move the end by them. The caller saves."""
    since = day_of(_paused_at(mentorship))
    last = min(today, mentorship.paused_until or today)
    lost = max(0, (last - since).days)
    mentorship.paused_days += lost
    mentorship.planned_end_on += timedelta(days=lost)
    mentorship.paused_until = None


def _paused_at(mentorship: Mentorship) -> datetime:
    rows = Transition.objects.filter(mentorship=mentorship, to_state=MentorshipState.PAUSED)
    return rows.order_by("-id").values_list("at", flat=True)[0]


def _moment(now: datetime) -> str:
    """Tells two pauses apart that last until the same day."""
    return f"{now:%Y%m%dT%H%M%S}"


def resume_due_pauses(*, now: datetime) -> int:
    """Resume every mentorship of the organisation whose pause has run out; how many. Running it twice does nothing."""
    due = Mentorship.objects.filter(state=MentorshipState.PAUSED, paused_until__lte=day_of(now)).order_by("id")
    return sum(_resume_if_due(mentorship, now) for mentorship in due)


@transaction.atomic
def _resume_if_due(mentorship: Mentorship, now: datetime) -> bool:
    """Asked again under the lock: one of the two may have gone on, or paused anew, since the list was read."""
    mentorship = locked(mentorship)
    until = mentorship.paused_until
    if mentorship.state != MentorshipState.PAUSED or until is None or until > day_of(now):
        return False
    resume_mentorship(by=None, mentorship=mentorship, now=now)
    return True


@transaction.atomic
def extend_mentorship(*, by: Person, mentorship: Mentorship, weeks: int, now: datetime) -> Mentorship:
    """Run `weeks` longer, once. The partner is told and may close at any time. Raises ExtensionRefused, NotAllowed."""
    mentorship = locked(mentorship)
    check_party(by, mentorship)
    if not rules.can_extend(mentorship):
        raise ExtensionRefused(_("This mentoring is over, or has been extended once already."))
    if not 1 <= weeks <= rules.EXTENSION_WEEKS_AT_MOST:
        raise ExtensionRefused(
            _("Choose between 1 and %(weeks)d weeks.") % {"weeks": rules.EXTENSION_WEEKS_AT_MOST}, field="weeks"
        )
    mentorship.extended_weeks = weeks
    mentorship.planned_end_on += timedelta(weeks=weeks)
    mentorship.save(update_fields=["extended_weeks", "planned_end_on"])
    tell_world("extended", mentorship, by=by, now=now, facts={"weeks": weeks})
    for partner in partners_of(mentorship, by):
        until = notices.day_words(mentorship.planned_end_on, partner)
        notices.tell_party(partner, by, notices.EXTENDED, mentorship, now=now, more={"until": until})
    return mentorship
