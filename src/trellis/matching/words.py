"""The engine speaks in keys; here they become sentences that both sides can read."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trellis.matching.peer_words import PEER_FAULTS, PEER_HELP, PEER_SENTENCES, PEER_UNMATCHED
from trellis.skills import taxonomy
from trellis_engine.matching import Fault, InputRefused, PinRefused

Params = Mapping[str, Any]  # as stored in JSON
Words = str | Promise

FACTOR_NAMES: dict[str, Words] = {
    "skill_coverage": gettext_lazy("Skills"),
    "goal_fit": gettext_lazy("Goal and topics"),
    "values_style": gettext_lazy("Values and working style"),
    "career_path": gettext_lazy("Career path"),
    "seniority_gap": gettext_lazy("Distance in level"),
    "distance": gettext_lazy("A wider network"),
    "experience": gettext_lazy("Shared experience"),
    "interests": gettext_lazy("Shared interests"),
    "availability": gettext_lazy("Time in common"),
    "mutual_preference": gettext_lazy("Wishes"),
    "balance": gettext_lazy("Even load"),
    "answers": gettext_lazy("Answers to your own questions"),
}

# One sentence for what protects people, so that a refusal never shows that somebody wished not to meet somebody.
_PROTECTED = gettext_lazy(
    "a rule that protects people keeps them apart (the same reporting line, a wish not to be matched, an earlier no)"
)
RULE_NAMES: dict[str, Words] = {
    "same_person": gettext_lazy("nobody is matched with themself"),
    "reporting_line": _PROTECTED,
    "no_match_list": _PROTECTED,
    "forbidden_pair": _PROTECTED,
    "common_language": gettext_lazy("they have no language in common"),
    "level_gap": gettext_lazy("their levels are too close or too far apart"),
    "time_zone": gettext_lazy("their time zones are too far apart"),
    "different_unit": gettext_lazy("they are in the same unit"),
    "different_location": gettext_lazy("they work at the same place"),
    "conflict_guard": gettext_lazy("they have a manager in common"),
    "eligibility": gettext_lazy("one of them does not meet the conditions for joining any more"),
    "answers_must": gettext_lazy("they share no answer to a question of the form that asks for one"),
    "answers_must_not": gettext_lazy("they share an answer to a question of the form that must keep them apart"),
    "minimum_score": gettext_lazy("the match is below the programme's minimum"),
    "places_taken_by_pins": gettext_lazy("the places are already taken by pinned pairs"),
}


def _joined(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def _skill_names(ids: Sequence[str]) -> str:
    return _joined([taxonomy.skill(each).name if taxonomy.has_skill(each) else each for each in ids])


def reason_words(key: str, params: Params) -> str:
    """One sentence for a reason or a gap, the same for both people.

    The parameters are those of trellis_engine.matching.factors, as they come back from JSON.
    """
    return str(_SENTENCES[key]) % _filled(params)


def reviewer_words(key: str, params: Params) -> str:
    """The same for whoever runs the programme: what the two chose to mention to each other stays between them."""
    return str(_FOR_REVIEWERS.get(key, _SENTENCES[key])) % _filled(params)


def _filled(params: Params) -> dict[str, Any]:
    filled: dict[str, Any] = dict(params)
    for name, value in params.items():
        if isinstance(value, list | tuple):
            filled[name] = _skill_names(value) if name in _SKILL_LISTS else _joined([str(each) for each in value])
    if "minutes" in params:
        filled["hours"] = _hours(params["minutes"])
    return filled


def _hours(minutes: int) -> str:
    if minutes < 60:
        return _("less than an hour")
    hours = round(minutes / 60)
    return ngettext("about an hour", "about %(hours)d hours", hours) % {"hours": hours}


def refusal_words(rule: str) -> str:
    """Why a hard rule forbids a pair, as a clause. Never tells a wish not to be matched from another protection."""
    return str(RULE_NAMES.get(rule, rule))


def pin_words(mentee: str, mentor: str, refused: PinRefused) -> str:
    """Why a round with this pin cannot be solved, with the people's names, and the way on."""
    return _("The pinned pair %(mentee)s and %(mentor)s is not possible: %(why)s. Run again without it.") % {
        "mentee": mentee, "mentor": mentor, "why": refusal_words(refused.refusal.rule),
    }  # fmt: skip


