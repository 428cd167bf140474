import pytest

from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.learning.models import ModuleCompletion
from trellis.people.models import Consent, Organisation, Person
from trellis.programmes.actions.signups import SignUpReport, import_signups
from trellis.programmes.choices import EnrolmentState, ProgrammeRoleKind
from trellis.programmes.models import Enrolment, EnrolmentSkill, Programme
from trellis.programmes.signup_rows import ColumnsMissing, Fault

HEADER = ("employee_id", "role", "skills", "capacity", "goal", "working_style", "values", "availability")
ANA = [
    "E1",
    "mentee",
    "Active listening:2; Mediation:1",
    "1",
    "Speak up",
    "direct",
    "craft; learning",
    "Thu am; Tue pm",
]
BEN = ["E2", "mentor", "Active listening:5", "3", "I can help", "reflective", "impact", "Mon am"]


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation)


@pytest.fixture
def _people(organisation: Organisation) -> None:
    for number in ("E1", "E2", "E3", "E4"):
        PersonFactory(organisation=organisation, external_id=number)


def take(programme: Programme, *rows: list[str], header: tuple[str, ...] = HEADER, **options: object) -> SignUpReport:
    numbered = list(enumerate(rows, start=2))
    return import_signups(by=None, programme=programme, header=header, rows=numbered, now=clock.now(), **options)  # type: ignore[arg-type]


def counts(report: SignUpReport) -> tuple[int, int, int]:
    return report.created, report.updated, report.unchanged


@pytest.mark.usefixtures("_people")
def test_import_takes_over_both_sides_as_approved(programme: Programme) -> None:
    report = take(programme, ANA, BEN)

    assert (counts(report), report.faults) == ((2, 0, 0), ())
    ana, ben = Enrolment.objects.order_by("person__external_id")
    assert (ana.state, ana.side, ana.goal, ana.working_style) == ("approved", "mentee", "Speak up", "direct")
    assert (ana.values, ana.availability) == (["craft", "learning"], ["Tue pm", "Thu am"])
    assert (ben.places, list(ben.skills.values_list("skill", "level"))) == (3, [("active_listening", 5)])


@pytest.mark.usefixtures("_people")
def test_import_publishes_approvals_audits_once_and_writes_no_consent(programme: Programme) -> None:
    take(programme, ANA, BEN)

    assert EventRow.objects.filter(kind="programmes.EnrolmentApproved").count() == 2
    assert AuditEntry.objects.values_list("verb", "facts").get() == (
        "signups.imported", {"created": 2, "updated": 0, "faults": 0},
    )  # fmt: skip
    assert (Consent.objects.count(), ModuleCompletion.objects.count()) == (0, 0)


