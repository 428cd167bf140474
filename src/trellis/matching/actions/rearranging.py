"""Putting two people of a round together: the whole plan is laid out anew around them, and can be taken back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.matching.actions.proposals import move_all
from trellis.matching.actions.review import PairNotPossible
from trellis.matching.actions.states import WrongState, locked, record
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.pool import engine_settings
from trellis.matching.queries.rearranged import KEY, last_entry
from trellis.matching.queries.rearranging import Codes, Rearrangement, can_rearrange, judged_on, key_of, laid_on
from trellis.matching.queries.solving import explained
from trellis.matching.queries.swaps import Room
from trellis.matching.stored import reasons_to_json
from trellis.people.models import Person
from trellis.programmes.models import Enrolment


class BoardChanged(PairNotPossible):
    """Somebody decided something on the board since the plan was worked out."""


@transaction.atomic
def put_together(*, by: Person, found: Round, plan: Rearrangement, now: datetime) -> Proposal:
    """Lay the board out as `plan` says; returns the pair that was asked for, pinned.

    Pairs that give way are withdrawn, which forbids them nothing later; the others wait for review. Raises NotAllowed,
    WrongState, BoardChanged, and PairNotPossible where a rule or a place stands in the way. Changes nothing then.
    """
    found = locked(by, found, RoundState.REVIEW, without=("certificate",))
    if not can_rearrange(found):
        raise WrongState(_("This round cannot be planned anew around one pair. Swap two pairs instead."))
    loose = found.proposals.filter(pk__in=plan.gone, state=ProposalState.UNDER_REVIEW)
    held = loose.exclude(origin=ProposalOrigin.PINNED).count() < len(set(plan.gone))
    if held or key_of(laid_on(found)) != plan.board:
        raise BoardChanged(_("The board has changed since you looked. Look again at what this pair would cost now."))
    _withdraw(found, plan.gone, by, now)
    forced_one = plan.mentee, plan.mentor
    made = _make(found, sorted(plan.new, key=lambda codes: (codes != forced_one, codes)))
    for codes, each in made.items():
        each.origin = ProposalOrigin.PINNED if codes == forced_one else ProposalOrigin.SOLVER
    Proposal.objects.bulk_create(made.values())
    forced = made[forced_one]
    moved = len({mentee for mentee, _mentor in made} - {plan.mentee})
    entry = {"forced": forced.pk, "made": [each.pk for each in made.values()], "gone": list(plan.gone), "moved": moved}
    found.settings[KEY] = [*found.settings.get(KEY, ()), entry]
    found.save(update_fields=["settings"])
    record(found, by, "together", now, proposal=forced.pk, made=len(made), withdrawn=len(plan.gone))
    return forced


def _withdraw(found: Round, proposals: Iterable[int], by: Person, now: datetime) -> list[Proposal]:
    rows = found.proposals.select_for_update(of=("self",)).filter(pk__in=list(proposals)).order_by("id")
    withdrawn = list(rows.select_related("mentee__person", "mentor__person"))
    move_all(withdrawn, ProposalState.WITHDRAWN, by=by, now=now)
    return withdrawn


def _make(found: Round, pairs: Iterable[Codes]) -> dict[Codes, Proposal]:
    """The new pairs with their reasons, judged on what the round was solved on."""
    pool, taxonomy = judged_on(found)
    settings = engine_settings({**found.settings, "pinned": []})
    people = _enrolments(found, pairs)
    room = Room(found, pool, [each.pk for each in people.values()])
    made: dict[Codes, Proposal] = {}
    for mentee, mentor in pairs:
        one, two = people["mentee", mentee], people["mentor", mentor]
        explanation = explained(False, pool, settings, taxonomy, mentee, mentor)
        if not explanation.score or not room.take(mentee, mentor):
            raise PairNotPossible(
                _("%(mentee)s and %(mentor)s cannot be together: a rule forbids it, or one of them has no place left.")
                % {"mentee": one.person.full_name, "mentor": two.person.full_name}
            )
        made[mentee, mentor] = Proposal(
            organisation_id=found.organisation_id, programme_id=found.programme_id, round=found, mentee=one, mentor=two,
            score=explanation.score if settings.weights else 0, reasons=reasons_to_json(explanation),
        )  # fmt: skip
    return made


def _enrolments(found: Round, pairs: Iterable[Codes]) -> dict[tuple[str, str], Enrolment]:
    """(side, the engine's id) to enrolment, of these people alone."""
    rows = Enrolment.objects.filter(
        programme=found.programme_id, person__external_id__in={code for pair in pairs for code in pair}
    )
    return {(row.side, row.person.external_id): row for row in rows.select_related("person").without_words()}


@transaction.atomic
def take_back(*, by: Person, found: Round, now: datetime) -> int:
    """Undo the last rearrangement: the pairs that gave way lie on the board again as they were. Returns how many.

    Raises NotAllowed, WrongState, and BoardChanged where a pair it made has been decided since.
    """
    found = locked(by, found, RoundState.REVIEW)
    entry = last_entry(found)
    if entry is None:
        raise WrongState(_("There is nothing to take back: no pair was put together here, or it was undone already."))
    rows = found.proposals.filter(pk__in=entry["made"], state=ProposalState.UNDER_REVIEW)
    if rows.count() != len(entry["made"]):
        raise BoardChanged(
            _("Some of the pairs this made are decided by now. Put them back to review first, then take it back.")
        )
    _withdraw(found, entry["made"], by, now)
    again = _restore(found, entry["gone"])
    found.settings[KEY] = [_renamed(each, again) for each in found.settings[KEY][:-1]]
    found.save(update_fields=["settings"])
    record(found, by, "together_undo", now, proposal=entry["forced"], made=len(again), withdrawn=len(entry["made"]))
    return len(again)


def _restore(found: Round, gone: Iterable[int]) -> dict[int, int]:
    """Withdrawn pairs come back as copies, so that the record of what happened stays; old id to new."""
    room, again = Room(found), {}
    rows = found.proposals.filter(pk__in=list(gone)).select_related("mentee__person", "mentor__person").order_by("id")
    for old in rows:
        if not room.take(old.mentee.person.external_id, old.mentor.person.external_id):
            raise BoardChanged(
                _("%(mentee)s and %(mentor)s cannot come back: one of them has no place left beside the other pairs.")
                % {"mentee": old.mentee.person.full_name, "mentor": old.mentor.person.full_name}
            )
        copy = Proposal.objects.create(
            organisation_id=old.organisation_id, programme_id=old.programme_id, round=found, mentee=old.mentee,
            mentor=old.mentor, origin=old.origin, score=old.score, reasons=old.reasons,
        )  # fmt: skip
        again[old.pk] = copy.pk
    return again


def _renamed(entry: dict[str, Any], again: dict[int, int]) -> dict[str, Any]:
    """Rearrangements before it name the pairs that came back by their new ids."""
    ids = {name: [again.get(pk, pk) for pk in entry[name]] for name in ("made", "gone")}
    return {**entry, **ids, "forced": again.get(entry["forced"], entry["forced"])}
