"""Telling people: one row in their inbox and one mail, both in the caller's transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from trellis.kernel import audit, jobs
from trellis.kernel.encryption import encrypt
from trellis.notifications.models import Delivery, MutedGroup, Notice
from trellis.notifications.registry import GROUPS, NoticeKind
from trellis.people.models import Person

Parameters = Mapping[str, str | int]


@transaction.atomic(savepoint=False)
def tell(
    *, person: Person, kind: NoticeKind, key: str, now: datetime, path: str = "", parameters: Parameters | None = None
) -> Notice | None:
    """Tell `person` once: the same `key` again tells nothing and returns None.

    `path` is an address inside Trellis where the person can act. The mail is queued, not sent.
    """
    notice, fresh = Notice.objects.get_or_create(
        person=person,
        key=key,
        defaults={
            "organisation_id": person.organisation_id, "kind": kind.name, "parameters": dict(parameters or {}),
            "path": path, "at": now,
        },
    )  # fmt: skip
    if not fresh:
        return None
    delivery = Delivery.objects.create(organisation_id=person.organisation_id, notice=notice)
    jobs.queue("notifications.deliver", organisation_id=person.organisation_id, delivery_id=delivery.pk)
    return notice


@transaction.atomic
def mark_read(*, by: Person, notices: Iterable[int], now: datetime) -> int:
    """Mark the person's own notices as read; ids that are not theirs are passed over."""
    return Notice.objects.filter(person=by, pk__in=list(notices), read_at=None).update(read_at=now)


@transaction.atomic
def skip_unsent(*, person: Person, key: str) -> bool:
    """Stop a mail that has not gone out and clear its notice; False if it was already sent (or never told)."""
    notice = Notice.objects.select_for_update().filter(person=person, key=key).first()
    if notice is None or notice.delivery.state == Delivery.State.SENT:
        return False
    Delivery.objects.filter(notice=notice).update(state=Delivery.State.SKIPPED)
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=notice.at)
    return True


@transaction.atomic
def mark_all_read(*, by: Person, now: datetime) -> int:
    """Mark everything in the person's inbox as read."""
    return Notice.objects.filter(person=by, read_at=None).update(read_at=now)


@transaction.atomic
def choose_mail(*, by: Person, muted: Iterable[str], now: datetime) -> None:
    """Keep which groups of notices the person does not want as mail. The inbox shows them all the same."""
    wanted = set(muted) & set(GROUPS)
    MutedGroup.objects.filter(person=by).exclude(group__in=wanted).delete()
    for group in sorted(wanted):
        MutedGroup.objects.get_or_create(person=by, group=group, defaults={"organisation_id": by.organisation_id})
    audit.record(
        organisation_id=by.organisation_id, actor_id=by.pk, verb="mail.chosen", subject=f"person:{by.pk}", at=now,
        facts={"muted_groups": len(wanted)},
    )  # fmt: skip


def ask_for_sign_in_mail(*, email: str, attempt: str) -> int:
    """Queue the search for `email` and the mail to it. Known or not, this does the same work and says nothing."""
    return jobs.queue("notifications.send_sign_in_mail", email=encrypt(email), attempt=attempt)


def record_delivery(*, delivery: Delivery, state: str, now: datetime, error: str = "") -> None:
    """Keep what became of a mail."""
    delivery.state = state
    delivery.attempts += 1
    delivery.last_error = error[:300]
    delivery.sent_at = now if state == Delivery.State.SENT else None
    delivery.save(update_fields=["state", "attempts", "last_error", "sent_at"])
