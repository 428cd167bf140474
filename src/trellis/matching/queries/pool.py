"""From tables to the engine's frozen facts. A fixed number of queries, whatever the size of the pool."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count

from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal, Wish
from trellis.matching.stored import inputs_from_json
from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Party
from trellis.people.choices import PersonStatus
from trellis.people.models import Person
from trellis.programmes.choices import EQUALS, AnswerMode, EnrolmentState, Side
from trellis.programmes.eligibility import unmet
from trellis.programmes.models import Answer, EligibilityRule, Enrolment, EnrolmentSkill, Programme
from trellis.programmes.queries.matched_questions import matched_questions
from trellis.programmes.settings_model import ALWAYS_KEPT, SCORE_UNITS, MatchingSettings
from trellis.skills import taxonomy
from trellis_engine.matching import InputRefused, Participant, Pool, Rule, Settings, Taxonomy
from trellis_engine.matching.peer_plan import PEER
from trellis_engine.matching.settings import ScoredQuestion

UNSCORED_OBJECTIVE = "matched_total"  # with every pair worth the same, only how many are matched is left to choose
ANY_DISTANCE = (-100, 100)  # where the programme prefers no distance in level
PairIds = frozenset[tuple[str, str]]  # (mentee, mentor), as the engine names people


@lru_cache(maxsize=1)
def engine_taxonomy() -> Taxonomy:
    """The shipped taxonomy as the engine reads it."""
    return Taxonomy(
        related={skill.id: frozenset(skill.related) for skill in taxonomy.skills()}, phrases=taxonomy.phrases()
    )


def solved_on(inputs: str) -> tuple[Pool, Taxonomy]:
    """The people that a round was solved on, and the skills that their words were read with then: whatever is asked of
    it later is judged by both, or a release that knows other skills would change what was decided by."""
    pool, kept = inputs_from_json(inputs)
    return pool, engine_taxonomy() if kept in (None, engine_taxonomy()) else kept


def engine_settings(stored: Mapping[str, Any]) -> Settings:
    """A programme's or a round's stored matching settings, with its pinned and ruled out pairs if it has any.

    Raises trellis_engine.matching.InputRefused where they cannot be used.
    """
    chosen = MatchingSettings.of(stored)
    if chosen.scoring and not chosen.weights:  # to the engine no weights mean that nobody is scored
        raise InputRefused("weights_not_100", sum=0)
    asked: list[dict[str, Any]] = stored.get("questions", [])
    return Settings(
        weights=chosen.weights if chosen.scoring else {},
        ideal_level_gap=chosen.ideal_level_gap or ANY_DISTANCE,
        rules=(*_rules(chosen), *_rules_on_answers(asked)),
        pinned=_pairs(stored, "pinned"),
        forbidden=_pairs(stored, "forbidden") | _pairs(stored, "ruled_out"),
        minimum_score=chosen.minimum_percent * SCORE_UNITS if chosen.scoring else 0,
        objective=chosen.objective if chosen.scoring else UNSCORED_OBJECTIVE,
        spread=chosen.spread,
        kept=_pairs(stored, "kept"),
        keep_bonus=chosen.keep_bonus,
        questions=tuple(_scored(asked)),
    )


def matching_of(programme: Programme) -> dict[str, Any]:
    """Everything that a round of the programme is matched with, as a round keeps it. One query."""
    asked = [dict(question.plain) for question in matched_questions(programme) if question.counts]
    return {**programme.matching, "questions": asked}


def _pairs(stored: Mapping[str, Any], name: str) -> PairIds:
    return frozenset((mentee, mentor) for mentee, mentor in stored.get(name, ()))


def _rules(chosen: MatchingSettings) -> Iterable[Rule]:
    yield from (Rule(name) for name in dict.fromkeys([*chosen.hard_rules, ALWAYS_KEPT]))
    if chosen.shared_manager_levels is not None:
        yield Rule("conflict_guard", maximum=chosen.shared_manager_levels)
    if chosen.level_gap:
        yield Rule("level_gap", minimum=chosen.level_gap[0], maximum=chosen.level_gap[1])
    if chosen.time_zone_hours is not None:
        yield Rule("time_zone", maximum=chosen.time_zone_hours)


def _rules_on_answers(asked: Iterable[Mapping[str, Any]]) -> Iterable[Rule]:
    for question in asked:
        if question["mode"] in (AnswerMode.MUST, AnswerMode.MUST_NOT):
            yield Rule(f"answers_{question['mode']}", question=question["key"])


def _scored(asked: Iterable[Mapping[str, Any]]) -> Iterable[ScoredQuestion]:
    for question in asked:
        if question["mode"] in (AnswerMode.SCORE, AnswerMode.COMPLEMENT):
            complement = question["mode"] == AnswerMode.COMPLEMENT
            yield ScoredQuestion(
                question["key"], question["importance"], complement, question["options"] if complement else 0
            )


def ruled_out(programme: Programme) -> PairIds:
    """Pairs that must not be proposed (again): together now or before, under an open offer, or ended by a no."""
    together: dict[int, list[str]] = {}
    parties = Party.objects.filter(mentorship__programme=programme)
    for mentorship, code in parties.values_list("mentorship_id", "person__external_id"):
        together.setdefault(mentorship, []).append(code)
    told = Proposal.objects.filter(programme=programme, state__in=[ProposalState.OFFERED, ProposalState.REFUSED])
    answered = told.values_list("mentee__person__external_id", "mentor__person__external_id")
    return frozenset(answered) | {pair for codes in together.values() for pair in permutations(codes, 2)}


def load_pool(programme: Programme, now: datetime) -> Pool:
    """Everybody in the programme who is ready to be matched, with the places they have free now.

    An open offer holds its places, so that a second round cannot promise them again.
    """
    enrolments = list(
        Enrolment.objects.filter(programme=programme, state=EnrolmentState.APPROVED)
        .exclude(person__status__in=[PersonStatus.LEFT, PersonStatus.SUSPENDED])
        .select_related("person")
    )
    facts = _Facts(programme, enrolments, now)
    if programme.model in EQUALS:
        return _crowd(facts, enrolments)
    people = [(enrolment.side, facts.participant(enrolment)) for enrolment in enrolments]
    return Pool(
        mentees=tuple(person for side, person in people if side == Side.MENTEE),
        mentors=tuple(person for side, person in people if side == Side.MENTOR),
    )


def _crowd(facts: "_Facts", enrolments: Iterable[Enrolment]) -> Pool:
    """Among equals everybody stands on both sides: with what they seek, and with what they give. Whoever signed up
    for one of the two only is read from that. Their places are counted once, over both."""
    faces: dict[int, dict[str, Enrolment]] = {}
    for enrolment in enrolments:
        faces.setdefault(enrolment.person_id, {})[enrolment.side] = enrolment
    sides: dict[str, list[Participant]] = {side: [] for side in Side.values}
    for own in faces.values():
        places = facts.places_among_equals(own.values())
        for side, found in sides.items():
            found.append(replace(facts.participant(own.get(side) or next(iter(own.values())), side), places=places))
    return Pool(tuple(sides[Side.MENTEE]), tuple(sides[Side.MENTOR]))


def enrolments_by_id(programme: Programme) -> dict[tuple[str, str], Enrolment]:
    """(side, the engine's id) to enrolment. Among equals one sign-up stands for the person wherever they are named."""
    rows = Enrolment.objects.filter(programme=programme).select_related("person")
    if programme.model not in EQUALS:
        return {(row.side, row.person.external_id): row for row in rows}
    ready_first = sorted(rows, key=lambda row: (row.state == EnrolmentState.APPROVED, row.side == Side.MENTEE))
    return {(side, row.person.external_id): row for row in ready_first for side in (*Side.values, PEER)}


class _Facts:
    """Everything about a pool that is read once and looked up per person."""

    def __init__(self, programme: Programme, enrolments: list[Enrolment], now: datetime) -> None:
        self.now = now
        self.code = dict(Person.objects.values_list("pk", "external_id"))
        self.boss = dict(Person.objects.exclude(manager=None).values_list("pk", "manager_id"))
        self.skills: dict[int, list[tuple[str, int]]] = {}
        for enrolment_id, skill, level in EnrolmentSkill.objects.filter(enrolment__programme=programme).values_list(
            "enrolment_id", "skill", "level"
        ):
            self.skills.setdefault(enrolment_id, []).append((skill, level))
        self.wishes: dict[int, list[str]] = {}
        for wisher, wished in (
            Wish.objects.filter(wisher__programme=programme)
            .order_by("wisher_id", "rank")
            .values_list("wisher_id", "wished__person_id")
        ):
            self.wishes.setdefault(wisher, []).append(self.code[wished])
        self.answers = self._answers(programme)
        self.conditions: dict[str, list[EligibilityRule]] = {side: [] for side in Side.values}
        for rule in EligibilityRule.objects.filter(programme=programme):
            self.conditions[rule.side].append(rule)
        self.here = self._live(programme)
        self.everywhere = self._live(None)
        self.promised = self._promised(programme)

    def _live(self, programme: Programme | None) -> dict[tuple[int, str], int]:
        parties = Party.objects.filter(mentorship__state__in=LIVE_STATES)
        if programme is not None:
            parties = parties.filter(mentorship__programme=programme)
        counted = parties.values_list("person_id", "role").annotate(count=Count("id")).order_by()
        return {(person, role): count for person, role, count in counted}

    def _answers(self, programme: Programme) -> dict[int, list[tuple[str, frozenset[str]]]]:
        """What people chose, for the questions that count; others are not even deciphered."""
        found: dict[int, list[tuple[str, frozenset[str]]]] = {}
        counted = [question.key for question in matched_questions(programme) if question.counts]
        rows = Answer.objects.filter(enrolment__programme=programme, question__key__in=counted).exclude(value="")
        for enrolment_id, key, value in rows.values_list("enrolment_id", "question__key", "value"):
            chosen = json.loads(value)
            found.setdefault(enrolment_id, []).append((key, frozenset([chosen] if isinstance(chosen, str) else chosen)))
        return found

    def _promised(self, programme: Programme) -> Counter[int]:
        held: Counter[int] = Counter()
        rows = Proposal.objects.filter(programme=programme, state=ProposalState.OFFERED)
        for mentee, mentor in rows.values_list("mentee_id", "mentor_id"):
            held[mentee] += 1
            held[mentor] += 1
        return held

    def chain(self, person_id: int) -> tuple[str, ...]:
        found: list[int] = []
        boss = self.boss.get(person_id)
        while boss is not None and boss not in found and boss != person_id:
            found.append(boss)
            boss = self.boss.get(boss)
        return tuple(self.code[each] for each in found)

    def places_among_equals(self, own: Collection[Enrolment]) -> int:
        """Partners that somebody still wants: as many as the sign-up says that stands for them (see
        ``enrolments_by_id``), less those they have in whichever role and those an open offer holds."""
        stands = min(own, key=lambda each: each.side == Side.MENTOR)
        running = sum(self.here.get((stands.person_id, role), 0) for role in PartyRole.values)
        return max(stands.places - running - sum(self.promised[each.pk] for each in own), 0)

    def participant(self, enrolment: Enrolment, side: str = "") -> Participant:
        """`side`: the one they stand on, where it is not the one they signed up for."""
        person = enrolment.person
        offset = ZoneInfo(person.time_zone).utcoffset(self.now)
        busy_here = self.here.get((person.pk, enrolment.side), 0)
        mentor = (side or enrolment.side) == Side.MENTOR
        aims, roles_held = ((), enrolment.aims) if enrolment.side == Side.MENTOR else (enrolment.aims, ())
        return Participant(
            id=person.external_id,
            level=person.level or 0,
            skills=tuple(self.skills.get(enrolment.pk, ())),
            goal=enrolment.goal,
            working_style=enrolment.working_style,
            values=frozenset(enrolment.values),
            availability=frozenset(enrolment.availability),
            languages=frozenset(person.languages),
            unit=person.unit,
            location=person.location,
            utc_offset_minutes=int(offset.total_seconds() // 60) if offset else 0,
            managers=self.chain(person.pk),
            no_match=frozenset(self.code[each] for each in json.loads(enrolment.no_match or "[]") if each in self.code),
            ranked=tuple(self.wishes.get(enrolment.pk, ())),
            places=max(enrolment.places - busy_here - self.promised[enrolment.pk], 0),
            busy=self.everywhere.get((person.pk, enrolment.side), 0),
            track=person.unit if mentor else "",
            aims=frozenset() if mentor else frozenset(aims),
            held=frozenset([*roles_held, person.job_title]) - {""} if mentor else frozenset(),
            experience=frozenset(enrolment.experience),
            interests=frozenset(enrolment.interests),
            answers=tuple(self.answers.get(enrolment.pk, ())),
            eligible=not unmet(person, self.conditions[enrolment.side], self.now.date()),
        )
