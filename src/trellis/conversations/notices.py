"""What this app can tell: that a message waits. Never a word of it."""

from django.utils.translation import gettext_noop

from trellis.notifications.registry import NoticeKind

MESSAGE = NoticeKind(
    name="conversations.message",
    subject=gettext_noop("You have a message from %(name)s"),
    lines=(gettext_noop("Only the two of you can read it, so it is not in this mail."),),
    action=gettext_noop("Read it"),
)
