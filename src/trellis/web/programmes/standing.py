"""Where somebody stands with a sign-up once mentorships count, too: programmes lies below them and cannot know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Party
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.queries.participant import OwnEnrolment

PEER = PartyRole.PEER.value
Running = dict[tuple[str, str], tuple[int, ...]]  # (programme's slug, side) -> ids of live mentorships


@dataclass(frozen=True)
class Standing(OwnEnrolment):
    """A sign-up and the mentorships that run in it; its `state_label` says what is true of both together."""

    mentorships: tuple[int, ...] = ()

    @classmethod
    def of(cls, one: OwnEnrolment, running: Running) -> Self:
        mentorships = running.get((one.slug, one.side), ())
        return cls(**vars(one) | {"state_label": _label(one, len(mentorships)), "mentorships": mentorships})

    @property
    def outlook(self) -> str:
        """What somebody who is ready, or pauses, can expect now."""
        have = _have(PEER if self.of_equals else self.side, len(self.mentorships)) if self.mentorships else ""
        if self.state == EnrolmentState.PAUSED:
            goes_on = ngettext("Your mentorship goes on.", "Your mentorships go on.", len(self.mentorships))
            back = _("Resume when you like.")
            if self.paused_until:
                back = _("You are back by itself on %(day)s, or earlier if you resume.") % {
                    "day": date_format(self.paused_until, "j F Y")
                }
            return " ".join([_("Nobody new is matched with you."), *([goes_on] if have else []), back])
        free = self.places - len(self.mentorships)
        if not have:
            return _("You can be matched. You hear as soon as there is news.")
        if free < 1:
            return f"{have} {_('All your places are taken, so nobody new is matched with you.')}"
        more = ngettext("You can be matched with %(free)d more.", "You can be matched with %(free)d more.", free)
        return f"{have} {more % {'free': free}}"


def standings(person: Person, own: Sequence[OwnEnrolment]) -> list[Standing]:
    """One's own sign-ups with what runs in them; one query, however many they are."""
    running = running_mentorships(person)
    return [Standing.of(one, running) for one in own]


def running_mentorships(person: Person) -> Running:
    """The live mentorships of a person by programme and side; among equals, whichever side they signed up for."""
    rows = Party.objects.filter(person=person, mentorship__state__in=LIVE_STATES).order_by("mentorship_id")
    found: Running = {}
    for slug, role, number in rows.values_list("mentorship__programme__slug", "role", "mentorship_id"):
        for side in Side.values if role == PEER else [role]:
            found[slug, side] = (*found.get((slug, side), ()), number)
    return found


def _label(one: OwnEnrolment, live: int) -> str:
    if one.state != EnrolmentState.APPROVED or not live:
        return one.state_label
    if live < one.places:
        return _("%(live)d of %(places)d places taken") % {"live": live, "places": one.places}
    return _("All places taken") if one.side == Side.MENTOR else _("Matched")


def _have(side: str, live: int) -> str:
    if side == PEER:
        return ngettext("You have a partner here.", "You have %(live)d partners here.", live) % {"live": live}
    if side == Side.MENTOR:
        return ngettext("You have %(live)d mentee here.", "You have %(live)d mentees here.", live) % {"live": live}
    return ngettext("You have a mentor here.", "You have %(live)d mentors here.", live) % {"live": live}
