"""The two keys in a sign-in mail: a six-digit code for the browser that asked, and a link for any.

Neither is stored in the clear. The code's fingerprint lies in the shared cache under the attempt's name, which only
the asking browser's session knows. The link is signed and bound to the account's last sign-in, so the first use of
either key ends the other.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import is_password_usable
from django.core import signing
from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac

from trellis.people.models import Account

VALID_FOR = timedelta(minutes=15)
LINK_SALT = "trellis.people.sign-in-link"


@dataclass(frozen=True)
class SignInKeys:
    code: str
    link_token: str


def new_attempt() -> str:
    return secrets.token_urlsafe(24)


def issue_keys(*, account: Account, attempt: str) -> SignInKeys:
    """A fresh code and link for one attempt, good for 15 minutes. A code issued earlier for the attempt is void."""
    code = f"{secrets.randbelow(10**6):06d}"
    cache.set(_place(attempt), (account.pk, _fingerprint(attempt, code)), int(VALID_FOR.total_seconds()))
    return SignInKeys(code, signing.dumps([account.pk, _state_of(account)], salt=LINK_SALT))


def account_by_code(*, attempt: str, code: str) -> Account | None:
    """The account whose code this is, and the code is used up. Who calls this counts the failures."""
    account_id, fingerprint = cache.get(_place(attempt)) or (None, "")
    if not constant_time_compare(fingerprint, _fingerprint(attempt, code)) or account_id is None:
        return None
    if not cache.add(_place(attempt) + ":used", 1, int(VALID_FOR.total_seconds())):
        return None
    cache.delete(_place(attempt))
    return Account.objects.filter(pk=account_id, is_active=True).first()


def account_by_link(*, token: str) -> Account | None:
    """The account that a link opens, or None when it was used, has expired, or was never ours. Reading uses nothing."""
    try:
        account_id, state = signing.loads(token, salt=LINK_SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None or not constant_time_compare(state, _state_of(account)):
        return None
    return None if cache.get(_used(token)) else account


def use_link(*, token: str) -> Account | None:
    """As `account_by_link`, and of two who press at the same moment one comes in."""
    account = account_by_link(token=token)
    if account is None or not cache.add(_used(token), 1, int(VALID_FOR.total_seconds())):
        return None
    return account


def _place(attempt: str) -> str:
    return f"sign-in:{hashlib.sha256(attempt.encode()).hexdigest()}"


def _used(token: str) -> str:
    return f"sign-in-link:{hashlib.sha256(token.encode()).hexdigest()}"


def _fingerprint(attempt: str, code: str) -> str:
    return salted_hmac("trellis.people.sign-in-code", f"{attempt}:{code}", algorithm="sha256").hexdigest()


def _state_of(account: Account) -> str:
    """Changes with every sign-in and every new password."""
    password = account.password if is_password_usable(account.password) else ""
    seen = account.last_login.isoformat() if account.last_login else ""
    return hmac.new(password.encode(), f"{account.email}:{seen}".encode(), hashlib.sha256).hexdigest()[:32]
