import re

import pytest
from django.core import signing
from django.core.cache import cache
from django.utils import timezone

from tests.factories.people import AccountFactory
from trellis.people.actions.sign_in import account_by_code, account_by_link, issue_keys, new_attempt, use_link
from trellis.people.models import Account


@pytest.fixture
def account(db: None) -> Account:
    cache.clear()
    return AccountFactory()


def test_code_is_six_digits_and_opens_its_account_once(account: Account) -> None:
    attempt = new_attempt()
    keys = issue_keys(account=account, attempt=attempt)

    assert re.fullmatch(r"\d{6}", keys.code)
    assert account_by_code(attempt=attempt, code=keys.code) == account
    assert account_by_code(attempt=attempt, code=keys.code) is None


def test_code_typed_twice_at_once_opens_its_account_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = issue_keys(account=account, attempt="mine")
    monkeypatch.setattr(cache, "delete", lambda key: None)  # the second reads before the first has taken it away

    opened = [account_by_code(attempt="mine", code=keys.code) for _ in range(2)]

    assert opened == [account, None]


def test_code_is_of_no_use_in_another_attempt(account: Account) -> None:
    keys = issue_keys(account=account, attempt="mine")

    assert account_by_code(attempt="somebody else's", code=keys.code) is None


def test_wrong_or_empty_code_opens_nothing(account: Account) -> None:
    keys = issue_keys(account=account, attempt="mine")

    assert account_by_code(attempt="mine", code=f"{(int(keys.code) + 1) % 10**6:06d}") is None
    assert account_by_code(attempt="mine", code="") is None
    assert account_by_code(attempt="never asked", code="") is None


def test_looking_at_the_link_uses_nothing_up(account: Account) -> None:
    token = issue_keys(account=account, attempt="mine").link_token

    assert [account_by_link(token=token) for _ in range(3)] == [account] * 3
    assert use_link(token=token) == account
    assert use_link(token=token) is None
    assert account_by_link(token=token) is None


def test_link_ends_with_the_next_sign_in(account: Account) -> None:
    token = issue_keys(account=account, attempt="mine").link_token
    account.last_login = timezone.now()
    account.save()

    assert use_link(token=token) is None


def test_link_is_bound_to_its_account_and_signature(account: Account) -> None:
    other = AccountFactory()
    forged = signing.dumps([other.pk, "0" * 32], salt="trellis.people.sign-in-link")

    assert use_link(token=forged) is None
    assert use_link(token="nonsense") is None


def test_link_of_a_closed_account_opens_nothing(account: Account) -> None:
    token = issue_keys(account=account, attempt="mine").link_token
    Account.objects.update(is_active=False)

    assert use_link(token=token) is None
