"""Who would suit one mentee: the same scores and reasons that a round would use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trellis.matching.queries.pool import engine_settings, engine_taxonomy, load_pool
from trellis.matching.stored import reasons_to_json
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment
from trellis_engine.matching import InputRefused, Pool, explain
from trellis_engine.matching.score import ONLY, Scorer


@dataclass(frozen=True)
class Suggestion:
    """A mentor this mentee could have, with the score (1 to 100 000) and the reasons both would read."""

    mentor: Enrolment
    score: int
    reasons: dict[str, Any]


def best_for(mentee: Enrolment, *, now: datetime, most: int | None) -> list[Suggestion]:
    """Possible mentors with a free place, best first; empty when the mentee is not ready to be matched."""
    pool = load_pool(mentee.programme, now)
    code = mentee.person.external_id
    if code not in pool.mentee_by_id:
        return []
    try:
        settings = engine_settings({**mentee.programme.matching, "pinned": [], "forbidden": []})
    except (InputRefused, KeyError):
        return []
    alone = Pool((pool.mentee_by_id[code],), tuple(person for person in pool.mentors if person.places > 0))
    taxonomy = engine_taxonomy()
    scores = Scorer(alone, settings, taxonomy).judge(ONLY)[0][0].tolist()
    ranked = sorted(
        ((score, person.id) for score, person in zip(scores, alone.mentors, strict=True) if score),
        key=lambda row: (-row[0], row[1]),
    )[:most]
    enrolments = {
        row.person.external_id: row
        for row in Enrolment.objects.filter(
            programme=mentee.programme, side=Side.MENTOR, state=EnrolmentState.APPROVED,
            person__external_id__in=[person for _score, person in ranked],
        ).select_related("person")
    }  # fmt: skip
    return [
        Suggestion(enrolments[person], score, reasons_to_json(explain(alone, settings, taxonomy, code, person)))
        for score, person in ranked
    ]
