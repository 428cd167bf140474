"""What is measured: which people, which runners. Standard library only: every environment reads this file."""

from dataclasses import dataclass

# in the order of the columns; the environment each lives in
ENGINES, MENTOR_MATCH, GAMES = "engines", "mentor-match", "matching-games"
RUNNERS = {
    "trellis": ENGINES,
    "trellis-default": ENGINES,
    "trellis-scan": ENGINES,
    "trellis-edit": ENGINES,
    "trellis-peers": ENGINES,
    "trellis-crowd": ENGINES,
    "scipy": ENGINES,
    "scipy-sparse": ENGINES,
    "lapx": ENGINES,
    "ortools-assignment": ENGINES,
    "ortools-flow": ENGINES,
    "mentor-match": MENTOR_MATCH,
    "matching": GAMES,
    "networkx": ENGINES,
    "rustworkx": ENGINES,
}
OURS = tuple(name for name in RUNNERS if name.startswith("trellis"))
DIFFERENT = (
    "trellis-default",
    "trellis-scan",
    "trellis-edit",
    "trellis-crowd",
    "matching",
)  # not the same objective: never compared
PAIRERS = ("trellis-peers", "trellis-crowd", "networkx", "rustworkx")  # of people on one side
ASSIGNERS = ("scipy", "scipy-sparse", "lapx", "ortools-assignment", "ortools-flow")
QUICK = 1_000  # people on the larger side
SCORES = 100_000  # the highest score of a pair


@dataclass(frozen=True)
class Case:
    """One pool and who is measured on it.

    ``most_places``: mentors have 1 to this many places. ``wants``: mentors that each mentee wants.
    ``skew``: exponent of the Zipf law by which skills and mentors are popular. ``profiles``: so many
    different people on each side, the rest their doubles (0: all differ). ``infeasible``: rules and
    languages leave some without anybody. ``candidates``: pairs of one side, with so many edges each.
    """

    name: str
    title: str
    mentees: int
    mentors: int
    runners: tuple[str, ...]
    most_places: int = 1
    wants: int = 1
    skew: float = 0.4
    profiles: int = 0
    infeasible: bool = False
    candidates: int = 0
    seed: int = 1

    @property
    def quick(self) -> bool:
        return max(self.mentees, self.mentors) <= QUICK

    @property
    def pairs(self) -> int:
        return self.mentees * self.mentors

    @property
    def needs_scores(self) -> bool:
        return any(name not in OURS for name in self.runners)


def one_to_one(count: int, runners: tuple[str, ...]) -> Case:
    return Case(f"one-{count}", f"{count:,} × {count:,}, one to one", count, count, runners)


def at_2000(name: str, title: str, *, mentors: int = 2_000, **more: object) -> Case:
    return Case(f"{name}-2000", f"2,000 × {mentors:,}, {title}", 2_000, mentors, TRIED, **more)


TRIED = ("trellis", *ASSIGNERS)
ALL = ("trellis", "trellis-default", "mentor-match", "matching", *ASSIGNERS)
FLOWS = ("trellis", "ortools-flow")  # who knows people who want two
OWN = ("trellis", "trellis-default", "trellis-scan")
CASES = (
    *(one_to_one(count, ALL) for count in (100, 500, 1_000)),
    *(one_to_one(count, ("trellis", "trellis-default", *ASSIGNERS)) for count in (2_000, 5_000)),
    one_to_one(10_000, (*OWN, "trellis-edit", *ASSIGNERS)),
    Case("edits", "10,000 people (5,000 × 5,000, one to one): 200 edits", 5_000, 5_000, ("trellis-edit",)),
    Case("edits-places", "10,000 × 5,000, 1-5 places a mentor: 200 edits", 10_000, 5_000, ("trellis-edit",), 5),
    Case("places-1000", "1,000 × 500, 1-5 places a mentor", 1_000, 500, TRIED, most_places=5),
    Case("places-10000", "10,000 × 5,000, 1-5 places a mentor", 10_000, 5_000, (*OWN, *ASSIGNERS), most_places=5),
    Case("two-1000", "1,000 × 500, 1-5 places, two mentors wanted", 1_000, 500, FLOWS, 5, 2),
    Case("two-10000", "10,000 × 5,000, 1-5 places, two mentors wanted", 10_000, 5_000, FLOWS, 5, 2),
    at_2000("demand-1.1", "demand 1.1 times the places", mentors=1_818),
    at_2000("demand-2.0", "demand twice the places", mentors=1_000),
    at_2000("popular-0.8", "popularity by Zipf 0.8", skew=0.8),
    at_2000("popular-1.4", "popularity by Zipf 1.4", skew=1.4),
    at_2000("ties", "12 different people on each side", profiles=12),
    at_2000("infeasible", "rules that leave some without anybody", infeasible=True),
    Case("pairs-1000", "1,000 people in pairs, 20 candidates each", 1_000, 1_000,
         PAIRERS, candidates=20),
    Case("large-50000-25000", "50,000 × 25,000, 1-5 places a mentor", 50_000, 25_000, ("trellis", "trellis-scan"), 5),
    Case("large-50000", "50,000 × 50,000, one to one", 50_000, 50_000, ("trellis", "trellis-scan")),
)  # fmt: skip
CASE_BY_NAME = {case.name: case for case in CASES}
