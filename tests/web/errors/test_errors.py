import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.templatetags.static import static
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.people.models import Organisation, Person
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


FOR_MACHINES = ("service_worker", "robots", "security_txt", "offline", "manifest", "health")


@pytest.mark.parametrize("name", FOR_MACHINES)
def test_what_machines_ask_for_is_answered_before_the_first_visit_is_over(
    client: Client, organisation: Organisation, name: str
) -> None:
    person = PersonFactory(organisation=organisation, onboarded_at=None)
    assert person.account is not None
    client.force_login(person.account)

    assert client.get(reverse(name)).status_code == 200


def test_offline_parts_are_what_the_offline_page_asks_for(client: Client, db: None) -> None:
    page = client.get(reverse("offline")).content.decode()

    asked = set(re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"', page))
    kept = {static(part) for part in views.OFFLINE_PARTS}
    assert kept - asked == {path for path in kept if path.endswith(".woff2")}
    assert asked - kept == set()


def test_service_worker_keeps_the_offline_page_and_files_alone(client: Client, db: None) -> None:
    response = client.get("/service-worker.js")
    script = response.content.decode()

    found = re.match(r"const PARTS = (\[.*\]);\nconst STORE = \"offline-[0-9a-f]{16}\";\n", script)
    assert found
    assert all(path.startswith("/static/trellis/") for path in json.loads(found[1]))
    assert "[PAGE, ...PARTS]" in script
    assert script.count(".addAll(") == 1
    assert not re.search(r"\.(add|put)\(", script)
    assert (response["Content-Type"], response["Cache-Control"]) == ("text/javascript; charset=utf-8", "no-cache")


def test_search_engines_are_sent_away(client: Client, db: None) -> None:
    response = client.get("/robots.txt")

    assert (response["Content-Type"], response.content) == (
        "text/plain; charset=utf-8",
        b"User-agent: *\nDisallow: /\n",
    )


def test_security_txt_names_the_contact_and_runs_out_within_a_year(client: Client, db: None) -> None:
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()

    fields = dict(line.split(": ", 1) for line in lines)
    until = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert fields["Contact"] == "mailto:security@example.org"
    assert fields["Canonical"].endswith("/.well-known/security.txt")
    assert clock.now() + timedelta(days=170) < until < clock.now() + timedelta(days=365)


def test_security_txt_without_a_contact_does_not_exist(client: Client, db: None, settings: LazySettings) -> None:
    settings.SECURITY_CONTACT = ""

    assert client.get("/.well-known/security.txt").status_code == 404


def test_null_byte_in_a_cookie_is_not_found(client: Client, db: None) -> None:
    """Spelt as cookies may spell it; PostgreSQL would refuse to look such a session up."""
    response = client.get("/", headers={"cookie": r'sessionid="abcdefgh\000ijkl"'})

    assert response.status_code == 404
    assert "This page does not exist" in response.content.decode()
