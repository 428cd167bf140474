from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState, ProgrammeRoleKind, Side
from trellis.programmes.models import Enrolment, Programme

PAGE = "/manage/growth/people/"


def enrol(programme: Programme, given: str, family: str, **fields: Any) -> Enrolment:
    person = PersonFactory(
        organisation=programme.organisation, given_name=given, family_name=family, email=f"{given}@x.example".lower()
    )
    return EnrolmentFactory(programme=programme, person=person, **fields)


def names(response: Any) -> list[str]:
    return [row.name for row in response.context["page"].rows]


def test_people_are_listed_by_name_with_counts_by_state(at: Client, programme: Programme) -> None:
    enrol(programme, "Zoe", "Adams")
    enrol(programme, "Ana", "Baker", state=EnrolmentState.APPLIED, side=Side.MENTOR)
    enrol(programme, "Ben", "Cole", state=EnrolmentState.WITHDRAWN)

    response = at.get(PAGE)

    assert names(response) == ["Zoe Adams", "Ana Baker", "Ben Cole"]
    counts = {tab.id: tab.count for tab in response.context["tabs"]}
    assert counts == {
        "everyone": 3, "applied": 1, "ready": 1, "waiting": 0, "paused": 0, "invited": 0, "withdrawn": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("state", "tab"), [
    ("applied", "applied"), ("approved", "ready"), ("waiting", "waiting"), ("paused", "paused"),
    ("invited", "invited"), ("started", "invited"), ("withdrawn", "withdrawn"), ("rejected", "withdrawn"),
    ("completed", "withdrawn"),
])  # fmt: skip
def test_every_state_has_its_tab(at: Client, programme: Programme, state: str, tab: str) -> None:
    enrol(programme, "Ana", "Baker", state=state)

    assert names(at.get(PAGE, {"tab": tab})) == ["Ana Baker"]


@pytest.mark.parametrize("words", ["bak", "BAKER", "an", "ana@x", "Ann"])
def test_search_by_the_beginning_of_a_name_or_mail(at: Client, programme: Programme, words: str) -> None:
    person = enrol(programme, "Ana", "Baker").person
    person.preferred_name = "Annie"
    person.save()
    enrol(programme, "Zoe", "Adams")

    assert names(at.get(PAGE, {"q": words})) == ["Annie Baker"]


def test_role_filter(at: Client, programme: Programme) -> None:
    enrol(programme, "Ana", "Baker", side=Side.MENTOR)
    enrol(programme, "Zoe", "Adams")

    assert names(at.get(PAGE, {"side": "mentor"})) == ["Ana Baker"]


def test_pages_follow_one_another_and_back(at: Client, programme: Programme) -> None:
    for number in range(120):
        enrol(programme, f"Given{number}", f"Family{number % 7:03}")  # many share a name
    everybody = [row.full_name for row in PersonFactory._meta.model.objects.filter(enrolments__isnull=False).order_by(
        "sort_name", "enrolments__pk"
    )]  # fmt: skip

    first = at.get(PAGE)
    second = at.get(PAGE, {"after": first.context["page"].after})
    third = at.get(PAGE, {"after": second.context["page"].after})
    back = at.get(PAGE, {"before": third.context["page"].before})

    assert names(first) + names(second) + names(third) == everybody
    assert (first.context["page"].before, third.context["page"].after) == (None, None)
    assert names(back) == names(second)
    assert names(at.get(PAGE, {"before": back.context["page"].before})) == names(first)


@pytest.mark.parametrize("query", [
    {"after": "-1"}, {"after": "x"}, {"after": "999999"}, {"tab": "password"}, {"side": "boss"}, {"q": "x" * 101},
])  # fmt: skip
def test_nonsense_in_the_address_does_not_exist(at: Client, query: dict[str, str]) -> None:
    assert at.get(PAGE, query).status_code == 404


def test_what_people_wrote_is_not_on_the_page(at: Client, programme: Programme) -> None:
    enrol(programme, "Ana", "Baker", goal="Secret goal", aims=["Secret aim"], working_style="reflective")

    page = at.get(PAGE).content.decode()

    assert "Secret" not in page
    assert "eflective" not in page


@pytest.mark.parametrize("kind", [ProgrammeRoleKind.ANALYST, None])
def test_only_those_who_run_the_programme_see_its_people(
    client: Client, programme: Programme, kind: str | None
) -> None:
    other = ProgrammeRoleFactory(programme=ProgrammeFactory(organisation=programme.organisation)).person
    if kind:
        ProgrammeRoleFactory(programme=programme, person=other, kind=kind)
    client.force_login(other.account)

    statuses = {client.get(f"/manage/growth/{page}").status_code for page in ("people/", "people/queue/", "invite/")}

    assert statuses == {404}


def test_participant_without_a_role_may_not_enter(client: Client, programme: Programme) -> None:
    client.force_login(PersonFactory(organisation=programme.organisation).account)

    assert client.get(PAGE).status_code == 403


def test_programme_of_another_organisation_does_not_exist(at: Client, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = ProgrammeFactory(organisation=other_organisation, slug="theirs")
        stranger = EnrolmentFactory(programme=theirs)

    assert at.get("/manage/theirs/people/").status_code == 404
    assert at.get(PAGE, {"after": stranger.pk}).status_code == 404


def test_queries_are_the_same_at_3_and_50_people(at: Client, programme: Programme) -> None:
    Programme.objects.update(training_gate=True)

    counts = []
    for upto in (3, 50):
        for number in range(Enrolment.objects.count(), upto):
            enrol(programme, f"Given{number}", "Family", side=Side.values[number % 2])
        with CaptureQueriesContext(connection) as queries:
            at.get(PAGE)
        counts.append(len(queries))

    assert counts[0] == counts[1]
