import hashlib

from django.urls import reverse

from trellis.kernel import clock
from trellis.kernel.encryption import decrypt
from trellis.kernel.events import hears
from trellis.kernel.jobs import TRIES_OF_A_DAY
from trellis.notifications.actions import tell
from trellis.notifications.letters import send_address_moved_letter, send_invitation_letter
from trellis.notifications.notices import ADDRESS_MOVED, DIRECTORY_IMPORTED, ROLE_GRANTED
from trellis.people.actions.invitations import fresh_token
from trellis.people.events import DirectoryImported, PersonInvited, RoleGranted, SignInAddressMoved
from trellis.people.models import DirectoryImport, Invitation, Person, RoleGrant


@hears(PersonInvited, attempts=TRIES_OF_A_DAY)
def send_invitation(*, organisation_id: int, invitation_id: int) -> None:
    """Write the token into the mail and nowhere else. Run again it sends a fresh link; the earlier one then ends."""
    invitation = Invitation.objects.select_related("person__organisation", "person__account").get(pk=invitation_id)
    if invitation.accepted_at is None and invitation.expires_at > clock.now():
        send_invitation_letter(invitation, fresh_token(invitation=invitation))


@hears(RoleGranted)
def tell_of_role(*, organisation_id: int, grant_id: int) -> None:
    grant = RoleGrant.objects.select_related("person__organisation").filter(pk=grant_id).first()
    if grant is not None:
        tell(
            person=grant.person, kind=ROLE_GRANTED, key=f"role:{grant.pk}", now=clock.now(), path=reverse("home"),
            parameters={"role": str(grant.get_role_display()), "organisation": grant.person.organisation.name},
        )  # fmt: skip


@hears(SignInAddressMoved, attempts=TRIES_OF_A_DAY)
def tell_of_new_address(*, organisation_id: int, person_id: int, old_address: str) -> None:
    """Tell both addresses: the new one because it matters, the old one because it may have been taken away wrongly."""
    person = Person.objects.select_related("organisation", "account").get(pk=person_id)
    send_address_moved_letter(person, old_address=decrypt(old_address))
    once = hashlib.sha256(old_address.encode()).hexdigest()  # the cipher is another for each move, even back and forth
    tell(person=person, kind=ADDRESS_MOVED, key=f"address:{once}", now=clock.now(), path=reverse("home"))


@hears(DirectoryImported)
def tell_of_import(*, organisation_id: int, import_id: int, created: int, updated: int, left: int) -> None:
    """Tell whoever started it; an import from the command line has nobody to tell."""
    run = DirectoryImport.objects.select_related("started_by__organisation").defer("content").get(pk=import_id)
    if run.started_by is not None:
        tell(
            person=run.started_by, kind=DIRECTORY_IMPORTED, key=f"directory_import:{run.pk}", now=clock.now(),
            path=reverse("directory_import", args=[run.pk]),
            parameters={"created": created, "updated": updated, "left": left},
        )  # fmt: skip
