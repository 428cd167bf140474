"""Scenarios: what a round would give under other settings, what rules cost, and curves. Nobody is told or offered
anything; a manager looks, and may then start a round with the settings of one.

A row is of one of four kinds (`figures["kind"]`): a plan that is compared, the prices of a solved round, a curve, and
who is matched under several plans, group by group.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from trellis.kernel import audit, jobs
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import rules
from trellis.matching.actions.rounds import start_round
from trellis.matching.actions.scenario_answers import Answered, answered
from trellis.matching.choices import ScenarioState
from trellis.matching.models import Round, Scenario
from trellis.matching.queries.fairness_compared import row_for, stamps_of
from trellis.matching.queries.fairness_shown import COMPARED
from trellis.matching.queries.pool import matching_of
from trellis.matching.queries.promises import weeks_of
from trellis.matching.queries.scenarios import CURVE, PLAN, PRICES, REMATCH, can_compare, is_scored, point_name, work_of
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme

MOST = 20  # plans of a programme kept for comparison
LONGEST_NAME = 80
NOT_OF_A_ROUND = ("ruled_out", "more_places", "yardstick", "released")
YARDSTICK = ("weights", "ideal_level_gap", "questions", "scoring")


class ScenarioRefused(Refusal):
    """A scenario that cannot be made, named or used like that."""


@transaction.atomic
def make_scenario(*, by: Person, programme: Programme, name: str, changes: dict[str, Any], now: datetime) -> Scenario:
    """Solve the programme's present settings with `changes`, for comparison. The first one of a programme brings the
    present settings themselves along, to compare with.

    `changes` may hold "more_places": that many places more for every mentor, to see what they would bring. Raises
    NotAllowed, ScenarioRefused.
    """
    _hold_comparable(by, programme)
    plans = Scenario.objects.filter(programme=programme, figures__kind=PLAN)
    name = _named(programme, name)
    present = str(_("Present settings"))
    if changes and not plans.exists() and name != present:
        _create(by, programme, present, PLAN, matching_of(programme), now)
    if plans.count() >= MOST:
        raise ScenarioRefused(_("There are %(most)d plans already. Delete one that you need no more.") % {"most": MOST})
    return _create(by, programme, name, PLAN, {**matching_of(programme), **changes}, now)


@transaction.atomic
def make_prices(*, by: Person, found: Round, now: datetime) -> Scenario:
    """Work out what every rule, weight and place costs in a solved round; replaces an earlier answer.

    Raises NotAllowed, ScenarioRefused.
    """
    _hold_comparable(by, found.programme)
    if weeks_of(found.settings):
        raise ScenarioRefused(_("A rotation over weeks has no prices: it was solved for all weeks together."))
    if found.certificate is None:
        raise ScenarioRefused(_("This round has no plan yet. Wait until it is solved."))
    Scenario.objects.filter(programme=found.programme, figures__kind=PRICES, figures__round=found.number).delete()
    name = _("Prices of round %(number)d") % {"number": found.number}
    return _create(by, found.programme, name, PRICES, found.settings, now, salt=found.salt, round=found.number)


@transaction.atomic
def make_curve(*, by: Person, programme: Programme, axis: str, now: datetime) -> Scenario:
    """Draw what one good costs in another, with today's pool and settings; replaces the curve of the same axis.

    Raises NotAllowed, ScenarioRefused.
    """
    _hold_comparable(by, programme)
    _need_scores(programme)
    Scenario.objects.filter(programme=programme, figures__kind=CURVE, figures__axis=axis).delete()
    settings = {**matching_of(programme), **({"released": True} if axis == REMATCH else {})}
    return _create(by, programme, axis, CURVE, settings, now, axis=axis)


@transaction.atomic
def compare_fairness(*, by: Person, programme: Programme, plans: Sequence[Scenario], now: datetime) -> Scenario:
    """Count who is matched under each of these plans, group by group; once, so that nobody can watch figures move.

    Raises NotAllowed, ScenarioRefused.
    """
    _hold_comparable(by, programme)
    if not plans or any(plan.state != ScenarioState.SOLVED for plan in plans):
        raise ScenarioRefused(_("Only plans that have been solved can be compared."))
    if len({plan.figures["people"] for plan in plans}) > 1:
        raise ScenarioRefused(_("These plans were not solved on the same people. Solve them again first."))
    kept = row_for(programme, plans)
    if kept and (kept.state == ScenarioState.FAILED or (kept.state == ScenarioState.SOLVING and work_of(kept).stopped)):
        kept.delete()
        kept = None
    return kept or _create(by, programme, COMPARED, COMPARED, {}, now, of=stamps_of(plans))


@transaction.atomic
def rename_scenario(*, by: Person, found: Scenario, name: str, now: datetime) -> Scenario:
    """Raises NotAllowed, ScenarioRefused."""
    hold(by, found.programme)
    found = Scenario.objects.select_for_update(of=("self",), no_key=True).defer("inputs").get(pk=found.pk)
    found.name = _named(found.programme, name, but=found)
    found.save(update_fields=["name"])
    record_scenario(found, by, "rename", now)
    return found


@transaction.atomic
def delete_scenario(*, by: Person, found: Scenario, now: datetime) -> None:
    """Gone for good, with the inputs it kept. One that is being solved is stopped. Raises NotAllowed."""
    hold(by, found.programme)
    if found.state == ScenarioState.SOLVING and found.job_id:
        jobs.request_cancel(job_id=found.job_id, organisation_id=found.organisation_id, started_by_id=None)
    record_scenario(found, by, "delete", now)
    found.delete()


@transaction.atomic
def solve_again(*, by: Person, found: Scenario, now: datetime) -> Scenario:
    """The same settings on today's pool. Raises NotAllowed, ScenarioRefused."""
    hold(by, found.programme)
    found = Scenario.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    if found.state == ScenarioState.SOLVING and not work_of(found).stopped:
        raise ScenarioRefused(_("This is being solved already. Wait for it, or stop it first."))
    found.state, found.failure, found.certificate, found.solved_at = ScenarioState.SOLVING, "", None, None
    found.figures = {name: found.figures[name] for name in ("kind", "round", "axis") if name in found.figures}
    found.save()
    _queue(found, by)
    record_scenario(found, by, "solve_again", now)
    return found


