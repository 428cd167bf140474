from trellis.kernel import clock
from trellis.kernel.jobs import job, queue
from trellis.kernel.tenancy import every_organisation
from trellis.matching.actions import offers, rounds
from trellis.matching.models import Round
from trellis.people.models import Organisation


@job("matching.solve_round")
def solve_round(*, organisation_id: int, round_id: int) -> dict[str, object]:
    """Find the best plan for a round."""
    found = rounds.solve_round(found=Round.objects.get(pk=round_id), now=clock.now())
    return {"round": found.number, "programme": found.programme.slug, "state": found.state}


@job("matching.sweep_all", every_minutes=60)
def sweep_all() -> None:
    with every_organisation("a timer starts one job for each organisation"):
        for organisation_id in Organisation.objects.values_list("pk", flat=True):
            queue("matching.sweep_offers", organisation_id=organisation_id)


@job("matching.sweep_offers")
def sweep_offers(*, organisation_id: int) -> dict[str, object]:
    """Hourly: remind and expire offers of one organisation."""
    reminded, expired = offers.remind_and_expire(now=clock.now())
    return {"reminded": reminded, "expired": expired}
