"""The demo: every stage of it can be loaded, and what it shows is what the product itself would say."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from trellis.demo.asking import NAME as ASKING
from trellis.demo.for_everybody import NAME as FOR_EVERYBODY
from trellis.demo.load import load
from trellis.demo.people import PEOPLE, SIGN_INS
from trellis.demo.world import STAGES, seed
from trellis.journeys.models import Journey, StageEntry
from trellis.journeys.queries.material import gather
from trellis.kernel import audit, clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.models import FairnessAudit
from trellis.matching.queries.fairness_page import fairness_of
from trellis.matching.queries.finding import Card, Filters, directory_of
from trellis.matching.queries.suggestions import outlook_of
from trellis.mentorships.models import Mentorship, Party
from trellis.people.models import Account, Organisation, Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment, Programme

pytestmark = pytest.mark.django_db


@pytest.fixture(params=STAGES)
def demo(request: pytest.FixtureRequest, db: None) -> Iterator[Organisation]:
    organisation = seed(request.param, clock.now())
    with organisation_scope(organisation.pk):
        yield organisation


def test_every_stage_holds_together(demo: Organisation) -> None:
    """One seeding serves all of it: people, pairs, stages, the audit chain."""
    now = clock.now()
    live = list(Mentorship.objects.live().select_related("programme").order_by("pk"))

    everybody = Programme.objects.filter(name=FOR_EVERYBODY).count()  # at midway, with figures about its round
    assert (Person.objects.count(), Programme.objects.count()) == (PEOPLE, 4 + 2 * everybody)
    assert [len(_found_by_the_demo_mentor(one)) > 3 for one in Programme.objects.filter(name=ASKING)] == [
        True
    ] * everybody
    assert [fairness_of(kept).tables != [] for kept in FairnessAudit.objects.all()] == [True] * everybody
    assert audit.first_break(demo.pk) is None
    assert _people_paired_with_themselves() == []
    assert len(live) >= 30
    assert [
        one.pk for one in live if Journey.objects.get(mentorship=one).stage != gather(one, now).standing.stage
    ] == []
    assert not StageEntry.objects.filter(entered_at__gt=now + timedelta(minutes=1)).exists()
    assert [mentor.pk for mentor in _mentors() if _pairs_of(mentor) > mentor.places] == []


def _found_by_the_demo_mentor(programme: Programme) -> list[Card]:
    email = next(each.email for each in SIGN_INS if each.key == "mentor")
    mentor = Enrolment.objects.get(programme=programme, person__email=email)
    outlook = outlook_of(mentor, now=clock.now())
    return directory_of(mentor, outlook, Filters()).cards if outlook else []


def _people_paired_with_themselves() -> list[int]:
    people: dict[int, set[int]] = {}
    for mentorship, person in Party.objects.values_list("mentorship", "person"):
        people.setdefault(mentorship, set()).add(person)
    return [mentorship for mentorship, found in people.items() if len(found) != 2]


def _mentors() -> list[Enrolment]:
    return list(Enrolment.objects.filter(side=Side.MENTOR, state=EnrolmentState.APPROVED))


def _pairs_of(mentor: Enrolment) -> int:
    live = Mentorship.objects.live().filter(programme=mentor.programme_id)
    return Party.objects.filter(mentorship__in=live, person=mentor.person_id, role="mentor").count()


@pytest.fixture
def under_demo(settings: Settings, tmp_path: Path) -> Path:
    settings.DEMO, settings.TRELLIS_DATA = True, tmp_path
    return tmp_path


def test_everybody_who_is_printed_can_be_signed_in_as(under_demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert load(["--stage", "launch"]) == 0

    said = capsys.readouterr().out
    written = json.loads((under_demo / "demo_sign_ins.json").read_text())
    accounts = set(Account.objects.filter(is_active=True).values_list("email", flat=True))
    assert [row["email"] for row in written] == [each.email for each in SIGN_INS]
    assert {row["email"] for row in written} <= accounts
    assert [each.given for each in SIGN_INS if f"{each.given} {each.family}, {each.who}" not in said] == []


def test_a_loaded_demo_is_left_alone(under_demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(["--stage", "launch"])
    before = capsys.readouterr()

    assert load(["--stage", "closing"]) == 0
    assert "Loaded the demo organisation" in before.out
    assert "The demo is already loaded" in capsys.readouterr().out
    assert Organisation.objects.count() == 1


def test_demo_is_refused_outside_its_own_settings(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.TRELLIS_DATA = tmp_path

    assert load([]) == 1
    assert "only be loaded under trellis.config.settings.demo" in capsys.readouterr().err
    assert (Organisation.objects.count(), list(tmp_path.iterdir())) == (0, [])
