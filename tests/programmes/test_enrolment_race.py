"""Many people at once want the last places; as many get one as there are."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation, Person
from trellis.programmes.actions.enrolment import Draft, save_draft, start_enrolment, submit_enrolment
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment

FULL = Draft(
    goal="A goal", working_style="direct", values=("craft",), availability=("Mon am",),
    skills=(("active_listening", 2),),
)  # fmt: skip
PEOPLE, PLACES = 8, 3


@pytest.mark.django_db(transaction=True)
def test_last_places_are_given_once(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=False, places_for_mentees=PLACES)
    people = [PersonFactory(organisation=organisation) for _ in range(PEOPLE)]
    forms = [start_enrolment(by=person, programme=programme, side=Side.MENTEE, now=clock.now()) for person in people]
    for person, form in zip(people, forms, strict=True):
        save_draft(by=person, enrolment=form, draft=FULL, now=clock.now())
    together = Barrier(PEOPLE)

    def send(person: Person, form: Enrolment) -> str:
        try:
            with organisation_scope(organisation.pk):
                together.wait(timeout=10)
                return submit_enrolment(
                    by=person, enrolment=form, terms_version=1, confirmed=frozenset(), now=clock.now()
                ).state
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as pool:
        states = list(pool.map(send, people, forms))

    assert states.count(EnrolmentState.APPROVED) == PLACES
    assert states.count(EnrolmentState.WAITING) == PEOPLE - PLACES
    assert Enrolment.objects.filter(state=EnrolmentState.APPROVED).count() == PLACES
