"""One look for every mail, as HTML and as text, in the reader's language."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from trellis.notifications.models import Notice
from trellis.notifications.registry import kind_of


def words_of(notice: Notice) -> tuple[str, list[str], str]:
    """Subject, lines and the button's words of a notice, in the active language."""
    kind = kind_of(notice.kind)
    fill = {key: str(value) for key, value in notice.parameters.items()}
    return gettext(kind.subject) % fill, [gettext(line) % fill for line in kind.lines], gettext(kind.action)


def message_for(notice: Notice) -> EmailMultiAlternatives:
    """The mail that tells a notice to its person. A name with a line break cannot add a header: breaks are folded."""
    account = notice.person.account
    with translation.override(account.language if account and account.language else settings.LANGUAGE_CODE):
        subject, lines, action = words_of(notice)
        context = {
            "subject": subject, "lines": lines, "action": action, "person": notice.person,
            "address": settings.BASE_URL + notice.path if notice.path else "",
            "organisation": notice.person.organisation, "settings_address": settings.BASE_URL + "/account/",
        }  # fmt: skip
        mail = EmailMultiAlternatives(
            " ".join(subject.split()), render_to_string("mail/notice.txt", context), to=[notice.person.email]
        )
        mail.attach_alternative(render_to_string("mail/notice.html", context), "text/html")
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    return mail
