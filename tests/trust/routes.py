"""Every address of the product: who may enter, whose object it names, and how to fill it in for a world.

`audience` comes from the view; this table adds whose object an address with arguments names. A new address without
a line here fails the suite.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.trust.world import World
from trellis.web.access import Audience

EVERYBODY = frozenset(
    {
        "mentee", "mentor", "bystander", "people_manager", "programme_manager", "other_programme_manager",
        "programme_analyst", "analyst", "admin", "safeguarding", "executive",
    }
)  # fmt: skip
PARTIES = frozenset({"mentee", "mentor"})
RUNS = frozenset({"programme_manager"})
READS = RUNS | {"programme_analyst", "analyst"}

ENTER: dict[Audience, frozenset[str]] = {
    Audience.ANYONE: EVERYBODY | {"nobody", "left"},
    Audience.ACCOUNT: EVERYBODY | {"left"},
    Audience.MEMBER: EVERYBODY,
    Audience.PROGRAMME_READER: READS | {"other_programme_manager", "admin"},
    Audience.PROGRAMME_MANAGER: RUNS | {"other_programme_manager", "admin"},
    Audience.ADMIN: frozenset({"admin"}),
    Audience.ADMIN_OR_MANAGER: RUNS | {"other_programme_manager", "admin"},
    Audience.PEOPLE_MANAGER: frozenset({"people_manager"}),
    Audience.EXECUTIVE: frozenset({"executive"}),
}


@dataclass(frozen=True)
class Address:
    """One route by its full name in the resolver."""

    name: str
    pattern: str
    arguments: tuple[str, ...]
    audience: Audience | None
    view: str


def addresses(patterns: Sequence[URLPattern | URLResolver] | None = None) -> list[Address]:
    """All routes of the product itself, in the resolver's order. Libraries' own pages are listed apart."""
    found = _walk(get_resolver().url_patterns if patterns is None else patterns, "")
    return [address for address in found if not address.view.startswith(LIBRARIES)]


LIBRARIES = ("allauth.", "django.views.static")


def _walk(patterns: Sequence[URLPattern | URLResolver], prefix: str) -> Iterator[Address]:
    for each in patterns:
        text = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, text)
        elif isinstance(each, URLPattern):
            view = each.callback
            named = each.pattern.converters or each.pattern.regex.groupindex
            yield Address(
                each.name or "", text, tuple(named),
                getattr(view, "trellis_audience", None), f"{view.__module__}.{getattr(view, '__name__', '')}",
            )  # fmt: skip


def fill(address: Address, world: World) -> str | None:
    """The address with the world's own ids, or None where it has no object to name."""
    values = OBJECTS.get(address.name)
    if not address.arguments:
        return reverse(address.name)
    if values is None:
        return None
    ids = {name: source for name, source in values.ids.items() if name in address.arguments}
    return reverse(address.name, kwargs={name: _value(world, source) for name, source in ids.items()})


def _value(world: World, source: str) -> str | int:
    return world.ids[source[1:]] if source.startswith("@") else source


def readable_paths(world: World) -> list[str]:
    """Every address that a GET may try, filled in with this world's ids."""
    paths = [fill(address, world) for address in addresses() if address.name]
    return [path for path in paths if path and "sign-out" not in path]


@dataclass(frozen=True)
class Object:
    """Whose object an address names, and how its arguments are filled: "@x" from the world's ids, else as written.

    "anyone" in `seen_by`: the address names nobody's object, so the audience alone decides.
    """

    seen_by: frozenset[str]
    ids: dict[str, str]


ANYONE = frozenset({"anyone"})
NONE_OF_THEM: frozenset[str] = frozenset()
MENTEE = frozenset({"mentee"})
MENTOR = frozenset({"mentor"})
ADMIN = frozenset({"admin"})
SEEKERS = frozenset({"mentee", "bystander"})  # approved mentees of the programme
CREATORS = RUNS | {"other_programme_manager", "admin"}


def _each(names: str, seen_by: frozenset[str], **ids: str) -> dict[str, Object]:
    return {name: Object(seen_by, ids) for name in names.split()}


