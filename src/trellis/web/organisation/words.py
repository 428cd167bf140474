"""Verbs of the audit log in words. One that is not here yet is shown by its own name, readable."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, str | Promise] = {
    "account.address_moved": _("Changed sign-in e-mail"),
    "account.linked": _("First sign-in"),
    "account.password_set": _("Set a password"),
    "audit.exported": _("Downloaded the audit log"),
    "consent.given": _("Accepted the privacy notice"),
    "invitation.accepted": _("Accepted an invitation"),
    "mail.chosen": _("Chose what comes as mail"),
    "organisation.changed": _("Changed the organisation’s settings"),
    "organisation.notice_published": _("Published a privacy notice"),
    "person.invited": _("Invited a person"),
    "role.granted": _("Gave a role"),
    "role.revoked": _("Took a role away"),
}


def verb_in_words(verb: str) -> str:
    known = VERBS.get(verb)
    return str(known) if known else verb.replace(".", ": ").replace("_", " ").capitalize()


def subject_in_words(subject: str) -> str:
    kind, _colon, number = subject.partition(":")
    return f"{kind.replace('_', ' ').capitalize()} {number}".strip()


def facts_in_words(facts: dict[str, object]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in facts.items())
