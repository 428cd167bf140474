from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories.people import OrganisationFactory, PersonFactory, RoleGrantFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.programmes import templates
from trellis.programmes.actions.programmes import (
    MoveRefused,
    SettingsRefused,
    create_programme,
    duplicate_programme,
    move_programme,
    set_up,
)
from trellis.programmes.checks import check_configuration
from trellis.programmes.choices import PairVisibility, ProgrammeRoleKind, ProgrammeStatus
from trellis.programmes.configuration import configuration_of, from_template
from trellis.programmes.models import EligibilityRule, Enrolment, KpiTarget, Programme, ProgrammeRole, Question
from trellis.programmes.statuses import LEGAL_MOVES

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
START = date(2027, 1, 11)


@pytest.fixture
def admin(person: Person) -> Person:
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


def make(by: Person, name: str = "Career Growth", template: str = "career_formal") -> Programme:
    return create_programme(by=by, template=template, name=name, starts_on=START, now=NOW)


def test_create_programme_brings_everything_of_the_template(admin: Person) -> None:
    programme = make(admin)

    template = templates.template("career_formal")
    assert (programme.status, programme.slug, programme.duration_weeks) == (ProgrammeStatus.DRAFT, "career-growth", 39)
    assert programme.matching["weights"] == dict(template.weights)
    assert [row["stage"] for row in programme.stage_plan] == [window.stage for window in template.stage_plan]
    assert programme.tasks["growth"]["mentee"][0]["recurring"] == "per_meeting"
    assert len(programme.agendas) == 3
    assert programme.surveys == list(template.surveys)
    assert programme.terms.startswith("Taking part is your choice.")
    assert KpiTarget.objects.filter(programme=programme).count() == len(template.kpis)
    assert [rule.words for rule in EligibilityRule.objects.filter(programme=programme).order_by("id")] == [
        "6 months or more in the organisation",
        "not in another formal one-to-one",
        "12 months or more in the organisation",
        "one level or more above the mentee or proven in the skill",
    ]
    assert [question.key for question in Question.objects.filter(programme=programme).order_by("id")] == [
        "meeting-mode", "meeting-mode", "limits",
    ]  # fmt: skip


def test_create_programme_sets_the_dates_of_a_cohort(admin: Person) -> None:
    programme = make(admin)

    assert programme.enrolment_opens_on == NOW.date()
    assert programme.enrolment_closes_on == date(2027, 1, 4)
    assert programme.ends_on == START + timedelta(weeks=39)


def test_create_programme_always_on_has_no_last_days(admin: Person) -> None:
    programme = make(admin, template="flash")

    assert (programme.enrolment_closes_on, programme.ends_on) == (None, None)


def test_create_programme_in_the_past_opens_sign_up_on_its_first_day(admin: Person) -> None:
    programme = create_programme(
        by=admin, template="career_formal", name="Old", starts_on=date(2026, 6, 1), now=NOW
    )  # fmt: skip

    assert programme.enrolment_opens_on == programme.enrolment_closes_on == date(2026, 6, 1)


@pytest.mark.parametrize("template", templates.all_templates(), ids=lambda template: template.id)
def test_every_template_makes_a_sound_programme(admin: Person, template: templates.Template) -> None:
    programme = create_programme(by=admin, template=template, name=template.name, starts_on=START, now=NOW)

    assert check_configuration(configuration_of(programme)) == []


def test_create_programme_hides_pairs_where_a_safe_space_is_promised(admin: Person) -> None:
    assert make(admin, template="inclusion_erg").pair_visibility == PairVisibility.HIDDEN
    assert make(admin).pair_visibility == PairVisibility.EXISTENCE


def test_create_programme_makes_its_creator_the_owner_and_records_it(admin: Person) -> None:
    programme = make(admin)

    assert list(ProgrammeRole.objects.values_list("programme", "person", "kind")) == [
        (programme.pk, admin.pk, ProgrammeRoleKind.OWNER)
    ]
    entry = AuditEntry.objects.get(verb="programme.created")
    assert entry.subject == f"programme:{programme.pk}"
    assert entry.facts == {"template": "career_formal", "owner": admin.pk}
    assert EventRow.objects.get().kind == "programmes.ProgrammeCreated"


def test_create_programme_by_somebody_who_runs_one(organisation: Organisation) -> None:
    role = ProgrammeRoleFactory(
        programme=ProgrammeFactory(organisation=organisation), kind=ProgrammeRoleKind.COORDINATOR
    )

    assert make(role.person).name == "Career Growth"


def test_create_programme_by_anybody_else_is_not_allowed(person: Person) -> None:
    with pytest.raises(NotAllowed):
        make(person)
    assert Programme.objects.count() == 0


def test_create_programme_by_the_system_needs_an_owner(person: Person) -> None:
    with pytest.raises(NotAllowed):
        create_programme(by=None, template="flash", name="Flash", starts_on=START, now=NOW)

    programme = create_programme(by=None, owner=person, template="flash", name="Flash", starts_on=START, now=NOW)

    assert ProgrammeRole.objects.get(programme=programme).person == person
    assert AuditEntry.objects.get(verb="programme.created").actor_id is None


def test_create_programme_without_a_name_is_refused_whole(admin: Person) -> None:
    with pytest.raises(SettingsRefused) as refused:
        make(admin, name="  ")

    assert (refused.value.field, str(refused.value)) == ("name", "There are no words here. Write at least one.")
    assert Programme.objects.count() == 0


def test_slug_is_numbered_when_it_is_taken(admin: Person) -> None:
    assert [make(admin).slug for _ in range(3)] == ["career-growth", "career-growth-2", "career-growth-3"]


