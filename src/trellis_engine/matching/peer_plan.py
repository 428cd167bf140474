"""The result of pairing people who all stand on one side: pairs, the prices that prove them, who is left and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis_engine.matching.people import Participant, Pool
from trellis_engine.matching.plan import ENGINE_VERSION, Pair
from trellis_engine.matching.reasons import InputRefused, Unmatched

PEER_OBJECTIVE = "most_people_then_total"
SYMMETRIC = ("min", "mean")
PEER = "peer"  # the side of everybody who is left


@dataclass(frozen=True, order=True)
class OddSet:
    """An odd number of people, of whom one must stay without a partner inside the set; ``price`` is what that costs."""

    members: tuple[str, ...]
    price: int


@dataclass(frozen=True)
class Trio:
    """The odd one out joins a pair; ``score`` is the sum of the two scores that they add to it."""

    joins: str
    pair: tuple[str, str]
    score: int


@dataclass(frozen=True)
class PeerPlan:
    """The best way to pair people up. In a ``Pair`` the two columns carry no rank: the smaller id stands first.

    ``bonus`` is what each pair is worth beyond its score, more than any possible total, so that
    ``value`` = bonus x pairs + total puts the number of people first. ``prices``: twice what one more person like
    this one would add to ``value``. ``symmetric``: whether a pair's score is the lower of the two directions or their
    mean (rounded down). A trio is laid over the plan: it is the best for the pairs as they are, not a joint optimum.
    """

    pairs: tuple[Pair, ...]
    trio: Trio | None
    total: int
    matched: int  # people, not pairs; without whoever joins a trio
    unmatched: tuple[Unmatched, ...]
    prices: Mapping[str, int]
    odd_sets: tuple[OddSet, ...]
    bonus: int
    symmetric: str
    silent: tuple[str, ...]
    settings_hash: str
    input_hash: str
    salt: str
    objective: str = PEER_OBJECTIVE
    engine_version: str = ENGINE_VERSION

    @property
    def value(self) -> int:
        return self.bonus * len(self.pairs) + self.total


def crowd_pool(people: tuple[Participant, ...]) -> Pool:
    """Everybody on both sides: each seeks and gives with the same answers. Where people answer the two apart (mutual
    mentoring), make the Pool from both answers instead: the same ids on either side."""
    return Pool(people, people)


def same_people(pool: Pool) -> None:
    """Raises InputRefused where somebody stands on one side only."""
    for person in sorted(set(pool.mentee_by_id) ^ set(pool.mentor_by_id)):
        raise InputRefused("person_unknown", id=person)


def looks_for_peer(pool: Pool, person: str) -> bool:
    """Whether the person has a place left. One place each: more than one peer is given by more than one round."""
    return pool.mentee_by_id[person].places > 0 and pool.mentor_by_id[person].places > 0