def input_words(refused: InputRefused) -> str:
    """Why a round cannot be solved on what is stored, and how to cure it."""
    return str(_INPUTS.get(refused.key, _SETTINGS)) % refused.params


def unmatched_words(reason: str, params: Params) -> str:
    """Why somebody was not placed, and what would help."""
    if reason in {"no_allowed_mentor", "no_allowed_mentee", "no_allowed_peer"}:
        why = "; ".join(
            ngettext("%(count)d because %(rule)s", "%(count)d because %(rule)s", count) % {"count": count, "rule": rule}
            for rule, count in _by_words(params.get("removed", {}))
        )
        return f"{_UNMATCHED[reason]}: {why}." if why else f"{_UNMATCHED[reason]}."
    return str(_UNMATCHED[reason]) % {"allowed": params.get("allowed", 0)}


def fault_words(fault: Fault) -> str:
    """What is wrong with a certificate, in a sentence that names the place."""
    return str(_FAULTS[fault.kind]) % {"where": fault.where, **_said(fault.params)}


def _said(params: Params) -> dict[str, Any]:
    """The pair or the person a fault is about, as one word, beside its figures."""
    people = [str(params[side]) for side in ("person", "joins", "mentee", "mentor") if side in params]
    return {"who": _(" with ").join(people), **params}


def _by_words(removed: Mapping[str, int]) -> list[tuple[str, int]]:
    """Rules that read the same are counted together, most first."""
    counted: dict[str, int] = {}
    for rule, count in removed.items():
        counted[refusal_words(rule)] = counted.get(refusal_words(rule), 0) + count
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def help_words(reason: str, params: Params) -> str:
    """What would help somebody who was not placed."""
    removed: Mapping[str, int] = params.get("removed", {})
    if removed and reason != "no_allowed_peer":
        rule = max(removed, key=lambda name: (removed[name], name))
        return str(_HELP_BY_RULE.get(rule, _HELP["no_allowed_mentor"]))
    return str(_HELP[reason])


_UNMATCHED: dict[str, Words] = {
    "no_allowed_mentor": gettext_lazy("No mentor is left after the rules"),
    "no_allowed_mentee": gettext_lazy("No mentee is left after the rules"),
    "wants_no_mentor": gettext_lazy("They have the mentors they asked for, or an open offer."),
    "no_mentor_with_places": gettext_lazy("No mentor has a free place."),
    "allowed_mentors_full": gettext_lazy(
        "Mentors who would suit: %(allowed)s. All their places went to pairs with stronger claims."
    ),
    "offers_no_place": gettext_lazy("All their places are taken, or held by an open offer."),
    "no_mentee_waiting": gettext_lazy("No mentee was waiting."),
    "allowed_mentees_placed": gettext_lazy(
        "Mentees who would suit: %(allowed)s. All of them were better placed with others."
    ),
}

_HELP: dict[str, Words] = {
    "wants_no_mentor": gettext_lazy("Nothing to do."),
    "no_mentor_with_places": gettext_lazy("Invite mentors, or ask those you have for one more place."),
    "no_allowed_mentor": gettext_lazy("Invite mentors from other units and places."),
    "allowed_mentors_full": gettext_lazy("One more place with a suitable mentor, or one more mentor like them."),
    "offers_no_place": gettext_lazy("Nothing to do, unless they can offer one more place."),
    "no_mentee_waiting": gettext_lazy("Nothing to do: they are ready for the next round."),
    "no_allowed_mentee": gettext_lazy("Nothing to do: they are ready for the next round."),
    "allowed_mentees_placed": gettext_lazy("Nothing to do: they are ready for the next round."),
}
_UNMATCHED |= PEER_UNMATCHED
_HELP |= PEER_HELP
_HELP_BY_RULE: dict[str, Words] = {
    "common_language": gettext_lazy(
        "Somebody who speaks one of their languages, or a language added to their profile."
    ),
    "level_gap": gettext_lazy("Somebody at another level, or a wider range of levels in the programme's settings."),
    "time_zone": gettext_lazy("Somebody nearer by the clock, or a wider range of time zones in the settings."),
    "different_unit": gettext_lazy("Somebody from another unit, or a round without this rule."),
    "different_location": gettext_lazy("Somebody from another place, or a round without this rule."),
    "conflict_guard": gettext_lazy("Somebody from another line, or fewer steps in the programme's settings."),
    "eligibility": gettext_lazy("Look at the conditions for joining, or correct the directory."),
    "answers_must": gettext_lazy(
        "Somebody with another answer in the form, or a question that does not have to be met."
    ),
    "answers_must_not": gettext_lazy("Somebody with another answer in the form."),
    "minimum_score": gettext_lazy("More skills and half-days in their profile, or a lower minimum in the settings."),
}

