"""What people are told about a programme itself: names of programmes and people, never what somebody wrote."""

from django.utils.translation import gettext_noop

from trellis.notifications.registry import NoticeKind

ROLE_GIVEN = NoticeKind(
    name="programmes.role_given",
    subject=gettext_noop("You have a role in %(programme)s"),
    lines=(
        gettext_noop("%(by)s gave you the role “%(role)s” in %(programme)s."),
        gettext_noop("You can see its states, dates and counts. What pairs write to each other stays with them."),
    ),
    action=gettext_noop("Open the programme"),
)

OWNER_CHANGED = NoticeKind(
    name="programmes.owner_changed",
    subject=gettext_noop("%(programme)s: the owners have changed"),
    lines=(gettext_noop("%(by)s changed who owns %(programme)s. The programme's settings show who it is now."),),
    action=gettext_noop("See who owns it"),
)

NEW_TERMS = NoticeKind(
    name="programmes.new_terms",
    subject=gettext_noop("%(programme)s has new terms"),
    lines=(
        gettext_noop("The terms of %(programme)s were changed. Please read them and say whether you still agree."),
        gettext_noop("If you do not, you can leave the programme without giving a reason."),
    ),
    action=gettext_noop("Read the terms"),
)
