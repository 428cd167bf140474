"""A passkey is made, signs in, counts as the second factor, and is removed: with Chromium's virtual authenticator."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache

from tests.browser.conftest import Visitor, Visitors
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, RoleGrantFactory
from trellis.kernel.jobs import drain
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import OrganisationRole
from trellis.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(transactional_db: None) -> Person:
    """An admin who must have a second factor and has none."""
    cache.clear()
    organisation = OrganisationFactory(second_factor_for_admins=True)
    with organisation_scope(organisation.pk):
        person = PersonFactory(organisation=organisation, account=AccountFactory(email="ada@example.org"))
        RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


def with_authenticator(visitor: Visitor) -> Visitor:
    """Plug in a device that answers finger, face or PIN by itself."""
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return visitor


def enter_by_code(visitor: Visitor) -> None:
    page = visitor.go("/sign-in/")
    page.fill("#id_email", "ada@example.org")
    page.click("text=Send me a code")
    page.wait_for_url("**/sign-in/code/")
    drain()
    found = re.search(r"^ {4}(\d{6})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    page.fill("#id_code", found[1])
    page.click("button:has-text('Continue')")


def test_passkey_from_first_to_last(visitors: Visitors, admin: Person) -> None:
    visitor = with_authenticator(visitors.new())
    page = visitor.page
    enter_by_code(visitor)
    page.wait_for_url("**/account/security/")  # led there, because the organisation asks admins for a second factor

    page.click("a:has-text('Add a passkey')")
    page.fill("#id_name", "My laptop")
    page.click("button:has-text('Add passkey')")
    page.wait_for_url("**/account/security/codes/")
    assert Authenticator.objects.get(type="webauthn").wrap().name == "My laptop"

    visitor.go("/organisation/settings/")
    assert page.title().startswith("Organisation settings")
    page.click("summary.av")
    page.click("button:has-text('Sign out')")
    page.wait_for_url("**/sign-in/")

    page.click("button:has-text('Use a passkey')")
    page.wait_for_url(lambda address: "sign-in" not in address)
    visitor.go("/organisation/settings/")
    assert page.title().startswith("Organisation settings")

    visitor.go("/account/security/")
    page.click("a:has-text('Remove')")
    page.click("button:has-text('Remove passkey')")
    page.wait_for_selector("text=this is your only one")
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    assert visitor.complaints == []


def test_passkey_is_the_second_step_after_a_code(visitors: Visitors, admin: Person) -> None:
    visitor = with_authenticator(visitors.new())
    page = visitor.page
    enter_by_code(visitor)
    page.wait_for_url("**/account/security/")
    visitor.go("/account/security/passkey/")
    page.click("button:has-text('Add passkey')")
    page.wait_for_url("**/account/security/codes/")
    page.click("summary.av")
    page.click("button:has-text('Sign out')")
    page.wait_for_url("**/sign-in/")

    enter_by_code(visitor)
    page.wait_for_url("**/sign-in/second-factor/")
    page.click("button:has-text('Use a passkey')")
    page.wait_for_url(lambda address: "sign-in" not in address)

    visitor.go("/organisation/settings/")
    assert page.title().startswith("Organisation settings")
    assert visitor.complaints == []


def test_sign_in_page_without_script_has_every_other_way(visitors: Visitors, admin: Person) -> None:
    visitor = visitors.new(script=False)

    page = visitor.go("/sign-in/")
    assert not page.is_visible("text=Use a passkey on this device")
    enter_by_code(visitor)
    page.wait_for_url("**/account/security/")
