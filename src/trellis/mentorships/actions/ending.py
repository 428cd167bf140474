"""How a mentorship is over: closed together, or ended early by either side with nobody at fault."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from trellis.mentorships import notices
from trellis.mentorships.actions.pausing import end_pause
from trellis.mentorships.actions.states import check_party, day_of, locked, move, move_back, record, tell_world
from trellis.mentorships.choices import LIVE_STATES, ClosureType, MentorshipState
from trellis.mentorships.models import Mentorship, Party
from trellis.mentorships.queries import partners_of
from trellis.mentorships.queries.contacts import programme_team, safeguarding_contacts
from trellis.notifications.actions import skip_unsent, tell
from trellis.notifications.registry import NoticeKind
from trellis.people.models import Person


@transaction.atomic
def end_mentorship(
    *,
    by: Person | None,
    mentorship: Mentorship,
    now: datetime,
    closure: str = ClosureType.CHANGED_CIRCUMSTANCES,
    words: str = "",
    wants_rematch: bool = False,
) -> Mentorship:
    """End early. No reason is needed; `words` are encrypted and stay with their author. Everyone else is told
    the same neutral thing.

    A concern is never kept as the closure type, where the programme team would read it: it goes to the
    safeguarding contacts, who get the person's name and nothing else. Raises MoveRefused, NotAllowed.
    """
    mentorship = locked(mentorship)
    check_party(by, mentorship)
    if by is not None and closure == ClosureType.CONCERN:
        _ask_for_talk(by, mentorship, now)
        closure = ClosureType.CHANGED_CIRCUMSTANCES
    _close(mentorship, MentorshipState.ENDED, by=by, now=now, closure=closure, words=words)
    tell_world("ended", mentorship, by=by, now=now, facts={"closure": closure})
    parties = [party.person for party in mentorship.parties.select_related("person").order_by("id")]
    for reader in parties:
        if by is None or reader.pk != by.pk:
            other = next(person for person in parties if person.pk != reader.pk)
            notices.tell_party(reader, other, notices.ENDED, mentorship, now=now)
    if by is not None and wants_rematch:
        wish_rematch(by=by, mentorship=mentorship, wants=True, now=now)
    return mentorship


@transaction.atomic
def complete_mentorship(
    *, by: Person, mentorship: Mentorship, now: datetime, closure: str = ClosureType.COMPLETED
) -> Mentorship:
    """Close at the end of the way. The partner is told that their page waits. Raises MoveRefused, NotAllowed."""
    mentorship = locked(mentorship)
    check_party(by, mentorship)
    _close(mentorship, MentorshipState.COMPLETED, by=by, now=now, closure=closure)
    tell_world("completed", mentorship, by=by, now=now, facts={"closure": closure})
    for partner in partners_of(mentorship, by):
        path = reverse("closure", args=[mentorship.pk])
        notices.tell_party(partner, by, notices.COMPLETED, mentorship, now=now, path=path)
    return mentorship


@transaction.atomic
def release_mentorship(*, mentorship: Mentorship, held: bool, now: datetime) -> Mentorship:
    """Close a mentorship of one meeting whose time is over and that nobody closed, so that its places are free. Both
    are told the same. `held`: one of them says that they met. Raises MoveRefused.
    """
    mentorship = locked(mentorship)
    state = MentorshipState.COMPLETED if held else MentorshipState.ENDED
    closure = ClosureType.COMPLETED if held else ClosureType.CHANGED_CIRCUMSTANCES
    _close(mentorship, state, by=None, now=now, closure=closure)
    tell_world("released", mentorship, by=None, now=now, facts={"held": held})
    _tell_both(mentorship, notices.SINGLE_OVER, now)
    return mentorship


@transaction.atomic
def part_mentorship(*, by: Person | None, mentorship: Mentorship, now: datetime) -> Mentorship:
    """End it because the programme team has made other pairs; both are told the same, and that it is nobody's fault.

    Nothing is deleted and no closure type is kept: neither of the two has closed anything. The caller has checked
    that `by` runs the programme. Raises MoveRefused.
    """
    mentorship = locked(mentorship)
    _close(mentorship, MentorshipState.ENDED, by=by, now=now, closure="")
    tell_world("parted", mentorship, by=by, now=now)
    _tell_both(mentorship, notices.PARTED, now)
    return mentorship


@transaction.atomic
def restore_mentorship(*, by: Person | None, mentorship: Mentorship, now: datetime) -> bool:
    """Take a parting back: it goes on as if it had not ended, and meetings that it called off are planned again. Mails
    that have not gone out are stopped; whoever had one is told that it goes on.

    False, and nothing is changed, where it did not end by a parting or the two are together again. The caller has
    checked that `by` runs the programme, and that both still have the place.
    """
    mentorship = locked(mentorship)
    again = Mentorship.objects.filter(
        programme=mentorship.programme, pair_key=mentorship.pair_key, state__in=LIVE_STATES
    )
    if mentorship.state != MentorshipState.ENDED or mentorship.closure or again.exists():
        return False
    parted = _key(mentorship, notices.PARTED)
    move_back(mentorship, by=by, now=now)
    mentorship.ended_at = None
    mentorship.save(update_fields=["state", "ended_at"])
    tell_world("restored", mentorship, by=by, now=now)
    _tell_both(mentorship, notices.RESTORED, now, instead_of=parted)
    return True


def _key(mentorship: Mentorship, kind: NoticeKind) -> str:
    return f"mentorship:{mentorship.pk}:{kind.name}:{_moment(mentorship)}"


def _moment(mentorship: Mentorship) -> str:
    """Tells two partings of one mentorship apart; empty while it is live."""
    return f"{mentorship.ended_at:%Y%m%dT%H%M%S%f}" if mentorship.ended_at else ""


def _tell_both(mentorship: Mentorship, kind: NoticeKind, now: datetime, instead_of: str = "") -> None:
    """`instead_of`: the key of an earlier notice. Whoever's mail about that is stopped in time hears nothing."""
    step = _moment(mentorship) or f"{now:%Y%m%dT%H%M%S%f}"
    one, other = (party.person for party in mentorship.parties.select_related("person").order_by("id"))
    for reader, partner in ((one, other), (other, one)):
        if not (instead_of and skip_unsent(person=reader, key=instead_of)):
            notices.tell_party(reader, partner, kind, mentorship, now=now, step=step)


