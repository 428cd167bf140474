"""Five steps to feel at home. Each is done when the thing itself is done, so the list can be left and resumed."""

from dataclasses import dataclass

from allauth.mfa.utils import is_mfa_enabled
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trellis.people.models import Person
from trellis.programmes.models import Enrolment
from trellis.web.middleware import SECOND_FACTORS


@dataclass(frozen=True)
class Step:
    title: str | Promise
    words: str | Promise
    action: str | Promise
    path: str
    done: bool


def checklist_of(person: Person) -> list[Step]:
    account = person.account
    return [
        Step(_("Read the privacy notice"), _("Who can read what, and for how long."), "", "", done=True),
        Step(
            _("Set your time zone and language"), _("Meeting times follow it."), _("Set them"),
            reverse("account_settings"), done=bool(account and account.language),
        ),
        Step(
            _("Say how you want to be called"), _("And which languages you can talk in."), _("Fill in"),
            reverse("account_settings"), done=bool(person.languages),
        ),
        Step(
            _("Make sign-in quick and safe"), _("A passkey takes half a minute."), _("Choose"),
            reverse("account_security"), done=bool(account) and is_mfa_enabled(account, SECOND_FACTORS),
        ),
        Step(
            _("Join a programme"), _("As mentee, mentor or both."), _("See programmes"),
            reverse("programmes"), done=Enrolment.objects.of(person).exists(),
        ),
    ]  # fmt: skip
