"""The engine speaks in keys; here they become sentences that both sides can read."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trellis.skills import taxonomy

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
}

RULE_NAMES: dict[str, Words] = {
    "same_person": gettext_lazy("nobody is matched with themself"),
    "reporting_line": gettext_lazy("they are in the same reporting line"),
    "no_match_list": gettext_lazy("one of the two asked not to be matched with the other"),
    "common_language": gettext_lazy("they have no language in common"),
    "level_gap": gettext_lazy("their levels are too close or too far apart"),
    "time_zone": gettext_lazy("their time zones are too far apart"),
    "forbidden_pair": gettext_lazy("the programme manager ruled this pair out"),
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
    filled: dict[str, Any] = dict(params)
    for name, value in params.items():
        if isinstance(value, list | tuple):
            filled[name] = _skill_names(value) if name in _SKILL_LISTS else _joined([str(each) for each in value])
    if "minutes" in params:
        filled["hours"] = round(params["minutes"] / 60)
    return str(_SENTENCES[key]) % filled


def refusal_words(rule: str) -> str:
    """Why a hard rule forbids a pair, as a clause."""
    return str(RULE_NAMES.get(rule, rule))


def unmatched_words(reason: str, params: Params) -> str:
    """Why somebody was not placed, and what would help."""
    if reason in {"no_allowed_mentor", "no_allowed_mentee"}:
        removed: Mapping[str, int] = params.get("removed", {})
        why = "; ".join(
            ngettext("%(count)d because %(rule)s", "%(count)d because %(rule)s", count)
            % {"count": count, "rule": refusal_words(rule)}
            for rule, count in sorted(removed.items(), key=lambda item: -item[1])
        )
        who = (
            _("No mentor is left after the rules")
            if reason == "no_allowed_mentor"
            else _("No mentee is left after the rules")
        )
        return f"{who}: {why}." if why else f"{who}."
    if reason in {"allowed_mentors_full", "allowed_mentees_placed"}:
        return str(_UNMATCHED[reason]) % {"allowed": params.get("allowed", 0)}
    return str(_UNMATCHED.get(reason, reason))


_UNMATCHED: dict[str, Words] = {
    "wants_no_mentor": gettext_lazy("They have no free place: they already have the mentors they asked for."),
    "no_mentor_with_places": gettext_lazy("No mentor has a free place. Invite mentors or raise capacities."),
    "allowed_mentors_full": gettext_lazy(
        "All %(allowed)s suitable mentors went to pairs with stronger claims. One more place would help."
    ),
    "offers_no_place": gettext_lazy("They offer no free place at the moment."),
    "no_mentee_waiting": gettext_lazy("No mentee was waiting."),
    "allowed_mentees_placed": gettext_lazy("All %(allowed)s suitable mentees were better placed with others."),
}

_SKILL_LISTS = {"skills", "related"}

# One sentence for every key in trellis_engine.matching.reasons; a test holds the two together.
_SENTENCES: dict[str, Words] = {
    "skill_coverage.covered": gettext_lazy("Has the skills you two want to work on: %(skills)s."),
    "skill_coverage.related": gettext_lazy("Knows the ground next to what is sought: %(related)s."),
    "skill_coverage.gap": gettext_lazy("Covers %(covered)s of %(sought)s skills sought."),
    "goal_fit.topics": gettext_lazy("The goal touches what the mentor helps with: %(skills)s."),
    "goal_fit.related": gettext_lazy("The goal lies close to what the mentor helps with: %(related)s."),
    "goal_fit.gap": gettext_lazy("Covers %(covered)s of %(sought)s topics named in the goal."),
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
    "availability.common": gettext_lazy("About %(hours)s hours a week when both are free."),
    "availability.gap": gettext_lazy("Little time in common: about %(hours)s hours a week. Book early."),
    "mutual_preference.both": gettext_lazy("Each of you asked for the other."),
}
