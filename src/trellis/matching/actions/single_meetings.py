"""A flash match is one meeting. When its time is over and nobody closes it, its places become free by themselves."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from trellis.matching.queries.single_meetings import Single, open_singles
from trellis.mentorships import notices
from trellis.mentorships.actions import release_mentorship
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Person

# After it nobody is asked any more whether a meeting took place (meetings.actions.holding).
GRACE = timedelta(hours=72)


def ask_and_release(*, now: datetime) -> tuple[int, int]:
    """Ask both once whether they met, where no meeting stands in the calendar that they are asked about anyway; and
    72 hours after the meeting, or after asking, close what nobody closed.

    Returns how many mentorships were asked about and how many closed. Running it twice does nothing more.
    """
    over = [single for single in open_singles() if single.over <= now]
    asked = sum(_ask(single, now) for single in over if not single.planned)
    released = sum(_release(single.mentorship, now) for single in over if _is_due(single, now))
    return asked, released


@transaction.atomic
def _ask(single: Single, now: datetime) -> bool:
    one, other = _both(single.mentorship)
    if Notice.objects.filter(person__in=[one, other], key=_key(single.mentorship)).exists():
        return False
    for reader, partner in ((one, other), (other, one)):
        notices.tell_party(
            reader, partner, notices.DID_YOU_MEET, single.mentorship, now=now,
            path=reverse("meeting_log", args=[single.mentorship.pk]),
        )  # fmt: skip
    return True


@transaction.atomic
def _release(mentorship: Mentorship, now: datetime) -> bool:
    """Unless one of them planned another time, or closed it, meanwhile."""
    Mentorship.objects.select_for_update(of=("self",)).get(pk=mentorship.pk)
    fresh = open_singles(mentorship.pk)
    if not fresh or not _is_due(fresh[0], now):
        return False
    release_mentorship(mentorship=mentorship, held=fresh[0].held, now=now)
    return True


def _is_due(single: Single, now: datetime) -> bool:
    if single.planned:
        return single.over + GRACE <= now
    return Notice.objects.filter(key=_key(single.mentorship), at__lte=now - GRACE).exists()


def _both(mentorship: Mentorship) -> tuple[Person, Person]:
    one, other = (party.person for party in mentorship.parties.select_related("person__account").order_by("id"))
    return one, other


def _key(mentorship: Mentorship) -> str:
    return f"mentorship:{mentorship.pk}:{notices.DID_YOU_MEET.name}:"
