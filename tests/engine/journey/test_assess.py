from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.journey.plans import ALL_FIELDS, a_member, done_member, everything_done, just_started, shipped_plan
from trellis_engine.journey import CYCLE, Facts, Member, StagePlan, assess

PLAN = shipped_plan()


def test_a_new_pair_stands_at_the_beginning() -> None:
    standing = assess(PLAN, "orientation", just_started())

    assert (standing.stage, standing.passed, standing.done_stages, standing.ready) == ("orientation", (), (), False)


def test_everything_done_leads_through_every_stage_to_the_last() -> None:
    standing = assess(PLAN, "orientation", everything_done())

    assert standing.stage == "closure"
    assert standing.passed == CYCLE[:-1]
    assert standing.ready


def test_a_pair_stops_where_something_is_missing() -> None:
    facts = replace(everything_done(), meetings_held=1)

    standing = assess(PLAN, "orientation", facts)

    assert standing.stage == "connection"
    assert [condition.key for condition in standing.exit if not condition.met] == ["meetings_held_gte"]


def test_a_later_stage_is_open_once_its_entry_conditions_hold() -> None:
    members = (done_member("mentee", 1), replace(done_member("mentor", 2), surveys=frozenset()))
    facts = Facts(members=members, meetings_held=2, elapsed_share=0.1)

    standing = assess(PLAN, "orientation", facts)

    assert (standing.stage, standing.open_stages) == ("connection", ("goal_setting",))


def test_a_review_held_during_growth_counts_as_done() -> None:
    facts = replace(everything_done(), elapsed_share=0.6, closure_recorded=False)

    standing = assess(PLAN, "growth", facts)

    assert standing.stage == "growth"
    assert "review" in standing.done_stages


def test_fewer_facts_than_before_never_lead_back() -> None:
    assert assess(PLAN, "growth", just_started()).stage == "growth"


def test_a_stage_that_the_plan_lost_goes_on_behind_it() -> None:
    buddy = shipped_plan("orientation", "connection", "action_planning", "growth", "evaluation", "closure")

    assert assess(buddy, "goal_setting", just_started()).stage == "action_planning"


def test_every_model_variation_can_be_walked_to_its_end() -> None:
    for ids in (
        ("orientation", "growth", "evaluation"),
        ("orientation", "connection", "action_planning", "growth", "evaluation", "closure"),
        ("orientation", "connection", "goal_setting", "growth", "review", "evaluation", "closure"),
        ("connection", "growth", "closure"),
    ):
        standing = assess(shipped_plan(*ids), ids[0], everything_done())
        assert (standing.stage, standing.ready) == (ids[-1], True)


# ---- properties

packs = st.frozensets(st.sampled_from(["pulse_30", "mid_pack", "end_pack"]))


@st.composite
def some_member(draw: st.DrawFn, number: int, role: str) -> Member:
    yes = st.booleans()
    return Member(
        number, role, enrolled=draw(yes), profile_complete=draw(yes), training_done=draw(yes),
        consent_recorded=draw(yes), signed=draw(yes), reviewed=draw(yes), surveys=draw(packs),
    )  # fmt: skip


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    goals = tuple(draw(st.lists(st.frozensets(st.sampled_from(sorted(ALL_FIELDS))), max_size=3)))
    return Facts(
        members=(draw(some_member(1, "mentee")), draw(some_member(2, "mentor"))),
        match_accepted=draw(st.booleans()), meetings_held=draw(st.integers(0, 12)),
        meetings_planned_to_date=draw(st.integers(1, 12)), goals_active=len(goals), goals=goals,
        open_actions=draw(st.integers(0, 5)), elapsed_share=draw(st.floats(0, 1)), closure_recorded=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def some_plan(draw: st.DrawFn) -> StagePlan:
    chosen = draw(st.sets(st.sampled_from(CYCLE), min_size=1))
    return shipped_plan(*chosen)


def with_more(facts: Facts, more: Facts) -> Facts:
    """Everything of both: at least as much as `facts` in every respect."""
    members = tuple(
        Member(
            one.id, one.role, one.enrolled or two.enrolled, one.profile_complete or two.profile_complete,
            one.training_done or two.training_done, one.consent_recorded or two.consent_recorded,
            one.signed or two.signed, one.reviewed or two.reviewed, one.surveys | two.surveys,
        )
        for one, two in zip(facts.members, more.members, strict=True)
    )  # fmt: skip
    return replace(
        facts, members=members, match_accepted=facts.match_accepted or more.match_accepted,
        meetings_held=facts.meetings_held + more.meetings_held, goals=tuple(goal | ALL_FIELDS for goal in facts.goals),
        open_actions=facts.open_actions + more.open_actions,
        elapsed_share=max(facts.elapsed_share, more.elapsed_share),
        closure_recorded=facts.closure_recorded or more.closure_recorded,
    )  # fmt: skip


@given(some_plan(), st.sampled_from(CYCLE), some_facts(), some_facts())
def test_more_facts_never_move_back(plan: StagePlan, current: str, facts: Facts, more: Facts) -> None:
    before, after = assess(plan, current, facts), assess(plan, current, with_more(facts, more))

    assert plan.index(current) <= plan.index(before.stage) <= plan.index(after.stage)


@given(some_plan(), st.sampled_from(CYCLE), some_facts())
def test_no_stage_of_the_plan_is_skipped(plan: StagePlan, current: str, facts: Facts) -> None:
    standing = assess(plan, current, facts)

    ids = [stage.id for stage in plan.stages]
    assert [*standing.passed, standing.stage] == ids[plan.index(current) : plan.index(standing.stage) + 1]


@given(some_plan(), st.sampled_from(CYCLE), some_facts())
def test_the_same_facts_give_the_same_standing_and_going_on_from_it_changes_nothing(
    plan: StagePlan, current: str, facts: Facts
) -> None:
    standing = assess(plan, current, facts)

    assert assess(plan, current, facts) == standing
    assert assess(plan, standing.stage, facts).stage == standing.stage


@given(some_facts())
def test_done_and_open_stages_never_hold_the_current_one(facts: Facts) -> None:
    standing = assess(PLAN, "orientation", facts)

    assert standing.stage not in {*standing.done_stages, *standing.open_stages}
    assert not set(standing.done_stages) & set(standing.open_stages)


def test_a_member_who_is_not_enrolled_is_waited_for() -> None:
    facts = Facts(members=(a_member("mentee", 1, enrolled=False),))

    assert assess(shipped_plan("connection"), "connection", facts).ready is False
