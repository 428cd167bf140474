"""Putting two people of a round together: the whole plan is laid out anew around them, and can be taken back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.matching.actions.proposals import move_all
from trellis.matching.actions.review import PairNotPossible
from trellis.matching.actions.states import WrongState, locked, record
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import BoardEdit, Proposal, Round
from trellis.matching.queries.laid import key_of, laid_on
from trellis.matching.queries.pool import engine_settings
from trellis.matching.queries.rearranged import last_edit
from trellis.matching.queries.rearranging import Codes, Rearrangement, can_rearrange, judged_on
from trellis.matching.queries.swaps import Room
from trellis.matching.stored import reasons_to_json
from trellis.people.models import Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment
from trellis_engine.matching.explain import explain_all

PINNED, UNDER_REVIEW = ProposalOrigin.PINNED, ProposalState.UNDER_REVIEW


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
    laid = laid_on(found)
    waiting = (ids for (state, origin), ids in laid.items() if (state, origin != PINNED) == (UNDER_REVIEW, True))
    if key_of(laid) != plan.board or not set(plan.gone).issubset(chain(*waiting)):
        raise BoardChanged(_("The board has changed since you looked. Look again at what this pair would cost now."))
    _withdraw(found, plan.gone, by, now)
    forced_one = plan.mentee, plan.mentor
    made = _make(found, sorted(plan.new, key=lambda codes: (codes != forced_one, codes)))
    forced = made[0]
    forced.origin = PINNED
    Proposal.objects.bulk_create(made)
    moved = len({mentee for mentee, _mentor in plan.new} - {plan.mentee})
    # a row of its own: SQLite would write the round's pool and proof anew with anything that changes in its row
    BoardEdit.objects.create(
        organisation_id=found.organisation_id, round=found, forced=forced, made=[each.pk for each in made],
        gone=list(plan.gone), moved=moved,
    )  # fmt: skip
    record(found, by, "together", now, proposal=forced.pk, made=len(made), withdrawn=len(plan.gone))
    return forced


def _withdraw(found: Round, proposals: Iterable[int], by: Person, now: datetime) -> None:
    rows = found.proposals.select_for_update(of=("self",)).filter(pk__in=list(proposals)).order_by("id")
    move_all(list(rows.defer("reasons")), ProposalState.WITHDRAWN, by=by, now=now)


def _make(found: Round, pairs: Sequence[Codes]) -> list[Proposal]:
    """The new pairs with their reasons, judged on what the round was solved on."""
    pool, taxonomy = judged_on(found)
    settings = engine_settings({**found.settings, "pinned": []})
    people = _enrolments(found, pairs)
    room = Room(found, pool, people.values())
    made = []
    for codes, explanation in zip(pairs, explain_all(pool, settings, taxonomy, pairs), strict=True):
        if not explanation.score or not room.take(*codes):
            raise PairNotPossible(
                _("%(mentee)s and %(mentor)s cannot be together: a rule forbids it, or one of them has no place left.")
                % dict(zip(Side.values, _names(codes), strict=True))
            )
        mentee, mentor = zip(Side.values, codes, strict=True)
        made.append(Proposal(
            organisation_id=found.organisation_id, programme_id=found.programme_id, round=found,
            mentee_id=people[mentee], mentor_id=people[mentor], score=explanation.score if settings.weights else 0,
            reasons=reasons_to_json(explanation),
        ))  # fmt: skip
    return made


def _enrolments(found: Round, pairs: Iterable[Codes]) -> dict[tuple[str, str], int]:
    """(side, the engine's id) to sign-up, of these people alone."""
    codes = {code for pair in pairs for code in pair}
    rows = Enrolment.objects.filter(programme=found.programme_id, person__external_id__in=codes)
    return {(side, code): pk for side, code, pk in rows.values_list("side", "person__external_id", "pk")}


def _names(codes: Codes) -> list[str]:
    people = {person.external_id: person.full_name for person in Person.objects.filter(external_id__in=codes)}
    return [people[code] for code in codes]


@transaction.atomic
def take_back(*, by: Person, found: Round, now: datetime) -> int:
    """Undo the last rearrangement: the pairs that gave way lie on the board again as they were. Returns how many.

    Raises NotAllowed, WrongState, and BoardChanged where a pair it made has been decided since.
    """
    found = locked(by, found, RoundState.REVIEW)
    edit = last_edit(found)
    if edit is None:
        raise WrongState(_("There is nothing to take back: no pair was put together here, or it was undone already."))
    rows = found.proposals.filter(pk__in=edit.made, state=ProposalState.UNDER_REVIEW)
    if rows.count() != len(edit.made):
        raise BoardChanged(
            _("Some of the pairs this made are decided by now. Put them back to review first, then take it back.")
        )
    _withdraw(found, edit.made, by, now)
    again = _restore(found, edit.gone)
    forced = edit.forced_id
    edit.delete()
    before = [_renamed(each, again) for each in found.edits.all()]
    BoardEdit.objects.bulk_update(before, ["forced", "made", "gone"])
    record(found, by, "together_undo", now, proposal=forced, made=len(again), withdrawn=len(edit.made))
    return len(again)


def _restore(found: Round, gone: Iterable[int]) -> dict[int, int]:
    """Withdrawn pairs come back as copies, so that the record of what happened stays; old id to new."""
    room, copies = Room(found), {}
    rows = found.proposals.filter(pk__in=list(gone)).select_related("mentee__person", "mentor__person").order_by("id")
    for old in rows:
        if not room.take(old.mentee.person.external_id, old.mentor.person.external_id):
            raise BoardChanged(
                _("%(mentee)s and %(mentor)s cannot come back: one of them has no place left beside the other pairs.")
                % {"mentee": old.mentee.person.full_name, "mentor": old.mentor.person.full_name}
            )
        copies[old.pk] = Proposal(
            organisation_id=old.organisation_id, programme_id=old.programme_id, round=found, mentee=old.mentee,
            mentor=old.mentor, origin=old.origin, score=old.score, reasons=old.reasons,
        )  # fmt: skip
    Proposal.objects.bulk_create(copies.values())
    return {pk: copy.pk for pk, copy in copies.items()}


def _renamed(edit: BoardEdit, again: Mapping[int, int]) -> BoardEdit:
    """What was put together before names the pairs that came back by their new ids."""
    edit.forced_id = again.get(edit.forced_id, edit.forced_id)
    edit.made, edit.gone = ([again.get(pk, pk) for pk in ids] for ids in (edit.made, edit.gone))
    return edit
