"""What this app can tell. Names only; never a goal's title or a word of it."""

from django.utils.translation import gettext_noop

from trellis.notifications.registry import NoticeKind

STARTED = NoticeKind(
    name="goals.started",
    subject=gettext_noop("%(name)s started a goal"),
    lines=(gettext_noop("You can see its title and how it moves on."),),
    action=gettext_noop("Open the goal"),
)
SETTLED = NoticeKind(
    name="goals.settled",
    subject=gettext_noop("%(name)s brought a goal to its end"),
    lines=(gettext_noop("See whether it was reached, and ask what helped."),),
    action=gettext_noop("Open the goal"),
)
STEP_FOR_YOU = NoticeKind(
    name="goals.step_for_you",
    subject=gettext_noop("%(name)s wrote down a step for you"),
    lines=(gettext_noop("It belongs to a goal you work on together."),),
    action=gettext_noop("Open the goal"),
)
