"""Mails that are no notices, because they carry a key: nothing of them is kept but that they were sent."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from trellis.notifications.mail import Letter, compose, language_of, one_line
from trellis.people.actions.invitations import VALID_FOR as INVITATION_VALID_FOR
from trellis.people.actions.sign_in import VALID_FOR, SignInKeys
from trellis.people.models import Account, Invitation, Person


def send_sign_in_letter(account: Account, person: Person, keys: SignInKeys) -> None:
    """The code and the link. The link leads to a page with a button, so a mail scanner cannot sign in."""
    minutes = int(VALID_FOR.total_seconds() // 60)
    with translation.override(language_of(account.language)):
        compose(
            Letter(
                subject=gettext("Your way into Trellis"),
                lines=[
                    gettext("Type this code on the page where you asked for it, or use the button."),
                    ngettext(
                        "Both work once, for %(minutes)d minute.", "Both work once, for %(minutes)d minutes.", minutes
                    )
                    % {"minutes": minutes},
                ],
                code=keys.code,
                action=gettext("Sign in with one press"),
                address=settings.BASE_URL + reverse("sign_in_link", args=[keys.link_token]),
                to=account.email,
                first_name=person.first_name,
                organisation=person.organisation.name,
                footer=gettext("You did not ask for this? Then do nothing: without this mail nobody gets in."),
            )
        ).send()


def send_invitation_letter(invitation: Invitation, token: str) -> None:
    person, organisation = invitation.person, invitation.person.organisation.name
    with translation.override(language_of(person.account.language if person.account else "")):
        compose(
            Letter(
                subject=gettext("%(organisation)s invites you to mentoring") % {"organisation": organisation},
                lines=[
                    gettext(
                        "%(organisation)s runs its mentoring with Trellis and has a place for you. "
                        "You choose what to join, and what you and your mentor write stays between you."
                    )
                    % {"organisation": organisation},
                    gettext("The button works once, for %(days)d days.") % {"days": INVITATION_VALID_FOR.days},
                ],
                action=gettext("Accept the invitation"),
                address=settings.BASE_URL + reverse("invitation", args=[token]),
                to=person.email,
                first_name=person.first_name,
                organisation=organisation,
                footer=gettext("You get this once, because somebody at your organisation invited you."),
            )
        ).send()


def send_address_moved_letter(person: Person, *, old_address: str) -> None:
    """To the address that no longer works, so that nobody loses their account without a word."""
    with translation.override(language_of(person.account.language if person.account else "")):
        compose(
            Letter(
                subject=gettext("Your sign-in e-mail changed"),
                lines=[
                    gettext("Your organisation’s directory has a new e-mail for you, and Trellis follows it."),
                    gettext("This address no longer signs in. If that is wrong, tell your organisation admin today."),
                ],
                to=one_line(old_address),
                first_name=person.first_name,
                organisation=person.organisation.name,
                footer=gettext("You get this once, as a safety measure."),
            )
        ).send()