@transaction.atomic
def use_scenario(*, by: Person, found: Scenario, now: datetime) -> Round:
    """Start a round with a scenario's settings and its salt, so that the same people give the same plan.

    Raises NotAllowed, ScenarioRefused, RoundOpen.
    """
    hold(by, found.programme)
    if found.state != ScenarioState.SOLVED or found.figures.get("kind") != PLAN:
        raise ScenarioRefused(_("Only a plan that has been solved can be used for a round."))
    if found.settings.get("more_places"):
        raise ScenarioRefused(
            _(
                "This plan counts places that no mentor has offered. Ask your mentors for one place more; "
                "when they have raised it in their sign-up, start a round."
            )
        )
    if found.settings.get("released"):
        raise ScenarioRefused(
            _(
                "This plan places running pairs again. Prepare a rematch on the Matching page instead, with the same "
                "number of points for keeping a pair."
            )
        )
    changes = {name: value for name, value in found.settings.items() if name not in NOT_OF_A_ROUND}
    record_scenario(found, by, "use", now)
    return start_round(by=by, programme=found.programme, now=now, changes=changes, salt=found.salt)


@transaction.atomic
def open_point(*, by: Person, found: Scenario, value: int, now: datetime) -> Scenario:
    """Make a plan to compare out of one point of a curve. Raises NotAllowed, ScenarioRefused."""
    _need_scores(found.programme)
    points = {point["value"]: point["changes"] for point in found.figures.get("points", ())}
    if value not in points:
        raise ScenarioRefused(_("This point is not on the curve any more. Reload the page."))
    name = point_name(found.figures["axis"], value)
    return make_scenario(by=by, programme=found.programme, name=name, changes=points[value], now=now)


