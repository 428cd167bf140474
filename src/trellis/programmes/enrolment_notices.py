"""What people are told about their sign-up: names of programmes and people, never what somebody wrote."""

from django.utils.translation import gettext_noop

from trellis.notifications.registry import NoticeKind

INVITED = NoticeKind(
    name="programmes.invited",
    subject=gettext_noop("You are invited to %(programme)s"),
    lines=(
        gettext_noop("%(programme)s would like you to take part as %(side)s."),
        gettext_noop("It asks for about %(minutes)s minutes a month. The page says what happens with your answers."),
        gettext_noop("Signing up takes about five minutes. If it is not for you, you need not do anything."),
    ),
    action=gettext_noop("See what it asks"),
)

APPROVED = NoticeKind(
    name="programmes.approved",
    subject=gettext_noop("You have a place in %(programme)s"),
    lines=(
        gettext_noop("You take part as %(side)s and can be matched from now on."),
        gettext_noop("You can change how many people you take, pause or withdraw at any time."),
    ),
    action=gettext_noop("Open the programme"),
)

TRAINING_OPEN = NoticeKind(
    name="programmes.training_open",
    subject=gettext_noop("You are accepted for %(programme)s: one short training left"),
    lines=(gettext_noop("You take part as %(side)s once you have finished the %(minutes)s-minute training."),),
    action=gettext_noop("Start the training"),
)

WAITING = NoticeKind(
    name="programmes.waiting",
    subject=gettext_noop("You are on the waiting list of %(programme)s"),
    lines=(
        gettext_noop("All places are taken at present. As soon as one is free, it goes to somebody on the list."),
        gettext_noop("There is nothing you need to do, and you can leave the list at any time."),
    ),
    action=gettext_noop("See where you stand"),
)

NOT_ACCEPTED = NoticeKind(
    name="programmes.not_accepted",
    subject=gettext_noop("%(programme)s: no place for you this time"),
    lines=(
        gettext_noop("Thank you for wanting to take part. This time we could not give you a place."),
        gettext_noop("That says nothing about you or your work. Other programmes are open to you,"
                     " and you may ask the people who run this one for their reason."),
    ),
    action=gettext_noop("See other programmes"),
)  # fmt: skip
