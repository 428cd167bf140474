from typing import Any

import pytest
from django.test import Client

from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory
from trellis.kernel import jobs
from trellis.kernel.models import Job
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Enrolment, Programme

PAGE = "/manage/growth/invite/"


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def invited() -> int:
    return Enrolment.objects.filter(state=EnrolmentState.INVITED).count()


def test_selection_is_counted_before_anything_is_sent(at: Client, programme: Programme) -> None:
    for _ in range(3):
        PersonFactory(organisation=programme.organisation, unit="Legal")
    EnrolmentFactory(programme=programme, person__unit="Legal")

    response = at.post(PAGE, {"side": "mentee", "how": "pick", "unit": "Legal", "do": "count"})

    assert "3 people get an invitation" in words(response)
    assert not Job.objects.filter(name="programmes.invite").exists()


def test_selection_is_sent_by_a_job_that_can_be_watched(at: Client, programme: Programme) -> None:
    for _ in range(3):
        PersonFactory(organisation=programme.organisation, unit="Legal")

    response = at.post(PAGE, {"side": "mentor", "how": "pick", "unit": "Legal", "do": "send"})
    job = Job.objects.get(name="programmes.invite")
    jobs.drain()

    assert response.headers["Location"] == f"/jobs/{job.pk}/"
    assert invited() == 3


def test_addresses_are_found_whatever_stands_between_them(at: Client, programme: Programme) -> None:
    for name in ("ana", "ben", "eve"):
        PersonFactory(organisation=programme.organisation, email=f"{name}@x.example")

    emails = "ANA@x.example, <ben@x.example>;\neve@x.example ana@x.example"
    response = at.post(PAGE, {"side": "mentee", "how": "emails", "emails": emails, "do": "count"})

    assert "3 people get an invitation" in words(response)


def test_unknown_addresses_are_named_and_nothing_is_sent(at: Client, programme: Programme) -> None:
    PersonFactory(organisation=programme.organisation, email="ana@x.example")

    response = at.post(PAGE, {"side": "mentee", "how": "emails", "emails": "ana@x.example who@x.example", "do": "send"})

    assert response.status_code == 422
    assert "1 address is not in the directory: who@x.example." in words(response)
    assert "ana@x.example who@x.example</textarea>" in words(response)
    assert not Job.objects.filter(name="programmes.invite").exists()


def test_address_of_another_organisation_is_unknown(
    at: Client, programme: Programme, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, email="theirs@x.example", unit="Their unit")

    response = at.post(PAGE, {"side": "mentee", "how": "emails", "emails": "theirs@x.example", "do": "send"})

    assert "is not in the directory" in words(response)
    assert "Their unit" not in words(response)


@pytest.mark.parametrize(("fields", "what"), [
    ({"how": "emails", "emails": " "}, "Write at least one address"),
    ({"how": "pick", "level_from": "7", "level_to": "3"}, "The last level lies below the first one."),
    ({"how": "pick", "unit": "Nowhere"}, "Nowhere is not one of the available choices"),
    ({"how": "pick", "level_from": "abc"}, "Enter a whole number."),
])  # fmt: skip
def test_wrong_input_is_said_and_kept(at: Client, fields: dict[str, str], what: str) -> None:
    response = at.post(PAGE, {"side": "mentee", "do": "send"} | fields)

    assert (response.status_code, what in words(response)) == (422, True)


def test_nobody_left_to_invite(at: Client, programme: Programme) -> None:
    response = at.post(PAGE, {"side": "mentee", "how": "pick", "level_from": "98", "do": "send"})

    assert (response.status_code, "Nobody is left to invite" in words(response)) == (422, True)


def test_page_shows_the_link_to_share(at: Client) -> None:
    assert "http://testserver/programmes/growth/" in words(at.get(PAGE))
