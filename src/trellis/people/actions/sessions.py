"""Where accounts are signed in: ended by the directory, and forgotten once they are over."""

from collections.abc import Iterable
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction


def end_sessions(account_ids: Iterable[int]) -> None:
    """Sign accounts out everywhere."""
    for session in UserSession.objects.filter(user_id__in=list(account_ids)):
        session.end()


@transaction.atomic
def forget_ended_sessions(*, now: datetime) -> int:
    """Delete the sessions that ran out, and what was noted of their devices; returns how many devices."""
    Session.objects.filter(expire_date__lte=now).delete()
    forgotten: int = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]
    return forgotten
