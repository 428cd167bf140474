"""What Trellis tells people about their own access. The people floor lies below, so its notices live here."""

from django.utils.translation import gettext_noop

from trellis.notifications.registry import NoticeKind

ROLE_GRANTED = NoticeKind(
    name="people.role_granted",
    subject=gettext_noop("You have a new role: %(role)s"),
    lines=(
        gettext_noop("You now hold the role “%(role)s” at %(organisation)s."),
        gettext_noop("If you did not expect this, tell your organisation admin."),
    ),
    action=gettext_noop("Open Trellis"),
)
SIGN_IN_CHANGED = NoticeKind(
    name="people.sign_in_changed",
    subject=gettext_noop("How you sign in was changed"),
    lines=(
        gettext_noop("A password, passkey, authenticator app or set of recovery codes was added, changed or removed."),
        gettext_noop("If this was not you, open the page below, sign out everywhere and tell your organisation admin."),
    ),
    action=gettext_noop("Look at sign-in safety"),
)
ADDRESS_MOVED = NoticeKind(
    name="people.address_moved",
    subject=gettext_noop("Your sign-in e-mail changed"),
    lines=(
        gettext_noop("Your organisation’s directory has a new e-mail for you. From now on you sign in with this one."),
        gettext_noop("If you did not expect this, tell your organisation admin."),
    ),
    action=gettext_noop("Open Trellis"),
)
DIRECTORY_IMPORTED = NoticeKind(
    name="people.directory_imported",
    subject=gettext_noop("The directory import is done"),
    lines=(
        gettext_noop("Added: %(created)s. Changed: %(updated)s. Marked as left: %(left)s."),
        gettext_noop("The page of the import shows which rows were refused, and why."),
    ),
    action=gettext_noop("Open the import"),
)
