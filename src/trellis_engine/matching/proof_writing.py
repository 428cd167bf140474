"""A solved round made into a proof file (proof_file.py): people become numbers, and what they stated becomes scores."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from trellis_engine.matching.checking import Certificate
from trellis_engine.matching.hashing import digest, hash_inputs, hash_settings, salted_order
from trellis_engine.matching.peer_plan import PEER_OBJECTIVE
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.proof_file import ABOUT, FORMAT, NOTHING, PAIRS_ONLY, VERSION, Opened, ProofFile, sealed
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import Settings


@dataclass(frozen=True)
class Solved:
    """A round as it was solved. ``weeks``: of a rotation, ``smallest``: circle, 0 otherwise."""

    pool: Pool
    settings: Settings
    taxonomy: Taxonomy
    certificate: Certificate
    weeks: int = 0
    smallest: int = 0

    @property
    def equals(self) -> bool:
        return bool(self.certificate["objective"] == PEER_OBJECTIVE)

    @property
    def pairs(self) -> int:
        """How many pairs there could be."""
        return len(self.pool.mentees) * len(self.pool.mentors)

    @property
    def wishes_decided(self) -> bool:
        """Whether anybody ranked somebody, in a plan that is made by ranks."""
        pool = self.pool
        sides = ((pool.mentees, pool.mentor_by_id), (pool.mentors, pool.mentee_by_id))
        ranked = any(name in others for side, others in sides for person in side for name in person.ranked)
        return ranked and self.certificate["objective"] in PAIRS_ONLY


def proof_file(solved: Solved, about_round: Mapping[str, Any]) -> ProofFile:
    """The file. ``about_round``: which one it is, in words and numbers that anybody may read.

    Every pair is scored once. The same round gives the same file, to the byte.
    """
    numbers = _Numbers(solved)
    file: ProofFile = {
        "about": list(ABOUT),
        "format": FORMAT,
        "version": VERSION,
        "round": {**about_round, **_fingerprints(solved)},
        "scored_by": _scored_by(solved.settings),
        "asked": _asked(solved, numbers),
        "mentees": numbers.people(numbers.mentee, solved.pool.mentees),
        "mentors": numbers.people(numbers.mentor, solved.pool.mentors),
        "scores": numbers.scores(),
    }
    return sealed(file | {"certificate": _certificate(solved, numbers, Opened.of(file))})


def _fingerprints(solved: Solved) -> dict[str, str]:
    """What names the round's own inputs to the byte, for whoever can look at them. The salt itself would, with a list
    of everybody's ids, tell whose number is whose."""
    said = solved.certificate
    own = {name: said[name] for name in ("engine_version", "input_hash", "settings_hash")}
    return own | {"salt_hash": digest(said["salt"]), "certificate_hash": digest(said)}


def _scored_by(settings: Settings) -> dict[str, Any]:
    """What the scores were made of: the programme's settings, with nobody in them."""
    return {
        "weights": {name: weight for name, weight in sorted(settings.weights.items()) if weight},
        "ideal_level_gap": list(settings.ideal_level_gap),
        "minimum_score": settings.minimum_score,
        "rules": [asdict(rule) for rule in settings.rules],
        "questions": [asdict(question) for question in settings.questions],
    }


def _asked(solved: Solved, numbers: "_Numbers") -> dict[str, Any]:
    weeks = 0 if solved.equals else solved.weeks
    return {
        "objective": solved.settings.objective,
        "spread": solved.settings.spread,
        "keep_bonus": solved.settings.keep_bonus,
        "weeks": weeks,
        "smallest": solved.smallest if solved.smallest > 1 and not weeks and not solved.equals else 0,
        "equals": solved.equals,
        "pairs_only": solved.wishes_decided,
        "pinned": numbers.pairs(solved.settings.pinned),
        "kept": numbers.pairs(solved.settings.kept),
    }


