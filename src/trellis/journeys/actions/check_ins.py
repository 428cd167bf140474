"""A pack of questions within a mentorship. Answers stay with the person; a wish for contact goes on as a name."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.journeys import notices, rules
from trellis.journeys.actions.stages import refresh_journey
from trellis.kernel.errors import NotAllowed
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries import partners_of
from trellis.mentorships.queries.contacts import programme_team, safeguarding_contacts
from trellis.notifications.actions import tell
from trellis.people.models import Person
from trellis.surveys.actions import answer_pack, decline_pack
from trellis.surveys.models import SurveyResponse
from trellis.surveys.queries import context_of
from trellis.surveys.rules import Value, wants_contact


@transaction.atomic
def answer_check_in(
    *, by: Person, mentorship: Mentorship, pack_id: str, role: str, answers: Mapping[str, Value], now: datetime
) -> SurveyResponse:
    """Keep a party's answers. If they ask for contact, the programme team reads their name and nothing else.

    Possible after the end as well: those who stop early are asked too. Raises NotAllowed, AnswerRefused.
    """
    _check(by, mentorship)
    context = context_of(mentorship.pk)
    response = answer_pack(by=by, pack_id=pack_id, role=role, context=context, answers=answers, now=now)
    if wants_contact(answers):
        _ask_contact(by, mentorship, now)
    refresh_journey(mentorship=mentorship, now=now)
    return response


@transaction.atomic
def skip_check_in(*, by: Person, mentorship: Mentorship, pack_id: str, now: datetime) -> SurveyResponse:
    """Skip a pack: it is done with that. Raises NotAllowed, AnswerRefused."""
    _check(by, mentorship)
    response = decline_pack(by=by, pack_id=pack_id, context=context_of(mentorship.pk), now=now)
    refresh_journey(mentorship=mentorship, now=now)
    return response


def _check(by: Person, mentorship: Mentorship) -> None:
    if not rules.can_reflect(by, mentorship):
        raise NotAllowed(_("Only the two people in this mentoring can do that."))


def _ask_contact(by: Person, mentorship: Mentorship, now: datetime) -> None:
    """Tell the programme's owner and coordinators, never the other half of the pair; where nobody else is left on
    the team, the organisation's safeguarding contacts, so that the wish is heard."""
    pair = {by, *partners_of(mentorship, by)}
    team = [manager for manager in programme_team(mentorship.programme) if manager not in pair]
    for helper in team or safeguarding_contacts(mentorship):
        tell(
            person=helper, kind=notices.CONTACT_WANTED, now=now,
            key=f"mentorship:{mentorship.pk}:contact:{by.pk}:{now:%Y%m%d}",
            parameters={"name": by.full_name, "programme": mentorship.programme.name},
        )  # fmt: skip