@pytest.mark.parametrize(("name", "slug"), [("New", "new-2"), ("Import", "import-2"), ("Objectives", "objectives-2")])
def test_slug_never_takes_an_address_of_its_own(admin: Person, name: str, slug: str) -> None:
    assert make(admin, name=name).slug == slug


def test_slug_of_a_name_in_another_script(admin: Person) -> None:
    assert make(admin, name="成長プログラム").slug == "programme"


def test_slug_of_a_long_name_still_finds_room_for_a_number(admin: Person) -> None:
    slugs = [make(admin, name="a" * 200).slug for _ in range(2)]

    assert slugs == ["a" * 80, "a" * 74 + "-2"]


def test_slug_of_another_organisation_is_free_here(admin: Person, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        ProgrammeFactory(organisation=other_organisation, slug="career-growth")

    assert make(admin).slug == "career-growth"


def test_set_up_opens_sign_up_at_once(admin: Person) -> None:
    configuration = from_template(
        templates.template("career_formal"), name="Now", starts_on=START, opens_on=date(2026, 12, 1)
    )

    programme = set_up(by=admin, configuration=configuration, now=NOW, open_sign_up=True)

    programme.refresh_from_db()
    assert (programme.status, programme.enrolment_opens_on) == (ProgrammeStatus.ENROLLING, NOW.date())


# --- copying


def test_duplicate_moves_every_date_with_the_start(admin: Person) -> None:
    programme = make(admin)

    copy = duplicate_programme(
        by=admin, programme=programme, name="Career Growth 2028", starts_on=date(2028, 1, 10), now=NOW
    )

    assert (copy.slug, copy.status) == ("career-growth-2028", ProgrammeStatus.DRAFT)
    assert copy.enrolment_opens_on == date(2027, 11, 21)
    assert copy.enrolment_closes_on == date(2028, 1, 3)
    assert copy.ends_on == date(2028, 1, 10) + timedelta(weeks=39)
    assert copy.matching == programme.matching
    assert copy.tasks == programme.tasks
    assert KpiTarget.objects.filter(programme=copy).count() == KpiTarget.objects.filter(programme=programme).count()


def test_duplicate_takes_no_people_along(admin: Person) -> None:
    programme = make(admin)
    EnrolmentFactory(programme=programme)
    ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST)

    copy = duplicate_programme(by=admin, programme=programme, name="Again", starts_on=START, now=NOW)

    assert not Enrolment.objects.filter(programme=copy).exists()
    assert [role.person for role in ProgrammeRole.objects.filter(programme=copy)] == [admin]


def test_duplicate_never_opens_sign_up_in_the_past(admin: Person) -> None:
    programme = make(admin)
    later = NOW + timedelta(days=30)

    copy = duplicate_programme(by=admin, programme=programme, name="Soon", starts_on=date(2027, 1, 25), now=later)

    assert (copy.enrolment_opens_on, copy.enrolment_closes_on) == (date(2026, 12, 22), date(2027, 1, 18))


def test_duplicate_of_an_always_on_programme_stays_open(admin: Person) -> None:
    copy = duplicate_programme(
        by=admin, programme=make(admin, template="flash"), name="Flash again", starts_on=START, now=NOW
    )

    assert (copy.enrolment_closes_on, copy.ends_on) == (None, None)


def test_duplicate_by_an_analyst_is_not_allowed(admin: Person) -> None:
    programme = make(admin)
    analyst = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST).person

    with pytest.raises(NotAllowed):
        duplicate_programme(by=analyst, programme=programme, name="Mine", starts_on=START, now=NOW)


# --- status


@pytest.mark.parametrize("before", ProgrammeStatus)
@pytest.mark.parametrize("after", ProgrammeStatus)
def test_status_moves_only_where_it_may(admin: Person, before: ProgrammeStatus, after: ProgrammeStatus) -> None:
    programme = make(admin)
    programme.status = before
    programme.save()

    if after in LEGAL_MOVES[before]:
        move_programme(by=admin, programme=programme, to=after, now=NOW)
        assert Programme.objects.get(pk=programme.pk).status == after
    else:
        with pytest.raises(MoveRefused):
            move_programme(by=admin, programme=programme, to=after, now=NOW)
        assert Programme.objects.get(pk=programme.pk).status == before


def test_status_move_is_recorded(admin: Person) -> None:
    programme = move_programme(by=admin, programme=make(admin), to=ProgrammeStatus.ENROLLING, now=NOW)

    entry = AuditEntry.objects.get(verb="programme.moved")
    assert (entry.actor_id, entry.facts) == (admin.pk, {"before": "draft", "to": "enrolling"})
    event = EventRow.objects.get(kind="programmes.ProgrammeMoved")
    assert event.fields["programme_id"] == programme.pk


def test_status_move_by_somebody_else_is_not_allowed(admin: Person, organisation: Organisation) -> None:
    programme = make(admin)

    with pytest.raises(NotAllowed):
        move_programme(
            by=PersonFactory(organisation=organisation), programme=programme, to=ProgrammeStatus.ENROLLING, now=NOW
        )


def test_status_move_by_the_system(admin: Person) -> None:
    programme = move_programme(by=None, programme=make(admin), to=ProgrammeStatus.ENROLLING, now=NOW)

    assert programme.status == ProgrammeStatus.ENROLLING


def test_an_owner_elsewhere_cannot_reach_this_programme(admin: Person) -> None:
    other = OrganisationFactory()
    with organisation_scope(other.pk):
        role = ProgrammeRoleFactory(programme=ProgrammeFactory(organisation=other))
    programme = make(admin)

    with pytest.raises(NotAllowed):
        move_programme(by=role.person, programme=programme, to=ProgrammeStatus.ENROLLING, now=NOW)
