"""What matching does with the answers to the sign-up form."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from trellis.people.models import Person
from trellis.programmes import checks
from trellis.programmes.actions.programmes import SettingsRefused
from trellis.programmes.actions.settings import NOBODY, Touched, hold, record_change, refuse_if_newer
from trellis.programmes.models import Programme, Question
from trellis.programmes.queries.matched_questions import matched_questions

Use = tuple[str, int]  # mode, importance from 1 to 9


@transaction.atomic
def change_answer_use(
    *, by: Person, programme: Programme, uses: Mapping[str, Use], now: datetime, touched: Touched = NOBODY,
    seen: int | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """Mode and importance by key, of questions that both sides are asked; others in `uses` are left alone.

    Returns the keys that changed. Raises NotAllowed, SettingsRefused, ChangedMeanwhile.
    """
    hold(by, programme)
    faults = [fault for key, use in uses.items() for fault in checks.check_use(*use, f"questions.{key}")]
    if faults:
        raise SettingsRefused(faults)
    known = {each.key: (each.mode, each.importance) for each in matched_questions(programme)}
    changed = {key: use for key, use in uses.items() if key in known and known[key] != use}
    if not changed:
        return ()
    refuse_if_newer(programme, ["questions"], seen)
    for key, (mode, importance) in changed.items():
        Question.objects.filter(programme=programme, key=key).update(mode=mode, importance=importance)
    record_change(by, programme, ["questions"], touched, now)
    return tuple(changed)
