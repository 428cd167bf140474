"""A round keeps the pool it was solved on, so that it can be run again to the byte. Engine facts to JSON and back."""

import json
from dataclasses import fields
from typing import Any

from trellis_engine.matching import Explanation, Participant, Pool, Reason, Taxonomy

_SETS = {"values", "availability", "languages", "no_match", "aims", "experience", "interests", "held"}


def pool_to_json(pool: Pool, taxonomy: Taxonomy | None = None) -> str:
    """`taxonomy`: which skills their words were read with, because a later release may know others."""
    sides = {"mentees": pool.mentees, "mentors": pool.mentors}
    kept: dict[str, Any] = {side: [_plain(person) for person in people] for side, people in sides.items()}
    if taxonomy is not None:
        related = {skill: sorted(others) for skill, others in taxonomy.related.items()}
        kept["taxonomy"] = {"related": related, "phrases": dict(taxonomy.phrases)}
    return json.dumps(kept, sort_keys=True)


def inputs_from_json(text: str) -> tuple[Pool, Taxonomy | None]:
    """The people, and the skills; None for a round that was solved before those were kept."""
    kept: dict[str, Any] = json.loads(text)
    pool = Pool(
        mentees=tuple(_participant(row) for row in kept["mentees"]),
        mentors=tuple(_participant(row) for row in kept["mentors"]),
    )
    return pool, _taxonomy(kept["taxonomy"]) if "taxonomy" in kept else None


def pool_from_json(text: str) -> Pool:
    return inputs_from_json(text)[0]


def _taxonomy(row: dict[str, Any]) -> Taxonomy:
    related = {skill: frozenset(others) for skill, others in row["related"].items()}
    return Taxonomy(related=related, phrases=row["phrases"])


def _plain(person: Participant) -> dict[str, Any]:
    row = {field.name: getattr(person, field.name) for field in fields(person)}
    row["answers"] = [[key, sorted(chosen)] for key, chosen in person.answers]
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in row.items()}


def _participant(row: dict[str, Any]) -> Participant:
    given: dict[str, Any] = {name: frozenset(value) if name in _SETS else value for name, value in row.items()}
    given["skills"] = tuple((skill, level) for skill, level in row["skills"])
    given["managers"] = tuple(row["managers"])
    given["ranked"] = tuple(row["ranked"])
    given["answers"] = tuple((key, frozenset(chosen)) for key, chosen in row.get("answers", ()))
    return Participant(**given)


def reasons_to_json(explanation: Explanation) -> dict[str, Any]:
    """What both sides are shown: keys and parameters, put into words by matching.words when read."""
    return {
        "reasons": [_reason(reason) for reason in explanation.reasons],
        "gap": _reason(explanation.gap) if explanation.gap else None,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    params = {name: list(value) if isinstance(value, tuple) else value for name, value in reason.params.items()}
    return {"factor": reason.factor, "key": reason.key, "params": params}
