"""What a new programme says and asks before anybody changes it, beside what its template brings. Our own wording."""

from django.utils.translation import gettext as _

from trellis.programmes.choices import QuestionKind, Side
from trellis.programmes.templates import Template

MEETING_MODE = (
    "How would you like to meet?",
    "Your partner sees this once you are matched.",
    ("By video", "In person", "Either is fine"),
)
LIMITS = (
    "Is there anything you would rather not help with?",
    "A sentence is enough. The people who run the programme read it when they approve mentors.",
    (),
)

# Goal, skills with level, working style, values, half-days, languages and interests are asked on every form, because
# matching reads them. These questions come on top.
# side, key, kind, text, help, options, required
QUESTIONS = (
    (Side.MENTEE.value, "meeting-mode", QuestionKind.CHOICE.value, *MEETING_MODE, False),
    (Side.MENTOR.value, "meeting-mode", QuestionKind.CHOICE.value, *MEETING_MODE, False),
    (Side.MENTOR.value, "limits", QuestionKind.TEXT.value, *LIMITS, False),
)


def terms(template: Template) -> str:
    """The terms that people accept when they sign up, for the programme's manager to change."""
    cadence = template.cadence
    paragraphs = [
        _(
            "Taking part is your choice. You can pause or leave at any time without giving a reason, "
            "and leaving is never held against you."
        ),
        _(
            "The programme asks for about %(meetings)s meetings of %(minutes)s minutes over %(weeks)s weeks, "
            "and for a word in time when you cannot make one."
        )
        % {
            "meetings": cadence.planned_meetings,
            "minutes": cadence.meeting_minutes,
            "weeks": template.duration_weeks,
        },
        _(
            "What you say to each other stays between you. The people who run the programme see states, dates and "
            "counts, never what you write to each other or talk about. The exception is danger to a person: then "
            "speak to the safeguarding contact."
        ),
        _(
            "Mentoring is not appraisal. Nobody's rating, pay or promotion is decided in it, and a mentor gives no "
            "verdict on a mentee to anybody."
        ),
        _("Be on time, be kind, be honest, and ask before you pass on anything you heard."),
        *(_("Agreed for this programme: %(rule)s.") % {"rule": rule} for rule in template.ground_rules),
    ]
    return "\n\n".join(paragraphs)
