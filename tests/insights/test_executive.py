import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.insights.queries.executive import Figure, executive_report
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.people.choices import OrganisationRole, PersonStatus
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import ProgrammeStatus


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, None), (4, None), (5, 5), (200, 200)])
def test_small_group_is_not_shown(count: int, shown: int | None) -> None:
    assert Figure.of(count).value == shown


def test_report_counts_this_organisation(organisation: Organisation, other_organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation)
    for _ in range(5):
        a_pair(programme)
    with organisation_scope(other_organisation.pk):
        for _ in range(5):
            a_pair(ProgrammeFactory(organisation=other_organisation))

    report = executive_report()

    assert (report.people, report.in_mentoring.value, report.share, report.live.value) == (10, 10, 100, 5)


def test_table_is_shown_whole_or_not_at_all(organisation: Organisation) -> None:
    big, small = (ProgrammeFactory(organisation=organisation) for _ in range(2))
    for _ in range(6):
        a_pair(big)
    assert [line.live.value for line in executive_report().programmes] == [6, 0]

    a_pair(small)

    assert executive_report().programmes == []


@pytest.mark.parametrize(
    ("completed", "ended", "rate"), [(15, 5, 75), (16, 4, None), (20, 0, 100), (10, 5, None), (4, 16, None)]
)
def test_completion_needs_enough_on_both_sides(
    organisation: Organisation, completed: int, ended: int, rate: int | None
) -> None:
    programme = ProgrammeFactory(organisation=organisation)
    for state, count in ((MentorshipState.COMPLETED, completed), (MentorshipState.ENDED, ended)):
        for _ in range(count):
            Mentorship.objects.filter(pk=a_pair(programme).pk).update(state=state)

    assert executive_report().completion == rate


def test_page_is_for_executives(client: Client, person: Person) -> None:
    client.force_login(person.account)
    assert client.get(reverse("executive_report")).status_code == 403
    RoleGrantFactory(person=person, role=OrganisationRole.EXECUTIVE)

    page = client.get(reverse("executive_report")).content.decode()

    assert "Mentoring on one page" in page
    assert person.full_name not in page.split("<main")[1]


def test_page_names_nobody(client: Client, organisation: Organisation, person: Person) -> None:
    RoleGrantFactory(person=person, role=OrganisationRole.EXECUTIVE)
    for _ in range(5):
        a_pair(
            ProgrammeFactory(organisation=organisation),
            mentee=PersonFactory(organisation=organisation, family_name="Canary"),
        )
    client.force_login(person.account)

    assert "Canary" not in client.get(reverse("executive_report")).content.decode()


def test_share_is_hidden_while_those_outside_are_few(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation)
    for _ in range(5):
        a_pair(programme)
    assert executive_report().share == 100

    PersonFactory(organisation=organisation)

    assert executive_report().share is None
    for _ in range(4):
        PersonFactory(organisation=organisation)
    assert executive_report().share == 67


def test_table_is_hidden_while_what_archived_programmes_add_to_a_total_is_small(organisation: Organisation) -> None:
    shown, archived = ProgrammeFactory(organisation=organisation), ProgrammeFactory(organisation=organisation)
    for _ in range(6):
        a_pair(shown)
    archived.status = ProgrammeStatus.ARCHIVED
    archived.save()
    assert len(executive_report().programmes) == 1

    for _ in range(2):
        Mentorship.objects.filter(pk=a_pair(archived).pk).update(state=MentorshipState.COMPLETED)

    assert executive_report().programmes == []


def test_whoever_has_left_is_not_among_those_who_take_part(organisation: Organisation) -> None:
    pairs = [a_pair(ProgrammeFactory(organisation=organisation)) for _ in range(5)]
    Person.objects.filter(parties__mentorship=pairs[0]).update(status=PersonStatus.LEFT)

    report = executive_report()

    assert (report.people, report.in_mentoring.value, report.share) == (8, 8, 100)