_SETTINGS = gettext_lazy("The matching settings cannot be used. Open the programme's settings and save them again.")
# Why a round cannot be solved. One for every key in trellis_engine.matching.reasons.INPUT_KEYS.
_INPUTS: dict[str, Words] = {
    "weights_not_100": gettext_lazy(
        "The weights add up to %(sum)s, not 100. Correct them in the programme's settings."
    ),
    "weight_not_whole": gettext_lazy("The weight of “%(factor)s” is not a whole number. Correct it in the settings."),
    "ideal_gap_reversed": gettext_lazy("The ideal distance in level starts above its end. Correct it in the settings."),
    "factor_unknown": gettext_lazy("“%(factor)s” is not a factor of matching. Correct the weights in the settings."),
    "rule_unknown": gettext_lazy("“%(rule)s” is not a rule of matching. Correct the rules in the settings."),
    "objective_unknown": gettext_lazy(
        "“%(objective)s” is not an objective of matching. Choose another one in the settings."
    ),
    "person_unknown": gettext_lazy(
        "A pinned person (%(id)s) is no longer ready to be matched. Run again without them."
    ),
    "spread_not_here": gettext_lazy(
        "Sharing out the load cannot be combined with this goal of matching. Set it to 0, or choose another goal."
    ),
    "pool_too_large": gettext_lazy("This pool is too large for this goal of matching. Choose another in the settings."),
    "weeks_out_of_range": gettext_lazy("A rotation runs for 1 to 52 weeks. Start it again with fewer."),
    "id_repeated": gettext_lazy("The employee ID %(id)s stands twice on one side. Correct it in the directory."),
    "id_missing": gettext_lazy("Somebody has no employee ID. Correct it in the directory."),
    "number_out_of_range": gettext_lazy("A number of %(id)s is out of range (%(field)s). Correct it in the directory."),
    "skill_level_out_of_scale": gettext_lazy(
        "%(id)s has a level outside 1 to 5 for “%(skill)s”. Correct their sign-up."
    ),
}

# What is wrong with a certificate. One for every key in trellis_engine.matching.reasons.FAULT_KEYS.
_FAULTS: dict[str, Words] = {
    "malformed": gettext_lazy("This is not a certificate as Trellis writes it (%(where)s)."),
    "settings_changed": gettext_lazy("The matching settings are not those of the certificate."),
    "input_changed": gettext_lazy("What people stated is not what the plan was made from."),
    "row_changed": gettext_lazy("A row was changed: %(where)s (%(who)s)."),
    "section_changed": gettext_lazy("Something was changed, added or taken away in: %(where)s."),
    "pair_repeated": gettext_lazy("A pair stands twice: %(who)s (%(where)s)."),
    "pair_unknown": gettext_lazy("A pair names somebody who is not in the pool: %(who)s (%(where)s)."),
    "pair_forbidden": gettext_lazy("A pair breaks a rule: %(who)s (%(where)s)."),
    "score_wrong": gettext_lazy(
        "The score of %(who)s is %(expected)s by the rules, not %(found)s as it says (%(where)s)."
    ),
    "over_places": gettext_lazy("%(who)s has more matches than places (%(places)s)."),
    "pin_missing": gettext_lazy("A pinned pair is missing: %(who)s."),
    "price_unknown": gettext_lazy(
        "A price names somebody who is not in the pool, or stands twice: %(who)s (%(where)s)."
    ),
    "price_missing": gettext_lazy("The price of somebody is missing: %(who)s."),
    "price_out_of_range": gettext_lazy("A price is out of range: %(who)s (%(where)s)."),
    "bonus_too_small": gettext_lazy("The worth of a match is too small to put the number of matches first."),
    "below_floor": gettext_lazy("The pair %(who)s is below the worst match that the plan promises."),
    "not_covered": gettext_lazy(
        "The set of mentors that should prove how many can be matched, or how well at worst, proves only %(bound)s."
    ),
    "total_wrong": gettext_lazy("The figure “%(where)s” is %(expected)s by the pairs, not %(found)s as it says."),
    "not_proven": gettext_lazy(
        "The prices do not prove the plan: it is worth %(worth)s and they allow %(bound)s. A better one may exist."
    ),
    "blocking_pair": gettext_lazy("%(who)s would both rather have each other than somebody the plan gave them."),
    "stages_wrong": gettext_lazy("The steps of the proof are not those that these wishes ask for (%(where)s)."),
    "stage_not_proven": gettext_lazy(
        "A step of the proof does not hold (%(where)s): the plan reaches %(worth)s, and %(bound)s may be possible."
    ),
    "over_week": gettext_lazy("%(who)s has more meetings in one week than places (%(where)s)."),
}

