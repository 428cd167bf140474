"""What a person does with their own enrolment: start, save, send, change places, withdraw. A break is in pausing.py."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.events import publish
from trellis.learning.actions import complete_module
from trellis.learning.modules import Module
from trellis.people.models import Person
from trellis.programmes import enrolment_rules as rules
from trellis.programmes.actions.admission import EnrolmentRefused, admit, fill_places, locked_programme, move
from trellis.programmes.actions.terms import keep_consent
from trellis.programmes.choices import EnrolmentState, Side, SignUp
from trellis.programmes.eligibility import unmet
from trellis.programmes.enrolment_events import PlacesChanged
from trellis.programmes.models import Answer, EligibilityRule, Enrolment, EnrolmentSkill, Programme, Question
from trellis.programmes.queries.sign_up import (
    acceptance_of,
    conditions_of,
    confirmation_of,
    to_be_confirmed,
    unanswered,
)
from trellis.programmes.questions import Value
from trellis.programmes.standard_answers import parse_places


class SignUpClosed(EnrolmentRefused):
    """The programme does not take sign-ups now, or only by invitation."""


class FormIncomplete(EnrolmentRefused):
    """The form cannot be sent yet; `gaps` says what is missing and on which page."""

    def __init__(self, gaps: tuple[rules.Gap, ...]) -> None:
        super().__init__(_("Some answers are still missing. Nothing was sent; what you wrote is kept."))
        self.gaps = gaps


@dataclass(frozen=True)
class Draft:
    """What one page of the form carries. None means that the page does not ask for it."""

    goal: str | None = None
    working_style: str | None = None
    values: tuple[str, ...] | None = None
    availability: tuple[str, ...] | None = None
    aims: tuple[str, ...] | None = None
    interests: tuple[str, ...] | None = None
    experience: tuple[str, ...] | None = None
    no_match: tuple[int, ...] | None = None  # ids of people
    findable: bool | None = None
    skills: tuple[tuple[str, int], ...] | None = None
    answers: Mapping[str, Value] | None = None  # question key -> value


@transaction.atomic
def start_enrolment(*, by: Person, programme: Programme, side: str, now: datetime) -> Enrolment:
    """Open the form, or come back to it. Raises `SignUpClosed`.

    Who was not accepted, withdrew or finished may apply again while sign-up is open.
    """
    enrolment = Enrolment.objects.select_for_update().filter(programme=programme, person=by, side=side).first()
    if enrolment is not None and enrolment.state in rules.LIVE:
        return enrolment
    _check_open(programme, invited=enrolment is not None and enrolment.state == EnrolmentState.INVITED, now=now)
    if enrolment is None:
        return Enrolment.objects.get_or_create(
            programme=programme, person=by, side=side,
            defaults={
                "organisation_id": programme.organisation_id, "created_at": now,
                "places": rules.usual_places(programme, side),
            },
        )[0]  # fmt: skip
    enrolment.applied_at = enrolment.decided_at = enrolment.decided_by = None
    enrolment.findable = False  # whoever comes back chooses anew
    enrolment.save(update_fields=["findable"])
    move(enrolment, EnrolmentState.STARTED, by=by, now=now)
    return enrolment


def _check_open(programme: Programme, *, invited: bool, now: datetime) -> None:
    if not rules.is_open_for_sign_up(programme, now.date()):
        raise SignUpClosed(_("%(programme)s does not take sign-ups at present.") % {"programme": programme.name})
    if programme.sign_up == SignUp.INVITATION and not invited:
        raise SignUpClosed(
            _("%(programme)s is by invitation. Ask the people who run it for one.") % {"programme": programme.name}
        )


@transaction.atomic
def save_draft(*, by: Person, enrolment: Enrolment, draft: Draft, now: datetime) -> Enrolment:
    """Keep what a page of the form carries; complete or not. Raises `EnrolmentRefused` once it is over."""
    enrolment = _own(by, enrolment)
    if enrolment.state not in rules.EDITABLE:
        raise EnrolmentRefused(_("This sign-up is over, so its answers cannot be changed. You can sign up again."))
    for field in ("goal", "working_style"):
        if (text := getattr(draft, field)) is not None:
            setattr(enrolment, field, text)
    for field in ("values", "availability", "aims", "interests", "experience"):
        if (words := getattr(draft, field)) is not None:
            setattr(enrolment, field, list(words))
    if draft.no_match is not None:
        others = [number for number in draft.no_match if number != by.pk]
        enrolment.no_match = json.dumps(others) if others else ""
    if draft.findable is not None:
        _choose_findable(enrolment, draft.findable, by, now)
    enrolment.save()
    if draft.skills is not None:
        _replace_skills(enrolment, draft.skills)
    if draft.answers is not None:
        _keep_answers(enrolment, draft.answers)
    return enrolment


def _replace_skills(enrolment: Enrolment, skills: tuple[tuple[str, int], ...]) -> None:
    enrolment.skills.exclude(skill__in=[skill for skill, _level in skills]).delete()
    EnrolmentSkill.objects.bulk_create(
        [
            EnrolmentSkill(organisation_id=enrolment.organisation_id, enrolment=enrolment, skill=skill, level=level)
            for skill, level in skills
        ],
        update_conflicts=True, unique_fields=["enrolment", "skill"], update_fields=["level"],
    )  # fmt: skip


def _keep_answers(enrolment: Enrolment, answers: Mapping[str, Value]) -> None:
    questions = Question.objects.filter(programme=enrolment.programme_id, side=enrolment.side, key__in=list(answers))
    Answer.objects.bulk_create(
        [
            Answer(
                organisation_id=enrolment.organisation_id, enrolment=enrolment, question=question,
                value="" if answers[question.key] is None else json.dumps(answers[question.key], ensure_ascii=False),
            )
            for question in questions
        ],
        update_conflicts=True, unique_fields=["enrolment", "question"], update_fields=["value"],
    )  # fmt: skip


@transaction.atomic
def submit_enrolment(
    *, by: Person, enrolment: Enrolment, terms_version: int, confirmed: frozenset[int], now: datetime
) -> Enrolment:
    """Send the form. It goes to the manager, to the person's own training, to the waiting list or straight to a place.

    `confirmed` are the ids of the conditions in words that the person says are true. Records consent to the
    programme's terms. Raises `FormIncomplete`, `SignUpClosed`, or `EnrolmentRefused` when the terms have changed.
    """
    programme = locked_programme(enrolment.programme)
    enrolment = _own(by, enrolment)
    if enrolment.state != EnrolmentState.STARTED:
        return enrolment
    _check_open(programme, invited=True, now=now)  # who could open the form may send it, while sign-up is open
    gaps = rules.gaps_of(enrolment, skills=enrolment.skills.count(), unanswered=unanswered(enrolment))
    if gaps:
        raise FormIncomplete(gaps)
    if terms_version != programme.terms_version:
        raise EnrolmentRefused(
            _("The programme's terms have changed since you opened this page. Please read them again.")
        )
    _record_consent(by, programme, confirmed, now)
    open_conditions = unmet_conditions(by, programme, enrolment.side, confirmed, now)
    enrolment.applied_at = now
    accepted = not rules.needs_decision(programme, enrolment.side, open_conditions)
    facts: audit.Facts = {"confirmed": len(confirmed), "unmet": len(open_conditions), "needs_decision": not accepted}
    move(enrolment, EnrolmentState.APPLIED, by=by, now=now, facts=facts)
    if accepted:
        enrolment.decided_at = now
        enrolment.save(update_fields=["decided_at"])
        admit(programme, [enrolment], by=None, now=now)
    return enrolment


def unmet_conditions(
    person: Person, programme: Programme, side: str, confirmed: frozenset[int], now: datetime
) -> list[str]:
    """Conditions that the directory says are not met, and those the person was asked to confirm and did not."""
    found = conditions_of(programme, side)
    unconfirmed = [rule.words for rule in to_be_confirmed(person, found) if rule.pk not in confirmed]
    return [*unmet(person, found, now.date()), *unconfirmed]


def _record_consent(by: Person, programme: Programme, confirmed: frozenset[int], now: datetime) -> None:
    """Keep that the person accepted the terms, and which conditions they said are true."""
    known = EligibilityRule.objects.filter(programme=programme, pk__in=confirmed).values_list("pk", flat=True)
    given = [(acceptance_of(programme.pk), programme.terms_version), *((confirmation_of(pk), 1) for pk in known)]
    for about, version in given:
        keep_consent(by=by, about=about, version=version, now=now)


@transaction.atomic
def finish_training(*, by: Person, module: Module, answers: Mapping[str, int], now: datetime) -> None:
    """Complete a training module and open the gate for the sign-ups that waited for it. Raises `ModuleUnfinished`."""
    complete_module(by=by, module_id=module.id, answers=answers, now=now)
    admit_trained(person=by, now=now)


@transaction.atomic
def admit_trained(*, person: Person, now: datetime) -> None:
    """Admit the accepted sign-ups of somebody whose training was the last thing open. Safe to repeat."""
    accepted = Enrolment.objects.filter(person=person, state=EnrolmentState.APPLIED, decided_at__isnull=False)
    waiting = Enrolment.objects.filter(person=person, state=EnrolmentState.WAITING)
    concerned = Q(pk__in=accepted.values("programme")) | Q(pk__in=waiting.values("programme"))
    for programme in list(Programme.objects.filter(concerned).order_by("pk").select_for_update(no_key=True)):
        rows = accepted.filter(programme=programme).select_for_update().order_by("pk")
        admit(programme, list(rows), by=None, now=now)
        fill_places(programme, now=now)


@transaction.atomic
def set_places(*, by: Person, enrolment: Enrolment, places: int, now: datetime) -> Enrolment:
    """Take more or fewer people, at once. Mentorships that run are not touched. Raises `AnswerRefused`."""
    enrolment = _own(by, enrolment)
    most = rules.most_places_of(enrolment.programme, enrolment.side)
    parse_places(str(places), most)
    if enrolment.state not in rules.EDITABLE:
        raise EnrolmentRefused(_("This sign-up is over, so its places cannot be changed."))
    if enrolment.places == places:
        return enrolment
    before, enrolment.places = enrolment.places, places
    enrolment.save(update_fields=["places"])
    audit.record(
        organisation_id=enrolment.organisation_id, actor_id=by.pk, verb="enrolment.places_changed",
        subject=f"enrolment:{enrolment.pk}", at=now, facts={"before": before, "after": places},
    )  # fmt: skip
    publish(
        PlacesChanged(
            organisation_id=enrolment.organisation_id, enrolment_id=enrolment.pk, side=enrolment.side,
            programme_id=enrolment.programme_id, person_id=by.pk, places=places,
        ),
        at=now,
    )  # fmt: skip
    return enrolment


@transaction.atomic
def set_findable(*, by: Person, enrolment: Enrolment, findable: bool, now: datetime) -> Enrolment:
    """Let mentors of the programme find and ask this mentee, or no longer; requests that are open wait for an answer
    all the same. Raises `EnrolmentRefused`."""
    enrolment = _own(by, enrolment)
    if enrolment.state not in rules.EDITABLE:
        raise EnrolmentRefused(_("This sign-up is over, so its answers cannot be changed. You can sign up again."))
    if findable and not rules.can_be_findable(enrolment.programme, enrolment.side):
        raise EnrolmentRefused(_("In this programme nobody looks for mentees: the matches are made in rounds."))
    _choose_findable(enrolment, findable, by, now)
    enrolment.save(update_fields=["findable"])
    return enrolment


def _choose_findable(enrolment: Enrolment, findable: bool, by: Person, now: datetime) -> None:
    """A choice about who sees somebody leaves a line in the audit log. The caller saves."""
    findable = findable and rules.can_be_findable(enrolment.programme, enrolment.side)
    if enrolment.findable == findable:
        return
    enrolment.findable = findable
    audit.record(
        organisation_id=enrolment.organisation_id, actor_id=by.pk, verb="enrolment.findable_changed",
        subject=f"enrolment:{enrolment.pk}", at=now, facts={"findable": findable},
    )  # fmt: skip


@transaction.atomic
def withdraw_enrolment(*, by: Person, enrolment: Enrolment, now: datetime) -> Enrolment:
    """Leave the programme without a reason; a freed place goes to the waiting list in the same moment.

    A live mentorship is not ended here: that is a step of its own, which the page leads to first.
    """
    programme = locked_programme(enrolment.programme)
    enrolment = _own(by, enrolment)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return enrolment
    if not rules.can_move(enrolment.state, EnrolmentState.WITHDRAWN):
        raise EnrolmentRefused(_("This sign-up is already over."))
    move(enrolment, EnrolmentState.WITHDRAWN, by=by, now=now)
    if enrolment.side == Side.MENTEE:
        fill_places(programme, now=now)
    return enrolment


@transaction.atomic
def withdraw_leaver(*, person: Person, now: datetime) -> int:
    """Take somebody who has left the organisation out of every programme; their places go to who waits. Repeatable."""
    rows = Enrolment.objects.filter(person=person)
    withdrawn = 0
    for programme in Programme.objects.filter(pk__in=rows.values("programme")).order_by("pk"):
        locked = locked_programme(programme)
        for enrolment in rows.filter(programme=programme).select_for_update().order_by("pk"):
            if rules.can_move(enrolment.state, EnrolmentState.WITHDRAWN):
                move(enrolment, EnrolmentState.WITHDRAWN, by=None, now=now, facts={"left_organisation": True})
                withdrawn += 1
        fill_places(locked, now=now)
    return withdrawn


def _own(by: Person, enrolment: Enrolment) -> Enrolment:
    """The person's own enrolment, locked."""
    return Enrolment.objects.select_for_update(of=("self",)).select_related("programme").get(pk=enrolment.pk, person=by)
