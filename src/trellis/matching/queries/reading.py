"""Goals read by a model, where the operator has set one: the skills it names are written into the pool that is solved.

So everything after it (factor, reasons, certificate, checker, solving again) is as without a model, and needs none: the
round keeps what was read, not how to read it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from trellis.people.models import Person
from trellis.skills import semantic, taxonomy
from trellis.skills.reading import Read, Step
from trellis_engine.matching import Participant, Pool

KEY = "reader"  # of a round's settings: which model read the goals, by which rules, and how much it named
Told = dict[str, Any]  # JSON


def read_goals(pool: Pool, step: Step = lambda _done, _all: None) -> tuple[Pool, Told | None]:
    """The pool with the skills that the model finds in people's goals named in them, and what read them.

    None, and the pool as it is, without a model. Raises semantic.ModelUnusable, and whatever `step` raises to stop.
    """
    try:
        reader = semantic.reader()
    except semantic.ModelUnusable as refusal:
        raise semantic.ModelUnusable(broken_words(str(refusal))) from refusal
    if reader is None:
        return pool, None
    texts = sorted({person.goal for person in (*pool.mentees, *pool.mentors) if person.goal})
    read = dict(zip(texts, reader.read(texts, _names(), step), strict=True))
    told = {
        **reader.about, "texts": len(texts), "named": sum(len(each.skills) for each in read.values()),
        "near": sum(each.near for each in read.values()),
    }  # fmt: skip
    return Pool(_with_skills(pool.mentees, read), _with_skills(pool.mentors, read)), told


def _with_skills(people: Iterable[Participant], read: Mapping[str, Read]) -> tuple[Participant, ...]:
    return tuple(
        replace(person, goal=taxonomy.with_skills_named(person.goal, read[person.goal].skills))
        if person.goal and read[person.goal].skills
        else person
        for person in people
    )


def _names() -> Iterator[str]:
    """Everybody's in the organisation: people write about colleagues who take no part."""
    for names in Person.objects.values_list("given_name", "preferred_name", "family_name").iterator():
        yield from filter(None, names)


def broken_words(why: str) -> str:
    return _(
        "The model that reads goals does not work here, and no round is solved without it, because it would be read in "
        "another way. %(why)s Ask whoever runs this installation: “trellis check” says how to cure it."
    ) % {"why": why}


@dataclass(frozen=True)
class ReadBy:
    """What read the goals of a round, for its proof."""

    files: tuple[tuple[str, str], ...]  # name, SHA-256
    threshold: str
    texts: int
    named: int
    near: int


def read_by(settings: Mapping[str, Any]) -> ReadBy | None:
    """None where phrases alone were looked for."""
    told = settings.get(KEY)
    if not told:
        return None
    files = tuple(sorted(told["files"].items()))
    return ReadBy(files, f"{told['threshold'] / 1000:.3f}", told["texts"], told["named"], told["near"])


def reader_fault() -> str | None:
    """Why the next round could not be read, as far as a page can see without loading the model; None without one."""
    if not semantic.is_set():
        return None
    why = semantic.obstacle()
    return broken_words(why) if why else ""
