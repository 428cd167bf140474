from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.people import PersonFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import PersonStatus
from trellis.people.models import Organisation
from trellis.programmes.eligibility import condition
from trellis.programmes.queries.eligible import Eligible, count_eligible

TODAY = date(2026, 11, 22)


def test_count_eligible_counts_each_side_of_one_organisation_in_one_query(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    for level in (2, 4, 6):
        PersonFactory(organisation=organisation, level=level)
    PersonFactory(organisation=organisation, level=9, status=PersonStatus.LEFT)
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, level=9)
    rules = [condition("mentee", "level_at_most", {"level": 4}), condition("mentor", "level_at_least", {"level": 6})]

    with CaptureQueriesContext(connection) as queries:
        found = count_eligible(rules, TODAY)

    assert found == Eligible(people=3, mentees=2, mentors=1)
    assert len(queries) == 1
