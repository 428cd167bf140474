import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.enrolments import EligibilityRuleFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import EnrolmentState, ProgrammeStatus, SignUp
from trellis.programmes.models import Programme


def words(response) -> str:  # type: ignore[no-untyped-def]
    return " ".join(response.content.decode().split())


def test_programmes_lists_mine_and_those_open(at: Client, person: Person, programme: Programme) -> None:
    ProgrammeFactory(organisation=programme.organisation, name="Buddies")
    EnrolmentFactory(programme=programme, person=person, state=EnrolmentState.WAITING)

    response = at.get("/programmes/")

    assert [one.programme for one in response.context["mine"]] == ["Growth"]
    assert [each.name for each in response.context["open_programmes"]] == ["Buddies"]
    assert "On the waiting list" in words(response)


@pytest.mark.parametrize("fields", [
    {"status": ProgrammeStatus.DRAFT}, {"status": ProgrammeStatus.CLOSED}, {"sign_up": SignUp.INVITATION},
    {"enrolment_closes_on": "2020-01-01"}, {"enrolment_opens_on": "2999-01-01"},
])  # fmt: skip
def test_programmes_that_take_nobody_are_not_listed_as_open(
    at: Client, organisation: Organisation, fields: dict[str, str]
) -> None:
    ProgrammeFactory(organisation=organisation, **fields)

    assert at.get("/programmes/").context["open_programmes"] == []


def test_many_programmes_that_take_nobody_hide_none_that_does(at: Client, organisation: Organisation) -> None:
    for _ in range(101):
        ProgrammeFactory(organisation=organisation, starts_on="2020-01-01", enrolment_closes_on="2020-01-01")
    ProgrammeFactory(organisation=organisation, name="Buddies")

    assert [each.name for each in at.get("/programmes/").context["open_programmes"]] == ["Buddies"]


def test_invitation_shows_a_programme_that_is_by_invitation(
    at: Client, person: Person, organisation: Organisation
) -> None:
    hidden = ProgrammeFactory(organisation=organisation, sign_up=SignUp.INVITATION, slug="quiet")
    before = at.get("/programmes/quiet/").status_code
    EnrolmentFactory(programme=hidden, person=person, state=EnrolmentState.INVITED)

    response = at.get("/programmes/quiet/")

    assert (before, response.status_code) == (404, 200)
    assert "You are invited" in words(response)


def test_draft_does_not_exist_for_participants(at: Client, organisation: Organisation) -> None:
    ProgrammeFactory(organisation=organisation, status=ProgrammeStatus.DRAFT, slug="draft")

    assert at.get("/programmes/draft/").status_code == 404


def test_programme_of_another_organisation_does_not_exist(at: Client, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        ProgrammeFactory(organisation=other_organisation, slug="theirs", name="Theirs only")

    assert at.get("/programmes/theirs/").status_code == 404
    assert "Theirs only" not in words(at.get("/programmes/"))


def test_page_tells_conditions_before_the_form(at: Client, programme: Programme) -> None:
    EligibilityRuleFactory(programme=programme, kind="level_at_least", value={"level": 2}, words="level 2 or higher")
    EligibilityRuleFactory(programme=programme, kind="level_at_least", value={"level": 9}, words="level 9 or higher")
    EligibilityRuleFactory(programme=programme, words="wants to learn")

    response = at.get("/programmes/growth/")

    mentee = response.context["offers"][0]
    assert [condition.standing for condition in mentee.conditions] == ["met", "unmet", "confirm"]
    assert "This programme asks for level 9 or higher; the directory has you at level 4." in words(response)
    assert "You can sign up all the same" in words(response)


def test_page_says_who_runs_it(at: Client, programme: Programme) -> None:
    owner = ProgrammeRoleFactory(programme=programme).person

    assert at.get("/programmes/growth/").context["team"] == [owner.full_name]


def test_page_of_a_programme_that_hides_pairs_says_so(at: Client, organisation: Organisation) -> None:
    ProgrammeFactory(organisation=organisation, slug="safe", pair_visibility="hidden")

    assert "does not see that you take part" in words(at.get("/programmes/safe/"))


def test_nobody_enters_without_signing_in(client: Client, programme: Programme) -> None:
    assert client.get("/programmes/growth/").status_code == 302


def test_queries_are_the_same_at_3_and_50_programmes(at: Client, person: Person, organisation: Organisation) -> None:
    counts = []
    for upto in (3, 50):
        for _ in range(Programme.objects.count(), upto * 2, 2):
            ProgrammeFactory(organisation=organisation)
            EnrolmentFactory(programme__organisation=organisation, person=person, state=EnrolmentState.APPLIED)
        with CaptureQueriesContext(connection) as queries:
            at.get("/programmes/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