class _Numbers:
    """Who has which number on either side; among equals the same on both."""

    def __init__(self, solved: Solved) -> None:
        self.solved, said = solved, solved.certificate
        self.salt = digest(["numbers", said["salt"], said["input_hash"]])
        mentees, mentors = solved.pool.mentees, solved.pool.mentors
        self.mentee = self._dealt("person" if solved.equals else "mentee", mentees)
        self.mentor = self.mentee if solved.equals else self._dealt("mentor", mentors)

    def _dealt(self, kind: str, side: tuple[Participant, ...]) -> dict[str, str]:
        """The salted order of the numbers is that of the people, so that the same lot decides between equal plans."""
        width = len(str(len(side)))
        numbers = tuple(Participant(f"{kind}-{at:0{width}}") for at in range(1, len(side) + 1))
        people = salted_order(self.solved.certificate["salt"], side)
        return {person.id: number.id for person, number in zip(people, salted_order(self.salt, numbers), strict=True)}

    def people(self, number: Mapping[str, str], side: tuple[Participant, ...]) -> list[dict[str, Any]]:
        """Places; and how many somebody has already, where that costs points."""
        counts = self.solved.settings.spread > 0
        rows = [
            {"id": number[person.id], "places": person.places, "busy": person.busy if counts else 0} for person in side
        ]
        return sorted(rows, key=lambda row: str(row["id"]))

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
        """Those of whom both are there."""
        known = [(self.mentee.get(one), self.mentor.get(two)) for one, two in pairs]
        return sorted([one, two] for one, two in known if one and two)

    def scores(self) -> list[list[int]]:
        """By number on both sides. Among equals what counts for the two, from whichever of them it is read."""
        pool, certificate = self.solved.pool, self.solved.certificate
        mentees = sorted(pool.mentees, key=lambda person: self.mentee[person.id])
        mentors = sorted(pool.mentors, key=lambda person: self.mentor[person.id])
        scorer = Scorer(Pool(tuple(mentees), tuple(mentors)), self.solved.settings, self.solved.taxonomy)
        none = np.zeros((0, len(mentors)), np.int64)
        scores = np.vstack([none, *(scorer.judge(rows)[0] for rows in scorer.row_blocks())])
        if self.solved.equals:
            least = np.minimum(scores, scores.T)
            scores = least if certificate["symmetric"] == "min" else np.where(least > 0, (scores + scores.T) // 2, 0)
        lines: list[list[int]] = scores.tolist()
        return lines

    def renamed(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of the certificate, said of numbers."""
        new = {name: value for name, value in row.items() if name != "fingerprint"}
        for name, number in (("mentee", self.mentee), ("mentor", self.mentor)):
            new |= {name: number[row[name]]} if name in row else {}
        new |= {name: self.mentee[row[name]] for name in ("person", "joins") if name in row}
        if "members" in row:
            new["members"] = sorted(self.mentee[each] for each in row["members"])
        if self.solved.equals and "mentor" in row:  # neither comes first
            new["mentee"], new["mentor"] = sorted((new["mentee"], new["mentor"]))
        if "prices" in row:
            new["prices"] = dict(sorted((self.mentor[each], price) for each, price in row["prices"].items()))
        return new


def _certificate(solved: Solved, numbers: _Numbers, opened: Opened) -> Certificate:
    said = {name: value for name, value in solved.certificate.items() if name != "seal"}
    if solved.wishes_decided:
        said = {name: value for name, value in said.items() if name != "stages"}
        said["objective"] = PAIRS_ONLY[solved.settings.objective].objective
    said |= {
        "salt": numbers.salt,
        "input_hash": hash_inputs(opened.pool, NOTHING),
        "settings_hash": hash_settings(opened.settings),
    }
    for name, rows in said.items():
        if type(rows) is list:
            said[name] = [numbers.renamed(row) for row in rows]
            if name != "stages":  # these follow each other; all else stood in the order of people's ids
                said[name].sort(key=_place)
    return opened.issued(said)


def _place(row: Mapping[str, Any]) -> Sequence[Any]:
    return [row[name] for name in ("week", "mentee", "mentor", "person", "joins", "members") if name in row]
