"""What the people floor has to tell, told by notifications."""

from datetime import timedelta

import pytest
from django.core import mail

from tests.factories.people import AccountFactory, PersonFactory, RoleGrantFactory
from tests.people.importing import applied
from trellis.kernel import clock
from trellis.kernel.jobs import run_due
from trellis.kernel.jobs.leases import back_off
from trellis.kernel.jobs.registry import entry_of
from trellis.notifications.mail import words_of
from trellis.notifications.models import Notice
from trellis.notifications.registry import GROUPS, all_kinds
from trellis.people.actions.accounts import account_for_sign_in
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person

ROWS = [{"Employee ID": f"E{n}", "Name": f"Person {n}", "Email": f"p{n}@example.org"} for n in range(3)]
FILE = "\n".join([",".join(ROWS[0]), *[",".join(row.values()) for row in ROWS]]).encode()


def test_who_started_an_import_is_told_its_figures_once(organisation: Organisation, person: Person) -> None:
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    run = applied(organisation, FILE, by=person)
    run_due()
    run_due()

    notice = Notice.objects.get(person=person, kind="people.directory_imported")
    assert notice.path == f"/organisation/import/{run.pk}/"
    assert notice.parameters == {"created": 3, "updated": 0, "left": 0}
    assert "Added: 3. Changed: 0. Marked as left: 0." in str(words_of(notice))


def test_import_from_the_command_line_tells_nobody(organisation: Organisation) -> None:
    applied(organisation, FILE)
    run_due()

    assert not Notice.objects.exists()


def test_both_addresses_are_told_each_time_one_moves(organisation: Organisation) -> None:
    """There and back again within a day, to an address as long as addresses may be."""
    short, long = "amara@example.org", f"{'a' * 64}@{'b' * 59}.{'c' * 60}.{'d' * 60}.example"
    person = PersonFactory(organisation=organisation, account=AccountFactory(email=short), email=short)
    for address in (long, short, long):
        Person.objects.filter(pk=person.pk).update(email=address)
        account_for_sign_in(email=address, now=clock.now())
        run_due()

    assert Notice.objects.filter(person=person, kind="people.address_moved").count() == 3
    assert [letter.to for letter in mail.outbox if letter.subject == "Your sign-in e-mail changed"].count([short]) == 3


@pytest.mark.parametrize("name", ["send_invitation", "tell_of_new_address", "deliver"])
def test_mail_outlasts_a_server_that_is_down_for_a_day(name: str) -> None:
    tries = entry_of(f"notifications.{name}").attempts

    assert sum((back_off(attempt) for attempt in range(1, tries)), timedelta()) > timedelta(days=1)


def test_every_group_that_may_be_switched_off_has_something_to_switch_off() -> None:
    assert set(GROUPS) - {kind.group for kind in all_kinds()} == set()
