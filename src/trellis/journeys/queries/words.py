"""Conditions, stages and recurrences in plain words, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from trellis.journeys.queries.material import Material
from trellis.people.models import Person
from trellis.surveys.packs import all_packs
from trellis_engine.journey import Condition


@dataclass(frozen=True)
class Line:
    """A condition as the page shows it."""

    title: str
    detail: str
    met: bool


FIELD_WORDS: Mapping[str, str] = {
    "outcome": gettext_noop("what you want"),
    "evidence": gettext_noop("how you will know"),
    "due_date": gettext_noop("a date"),
    "why": gettext_noop("the reason"),
    "linked_skill_or_level": gettext_noop("a skill"),
    "if_then_step": gettext_noop("an if–then plan"),
    "first_action_date": gettext_noop("a first date"),
    "final_attainment": gettext_noop("the final score"),
}
RECURRING: Mapping[str, str] = {
    "per_meeting": gettext_noop("before each meeting"),
    "weekly": gettext_noop("every week"),
    "biweekly": gettext_noop("every two weeks"),
    "monthly": gettext_noop("every month"),
    "bimonthly": gettext_noop("every two months"),
}


def short_day(day: date) -> str:
    return date_format(day, "j M")


def line_of(condition: Condition, material: Material, me: Person) -> Line:
    """A condition in words: what it asks, and how far it is."""
    title, detail = _WORDS[condition.key](condition, material, me)
    return Line(title, detail, condition.met)


Words = Callable[[Condition, Material, Person], tuple[str, str]]


def _people(title: str, mine: str) -> Words:
    """A condition that each person fulfils alone."""

    def words(condition: Condition, material: Material, me: Person) -> tuple[str, str]:
        return _(title), _(mine) if me.pk in condition.waiting_for else _waiting(condition, material, me)

    return words


def _waiting(condition: Condition, material: Material, me: Person) -> str:
    names = [party.person.first_name for party in material.parties if party.person_id in condition.waiting_for]
    return _("Waiting for %(names)s") % {"names": ", ".join(names)} if names else ""


def _count(title: str, detail: str) -> Words:
    def words(condition: Condition, material: Material, me: Person) -> tuple[str, str]:
        numbers = {"have": int(condition.have), "need": int(condition.need)}
        return _(title) % numbers, _(detail) % numbers

    return words


def _agreement(condition: Condition, material: Material, me: Person) -> tuple[str, str]:
    title = _("An agreement, signed by both")
    if material.agreement is None:
        return title, _("Not written yet")
    mine = me.pk in condition.waiting_for
    return title, _("Waiting for your signature") if mine else _waiting(condition, material, me)


def _meetings(condition: Condition, material: Material, me: Person) -> tuple[str, str]:
    need, have = int(condition.need), int(condition.have)
    title = ngettext("%(count)d meeting has taken place", "%(count)d meetings have taken place", need)
    detail = ngettext("There was %(count)d so far", "There were %(count)d so far", have)
    return title % {"count": need}, detail % {"count": have}


def _survey(condition: Condition, material: Material, me: Person) -> tuple[str, str]:
    """Who of the two has answered is nobody's business but theirs."""
    pack = all_packs()[condition.names[0]]
    title = _("“%(name)s”: answered or skipped by each") % {"name": pack.name}
    if me.pk not in condition.waiting_for:
        return title, _("Yours is done")
    opens = survey_opens_on(material, pack.id)
    if opens > material.today:
        return title, _("Opens on %(day)s") % {"day": short_day(opens)}
    return title, _("Yours is waiting; skipping counts")


def survey_opens_on(material: Material, pack_id: str) -> date:
    """The day from which the pair is asked."""
    pack, timeline = all_packs()[pack_id], material.timeline
    days = pack.opens_day or round(pack.opens_share * timeline.length)
    return timeline.started_on + timedelta(days=days + timeline.paused)


def _review(condition: Condition, material: Material, me: Person) -> tuple[str, str]:
    mine = me.pk in condition.waiting_for
    return _("Both have chosen how to go on"), _("Yours is waiting") if mine else _("Yours is done")


def _goal_has(condition: Condition, material: Material, me: Person) -> tuple[str, str]:
    lacking = ", ".join(_(FIELD_WORDS[name]) for name in condition.names)
    detail = _("Still missing: %(fields)s") % {"fields": lacking} if lacking else ""
    return goal_demand(condition, material), detail


def goal_demand(condition: Condition, material: Material) -> str:
    stage = material.standing.stage
    if stage == "evaluation":
        return _("Each goal scored on the scale you wrote")
    if stage == "action_planning":
        return _("An if–then plan and a first date for each goal")
    return _("Each goal says what, why, by when, and how you will know")


def _elapsed(condition: Condition, material: Material, me: Person) -> tuple[str, str]:
    timeline = material.timeline
    day = timeline.started_on + timedelta(days=round(condition.need * timeline.length) + timeline.paused)
    title = _("Practise until %(day)s") if material.standing.stage == "growth" else _("This stage lasts until %(day)s")
    return title % {"day": short_day(day)}, _("Nothing to do: time passes by itself")


_WORDS: Mapping[str, Words] = {
    "profile_complete": _people(gettext_noop("Both sign-up forms are complete"), gettext_noop("Yours is not sent yet")),
    "consent_recorded": _people(
        gettext_noop("Both have accepted the privacy notice and the terms"), gettext_noop("Yours is waiting")
    ),
    "training_done": _people(
        gettext_noop("Both have taken the short training"), gettext_noop("Yours is not finished yet")
    ),
    "match_accepted_both": _count(gettext_noop("Both said yes to the match"), ""),
    "meetings_held_gte": _meetings,
    "agreement_signed_both": _agreement,
    "goals_active_between": _count(gettext_noop("One to three goals"), gettext_noop("Goals so far: %(have)d")),
    "goal_has": _goal_has,
    "action_items_open_gte": _count(
        gettext_noop("%(need)d open steps with a date"), gettext_noop("Open steps: %(have)d")
    ),
    "survey_done": _survey,
    "review_recorded": _review,
    "elapsed_share_gte": _elapsed,
    "meetings_share_of_planned_gte": _count(
        gettext_noop("Most of the meetings planned so far"), gettext_noop("%(have)d of %(need)d have taken place")
    ),
    "closure_recorded": _count(gettext_noop("This round is closed"), ""),
}
WORDED = frozenset(_WORDS)
