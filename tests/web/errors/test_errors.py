import json

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse

from trellis.people.models import Person
from trellis.web.errors import views


def test_page_that_does_not_exist_says_so_and_shows_the_way_back(client: Client, db: None) -> None:
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert "This page does not exist or is not yours" in response.content.decode()
    assert 'href="/"' in response.content.decode()


def test_page_that_is_closed_says_so(client: Client, person: Person) -> None:
    assert person.account is not None
    client.force_login(person.account)

    response = client.get(reverse("audit_log"))

    assert response.status_code == 403
    assert "This page is not open to you" in response.content.decode()


def test_broken_page_needs_neither_database_nor_person() -> None:
    request = RequestFactory().get("/")

    try:
        raise RuntimeError("CANARY")
    except RuntimeError:
        response = views.broken(request)

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert "CANARY" not in response.content.decode()


def test_database_that_is_away_is_back_shortly() -> None:
    try:
        raise OperationalError("connection refused at 10.0.0.7")
    except OperationalError:
        response = views.broken(RequestFactory().get("/"))

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "Back shortly" in response.content.decode()
    assert "10.0.0.7" not in response.content.decode()


def test_offline_page_and_manifest_are_open_to_all(client: Client, db: None) -> None:
    assert "You are offline" in client.get(reverse("offline")).content.decode()
    assert json.loads(client.get(reverse("manifest")).content)["start_url"] == "/"
    assert json.loads(client.get(reverse("health")).content) == {"ok": True}


@pytest.mark.parametrize("path", ["/%00", "/%FF%FE", "/sign-in/%0d%0aX: y", "/invitation/" + "x" * 5000 + "/"])
def test_nonsense_in_the_address_is_not_found(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 404