OBJECTS: dict[str, Object] = {
    **_each("sign_in_link invitation", NONE_OF_THEM, token="no-such-token"),
    **_each("account_session_end account_passkey_remove", NONE_OF_THEM, number="999999"),
    **_each("notice", MENTEE, number="@notice"),
    **_each("programme_join", EVERYBODY, slug="@slug"),
    **_each("training", ANYONE, module_id="mentee_start"),
    **_each("enrolment_form enrolment_start", EVERYBODY, slug="@slug", side="mentee"),
    **_each(
        "enrolment_pause enrolment_resume enrolment_places enrolment_findable enrolment_withdraw", SEEKERS,
        slug="@slug", side="mentee",
    ),
    **_each("find_mentor wishes ask_on", SEEKERS, slug="@slug"),
    **_each("ask_mentor", SEEKERS, slug="@slug", number="@enrolment_mentor"),
    **_each("place_wait", SEEKERS, slug="@slug", mentor="@enrolment_mentor"),
    **_each("find_mentee mentee_wishes mentee_ask_on", MENTOR, slug="@slug"),
    **_each("ask_mentee", MENTOR, slug="@slug", number="@enrolment_bystander"),
    **_each("offer", frozenset({"bystander", "mentor"}), number="@proposal"),
    **_each(
        "mentorship mentorship_next mentorship_task mentorship_wish agreement agreement_sign review closure "
        "closure_words mentorship_pause mentorship_resume mentorship_extend mentorship_end meeting_plan meeting_log "
        "conversation",
        PARTIES, number="@mentorship",
    ),
    **_each("goal_new", MENTEE, number="@mentorship"),
    **_each("checkin", PARTIES, number="@mentorship", pack_id="mid_pack"),
    **_each("certificate", MENTEE, certificate="@certificate_mentee"),
    **_each(
        "meeting meeting_answer meeting_notes meeting_move meeting_cancel meeting_calendar", PARTIES,
        number="@meeting_planned",
    ),
    **_each("goal", PARTIES, number="@goal_active"),
    **_each("goal_step goal_step_tick", PARTIES, number="@goal_shared", step="@step_shared"),
    **_each("goal_edit goal_start goal_progress goal_share goal_settle goal_reopen", MENTEE, number="@goal_draft"),
    **_each("programme_overview programme_summary", READS, slug="@slug"),
    **_each("pairs at_risk", RUNS, slug="@slug"),
    **_each("pair", RUNS, slug="@slug", number="@mentorship"),
    **_each("pair_advance", RUNS, slug="@slug", number="@mentorship"),
    **_each("programme_new programme_template", ANYONE, template_id="career_formal"),
    **_each("objective objective_remove", CREATORS, number="@objective"),
    **_each(
        "programme_export programme_duplicate programme_move programme_settings condition_new programme_questions "
        "question_new rounds round_start programme_people enrolment_queue enrolment_undo programme_invite answer_use "
        "round_settings round_pairs round_pair_release",
        RUNS, slug="@slug",
    ),
    # organisation admins say who runs a programme, and read nothing in it
    **_each("programme_roles role_give", RUNS | ADMIN, slug="@slug"),
    **_each("role_take", RUNS | ADMIN, slug="@slug", number="@programme_analyst"),
    **_each("condition condition_remove", RUNS, slug="@slug", number="@condition"),
    **_each("question question_remove question_move", RUNS, slug="@slug", number="@question"),
    **_each("programme_section", RUNS, slug="@slug", key="basics"),
    **_each("next_choice", RUNS, slug="@slug", proposal="@proposal"),
    **_each("round_rematch", RUNS, slug="@slug"),
    **_each("round_rotate", RUNS, slug="@slug"),
    **_each("scenarios scenario_new scenario_present scenarios_fairness", RUNS, slug="@slug"),
    **_each(
        "scenario scenario_rename scenario_delete scenario_again scenario_use", RUNS, slug="@slug", number="@scenario",
    ),
    **_each("scenario_changes", RUNS, slug="@slug", number="@scenario", other="@scenario"),
    **_each("curve curve_open", RUNS, slug="@slug", axis="floor"),
    **_each("round_prices", RUNS, slug="@slug", number="@round"),
    **_each("round_stop", RUNS, slug="@slug", number="@round"),
    **_each("round_unmatched round_proof round_certificate round_undo", RUNS, slug="@slug", number="@round"),
    **_each(
        "round_report round_report_make round_report_pdf round_report_sheet", RUNS, slug="@slug", number="@round"
    ),
    **_each("round_proof_file", RUNS, slug="@slug", number="@round"),
    **_each("round_fairness round_fairness_make", RUNS, slug="@slug", number="@round"),
    **_each(
        "round round_other_settings round_decide round_approve_from round_publish round_set_aside round_again "
        "round_publish_stop round_go_on round_together round_together_undo",
        RUNS, slug="@slug", number="@round_review",
    ),
    **_each("round_swap round_better", RUNS, slug="@slug", number="@round_review", proposal="@proposal_review"),
    **_each("organisation_role_remove", ADMIN, number="@role_grant"),
    **_each("organisation_person", ADMIN, number="@person"),
    **_each("organisation_person_invite", ADMIN, number="@person"),
    **_each(
        "directory_import directory_import_columns directory_import_apply directory_import_stop directory_import_again "
        "directory_import_refused",
        ADMIN, number="@import",
    ),
    **_each("job job_cancel job_cancel_any job_again", ADMIN, number="@job"),
}  # fmt: skip
