"""Everything kept about one person, for that person: the right of access as a file.

What somebody else wrote is theirs and left out, also where it is about this person or was written to them.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model

from trellis.conversations.models import Message
from trellis.goals.models import ActionItem, Goal
from trellis.journeys.models import Certificate, Reflection, ReviewChoice, TaskDone
from trellis.kernel.models import AuditEntry
from trellis.learning.models import ModuleCompletion
from trellis.matching.models import OfferAnswer, PlaceWait, Wish
from trellis.meetings.models import Confirmation, Meeting
from trellis.mentorships.models import Agreement, Party, Signature, Transition
from trellis.notifications.models import MutedGroup, Notice
from trellis.people.models import Consent, Invitation, Person, ProtectedAttribute, RoleGrant
from trellis.programmes.models import Answer, Enrolment, EnrolmentSkill, ProgrammeRole
from trellis.surveys.models import SurveyResponse

Data = dict[str, object]


@dataclass(frozen=True)
class Section:
    """One table: whose rows are the person's (`owner`), and which columns they get."""

    name: str
    table: type[Model]
    owner: str
    columns: tuple[str, ...]


SECTIONS = (
    Section("consents", Consent, "person", ("kind", "about", "version", "given_at")),
    Section("invitations", Invitation, "person", ("sent_at", "expires_at", "accepted_at")),
    Section("organisation_roles", RoleGrant, "person", ("role", "granted_at")),
    Section("programme_roles", ProgrammeRole, "person", ("programme__name", "kind")),
    Section("protected_attributes", ProtectedAttribute, "person", ("kind", "value")),
    Section(
        "enrolments", Enrolment, "person",
        (
            "id", "programme__name", "side", "state", "places", "paused_until", "asks_next", "findable", "goal",
            "working_style", "values", "availability", "aims", "interests", "experience", "no_match",
            "created_at", "applied_at", "decided_at",
        ),
    ),
    Section("enrolment_skills", EnrolmentSkill, "enrolment__person", ("enrolment_id", "skill", "level")),
    Section("form_answers", Answer, "enrolment__person", ("enrolment_id", "question__text", "value")),
    Section("wishes", Wish, "wisher__person", ("wisher_id", "rank")),
    Section("places_waited_for", PlaceWait, "mentee__person", ("mentee_id", "since", "told_at")),
    Section("answers_to_offers", OfferAnswer, "person", ("proposal_id", "accepted", "final", "reason", "at")),
    Section(
        "mentorships", Party, "person",
        (
            "mentorship_id", "mentorship__programme__name", "role", "mentorship__state", "mentorship__started_at",
            "mentorship__planned_end_on", "mentorship__ended_at", "wants_rematch", "mentorship__match_score",
            "mentorship__match_reasons",
        ),
    ),
    Section(
        "changes_you_made", Transition, "by", ("mentorship_id", "from_state", "to_state", "closure", "at", "words"),
    ),
    Section(
        "agreements_you_drafted", Agreement, "drafted_by",
        ("mentorship_id", "version", "aims", "rhythm", "boundaries", "confidentiality", "drafted_at"),
    ),
    Section("signatures", Signature, "person", ("agreement__mentorship_id", "agreement__version", "signed_at")),
    Section("messages_you_wrote", Message, "author", ("mentorship_id", "body", "sent_at")),
    Section(
        "meetings_you_planned", Meeting, "planned_by",
        ("mentorship_id", "starts_at", "minutes", "topic", "place", "state"),
    ),
    Section("meetings_you_confirmed", Confirmation, "person", ("meeting__starts_at", "took_place", "at")),
    Section(
        "goals", Goal, "owner",
        (
            "id", "mentorship_id", "status", "title", "outcome", "evidence", "why", "if_then", "linked_skill", "due_on",
            "progress", "final_attainment", "shared_in_full", "shared_with_manager", "created_at", "settled_at",
        ),
    ),
    Section("goal_steps", ActionItem, "owner", ("goal_id", "text", "due_on", "done_at")),
    Section("stage_tasks", TaskDone, "person", ("journey__mentorship_id", "task", "done_at")),
    Section("review_choices", ReviewChoice, "person", ("journey__mentorship_id", "choice", "barriers", "at")),
    Section("reflections", Reflection, "person", ("journey__mentorship_id", "body", "thanks", "at")),
    Section("certificates", Certificate, "person", ("number", "issued_at")),
    Section("check_ins", SurveyResponse, "person", ("pack", "context", "declined", "answers", "at")),
    Section("training", ModuleCompletion, "person", ("module", "completed_at")),
    Section("notices", Notice, "person", ("kind", "parameters", "path", "at", "read_at")),
    Section("mail_switched_off", MutedGroup, "person", ("group",)),
)  # fmt: skip

PERSON_COLUMNS = (
    "external_id", "email", "given_name", "family_name", "preferred_name", "job_title", "level", "unit", "location",
    "time_zone", "languages", "hired_on", "promoted_on", "left_on", "full_time", "status", "onboarded_at",
)  # fmt: skip


def own_data(person: Person, *, now: datetime) -> Data:
    """Every section for `person`, decrypted; one query for each table."""
    account = person.account
    return {
        "made_at": now,
        "organisation": person.organisation.name,
        "person": {column: getattr(person, column) for column in PERSON_COLUMNS},
        "account": {
            "email": account.email, "language": account.language, "theme": account.theme,
            "created_at": account.created_at, "last_sign_in": account.last_login,
        } if account else None,
        **{section.name: _rows(section, person) for section in SECTIONS},
        "audit_entries_about_you": _audit(person),
    }  # fmt: skip


def _rows(section: Section, person: Person) -> list[Data]:
    rows = section.table._default_manager.filter(**{section.owner: person}).order_by("pk")
    return list(rows.values(*section.columns))


def _audit(person: Person) -> list[Data]:
    """What they did and what was done to their record. Others are left unnamed."""
    entries = AuditEntry.objects.filter(actor_id=person.pk) | AuditEntry.objects.filter(subject=f"person:{person.pk}")
    return [
        {"at": entry.at, "by_you": entry.actor_id == person.pk, "did": entry.verb, "to": entry.subject}
        for entry in entries.order_by("position")
    ]
