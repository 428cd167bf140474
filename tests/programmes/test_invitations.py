import pytest

from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel import clock, jobs
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import Job
from trellis.kernel.tenancy import organisation_scope
from trellis.notifications.models import Notice
from trellis.people.choices import PersonStatus
from trellis.people.models import Organisation, Person
from trellis.programmes.actions.admission import EnrolmentRefused
from trellis.programmes.actions.invitations import invite, queue_invitations
from trellis.programmes.choices import EnrolmentState, ProgrammeStatus, Side
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.queries.invitable import Pick, invitable_people, people_by_email, places_in_directory


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation)


@pytest.fixture
def manager(programme: Programme) -> Person:
    return ProgrammeRoleFactory(programme=programme).person


def test_invite_enrols_as_invited_and_tells_once(programme: Programme) -> None:
    people = [PersonFactory(organisation=programme.organisation).pk for _ in range(2)]

    counts = [invite(programme=programme, side=Side.MENTEE, people=people, now=clock.now()) for _ in range(2)]

    assert counts == [2, 0]
    assert Enrolment.objects.filter(state=EnrolmentState.INVITED).count() == 2
    assert Notice.objects.filter(kind="programmes.invited", path=f"/programmes/{programme.slug}/").count() == 2


def test_invite_passes_over_leavers_the_enrolled_and_those_who_said_no(programme: Programme) -> None:
    gone = PersonFactory(organisation=programme.organisation, status=PersonStatus.LEFT)
    enrolled = EnrolmentFactory(programme=programme).person
    declined = EnrolmentFactory(programme=programme, state=EnrolmentState.WITHDRAWN).person

    invited = invite(
        programme=programme, side=Side.MENTEE, people=[gone.pk, enrolled.pk, declined.pk, 999_999], now=clock.now()
    )

    assert (invited, Notice.objects.count()) == (0, 0)


def test_invitations_go_out_by_job_and_say_how_many(programme: Programme, manager: Person) -> None:
    people = [PersonFactory(organisation=programme.organisation).pk for _ in range(3)]

    number = queue_invitations(by=manager, programme=programme, side=Side.MENTOR, people=people, now=clock.now())
    jobs.drain()

    assert Job.objects.get(pk=number).result == {"invited": 3, "passed_over": 0}
    assert Enrolment.objects.filter(side=Side.MENTOR, state=EnrolmentState.INVITED).count() == 3


def test_nobody_left_to_invite_is_said(programme: Programme, manager: Person) -> None:
    with pytest.raises(EnrolmentRefused, match="Nobody is left to invite"):
        queue_invitations(by=manager, programme=programme, side=Side.MENTEE, people=[], now=clock.now())


def test_invitations_to_a_programme_that_is_not_open_are_refused(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, status=ProgrammeStatus.DRAFT)
    manager = ProgrammeRoleFactory(programme=programme).person

    with pytest.raises(EnrolmentRefused, match="would lead nowhere"):
        queue_invitations(by=manager, programme=programme, side=Side.MENTEE, people=[1], now=clock.now())


def test_only_those_who_run_the_programme_invite(programme: Programme, person: Person) -> None:
    with pytest.raises(NotAllowed):
        queue_invitations(by=person, programme=programme, side=Side.MENTEE, people=[person.pk], now=clock.now())


def test_invitable_people_by_unit_level_and_location(programme: Programme) -> None:
    here = programme.organisation
    match = PersonFactory(organisation=here, unit="Legal", location="Oslo", level=5)
    PersonFactory(organisation=here, unit="Legal", location="Oslo", level=7)
    PersonFactory(organisation=here, unit="Sales", location="Oslo", level=5)
    EnrolmentFactory(programme=programme, person__unit="Legal", person__location="Oslo", person__level=5)

    found = invitable_people(programme, Side.MENTEE, Pick(unit="Legal", location="Oslo", level_from=4, level_to=6))

    assert list(found) == [match]


def test_people_by_email_in_any_case(programme: Programme) -> None:
    somebody = PersonFactory(organisation=programme.organisation, email="ana@example.org")

    assert people_by_email(["ANA@example.org", "x@example.org"]) == {"ana@example.org": somebody.pk}


def test_directory_of_another_organisation_cannot_be_invited(
    programme: Programme, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = PersonFactory(organisation=other_organisation, unit="Secret unit", email="theirs@example.org")

    assert invite(programme=programme, side=Side.MENTEE, people=[theirs.pk], now=clock.now()) == 0
    assert people_by_email(["theirs@example.org"]) == {}
    assert "Secret unit" not in places_in_directory()[0]
