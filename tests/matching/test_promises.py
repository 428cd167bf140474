"""What the proof page says of the usual goal, where somebody wants more than one mentor and where nobody does."""

import pytest

from trellis.matching.queries.promises import Promise, promise_of
from trellis_engine.matching import Participant, Pool, Settings, Taxonomy, certificate, solve

ALONE = "no other plan matches more people; none of those that match as many serves the worst-off better"
WITH_SECOND = (
    "no other plan matches more people, or gives them more mentors in all; none of those that do as well has a better "
    "weakest match"
)


def promised(places: int) -> Promise:
    mentees = tuple(Participant(f"e{n}", places=places) for n in range(2))
    mentors = tuple(Participant(f"o{n}", busy=n) for n in range(4))
    plan = solve(Pool(mentees, mentors), Settings(weights={"balance": 100}, rules=()), Taxonomy(), "s")
    return promise_of({}, certificate(plan), 2)


@pytest.mark.parametrize(("places", "words"), [(1, ALONE), (2, WITH_SECOND)])
def test_second_mentors_are_promised_where_somebody_wants_them(places: int, words: str) -> None:
    promise = promised(places)

    assert words in promise.text
    assert promise.headline == "Proven best: matched 2 of 2"
    assert [title for title, _words in promise.steps if "weakest" in title or "worse off" in title] == [
        "Nobody is worse off than need be" if places == 1 else "The weakest match is as good as it can be"
    ]
