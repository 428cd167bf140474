"""The sections of a programme's settings: their order, their words, their form and the one action that saves them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trellis.programmes.actions import settings as actions
from trellis.programmes.models import Programme
from trellis.web.wizard.forms import agreeing, matching, rows, sections
from trellis.web.wizard.forms.sections import SectionForm


@dataclass(frozen=True)
class Section:
    key: str
    title: str | Promise
    lede: str | Promise
    icon: str
    form: type[SectionForm] | None = None
    save: Callable[..., Any] | None = None  # an action of programmes.actions.settings

    @property
    def template(self) -> str:
        return f"wizard/section_{self.key}.html"


@dataclass(frozen=True)
class Link:
    """A section as the menu beside the page shows it."""

    section: Section
    address: str
    current: bool


SECTIONS: tuple[Section, ...] = (
    Section(
        "basics", _("Basics and dates"), _("What the programme is called, why it exists, and when."),
        "calendar-days", sections.BasicsForm, actions.change_basics,
    ),
    Section(
        "rhythm", _("Model and rhythm"), _("How long a pair runs and how often it meets."),
        "repeat", sections.CadenceForm, actions.change_cadence,
    ),
    Section("joining", _("Who can join"), _("How people come in, and the conditions they meet."), "users",
            sections.JoiningForm, actions.change_joining),
    Section("questions", _("Sign-up form"), _("What people are asked when they sign up."), "list-checks"),
    Section(
        "matching", _("Matching"), _("What makes a good match, and what no match may break."),
        "handshake", matching.MatchingForm, actions.change_matching,
    ),
    Section(
        "agreeing", _("Agreeing"), _("Who says yes to a match, in which order, and how many answers one waits for."),
        "check", agreeing.AgreeingForm, actions.change_matching,
    ),
    Section(
        "stages", _("Stages"), _("The guided cycle in weeks, counted from the day each pair starts."),
        "route", rows.StagesForm, actions.change_stage_plan,
    ),
    Section("tasks", _("Tasks"), _("What each side is asked to do in a stage."), "square-check",
            rows.TasksForm, actions.change_tasks),
    Section(
        "agendas", _("Agendas"), _("What a meeting could talk about, minute by minute."),
        "notebook-pen", rows.AgendasForm, actions.change_agendas,
    ),
    Section(
        "surveys", _("Surveys and prompts"), _("What people are asked on the way, and what helps them talk."),
        "message-square-text", sections.SurveysForm, actions.change_surveys,
    ),
    Section(
        "targets", _("Objective and targets"), _("The aim of the organisation behind this, and how you will know."),
        "target", sections.TargetsForm, actions.change_targets,
    ),
    Section(
        "terms", _("Terms"), _("What people accept when they sign up. New words are put before everybody again."),
        "file-text", sections.TermsForm, actions.change_terms,
    ),
    Section(
        "visibility", _("Who sees what"), _("What people managers may know about pairs. Content is always private."),
        "eye", sections.VisibilityForm, actions.change_visibility,
    ),
    Section("roles", _("Roles"), _("Who owns, coordinates and reads this programme."), "shield"),
)  # fmt: skip
OWN_PAGE = {"questions": "programme_questions", "roles": "programme_roles"}


def section_called(key: str) -> Section | None:
    """A section that has a form."""
    return next((section for section in SECTIONS if section.key == key and section.form), None)


def address(section: Section, programme: Programme) -> str:
    if section.key in OWN_PAGE:
        return reverse(OWN_PAGE[section.key], args=[programme.slug])
    return reverse("programme_section", args=[programme.slug, section.key])


def links(programme: Programme, current: str) -> list[Link]:
    return [Link(section, address(section, programme), section.key == current) for section in SECTIONS]