def _close(
    mentorship: Mentorship, to_state: str, *, by: Person | None, now: datetime, closure: str, words: str = ""
) -> None:
    if mentorship.state == MentorshipState.PAUSED:
        end_pause(mentorship, day_of(now))
    move(mentorship, to_state, by=by, now=now, closure=closure, words=words)
    mentorship.closure, mentorship.ended_at = closure, now
    mentorship.save(update_fields=["state", "closure", "ended_at", "paused_until", "paused_days", "planned_end_on"])


def end_mentorships_of(*, person: Person, now: datetime) -> int:
    """End every live mentorship of somebody who has left; the partners read the neutral notice. How many."""
    live = Mentorship.objects.of(person).live().order_by("id")
    return sum(bool(end_mentorship(by=None, mentorship=mentorship, now=now)) for mentorship in live)


@transaction.atomic
def wish_rematch(*, by: Person, mentorship: Mentorship, wants: bool, now: datetime) -> Party:
    """Say whether one would like another match. A yes is told to the programme team, with the name and no reason;
    not to a partner who is on it, as long as there is anybody else."""
    check_party(by, mentorship)
    party = Party.objects.select_for_update().get(mentorship=mentorship, person=by)
    fresh = wants and not party.wants_rematch
    party.wants_rematch = wants
    party.save(update_fields=["wants_rematch"])
    record("rematch_wished", mentorship, by=by, now=now, facts={"wants": wants})
    for manager in _team_besides_partners(mentorship, by) if fresh else ():
        tell(
            person=manager, kind=notices.REMATCH_WANTED, key=f"mentorship:{mentorship.pk}:rematch:{by.pk}", now=now,
            path=f"/manage/{mentorship.programme.slug}/pairs/",
            parameters={"name": by.full_name, "programme": mentorship.programme.name},
        )  # fmt: skip
    return party


def _team_besides_partners(mentorship: Mentorship, by: Person) -> list[Person]:
    team, partners = programme_team(mentorship.programme), partners_of(mentorship, by)
    return [manager for manager in team if manager not in partners] or team


@transaction.atomic
def stay_in_touch(*, by: Person, mentorship: Mentorship, wants: bool, now: datetime) -> Mentorship:
    """Say whether one stays in touch after the close. Only two yeses make it so; a no is shown to nobody."""
    mentorship = locked(mentorship)
    check_party(by, mentorship)
    Party.objects.filter(mentorship=mentorship, person=by).update(stays_in_touch=wants)
    said = list(Party.objects.filter(mentorship=mentorship).values_list("stays_in_touch", flat=True))
    mentorship.continues_informally = all(said)
    mentorship.save(update_fields=["continues_informally"])
    record("touch_wished", mentorship, by=by, now=now, facts={"both": mentorship.continues_informally})
    return mentorship


def _ask_for_talk(by: Person, mentorship: Mentorship, now: datetime) -> None:
    for contact in safeguarding_contacts(mentorship):
        tell(
            person=contact, kind=notices.WANTS_TO_TALK, key=f"mentorship:{mentorship.pk}:talk:{by.pk}", now=now,
            parameters={"name": by.full_name},
        )  # fmt: skip
