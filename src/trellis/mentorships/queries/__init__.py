"""Reads about relationships: the menu's places, live counts, who stands on which side."""

from trellis.mentorships.queries.parties import Sides, partners_of, sides_of
from trellis.mentorships.queries.places import PlaceOfMentorship, places_of
from trellis.mentorships.queries.standing import AgreementText, agreement_of, live_parties

__all__ = [
    "AgreementText",
    "PlaceOfMentorship",
    "Sides",
    "agreement_of",
    "live_parties",
    "partners_of",
    "places_of",
    "sides_of",
]
