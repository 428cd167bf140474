"""A solved round as one file that anybody can check without the installation, and without learning who is in it or what
they stated: what such a file holds, and how it is read.

People are numbers. Instead of what they stated, the file holds the score of every pair, 0 where a rule keeps the two
apart. Single facts, even coded, would tell who somebody is; and beside the scores, what they said in confidence could
be worked back. So the file proves the plan for these scores; that these are the scores of what people stated can only
be seen where that is kept. Nor are wishes given out: where they decided, a file proves less (``pairs_only``).
"""

from dataclasses import dataclass
from typing import Any

from trellis_engine.matching import certify, circles_proof, peers_proof, rotation_proof, stable_proof, wishes_proof
from trellis_engine.matching.checking import PAIR_FIELDS, Certificate, Form
from trellis_engine.matching.given import GivenScores, given_scores
from trellis_engine.matching.hashing import digest
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.settings import HIGHEST_SCORE

FORMAT, VERSION = "trellis-round-proof", 1
MOST_PAIRS = 4_000_000  # about 25 MB of numbers
NOTHING = Taxonomy()  # no words, so no skills in them
ABOUT = (
    "This is the proof of one matching round made with Trellis: who was matched, and that no other plan is better.",
    "To check it, install Trellis (no server, no account) and run: trellis verify THIS_FILE",
    "People are numbers. 'scores' has a line for each of 'mentees' with a number for each of 'mentors': the exact "
    f"score of the pair, of {HIGHEST_SCORE}, or 0 where a rule keeps the two apart. What people stated is not in here.",
    "So it proves the plan for these scores. That they are the scores of this round can be checked where it was made: "
    "trellis verify THIS_FILE --programme SLUG --round NUMBER",
)
# Of rounds in which wishes decided, the plan alone: its pairs are allowed, and add up.
PAIRS_ONLY = {
    name: Form(f"{name}_pairs_only", ("matched", "total"), {"pairs": PAIR_FIELDS}) for name in ("stable", "wishes")
}

ProofFile = dict[str, Any]  # Any: JSON


def sealed(body: ProofFile) -> ProofFile:
    """Every part with its fingerprint, which finds a slip; a forgery is found by the proof."""
    parts = {name: value for name, value in body.items() if name != "seal"}
    return {**parts, "seal": {name: digest(value) for name, value in parts.items()}}


@dataclass(frozen=True)
class Opened:
    """A file as the engine reads it. ``weeks``: of a rotation, ``smallest``: circle, 0 otherwise."""

    pool: Pool
    settings: GivenScores
    objective: str
    weeks: int
    smallest: int
    equals: bool
    pairs_only: bool

    @classmethod
    def of(cls, file: ProofFile) -> "Opened":
        """Of a file in the right form. Raises InputRefused where its numbers cannot be used."""
        asked = file["asked"]
        mentees, mentors = (tuple(Participant(**row) for row in file[side]) for side in ("mentees", "mentors"))
        settings = given_scores(
            [person.id for person in mentees],
            [person.id for person in mentors],
            file["scores"],
            # where only the pairs are looked at, all that is asked is how many can be matched
            objective="matched_total" if asked["pairs_only"] else asked["objective"],
            spread=asked["spread"],
            keep_bonus=asked["keep_bonus"],
            **{name: frozenset((one, two) for one, two in asked[name]) for name in ("pinned", "kept")},
        )
        own = {name: asked[name] for name in ("objective", "weeks", "smallest", "equals", "pairs_only")}
        return cls(Pool(mentees, mentors), settings, **own)

    def issued(self, said: Certificate) -> Certificate:
        """The certificate that goes with it, with fresh fingerprints."""
        if self.pairs_only:
            return PAIRS_ONLY[self.objective].issued(said)
        if self.equals:
            return peers_proof.FORM.issued(said)
        if self.weeks:
            return rotation_proof.FORM.issued(said)
        if self.smallest:
            return circles_proof.FORM.issued(said)
        own = {"stable": stable_proof.FORM, "wishes": wishes_proof.FORM}
        return own[self.objective].issued(said) if self.objective in own else certify.resealed(said)
