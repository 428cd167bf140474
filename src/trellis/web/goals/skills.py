"""The skills a goal may be linked to, for a form, and the words for the one that was chosen."""

from django.utils.translation import gettext as _

from trellis.mentorships.models import Mentorship
from trellis.people.models import Person
from trellis.programmes.models import EnrolmentSkill
from trellis.skills import taxonomy

NEXT_LEVEL = "level:next"
Choices = list[tuple[str, str | list[tuple[str, str]]]]


def skill_choices(mentorship: Mentorship, person: Person, kept: str = "") -> Choices:
    """What the person seeks first, then the next level, then the whole list by subject; one query."""
    sought = EnrolmentSkill.objects.filter(
        enrolment__programme=mentorship.programme_id, enrolment__person=person, enrolment__side="mentee"
    ).order_by("-level", "skill")
    own = [(skill, words_for(skill)) for skill in sought.values_list("skill", flat=True)]
    choices: Choices = [("", _("Choose one"))]
    if own:
        choices.append((_("What you want to learn"), own))
    choices.append((_("Career"), [(NEXT_LEVEL, words_for(NEXT_LEVEL))]))
    choices += [(group.name, [(skill.id, skill.name) for skill in group.skills]) for group in taxonomy.groups()]
    if kept and kept != NEXT_LEVEL and not taxonomy.has_skill(kept):
        choices.append((kept, kept))
    return choices


def words_for(linked: str) -> str:
    """A linked skill as people read it; a skill of the organisation's own is its own word."""
    if linked == NEXT_LEVEL:
        return _("The level above mine")
    return taxonomy.skill(linked).name if taxonomy.has_skill(linked) else linked
