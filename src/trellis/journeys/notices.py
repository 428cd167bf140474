"""What this app can tell. Names and stages only; never a choice, and never what somebody wrote."""

from django.utils.translation import gettext_noop

from trellis.notifications.registry import NoticeKind

MOVED_ON = NoticeKind(
    name="journeys.moved_on",
    subject=gettext_noop("%(name)s moved you two on to “%(stage)s”"),
    lines=(gettext_noop("Nothing is lost: what you had begun stays open beside it."),),
    action=gettext_noop("Open your page"),
)
MOVED_BY_TEAM = NoticeKind(
    name="journeys.moved_by_team",
    subject=gettext_noop("You two are now in “%(stage)s”"),
    lines=(gettext_noop("The programme team moved you on. What you had begun stays open beside it."),),
    action=gettext_noop("Open your page"),
)
REVIEW_ASKED = NoticeKind(
    name="journeys.review_asked",
    subject=gettext_noop("%(name)s has answered the half-time question"),
    lines=(gettext_noop("You each answer alone. Both of you see only the joint result, once you have answered too."),),
    action=gettext_noop("Answer"),
)
REVIEW_SETTLED = NoticeKind(
    name="journeys.review_settled",
    subject=gettext_noop("You and %(name)s have both answered the half-time question"),
    lines=(gettext_noop("The joint result is on your page."),),
    action=gettext_noop("See the result"),
)
THANKED = NoticeKind(
    name="journeys.thanked",
    subject=gettext_noop("%(name)s left you a thank-you"),
    lines=(gettext_noop("It is on your closing page, for your eyes only."),),
    action=gettext_noop("Read it"),
)
CONTACT_WANTED = NoticeKind(
    name="journeys.contact_wanted",
    subject=gettext_noop("%(name)s would like you to get in touch"),
    lines=(
        gettext_noop("They asked for it in a check-in in %(programme)s. Please contact them directly, in confidence."),
    ),
)
