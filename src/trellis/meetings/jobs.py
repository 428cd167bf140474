from trellis.kernel import clock
from trellis.kernel.jobs import job, queue
from trellis.meetings import actions
from trellis.people.models import Organisation


@job("meetings.ask_everywhere", every_minutes=30)
def ask_everywhere() -> None:
    """One job for each organisation, so that one failing does not stop the others."""
    for organisation in Organisation.objects.order_by("id").values_list("id", flat=True):
        queue("meetings.ask_whether_held", organisation_id=organisation)


@job("meetings.ask_whether_held")
def ask_whether_held(*, organisation_id: int) -> dict[str, int]:
    """Ask the parties of ended meetings, 2 and 26 hours after the planned end."""
    return {"asked": actions.ask_whether_held(now=clock.now())}
