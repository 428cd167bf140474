"""Machine doors of programmes: inviting many people, and telling decisions once they stand."""

from trellis.kernel import clock
from trellis.kernel.jobs import job, progress, queue
from trellis.kernel.tenancy import every_organisation
from trellis.people.models import Organisation
from trellis.programmes.actions import pausing
from trellis.programmes.actions.invitations import invite
from trellis.programmes.actions.telling import tell_decided
from trellis.programmes.models import Programme

CHUNK = 100


@job("programmes.invite")
def invite_people(*, organisation_id: int, programme_id: int, side: str, people: list[int]) -> dict[str, int]:
    """Invite people a hundred at a time; who was invited before a restart is not told twice."""
    programme = Programme.objects.get(pk=programme_id)
    invited = 0
    for start in range(0, len(people), CHUNK):
        invited += invite(programme=programme, side=side, people=people[start : start + CHUNK], now=clock.now())
        progress(min(start + CHUNK, len(people)), len(people))
    return {"invited": invited, "passed_over": len(people) - invited}


@job("programmes.end_all_pauses", every_minutes=60)
def end_all_pauses() -> None:
    with every_organisation("a timer starts one job for each organisation"):
        for organisation_id in Organisation.objects.values_list("pk", flat=True):
            queue("programmes.end_pauses", organisation_id=organisation_id)


@job("programmes.end_pauses")
def end_pauses(*, organisation_id: int) -> dict[str, int]:
    """Hourly: whoever said when they are back is back, by their own calendar."""
    return {"resumed": pausing.end_pauses(now=clock.now())}


@job("programmes.sweep_decisions", every_minutes=5)
def sweep_decisions() -> None:
    with every_organisation("a timer starts one job for each organisation"):
        for organisation_id in Organisation.objects.values_list("pk", flat=True):
            queue("programmes.tell_decisions", organisation_id=organisation_id)


@job("programmes.tell_decisions")
def tell_decisions(*, organisation_id: int) -> dict[str, int]:
    return {"told": tell_decided(now=clock.now())}
