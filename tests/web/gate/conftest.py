import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.core.cache import cache

from tests.factories.people import AccountFactory, PersonFactory
from trellis.kernel.jobs import drain
from trellis.people.models import Organisation, Person


@pytest.fixture(autouse=True)
def counters_at_zero() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def amara(organisation: Organisation) -> Person:
    """In the directory, active, onboarded, with an account and no password."""
    account = AccountFactory(email="amara@example.org")
    return PersonFactory(organisation=organisation, account=account, given_name="Amara", family_name="Okafor")


def newest_mail() -> str:
    """Run what is queued and give the text of the newest mail."""
    drain()
    return str(mail.outbox[-1].body)


def code_in(text: str) -> str:
    found = re.search(r"^ {4}(\d{6})$", text, re.MULTILINE)
    assert found
    return found[1]


def path_in(text: str) -> str:
    found = re.search(r"http://localhost:8000(/\S+)", text)
    assert found
    return found[1]
