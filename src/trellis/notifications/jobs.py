from trellis.kernel import clock
from trellis.kernel.encryption import decrypt
from trellis.kernel.jobs import TRIES_OF_A_DAY, job
from trellis.notifications.actions import record_delivery
from trellis.notifications.letters import send_sign_in_letter
from trellis.notifications.mail import message_for
from trellis.notifications.models import Delivery
from trellis.notifications.queries import muted_groups
from trellis.notifications.registry import kind_of
from trellis.people.actions.accounts import account_for_sign_in
from trellis.people.actions.sign_in import issue_keys
from trellis.people.queries.accounts import people_by_email


@job("notifications.deliver", attempts=TRIES_OF_A_DAY)
def deliver(*, organisation_id: int, delivery_id: int) -> None:
    """Send one mail; a mail already sent is not sent again. An error is kept and raised, so that the job retries."""
    delivery = Delivery.objects.select_related("notice__person__account", "notice__person__organisation").get(
        pk=delivery_id
    )
    if delivery.state in {Delivery.State.SENT, Delivery.State.SKIPPED}:
        return
    if kind_of(delivery.notice.kind).group in muted_groups(delivery.notice.person):
        record_delivery(delivery=delivery, state=Delivery.State.SKIPPED, now=clock.now())
        return
    try:
        message_for(delivery.notice).send()
    except OSError as error:  # the mail server cannot be reached or refused; smtplib's errors are OSErrors
        record_delivery(delivery=delivery, state=Delivery.State.FAILED, now=clock.now(), error=type(error).__name__)
        raise
    record_delivery(delivery=delivery, state=Delivery.State.SENT, now=clock.now())


@job("notifications.send_sign_in_mail")
def send_sign_in_mail(*, email: str, attempt: str, organisation_id: int | None = None) -> None:
    """Send code and link if the address belongs to somebody. Everything that differs for a stranger happens here."""
    address = decrypt(email)
    account = account_for_sign_in(email=address, now=clock.now())
    if account is None:
        return
    person = people_by_email(address)[0]
    send_sign_in_letter(account, person, issue_keys(account=account, attempt=attempt))
