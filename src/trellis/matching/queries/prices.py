"""What every rule, weight and place costs in a solved round, in words, as worked out by its job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.matching.models import Round, Scenario
from trellis.matching.queries.board import shown_score
from trellis.matching.queries.comparison import names_of
from trellis.matching.queries.scenarios import PRICES, joined, rule_words
from trellis.matching.words import FACTOR_NAMES
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment
from trellis.programmes.settings_model import MatchingSettings
from trellis.skills import taxonomy

Stored = Mapping[str, Any]  # JSON


@dataclass(frozen=True)
class RuleRow:
    label: str
    price: str
    changed: str
    free: bool  # it costs nothing
    proven: bool


@dataclass(frozen=True)
class WeightRow:
    """`up` and `down`: what happens when the weight moves by five points; empty where it cannot."""

    factor: str
    now: int
    up: str
    down: str
    sways: int  # the most mentees that either move gives another mentor


@dataclass(frozen=True)
class AdviceRow:
    who: str
    gain: str
    behind: str
    like: str


@dataclass(frozen=True)
class MentorRow:
    name: str
    gain: str


@dataclass(frozen=True)
class Prices:
    rules: list[RuleRow]
    weights: list[WeightRow]
    advice: list[AdviceRow]
    mentors: list[MentorRow]
    wanted: list[tuple[str, int]]  # skill and how many mentees without a mentor want to grow it
    waiting: int  # mentees without a mentor
    proven: bool


def prices_row(found: Round) -> Scenario | None:
    """The row that holds, or will hold, the prices of a round. One query."""
    rows = Scenario.objects.filter(programme=found.programme, figures__kind=PRICES, figures__round=found.number)
    return rows.select_related("programme").defer("inputs").order_by("-number").first()


def prices_of(row: Scenario) -> Prices:
    """A solved row in words. One query."""
    figures, recruit = row.figures, row.figures["recruit"]
    scored = MatchingSettings.of(row.settings).scoring  # without scores, a place that matches nobody more is worth 0
    mentors, advice = ([each for each in recruit[name] if scored or each["matched"]] for name in ("mentors", "advice"))
    people = [each["id"] for each in mentors] + [each["like"] for each in advice]
    # names only of whoever still takes part
    here = Enrolment.objects.filter(programme=row.programme, side=Side.MENTOR, person__external_id__in=people)
    here = here.filter(state=EnrolmentState.APPROVED)
    names = names_of(Person.objects.filter(pk__in=here.values("person")))
    return Prices(
        rules=[_rule(each) for each in figures["rules"]],
        weights=[_weight(each) for each in figures["weights"]],
        advice=[_advice(each, names) for each in advice],
        mentors=[MentorRow(names[each["id"]], gain_words(each)) for each in mentors if each["id"] in names],
        wanted=[(_skill(skill), count) for skill, count in recruit["wanted"]],
        waiting=figures["of"] - figures["matched"],
        proven=figures["proven"] and all(each["proven"] for each in figures["rules"]),
    )


# --- in words


def _rule(rule: Stored) -> RuleRow:
    changed = rule["changed"]
    return RuleRow(
        rule_words(rule), rule_price(rule["matched"], rule["total"]),
        ngettext("%(count)d mentee would have another mentor without it",
                 "%(count)d mentees would have another mentor without it", changed) % {"count": changed},
        free=not rule["matched"] and shown_score(abs(rule["total"])) == 0, proven=rule["proven"],
    )  # fmt: skip


def rule_price(matched: int, total: int) -> str:
    """What the rule costs: matches, and points of the total (score units); "nothing" where both are none.

    Without a rule more people are matched, or the same people better; the total may fall only where more are matched
    and count before it.
    """
    points = shown_score(abs(total))
    said = []
    if matched:
        said.append(ngettext("%(count)d match", "%(count)d matches", abs(matched)) % {"count": abs(matched)})
    if points and total > 0:
        said.append(ngettext("%(count)s point", "%(count)s points", points) % {"count": f"{points:,}"})
    if not said:
        return _("Costs nothing")
    if matched < 0:  # possible where the objective puts something before the count
        return _("Brings %(gain)s") % {"gain": joined(said)}
    return _("Costs %(price)s") % {"price": joined(said)}


def _weight(weight: Stored) -> WeightRow:
    moves = [weight["up"], weight["down"]]
    up, down = (_move(each) for each in moves)
    factor = str(FACTOR_NAMES.get(weight["factor"], weight["factor"]))
    return WeightRow(factor, weight["now"], up, down, max((each["changed"] for each in moves if each), default=0))


def _move(move: Stored | None) -> str:
    if move is None:
        return ""
    count = move["changed"]
    if not count:
        return _("nobody changes")
    said = ngettext("%(count)d mentee changes", "%(count)d mentees change", count) % {"count": count}
    if move["matched"]:
        return _("%(who)s, %(matched)+d matched") % {"who": said, "matched": move["matched"]}
    lost = shown_score(abs(move["as_now"]))
    return _("%(who)s, %(points)s points by the present weights") % {
        "who": said, "points": f"−{lost:,}" if move["as_now"] < 0 else "±0" if not lost else f"+{lost:,}",
    }  # fmt: skip


def gain_words(gain: Stored) -> str:
    """What one more place brings."""
    points = shown_score(abs(gain["points"]))
    said = []
    if gain["matched"]:
        said.append(
            ngettext("%(count)d more mentee matched", "%(count)d more mentees matched", gain["matched"])
            % {"count": gain["matched"]}
        )
    if points and (gain["points"] > 0 or not gain["matched"]):
        said.append(ngettext("%(count)s more point", "%(count)s more points", points) % {"count": f"{points:,}"})
    return joined(said) or _("less than a point")


def _advice(advice: Stored, names: Mapping[str, str]) -> AdviceRow:
    return AdviceRow(
        _who(advice), gain_words(advice),
        _("true of at least half of the %(count)d who are here") % {"count": advice["mentors"]},
        names.get(advice["like"], ""),
    )  # fmt: skip


def _who(advice: Stored) -> str:
    level = advice["level"]
    match advice["kind"]:
        case "skill":
            words = (
                _("Mentors who offer %(name)s, level %(level)d and up") if level else _("Mentors who offer %(name)s")
            )
        case "unit":
            words = _("Mentors of %(name)s, level %(level)d and up") if level else _("Mentors of %(name)s")
        case _:
            words = _("Mentors of level %(level)d and up") if level else _("Mentors of any level")
    name = _skill(advice["name"]) if advice["kind"] == "skill" else advice["name"]
    return words % {"name": name, "level": level}


def _skill(skill: str) -> str:
    return taxonomy.skill(skill).name if taxonomy.has_skill(skill) else skill
