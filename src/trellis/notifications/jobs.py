from trellis.kernel import clock
from trellis.kernel.jobs import job
from trellis.notifications.actions import record_delivery
from trellis.notifications.mail import message_for
from trellis.notifications.models import Delivery


@job("notifications.deliver")
def deliver(*, organisation_id: int, delivery_id: int) -> None:
    """Send one mail; a mail already sent is not sent again. An error is kept and raised, so that the job retries."""
    delivery = Delivery.objects.select_related("notice__person__account", "notice__person__organisation").get(
        pk=delivery_id
    )
    if delivery.state in {Delivery.State.SENT, Delivery.State.SKIPPED}:
        return
    try:
        message_for(delivery.notice).send()
    except OSError as error:  # the mail server cannot be reached or refused; smtplib's errors are OSErrors
        record_delivery(delivery=delivery, state=Delivery.State.FAILED, now=clock.now(), error=type(error).__name__)
        raise
    record_delivery(delivery=delivery, state=Delivery.State.SENT, now=clock.now())
