"""Which skills of the taxonomy a free text speaks of, told by a sentence-embedding model.

The model never scores anybody. It reads a text, names at most a few whole skills of the list, and is done: from there
on they count exactly as if the person had written their names. Nothing here leaves the process, and no text is kept:
what was read is remembered by the hash of the masked sentence.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from trellis.skills import taxonomy
from trellis_engine.matching.masking import SOMEBODY, masker

Vector = npt.NDArray[np.float64]
Embed = Callable[[str], Vector]  # of length 1
Step = Callable[[int, int], None]  # how many texts are read, of how many; may raise to stop

VERSION = 1  # of the rules in this file: raise it when the same model would name other skills
MOST = 5  # skills a text
REMEMBERED = 20_000  # sentences: 15 MB
ONE = 1000  # a cosine of 1, in the thousandths in which everything is decided
SENTENCE_ENDS = re.compile(r"(?<=[.!?;])\s+")
LONE_MARKS = re.compile(r"(?<!\S)[^\w\s]+(?!\S)")  # what a form of address leaves behind
PARTICLE = r"(?:\b(?:van|von|vom|zu|zur|der|de|del|della|di|da|do|dos|das|du|la|le|el|al|bin|ibn|y|e|[A-Z]\.) )*"
WHOLE_NAME = re.compile(rf"{PARTICLE}\b{SOMEBODY}\b(?: {PARTICLE}{SOMEBODY}\b)*")


@dataclass(frozen=True)
class Read:
    """What a text speaks of: ids in the order of the list. `near`: a cosine a thousandth away would have decided
    otherwise about one of them, which is as much as another machine may differ."""

    skills: tuple[str, ...]
    near: bool


@dataclass
class Reader:
    """Reads with one model. `about` names the model and the rules, and is kept with whatever was read."""

    embed: Embed
    threshold: int
    files: Mapping[str, str] = field(default_factory=dict)  # name -> SHA-256

    def __post_init__(self) -> None:
        listed = [(skill.id, phrase) for skill in taxonomy.skills() for phrase in (skill.name, *skill.aliases)]
        self._ids = [skill.id for skill in taxonomy.skills()]
        places = {skill: place for place, skill in enumerate(self._ids)}
        self._skill_of = np.array([places[skill] for skill, _phrase in listed])
        self._phrases = np.array([self.embed(phrase) for _skill, phrase in listed])
        self._remembered: dict[bytes, npt.NDArray[np.int16]] = {}

    @property
    def about(self) -> dict[str, object]:
        return {"files": dict(self.files), "threshold": self.threshold, "most": MOST, "version": VERSION}

    def read(self, texts: Sequence[str], names: Iterable[str], step: Step = lambda _done, _all: None) -> list[Read]:
        """What each text speaks of, once `names`, addresses and gendered words are out of it."""
        masked = masker(names)
        seen: dict[str, Read] = {}
        for done, text in enumerate(texts):
            step(done, len(texts))
            if text not in seen:
                seen[text] = self._told(sentences(text, masked))
        return [seen[text] for text in texts]

    def _told(self, told: Sequence[str]) -> Read:
        if not told:
            return Read((), near=False)
        closest = np.max([self._thousandths(sentence) for sentence in told], axis=0)
        return chosen(closest, self._ids, self.threshold)

    def _thousandths(self, sentence: str) -> npt.NDArray[np.int16]:
        """How close the sentence is to each skill: to the closest of its name and aliases."""
        key = hashlib.sha256(sentence.encode()).digest()
        if key not in self._remembered:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            cosines = np.floor(self._phrases @ self.embed(sentence) * ONE + 0.5).astype(np.int16)
            closest = np.full(len(self._ids), -ONE, np.int16)
            np.maximum.at(closest, self._skill_of, cosines)
            self._remembered[key] = closest
        return self._remembered[key]


def sentences(text: str, masked: Callable[[str], str]) -> list[str]:
    """The masked sentences of a text; a name of three parts weighs no more than one of one."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        plain = " ".join(LONE_MARKS.sub("", masked(line)).split())
        for sentence in SENTENCE_ENDS.split(WHOLE_NAME.sub(SOMEBODY, plain)):
            if any(letter.isalpha() for letter in sentence):
                found[sentence] = None
    return list(found)


def chosen(closest: npt.NDArray[np.int16], ids: Sequence[str], threshold: int) -> Read:
    """The skills at or above the threshold, the closest first where there are more than `MOST`.

    Two machines whose cosines differ by less than a thousandth may round to neighbouring thousandths. So a skill just
    at the threshold or just under it is a near thing, and so is the last one taken if the next is within two of it.
    """
    ranked = sorted(zip((-closest).tolist(), range(len(ids)), strict=True))
    taken = [place for below, place in ranked if -below >= threshold][:MOST]
    near = any(-below in (threshold, threshold - 1) for below, _place in ranked[: MOST + 1])
    if len(taken) == MOST < len(ranked):
        last, after = -ranked[MOST - 1][0], -ranked[MOST][0]
        near |= after >= threshold - 1 and last - after <= 2
    return Read(tuple(ids[place] for place in sorted(taken)), near)
