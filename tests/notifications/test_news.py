"""What the people floor has to tell, told by notifications."""

from tests.factories.people import RoleGrantFactory
from tests.people.importing import applied
from trellis.kernel.jobs import run_due
from trellis.notifications.mail import words_of
from trellis.notifications.models import Notice
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
