from datetime import UTC, datetime

import pytest

from trellis.kernel.errors import NotAllowed
from trellis.people.actions.work import set_going_again, stop_any_job
from trellis.people.models import Person

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


def test_work_of_others_is_for_admins(person: Person) -> None:
    for act in (stop_any_job, set_going_again):
        with pytest.raises(NotAllowed):
            act(by=person, job_id=1, now=NOW)
