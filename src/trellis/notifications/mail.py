"""One look for every mail, as HTML and as text, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from trellis.notifications.models import Notice
from trellis.notifications.registry import kind_of


@dataclass(frozen=True)
class Letter:
    """What one mail says. `code` is set large; `footer` says why the reader gets it."""

    subject: str
    lines: Sequence[str]
    to: str
    first_name: str
    organisation: str
    action: str = ""
    address: str = ""
    code: str = ""
    footer: str = ""


def words_of(notice: Notice) -> tuple[str, list[str], str]:
    """Subject, lines and the button's words of a notice, in the active language."""
    kind = kind_of(notice.kind)
    fill = {key: str(value) for key, value in notice.parameters.items()}
    return gettext(kind.subject) % fill, [gettext(line) % fill for line in kind.lines], gettext(kind.action)


def message_for(notice: Notice) -> EmailMultiAlternatives:
    """The mail that tells a notice to its person."""
    person = notice.person
    with translation.override(language_of(person.account.language if person.account else "")):
        subject, lines, action = words_of(notice)
        return compose(
            Letter(
                subject=subject, lines=lines, to=person.email, first_name=person.first_name,
                organisation=person.organisation.name, action=action,
                address=settings.BASE_URL + notice.path if notice.path else "",
            )
        )  # fmt: skip


def compose(letter: Letter) -> EmailMultiAlternatives:
    """A letter as HTML and text, in the active language. A name with a line break cannot add a header."""
    context = {
        "letter": letter,
        "settings_address": settings.BASE_URL + reverse("account_mail"),
        "language": translation.get_language(),
    }
    mail = EmailMultiAlternatives(
        one_line(letter.subject), render_to_string("mail/notice.txt", context), to=[one_line(letter.to)]
    )
    mail.attach_alternative(render_to_string("mail/notice.html", context), "text/html")
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    return mail


def language_of(chosen: str) -> str:
    return chosen or settings.LANGUAGE_CODE


def one_line(text: str) -> str:
    return " ".join(text.split())
