"""Each person's share of the facts: sign-up, consent, training, signature, half-time choice, surveys."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Exists, OuterRef

from trellis.learning.models import ModuleCompletion
from trellis.learning.modules import module_for
from trellis.mentorships.choices import PartyRole
from trellis.mentorships.models import Mentorship, Party
from trellis.people.choices import ConsentKind
from trellis.people.models import Consent, Organisation
from trellis.programmes.models import Enrolment, EnrolmentSkill
from trellis_engine.journey import Member


def members_of(
    mentorship: Mentorship,
    parties: Sequence[Party],
    signed: Collection[int],
    surveys: Mapping[int, frozenset[str]],
    reviewed: Collection[int],
) -> tuple[Member, ...]:
    """The parties as the engine knows them; four queries."""
    people = [party.person_id for party in parties]
    profiles = _profiles(mentorship, people)
    consents = _consents(mentorship, people)
    trained = set(ModuleCompletion.objects.filter(person__in=people).values_list("person_id", "module"))
    return tuple(
        Member(
            id=party.person_id, role=party.role,
            enrolled=any((party.person_id, side) in profiles for side in _sides(party.role)),
            profile_complete=any(profiles.get((party.person_id, side)) for side in _sides(party.role)),
            training_done=any((party.person_id, module_for(side).id) in trained for side in _sides(party.role)),
            consent_recorded=party.person_id in consents,
            signed=party.person_id in signed,
            reviewed=party.person_id in reviewed, surveys=surveys.get(party.person_id, frozenset()),
        )
        for party in parties
    )  # fmt: skip


def _sides(role: str) -> tuple[str, ...]:
    """The sides on which somebody in this role may have signed up and been trained."""
    return (PartyRole.MENTEE, PartyRole.MENTOR) if role == PartyRole.PEER else (side_of(role),)


def side_of(role: str) -> str:
    """Where a task or a training has to be named: peers are asked what mentees are asked."""
    return PartyRole.MENTOR if role == PartyRole.MENTOR else PartyRole.MENTEE


def _profiles(mentorship: Mentorship, people: list[int]) -> dict[tuple[int, str], bool]:
    """(person, side) -> whether the sign-up says what matching needs. A form that was sent passed its own checks."""
    rows = Enrolment.objects.filter(programme=mentorship.programme_id, person__in=people).annotate(
        has_skills=Exists(EnrolmentSkill.objects.filter(enrolment=OuterRef("pk")))
    )
    columns = rows.values_list("person_id", "side", "applied_at", "has_skills", "availability", "working_style")
    return {
        (person, side): bool(sent) or bool(skills and slots and style)
        for person, side, sent, skills, slots, style in columns
    }


def _consents(mentorship: Mentorship, people: list[int]) -> set[int]:
    """People who have accepted the current privacy notice and terms; a text that is not there needs no consent."""
    organisation, programme = _texts(mentorship), mentorship.programme
    needed: set[tuple[str, str, int]] = set()
    if organisation.privacy_notice:
        needed.add((ConsentKind.PRIVACY_NOTICE, "", organisation.privacy_notice_version))
    if programme.terms:
        needed.add((ConsentKind.PROGRAMME_TERMS, f"programme:{programme.pk}", programme.terms_version))
    given: dict[int, set[tuple[str, str, int]]] = {person: set() for person in people}
    rows = Consent.objects.filter(person__in=people)
    for person, kind, about, version in rows.values_list("person_id", "kind", "about", "version"):
        given[person].add((kind, about, version))
    return {person for person in people if needed <= given[person]}


def _texts(mentorship: Mentorship) -> Organisation:
    return Organisation.objects.only("privacy_notice", "privacy_notice_version").get(pk=mentorship.organisation_id)