_FAULTS |= PEER_FAULTS

_SKILL_LISTS = {"skills", "related", "back"}

# One sentence for every key in trellis_engine.matching.reasons; a test holds the two together.
_SENTENCES: dict[str, Words] = {
    "skill_coverage.covered": gettext_lazy("The mentor knows well what the mentee wants to learn: %(skills)s."),
    "skill_coverage.related": gettext_lazy(
        "The mentor knows the ground next to what the mentee wants to learn: %(related)s."
    ),
    "skill_coverage.gap": gettext_lazy("Skills sought that the mentor covers: %(covered)s of %(sought)s."),
    "goal_fit.topics": gettext_lazy("The goal touches what the mentor helps with: %(skills)s."),
    "goal_fit.related": gettext_lazy("The goal lies close to what the mentor helps with: %(related)s."),
    "goal_fit.gap": gettext_lazy("Topics of the goal that the mentor covers: %(covered)s of %(sought)s."),
    "values_style.both": gettext_lazy("The same way of working, and shared values: %(values)s."),
    "values_style.style": gettext_lazy("The same way of working."),
    "values_style.values": gettext_lazy("Shared values: %(values)s."),
    "values_style.gap": gettext_lazy("Different ways of working: agree early on how you like to meet and prepare."),
    "career_path.held": gettext_lazy("The mentor knows the path aimed at: %(roles)s."),
    "career_path.gap": gettext_lazy("The mentor has not taken the path aimed at."),
    "seniority_gap.ideal": gettext_lazy("The distance in level that this programme aims for."),
    "seniority_gap.near": gettext_lazy("Close to the distance in level that this programme aims for."),
    "seniority_gap.gap": gettext_lazy("Further apart, or closer, in level than this programme aims for."),
    "distance.both": gettext_lazy("From another unit and another place: a wider network."),
    "distance.unit": gettext_lazy("From another unit: a wider network."),
    "distance.location": gettext_lazy("From another place: a wider network."),
    "distance.gap": gettext_lazy("Same unit or place: the network grows less."),
    "experience.shared": gettext_lazy("Both chose to mention: %(shared)s."),
    "experience.gap": gettext_lazy("No shared experience that both chose to mention."),
    "interests.shared": gettext_lazy("Shared interests: %(shared)s."),
    "interests.gap": gettext_lazy("No shared interests named."),
    "availability.common": gettext_lazy("Both are free at the same time %(hours)s a week."),
    "availability.gap": gettext_lazy("Little time in common: %(hours)s a week. Book early."),
    "mutual_preference.both": gettext_lazy("Each of you asked for the other."),
    "answers.shared": gettext_lazy("Answers in the sign-up form in common: at least %(answers)s."),
    "answers.gap": gettext_lazy("Few answers in the sign-up form in common."),
}
_SENTENCES |= PEER_SENTENCES
_FOR_REVIEWERS: dict[str, Words] = {
    "experience.shared": gettext_lazy("They share an experience that both chose to mention to each other."),
}
