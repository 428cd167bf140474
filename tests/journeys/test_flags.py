import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.surveys import SurveyResponseFactory
from trellis.journeys.queries.flags import check_in_flags
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person

WEAK, UNSAFE = frozenset({"sig_pulse"}), frozenset({"sig_safety"})
SAFE = {"ps1": 5, "ps2": 5, "ps3": 1, "ps4": 5, "ps5": 5}  # the third is asked the other way round
UNHEARD = {"ps1": 2, "ps2": 2, "ps3": 4, "ps4": 2, "ps5": 2}


def answered(pair: Mentorship, person: Person, pack: str, answers: dict[str, int]) -> None:
    SurveyResponseFactory(
        person=person, pack=pack, context=f"mentorship:{pair.pk}", answers=json.dumps(answers) if answers else "",
        declined=not answers,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "answers", "flags"),
    [
        ("pulse_30", {"ep1": 2}, WEAK),
        ("pulse_30", {"ep1": 3, "ep2": 1}, frozenset()),
        ("pulse_30", {"ep1": 5, "ep3": 1}, WEAK),
        ("pulse_30", {"ep3": 0}, frozenset()),
        ("pulse_30", {}, frozenset()),
        ("mid_pack", SAFE, frozenset()),
        ("mid_pack", UNHEARD, UNSAFE),
        ("end_pack", UNHEARD, UNSAFE),
        ("mid_pack", UNHEARD | {"ps3": 1}, frozenset()),  # 2.6 as well: "never holds back" counts five
        ("mid_pack", {"ps1": 3, "ps2": 2, "ps3": 3, "ps4": 2, "ps5": 3}, frozenset()),  # 2.6 of 5
        ("mid_pack", {"ps1": 1, "ps2": 1, "ps4": 1}, frozenset()),  # three of five are too few for a score
        ("mid_pack", {"ps1": 1, "ps2": 1, "ps4": 1, "ps5": 1}, UNSAFE),
    ],
)
def test_a_weak_answer_of_either_is_a_flag_of_the_pair(
    pair: Mentorship, mentee: Person, mentor: Person, pack: str, answers: dict[str, int], flags: frozenset[str]
) -> None:
    answered(pair, mentor, pack, answers)
    answered(pair, mentee, pack, {"ep1": 5} if pack == "pulse_30" else SAFE)

    assert check_in_flags([pair.pk]) == {pair.pk: flags}


def test_flags_of_many_pairs_are_one_query_and_of_no_other_pair(pair: Mentorship, mentee: Person) -> None:
    answered(pair, mentee, "pulse_30", {"ep1": 1})
    SurveyResponseFactory(context="mentorship:0", organisation=pair.organisation, person=mentee, pack="mid_pack")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = check_in_flags([pair.pk, pair.pk + 1])

    assert found == {pair.pk: WEAK, pair.pk + 1: frozenset()}
    assert len(queries) == 1
