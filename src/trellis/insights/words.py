"""Signals in words: the fact, and a kind next step. Every reason is a fact that can be opened, not a guess."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trellis_engine.measures import Signal

Words = str | Promise

_FACTS: dict[str, Words] = {
    "sig_no_first": _("No first meeting in %(days)d days since they were matched"),
    "sig_no_first_red": _("Still no first meeting, %(days)d days after they were matched"),
    "sig_gap": _("Not met for %(days)d days, longer than the rhythm they agreed"),
    "sig_gap_red": _("Not met for %(days)d days, and nothing is booked"),
    "sig_no_goal": _("No goal yet, %(days)d days after they were matched"),
    "sig_goal_stall": _("%(count)d steps are overdue and none was closed for %(days)d days"),
    "sig_reschedule": _("%(count)d meetings in a row were cancelled"),
    "sig_no_show": _("They remember a meeting differently: one says that it took place, one that it did not"),
    "sig_overload": _("The mentor has more mentees than the places offered"),
    "sig_role_change": _("The mentor is now in the mentee's reporting line"),
}

_STEPS: dict[str, tuple[Words, Words]] = {
    "sig_no_first": (
        _("Ask the mentor to start."),
        _("Mentors promise to set up the first two meetings; a short question is enough."),
    ),
    "sig_no_first_red": (
        _("Call the mentee first, then the mentor."),
        _("An open question: does this still help, and what would make it easier?"),
    ),
    "sig_gap": (_("Suggest three dates."), _("Holidays and busy weeks explain most gaps.")),
    "sig_gap_red": (
        _("Offer both a private choice."),
        _("Continue, another rhythm, a pause, a new match or a kind end; each answers alone."),
    ),
    "sig_no_goal": (
        _("Offer a twenty-minute goal talk."),
        _("A pair may also choose to do without goals; that is fine once they say so."),
    ),
    "sig_goal_stall": (_("Ask whether the step is too long."), _("Some steps need a second expert for one topic.")),
    "sig_reschedule": (
        _("Suggest another rhythm."),
        _("A shorter or rarer meeting that happens beats one that moves."),
    ),
    "sig_no_show": (_("Ask both, without blame."), _("Calendars disagree more often than people.")),
    "sig_overload": (_("Ask whether the load is right."), _("Keep, pause new requests, or pass one on.")),
    "sig_role_change": (
        _("Plan a good last meeting and a next mentor."),
        _("A mentor must not lead or rate the mentee."),
    ),
}


def fact_words(signal: Signal) -> str:
    return str(_FACTS[signal.id]) % {"days": signal.days, "count": signal.count}


def step_words(signal: Signal) -> tuple[str, str]:
    """What to do about the worst signal, and why."""
    what, why = _STEPS[signal.id]
    return str(what), str(why)
