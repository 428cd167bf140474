from django.urls import reverse

from trellis.kernel import clock
from trellis.kernel.jobs import job, queue
from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.matching.actions import (
    following,
    offers,
    publishing,
    rotations,
    rounds,
    scenarios,
    single_meetings,
    taking_back,
    waiting,
)
from trellis.matching.actions.fairness import make_audit
from trellis.matching.actions.reports import drop_old_reports, make_report
from trellis.matching.models import FairnessAudit, PlaceWait, Proposal, Report, Round, Scenario
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme


@job("matching.solve_round")
def solve_round(*, organisation_id: int, round_id: int) -> dict[str, object]:
    """Find the best plan for a round."""
    found = rounds.solve_round(found=Round.objects.get(pk=round_id), now=clock.now())
    return {"round": found.number, "programme": found.programme.slug, "state": found.state}


@job("matching.publish_round")
def publish_round(*, organisation_id: int, round_id: int, by_id: int) -> dict[str, object]:
    """Let every approved pair of a round go out, and say so to who published it."""
    found = _whole(round_id)
    out = publishing.go_on_publishing(found=found, now=clock.now())
    publishing.tell_published(found=_whole(round_id), now=clock.now())
    return {"pairs": out, **_page_of(found)}


@job("matching.take_round_back")
def take_round_back(*, organisation_id: int, round_id: int, by_id: int) -> dict[str, object]:
    """Take back every pair of a published round."""
    found, by = _whole(round_id), Person.objects.filter(pk=by_id).first()
    taken = taking_back.go_on_taking_back(found=found, by=by, now=clock.now())
    return {"pairs": taken, **_page_of(found)}


def _whole(round_id: int) -> Round:
    return Round.objects.select_related("programme").defer("inputs").get(pk=round_id)


def _page_of(found: Round) -> dict[str, object]:
    return {"round": found.number, "path": reverse("round", args=[found.programme.slug, found.number])}


@job("matching.sweep_all", every_minutes=60)
def sweep_all() -> None:
    with every_organisation("a timer starts one job for each organisation"):
        for organisation_id in Organisation.objects.values_list("pk", flat=True):
            queue("matching.sweep_offers", organisation_id=organisation_id)


@job("matching.sweep_offers")
def sweep_offers(*, organisation_id: int) -> dict[str, object]:
    """Hourly: remind and expire offers of one organisation, free the places of flash meetings that are over, offer what
    a rotation has for this week, and tell who waits for a place."""
    reminded, expired = offers.remind_and_expire(now=clock.now())
    single_meetings.ask_and_release(now=clock.now())  # before the next week: it waits for their places
    rotations.offer_due_weeks(now=clock.now())
    for programme in Programme.objects.filter(pk__in=PlaceWait.objects.values("mentee__programme")):
        waiting.tell_places(programme=programme, now=clock.now())
    return {"reminded": reminded, "expired": expired}


@job("matching.ask_next_wish")
def ask_next_wish(*, organisation_id: int, proposal_id: int) -> None:
    """After a request that did not come about, for a mentee who wants the next of their wishes asked."""
    for proposal in Proposal.objects.select_related("programme", "mentee__person").filter(pk=proposal_id):
        following.ask_next_wish(after=proposal, now=clock.now())


@job("matching.solve_scenario")
def solve_scenario(*, organisation_id: int, scenario_id: int) -> dict[str, object] | None:
    """Find what a scenario asks for: a plan to compare, the prices of a round, a curve."""
    found = Scenario.objects.select_related("programme").filter(pk=scenario_id).first()
    if found is None:  # deleted while it waited
        return None
    found = scenarios.solve_scenario(found=found, now=clock.now())
    return {"scenario": found.number, "programme": found.programme.slug, "state": found.state}


@job("matching.audit_fairness")
def audit_fairness(*, organisation_id: int, audit_id: int) -> dict[str, object]:
    """Work out how a round served groups of people."""
    made = make_audit(audit=FairnessAudit.objects.get(pk=audit_id), now=clock.now())
    return {"round": made.round.number, "programme": made.round.programme.slug}


@job("matching.make_report")
def make_report_of_round(*, organisation_id: int, round_id: int, by_id: int) -> dict[str, object]:
    """Set the matching report of a round as a PDF and a workbook."""
    found = Round.objects.select_related("programme", "organisation", "started_by", "published_by").get(pk=round_id)
    make_report(by=Person.objects.get(pk=by_id), found=found, now=clock.now())
    return {"path": reverse("round_report", args=[found.programme.slug, found.number])}


@job("matching.tidy_reports", every_minutes=24 * 60)
def tidy_reports() -> dict[str, int]:
    """Forget the matching reports that are more than 30 days old."""
    with every_organisation("each organisation's old reports are looked at in its own scope"):
        organisations = list(Report.objects.order_by().values_list("organisation_id", flat=True).distinct())
    dropped = 0
    for organisation_id in organisations:
        with organisation_scope(organisation_id):
            dropped += drop_old_reports(now=clock.now())
    return {"reports": dropped}
