from trellis.journeys.actions import refresh_journeys
from trellis.kernel import clock
from trellis.kernel.jobs import job, progress, queue
from trellis.kernel.tenancy import every_organisation
from trellis.people.models import Organisation


@job("journeys.refresh_everywhere", every_minutes=24 * 60)
def refresh_everywhere() -> None:
    """Some conditions only wait for time. Ask each organisation once a day; one failing does not stop the others."""
    with every_organisation("a timer serves all organisations"):
        numbers = list(Organisation.objects.order_by("id").values_list("id", flat=True))
    for organisation_id in numbers:
        queue("journeys.refresh_organisation", organisation_id=organisation_id)


@job("journeys.refresh_organisation")
def refresh_organisation(*, organisation_id: int) -> dict[str, int]:
    return {"moved": refresh_journeys(now=clock.now(), progress=progress)}
