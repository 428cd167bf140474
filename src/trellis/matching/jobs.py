from trellis.kernel import clock
from trellis.kernel.jobs import job, progress
from trellis.matching.actions import offers, rounds
from trellis.matching.models import Round


@job("matching.solve_round")
def solve_round(*, organisation_id: int, round_id: int) -> dict[str, object]:
    """Find the best plan for a round. The steps are three: read, solve, lay out."""
    progress(1, 3)
    found = rounds.solve_round(found=Round.objects.get(pk=round_id), now=clock.now())
    return {"round": found.number, "programme": found.programme.slug, "state": found.state}


@job("matching.sweep_offers")
def sweep_offers(*, organisation_id: int) -> dict[str, object]:
    """Hourly: remind and expire offers of one organisation."""
    reminded, expired = offers.remind_and_expire(now=clock.now())
    return {"reminded": reminded, "expired": expired}
