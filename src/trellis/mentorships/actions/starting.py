"""Beginning a mentorship, and taking one back before anything has happened in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.kernel.events import publish
from trellis.mentorships import notices
from trellis.mentorships.actions.states import day_of, locked, record
from trellis.mentorships.choices import LIVE_STATES, MentorshipState, PartyRole
from trellis.mentorships.events import MentorshipChanged, MentorshipStarted
from trellis.mentorships.models import Mentorship, Party, Transition
from trellis.mentorships.queries import live_parties, partners_of
from trellis.notifications.actions import skip_unsent
from trellis.people.models import Person
from trellis.programmes.choices import EQUALS, EnrolmentState, Side
from trellis.programmes.models import Enrolment, Programme

Reasons = Mapping[str, Any]  # Any: what the matcher explained, kept as it is
OWN_TABLES = frozenset({"parties", "transitions", "journey", "entries"})  # filled by themselves, from the first moment


class StartRefused(Refusal):
    """These two cannot be connected now."""


class WithdrawRefused(Refusal):
    """Something has already happened between the two."""


@transaction.atomic
def start_mentorship(
    *,
    by: Person | None,
    programme: Programme,
    mentee: Person,
    mentor: Person,
    now: datetime,
    score: int | None = None,
    reasons: Reasons | None = None,
) -> Mentorship:
    """Connect two people in a programme and tell both.

    Both enrolment rows are locked, the mentor's first, so that the last place is given once however many ask.
    In a programme of equals both are peers, whichever side they signed up for.
    Raises StartRefused: the same person twice, not ready to be matched, no free place, already connected.
    """
    if mentee.pk == mentor.pk:
        raise StartRefused(_("Nobody can be their own mentor."))
    equals = programme.model in EQUALS
    _take_place(programme, mentor, Side.values if equals else [Side.MENTOR])
    _take_place(programme, mentee, Side.values if equals else [Side.MENTEE])
    _refuse_twice(programme, mentee, mentor)
    mentorship = Mentorship.objects.create(
        organisation_id=programme.organisation_id, programme=programme, pair_key=pair_key(mentee, mentor),
        started_at=now, planned_end_on=day_of(now) + timedelta(weeks=programme.duration_weeks),
        match_score=score, match_reasons=dict(reasons or {}),
    )  # fmt: skip
    Party.objects.bulk_create(
        Party(
            organisation_id=programme.organisation_id, mentorship=mentorship, person=person,
            role=PartyRole.PEER if equals else role,
        )
        for person, role in ((mentee, PartyRole.MENTEE), (mentor, PartyRole.MENTOR))
    )  # fmt: skip
    Transition.objects.create(
        organisation_id=programme.organisation_id, mentorship=mentorship, to_state=MentorshipState.ACTIVE, at=now, by=by
    )
    facts = {"programme": programme.pk, "mentee": mentee.pk, "mentor": mentor.pk}
    record("started", mentorship, by=by, now=now, facts=facts)
    publish(MentorshipStarted(organisation_id=programme.organisation_id, mentorship_id=mentorship.pk), at=now)
    notices.tell_party(mentee, mentor, notices.STARTED, mentorship, now=now)
    notices.tell_party(mentor, mentee, notices.STARTED, mentorship, now=now)
    return mentorship


def pair_key(mentee: Person, mentor: Person) -> str:
    return f"{mentee.pk}:{mentor.pk}"


def _take_place(programme: Programme, person: Person, sides: Sequence[str]) -> None:
    """Hold the person's enrolment and see that a place is free on that side (among equals: on either)."""
    rows = Enrolment.objects.select_for_update(no_key=True).filter(programme=programme, person=person, side__in=sides)
    ready = [row for row in rows.order_by("pk") if row.state == EnrolmentState.APPROVED]
    if not ready:
        raise StartRefused(
            _("%(name)s is not ready to be matched in this programme. Approve or resume their sign-up first.")
            % {"name": person.full_name}
        )
    if all(live_parties(programme, person, row.side) >= row.places for row in ready):
        raise StartRefused(
            _("%(name)s has no free place left. Choose somebody else, or ask them for one more place.")
            % {"name": person.full_name}
        )


def _refuse_twice(programme: Programme, mentee: Person, mentor: Person) -> None:
    keys = [pair_key(mentee, mentor), pair_key(mentor, mentee)]
    if Mentorship.objects.filter(programme=programme, pair_key__in=keys, state__in=LIVE_STATES).exists():
        raise StartRefused(
            _("%(one)s and %(two)s are already connected in this programme.")
            % {"one": mentee.full_name, "two": mentor.full_name}
        )


@transaction.atomic
def withdraw_mentorship(*, by: Person | None, mentorship: Mentorship, now: datetime) -> None:
    """Take back a mentorship as if it had never been: the undo of a publication. Both people get a correction.

    The row goes, so that every place is free as before; the audit keeps that it was there. Raises
    WithdrawRefused once anything has happened in it: a meeting, a goal, a message, an agreement, a pause.
    """
    mentorship = locked(mentorship)
    if _has_life(mentorship):
        raise WithdrawRefused(
            _("These two have begun: there is a meeting, a goal, a message or an agreement. They can end it kindly.")
        )
    record("withdrawn", mentorship, by=by, now=now, facts={"programme": mentorship.programme_id})
    _correct(mentorship, now)
    publish(
        MentorshipChanged(organisation_id=mentorship.organisation_id, mentorship_id=mentorship.pk, state="withdrawn"),
        at=now,
    )
    mentorship.delete()


def _has_life(mentorship: Mentorship) -> bool:
    """Whether any table has a row that belongs to this mentorship, beyond those it began with."""
    return Transition.objects.filter(mentorship=mentorship).count() > 1 or _has_rows_below(Mentorship, "", mentorship)


def _has_rows_below(above: type[models.Model], way: str, mentorship: Mentorship) -> bool:
    """Whether a table that goes with `above` has a row; looked for behind its own tables as well (a tick or a look
    back hangs on the journey). Asks the schema, because those tables live on higher floors."""
    for relation in above._meta.related_objects:
        table = relation.related_model
        assert not isinstance(table, str)
        if relation.on_delete is not models.CASCADE:
            continue
        there = f"{relation.field.name}{way}"
        own = relation.get_accessor_name() in OWN_TABLES
        if _has_rows_below(table, f"__{there}", mentorship) if own else _rows(table, there, mentorship):
            return True
    return False


def _rows(table: type[models.Model], there: str, mentorship: Mentorship) -> bool:
    return table._default_manager.filter(Q((there, mentorship))).exists()


def _correct(mentorship: Mentorship, now: datetime) -> None:
    started = f"mentorship:{mentorship.pk}:{notices.STARTED.name}:"
    for party in mentorship.parties.select_related("person"):
        other = partners_of(mentorship, party.person)[0]
        if not skip_unsent(person=party.person, key=started):
            notices.tell_party(party.person, other, notices.WITHDRAWN, mentorship, now=now, path=notices.HOME)
