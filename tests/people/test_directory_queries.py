import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.people import PersonFactory
from tests.people.importing import applied, previewed
from tests.samples.directory import people
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import PersonStatus
from trellis.people.directory.names import sort_name_of
from trellis.people.models import Organisation, Person
from trellis.people.queries.directory import imports, people_page, reports_of, units


def someone(organisation: Organisation, given: str, family: str, **more: object) -> Person:
    name = sort_name_of(given_name=given, family_name=family)
    return PersonFactory(organisation=organisation, given_name=given, family_name=family, sort_name=name, **more)


def found(text: str = "", **filters: str) -> list[str]:
    return [row.name for row in people_page(text=text, **filters).rows]


@pytest.fixture
def crowd(organisation: Organisation) -> list[Person]:
    return [
        someone(organisation, "Ana", "Müller", external_id="A-1", unit="Finance"),
        someone(organisation, "Bo", "Anand", external_id="A-2", unit="Legal", preferred_name="Bobby"),
        someone(organisation, "Cy", "Zhou", status=PersonStatus.LEFT, external_id="B-1"),
        someone(organisation, "Di", "Van Dam", status=PersonStatus.ON_LEAVE, external_id="B-2"),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["Bobby Anand", "Ana Müller", "Di Van Dam"]),
        ("an", ["Bobby Anand", "Ana Müller"]),
        ("MULLER", ["Ana Müller"]),
        ("müller", ["Ana Müller"]),
        ("ana mül", ["Ana Müller"]),
        ("van d", ["Di Van Dam"]),
        ("bobb", ["Bobby Anand"]),
        ("a-1", ["Ana Müller"]),
        ("ller", []),
        ("%", []),
    ],
)  # fmt: skip
def test_people_are_found_by_how_they_begin(crowd: list[Person], text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.usefixtures("crowd")
def test_filters() -> None:
    assert found(status=PersonStatus.LEFT) == ["Cy Zhou"]
    assert found(status="all") == ["Bobby Anand", "Ana Müller", "Di Van Dam", "Cy Zhou"]
    assert found(unit="Legal") == ["Bobby Anand"]
    assert units() == ["Finance", "Legal"]


def test_pages_follow_each_other_and_lead_back(organisation: Organisation) -> None:
    for number in range(120):
        someone(organisation, f"G{number:03d}", "Same" if number < 60 else "Same too")

    first = people_page()
    second = people_page(after=Person.objects.get(pk=first.last_id))
    third = people_page(after=Person.objects.get(pk=second.last_id))

    names = [row.name for page in (first, second, third) for row in page.rows]
    assert names == [f"G{number:03d} {'Same' if number < 60 else 'Same too'}" for number in range(120)]
    assert (first.first_id, third.last_id) == (None, None)
    assert people_page(before=Person.objects.get(pk=third.first_id)).rows == second.rows
    assert people_page(before=Person.objects.get(pk=second.first_id)) == first


def test_page_costs_one_query(organisation: Organisation) -> None:
    counts = []
    for size in (3, 50):
        for _number in range(size):
            PersonFactory(organisation=organisation)
        with CaptureQueriesContext(connection) as queries:
            people_page(text="f")
        counts.append(len(queries))

    assert counts == [1, 1]


def test_nobody_of_another_organisation(organisation: Organisation, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        someone(other_organisation, "Ana", "Other")
        previewed(other_organisation, people(3))

    assert (found(status="all"), units(), imports()) == ([], [], [])


def test_reports_without_leavers(organisation: Organisation) -> None:
    boss = someone(organisation, "Bo", "Ss")
    someone(organisation, "Ana", "A", manager=boss, job_title="Analyst")
    someone(organisation, "Cy", "C", manager=boss, status=PersonStatus.LEFT)

    assert [(report.name, report.job_title) for report in reports_of(boss)] == [("Ana A", "Analyst")]


def test_imports_newest_first_with_figures(organisation: Organisation) -> None:
    applied(organisation, people(5))
    previewed(organisation, people(6))

    assert [(row.state, row.figures) for row in imports()] == [
        ("preview", {"created": 1, "updated": 0, "left": 0, "refused": 0}),
        ("applied", {"created": 5, "updated": 0, "left": 0, "refused": 0}),
    ]