def solve_scenario(*, found: Scenario, now: datetime) -> Scenario:
    """Solve what the row asks for and keep the answer. Run again on a solved row, it changes nothing.

    Not one transaction: solving may take long, and nothing is written before everything is known.
    """
    found = Scenario.objects.select_related("programme").get(pk=found.pk)
    if found.state != ScenarioState.SOLVING:
        return found
    if found.figures["kind"] != COMPARED:
        return _keep(found, answered(found, now), now)
    with transaction.atomic():  # figures about groups see those before them
        Organisation.objects.select_for_update(no_key=True).get(pk=found.organisation_id)
        return _keep(found, answered(found, now), now)


@transaction.atomic
def _keep(found: Scenario, answer: Answered, now: datetime) -> Scenario:
    current = Scenario.objects.select_for_update(no_key=True).filter(pk=found.pk).first()
    if current is None or current.state != ScenarioState.SOLVING:  # deleted meanwhile, or another worker was faster
        return found
    found.state = ScenarioState.FAILED if answer.failure else ScenarioState.SOLVED
    found.failure, found.solved_at = answer.failure, now
    found.figures = {**found.figures, **answer.figures}
    found.settings, found.certificate = answer.settings, answer.certificate
    found.inputs, found.input_hash, found.engine_version = answer.inputs, answer.input_hash, answer.engine_version
    found.save()
    record_scenario(found, None, "fail" if answer.failure else "solve", now)
    return found


def hold(by: Person, programme: Programme) -> None:
    """Check the right and hold the programme, so that two clicks make one row."""
    if not rules.can_match(by, programme):
        raise NotAllowed(_("Only the people who run this programme can match it."))
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)


def _hold_comparable(by: Person, programme: Programme) -> None:
    hold(by, programme)
    if not can_compare(programme):
        raise ScenarioRefused(
            _(
                "Settings can be compared where mentees are matched with mentors. Peers and circles are matched by "
                "other means; start a round to see its plan."
            )
        )


def _need_scores(programme: Programme) -> None:
    if not is_scored(programme):
        raise ScenarioRefused(
            _("Nobody is scored in this programme, so there is no curve to draw. Switch scoring on to see one.")
        )


def record_scenario(found: Scenario, by: Person | None, verb: str, now: datetime) -> None:
    audit.record(
        organisation_id=found.organisation_id, actor_id=by.pk if by else None, verb=f"scenario.{verb}",
        subject=f"scenario:{found.pk}", at=now, facts={"programme": found.programme_id, "number": found.number},
    )  # fmt: skip


def _named(programme: Programme, name: str, but: Scenario | None = None) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise ScenarioRefused(
            _("Give it a name of at most %(most)d characters.") % {"most": LONGEST_NAME}, field="name"
        )
    others = Scenario.objects.filter(programme=programme, figures__kind=PLAN, name__iexact=name)
    if others.exclude(pk=but.pk if but else 0).exists():
        raise ScenarioRefused(
            _("There is a plan called “%(name)s” already. Give this one another name.") % {"name": name}, field="name"
        )
    return name


def _create(
    by: Person, programme: Programme, name: str, kind: str, settings: dict[str, Any], now: datetime, *,
    salt: str = "", **figures: int | str | dict[str, str],
) -> Scenario:  # fmt: skip
    """One row and its job. Plans of a programme share their salt, so that chance does not tell them apart."""
    rows = Scenario.objects.filter(programme=programme)
    last = rows.aggregate(last=Max("number"))["last"] or 0
    shared = rows.filter(figures__kind=PLAN).order_by("number").values_list("salt", flat=True).first()
    yardstick = {each: value for each, value in matching_of(programme).items() if each in YARDSTICK}
    found = Scenario.objects.create(
        organisation_id=programme.organisation_id, programme=programme, number=last + 1, name=name,
        settings={**settings, "yardstick": yardstick}, salt=salt or shared or secrets.token_hex(16),
        figures={"kind": kind, **figures}, made_by=by, created_at=now,
    )  # fmt: skip
    _queue(found, by)
    record_scenario(found, by, "make", now)
    return found


def _queue(found: Scenario, by: Person) -> None:
    found.job_id = jobs.queue(
        "matching.solve_scenario", organisation_id=found.organisation_id, started_by_id=by.pk, scenario_id=found.pk
    )
    found.save(update_fields=["job_id"])
