"""How full a person's places are, and what the pair has agreed."""

from dataclasses import dataclass
from datetime import datetime

from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Agreement, Mentorship, Party
from trellis.people.models import Person
from trellis.programmes.models import Programme


@dataclass(frozen=True)
class AgreementText:
    """The latest agreement in clear, and who has signed it. For its parties only."""

    id: int
    version: int
    aims: str
    rhythm: str
    boundaries: str
    confidentiality: str
    drafted_by_id: int
    drafted_at: datetime
    signed: dict[int, datetime]  # person id -> when

    def signed_by(self, person: Person) -> bool:
        return person.pk in self.signed


def agreement_of(mentorship: Mentorship) -> AgreementText | None:
    """The latest version with its signatures, or None while nothing is drafted; two queries."""
    latest = Agreement.objects.filter(mentorship=mentorship).order_by("-version").first()
    if latest is None:
        return None
    return AgreementText(
        id=latest.pk,
        version=latest.version,
        aims=latest.aims,
        rhythm=latest.rhythm,
        boundaries=latest.boundaries,
        confidentiality=latest.confidentiality,
        drafted_by_id=latest.drafted_by_id,
        drafted_at=latest.drafted_at,
        signed=dict(latest.signatures.values_list("person_id", "signed_at")),
    )


def live_parties(programme: Programme, person: Person, role: str) -> int:
    """How many live mentorships of `programme` the person is in, in `role`: what fills an enrolment's places.

    Those among equals count whatever the role: a peer may have signed up on either side.
    """
    return Party.objects.filter(
        mentorship__programme=programme, mentorship__state__in=LIVE_STATES, person=person,
        role__in=[role, PartyRole.PEER],
    ).count()  # fmt: skip
