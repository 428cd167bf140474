"""Single pairs that the manager of a programme keeps together or apart in every round."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.people.models import Person
from trellis.programmes.actions.settings import NOBODY, hold, record_change
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.settings_model import PAIR_LISTS

MOST_PAIRS = 500


class PairRefused(Refusal):
    """Two people who cannot be kept together or apart here."""


@transaction.atomic
def keep_pair(*, by: Person, mentee: Enrolment, mentor: Enrolment, how: str, now: datetime) -> None:
    """Together ("pinned") or apart ("forbidden"), from the next round on; the later wish replaces the earlier.

    Raises NotAllowed, PairRefused.
    """
    programme = mentee.programme
    hold(by, programme)
    _check(mentee, mentor)
    pair = _pair(mentee, mentor)
    lists = _lists(programme)
    for name in PAIR_LISTS:
        lists[name] = [each for each in lists[name] if each != pair]
    if sum(map(len, lists.values())) >= MOST_PAIRS:
        raise PairRefused(_("There are %(most)d pairs already. Take some away first.") % {"most": MOST_PAIRS})
    lists[how].append(pair)
    _write(by, programme, lists, now)


@transaction.atomic
def release_pair(*, by: Person, programme: Programme, mentee: str, mentor: str, now: datetime) -> bool:
    """Neither together nor apart any more; by employee ID, because one of them may have left. False: it was not there.

    Raises NotAllowed.
    """
    hold(by, programme)
    before = _lists(programme)
    after = {name: [pair for pair in pairs if pair != [mentee, mentor]] for name, pairs in before.items()}
    if after == before:
        return False
    _write(by, programme, after, now)
    return True


def _check(mentee: Enrolment, mentor: Enrolment) -> None:
    if mentee.programme_id != mentor.programme_id or (mentee.side, mentor.side) != (Side.MENTEE, Side.MENTOR):
        raise PairRefused(_("Choose one mentee and one mentor of this programme."))
    if mentee.person_id == mentor.person_id:
        raise PairRefused(_("These are the same person. Choose two people."))


def _pair(mentee: Enrolment, mentor: Enrolment) -> list[str]:
    return [mentee.person.external_id, mentor.person.external_id]


def _lists(programme: Programme) -> dict[str, list[list[str]]]:
    return {name: [list(pair) for pair in programme.matching.get(name, ())] for name in PAIR_LISTS}


def _write(by: Person, programme: Programme, lists: dict[str, list[list[str]]], now: datetime) -> None:
    programme.matching = programme.matching | lists
    programme.save(update_fields=["matching"])
    record_change(by, programme, ["matching_pairs"], NOBODY, now)