@pytest.mark.usefixtures("_people")
def test_second_run_writes_nothing(programme: Programme, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    take(programme, ANA, BEN)
    rows = list(enumerate([ANA, BEN], start=2))

    with django_assert_num_queries(6) as queries:  # savepoint, programme, people, enrolments, skills, release
        report = import_signups(by=None, programme=programme, header=HEADER, rows=rows, now=clock.now())

    assert counts(report) == (0, 0, 2)
    assert not [query for query in queries.captured_queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.usefixtures("_people")
def test_changed_rows_are_updated_and_only_those(programme: Programme) -> None:
    take(programme, ANA, BEN)

    report = take(programme, [*ANA[:2], "Mediation:3", *ANA[3:]], BEN)

    assert counts(report) == (0, 1, 1)
    skills = EnrolmentSkill.objects.filter(enrolment__person__external_id="E1").values_list("skill", "level")
    assert list(skills) == [("mediation", 3)]


@pytest.mark.usefixtures("_people")
def test_changed_goal_is_updated_as_cipher(programme: Programme) -> None:
    take(programme, ANA)

    take(programme, [*ANA[:4], "Lead a team", *ANA[5:]])

    assert Enrolment.objects.get().goal == "Lead a team"


@pytest.mark.usefixtures("_people")
def test_empty_cells_and_missing_columns_leave_what_is_known(programme: Programme) -> None:
    take(programme, ANA)

    report = take(programme, ["E1", "mentee", "", ""], header=("Employee ID", "Role", "Goal", "Skills"))

    assert counts(report) == (0, 0, 1)
    assert Enrolment.objects.get().goal == "Speak up"


@pytest.mark.usefixtures("_people")
def test_dry_run_reports_the_same_and_changes_nothing(programme: Programme) -> None:
    report = take(programme, ANA, BEN, dry_run=True)

    assert counts(report) == (2, 0, 0)
    assert (Enrolment.objects.count(), AuditEntry.objects.count(), EventRow.objects.count()) == (0, 0, 0)


@pytest.mark.usefixtures("_people")
def test_training_done_elsewhere_is_recorded_on_request(programme: Programme) -> None:
    take(programme, ANA, BEN, training_done=True)

    done = ModuleCompletion.objects.order_by("module").values_list("person__external_id", "module")
    assert list(done) == [("E1", "mentee_start"), ("E2", "mentor_start")]


@pytest.mark.usefixtures("_people")
def test_every_fault_of_a_row_has_line_column_value_and_cure(programme: Programme) -> None:
    report = take(programme, ["E1", "mentee", "Activ listning:2", "9", "", "loud", "lerning", "Sunday"], BEN)

    assert counts(report) == (1, 0, 0)
    assert [(fault.line, fault.column, fault.value) for fault in report.faults] == [
        (2, "skills", "Activ listning:2"), (2, "capacity", "9"), (2, "working_style", "loud"),
        (2, "values", "lerning"), (2, "availability", "Sunday"),
    ]  # fmt: skip
    assert report.faults[0].cure == ("“Activ listning” is not in the list of skills. Did you mean “Active listening”?")


@pytest.mark.usefixtures("_people")
@pytest.mark.parametrize(
    ("row", "column", "cure"),
    [
        (["", "mentee"], "employee_id", "The cell is empty"),
        (["E1", ""], "role", "The cell is empty"),
        (["E1", "boss"], "role", "Write mentee or mentor"),
        (["E9", "mentee"], "employee_id", "Nobody active in the directory"),
    ],
)
def test_rows_that_name_nobody_or_no_role(programme: Programme, row: list[str], column: str, cure: str) -> None:
    report = take(programme, row, header=("employee_id", "role"))

    assert [(fault.line, fault.column) for fault in report.faults] == [(2, column)]
    assert cure in report.faults[0].cure
    assert Enrolment.objects.count() == 0


@pytest.mark.usefixtures("_people")
def test_person_twice_on_one_side_is_taken_once(programme: Programme) -> None:
    report = take(programme, ANA, ANA, ["E1", "mentor"])

    assert (counts(report), [fault.line for fault in report.faults]) == ((2, 0, 0), [3])


@pytest.mark.usefixtures("_people")
def test_empty_lines_are_passed_over(programme: Programme) -> None:
    assert take(programme, [""] * 8, ANA) == SignUpReport(1, 0, 0, 0, ())


def test_table_without_a_needed_column_is_refused(programme: Programme) -> None:
    with pytest.raises(ColumnsMissing, match="no column “employee_id”"):
        take(programme, ["x"], header=("name",))


@pytest.mark.usefixtures("_people")
def test_mentees_beyond_the_places_wait(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, places_for_mentees=2)
    EnrolmentFactory(programme=programme)

    report = take(programme, *([number, *ANA[1:]] for number in ("E1", "E2", "E3")), ["E4", *BEN[1:]])

    states = Enrolment.objects.filter(person__external_id__startswith="E").values_list("state", flat=True)
    assert (counts(report), report.waiting) == ((4, 0, 0), 2)
    assert sorted(states) == ["approved", "approved", "waiting", "waiting"]
    assert take(programme, *([number, *ANA[1:]] for number in ("E1", "E2", "E3"))).unchanged == 3


@pytest.mark.usefixtures("_people")
@pytest.mark.parametrize("state", ["invited", "started", "applied"])
def test_those_on_their_way_in_trellis_are_taken_over(programme: Programme, state: str) -> None:
    EnrolmentFactory(programme=programme, person=Person.objects.get(external_id="E1"), state=state)

    report = take(programme, ANA)

    assert (counts(report), Enrolment.objects.get().state) == ((0, 1, 0), "approved")


@pytest.mark.usefixtures("_people")
@pytest.mark.parametrize("state", ["withdrawn", "rejected", "completed"])
def test_those_who_left_are_left_alone_and_listed(programme: Programme, state: str) -> None:
    EnrolmentFactory(programme=programme, person=Person.objects.get(external_id="E1"), state=state)

    report = take(programme, ANA)

    assert (counts(report), Enrolment.objects.get().state) == ((0, 0, 0), state)
    assert isinstance(report.faults[0], Fault)
    assert "left alone" in report.faults[0].cure


@pytest.mark.usefixtures("_people")
def test_paused_people_stay_paused(programme: Programme) -> None:
    EnrolmentFactory(programme=programme, person=Person.objects.get(external_id="E1"), state="paused")

    take(programme, ANA)

    assert Enrolment.objects.get().state == EnrolmentState.PAUSED


def test_only_those_who_run_the_programme_import(programme: Programme) -> None:
    analyst = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST).person

    with pytest.raises(NotAllowed):
        import_signups(by=analyst, programme=programme, header=HEADER, rows=[], now=clock.now())


def test_people_of_another_organisation_are_nobody_here(programme: Programme, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, external_id="E1")

    report = take(programme, ANA)

    assert (counts(report), len(report.faults)) == ((0, 0, 0), 1)
    with organisation_scope(other_organisation.pk):
        assert Enrolment.objects.count() == 0


def test_statements_are_as_many_for_three_rows_as_for_thirty(
    programme: Programme,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    rows = []
    for number in range(30):
        PersonFactory(organisation=programme.organisation, external_id=f"N{number}")
        rows.append([f"N{number}", *ANA[1:]])
    take(programme, *rows)
    changed = [[*row[:5], "structured", *row[6:]] for row in rows]

    for few_or_many in (changed[:3], changed):
        with django_assert_max_num_queries(16):
            take(programme, *few_or_many)
