"""How the gallery puts the templates before people: by whom they help, and by the wish that brings them here."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Group:
    key: str
    title: str | Promise
    words: str | Promise
    templates: tuple[str, ...]


GROUPS = (
    Group(
        "starting", _("Starting out"), _("Interns, graduates, new joiners and people coming back"),
        ("onboarding_buddy", "internship", "early_career", "student_alumni", "fellowship_rotation", "return_to_work"),
    ),
    Group(
        "growing", _("Growing a career"), _("Anyone who wants to move on, sideways or up"),
        ("career_formal", "career_change", "peer_pair", "mutual", "informal_open", "flash"),
    ),
    Group(
        "leading", _("Leading"), _("First-time managers, pipelines, executives"),
        (
            "new_manager", "leadership_pipeline", "executive", "sponsorship", "reverse_digital", "succession_transfer",
        ),
    ),
    Group(
        "professions", _("Professions and research"), _("Law firms, universities, institutes"),
        ("law_associate_partner", "academic_research", "writing_circle"),
    ),
    Group(
        "networks", _("Networks and circles"), _("Open to everyone who wants the theme"),
        ("inclusion_erg", "group_circle"),
    ),
)  # fmt: skip

WISHES = (
    Group("home", _("New people feel at home"), _("13 weeks, weekly"), ("onboarding_buddy", "internship")),
    Group("step", _("People see their next step"), _("9 months, every two weeks"), ("career_formal", "early_career")),
    Group("managers", _("New managers find their feet"), _("6 months"), ("new_manager", "leadership_pipeline")),
    Group("knowhow", _("Know-how stays when people go"), _("9 months"), ("succession_transfer", "reverse_digital")),
)  # fmt: skip

# Minutes a month asked of a mentor: key, words, least, most.
TIMES: Sequence[tuple[str, str | Promise, int, int]] = (
    ("short", _("Up to 1 hour a month"), 0, 60),
    ("middle", _("1 to 2 hours a month"), 61, 120),
    ("long", _("More than 2 hours"), 121, 10_000),
)


def group_called(key: str, among: Sequence[Group]) -> Group | None:
    return next((group for group in among if group.key == key), None)
