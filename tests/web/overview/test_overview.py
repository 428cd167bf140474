"""The five pages of those who run a programme: who enters, what is in them, and that nothing private is."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.conversations import MessageFactory
from tests.factories.goals import ActionItemFactory, GoalFactory
from tests.factories.journeys import a_started_pair, agreed, mentee_of, met
from tests.factories.people import OrganisationFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from tests.web.overview.conftest import signed_in
from trellis.kernel import clock
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.models import Agreement, Mentorship
from trellis.people.choices import OrganisationRole
from trellis.people.models import Person
from trellis.programmes.models import Programme


def _paths(programme: Programme, pair: Mentorship) -> list[str]:
    base = f"/manage/{programme.slug}/"
    return [base, f"{base}pairs/", f"{base}at-risk/", f"{base}pairs/{pair.pk}/"]


def _rows(context: Any, name: str) -> list[Any]:  # Any: Django's template context
    return list(context[name])


def test_all_pages_open_for_those_who_run_the_programme(
    programme: Programme, pair: Mentorship, manager: Person
) -> None:
    client = signed_in(manager)
    assert [client.get(path).status_code for path in ["/manage/", *_paths(programme, pair)]] == [200] * 5


def test_analysts_read_figures_and_find_no_pair(
    programme: Programme, pair: Mentorship, analyst: Person, organisation_analyst: Person
) -> None:
    names = [person.full_name for person in Person.objects.filter(parties__mentorship=pair)]
    for reader in (analyst, organisation_analyst):
        client = signed_in(reader)
        pages = [client.get(path) for path in ["/manage/", *_paths(programme, pair)]]
        assert [page.status_code for page in pages[:2]] == [200, 200]
        assert {page.status_code for page in pages[2:]} <= {403, 404}
        text = "".join(page.content.decode() for page in pages)
        assert not [name for name in names if name in text]
        assert "1</b> live pair" not in text


def test_analysts_see_a_table_whole_or_not_at_all(programme: Programme, manager: Person, analyst: Person) -> None:
    for _ in range(5):
        a_started_pair(programme)

    def found(reader: Person) -> Any:  # Any: Django's template context
        return signed_in(reader).get(f"/manage/{programme.slug}/").context["overview"]

    assert found(analyst).figures[0].value == "5"
    Mentorship.objects.filter(pk=a_started_pair(programme).pk).update(state="paused")
    assert found(manager).figures[0].value == "6"
    assert found(analyst).figures[0].value == "–"
    assert found(analyst).figures[0].note == "Hidden: fewer than 5, here or in the remainder."


def test_a_programme_run_by_somebody_else_does_not_exist(
    programme: Programme, pair: Mentorship, outsider: Person
) -> None:
    client = signed_in(outsider)

    assert [client.get(path).status_code for path in _paths(programme, pair)] == [404] * 4
    assert [row[0].pk for row in _rows(client.get("/manage/").context, "rows")] != [programme.pk]


def test_a_programme_of_another_organisation_does_not_exist(programme: Programme, pair: Mentorship) -> None:
    away = OrganisationFactory()
    with organisation_scope(away.pk):
        stranger = ProgrammeRoleFactory(programme=ProgrammeFactory(organisation=away)).person
    client = signed_in(stranger)

    assert [client.get(path).status_code for path in _paths(programme, pair)] == [404] * 4


def test_members_have_no_business_here(programme: Programme, pair: Mentorship, person: Person) -> None:
    for visitor in (person, mentee_of(pair)):
        client = signed_in(visitor)
        assert [client.get(path).status_code for path in ["/manage/", *_paths(programme, pair)]] == [403] * 5


def test_a_pair_of_another_programme_is_not_found_under_this_one(programme: Programme, manager: Person) -> None:
    elsewhere = a_started_pair(ProgrammeFactory(organisation=programme.organisation))

    assert signed_in(manager).get(f"/manage/{programme.slug}/pairs/{elsewhere.pk}/").status_code == 404


def test_no_page_holds_what_the_two_wrote(programme: Programme, pair: Mentorship, manager: Person) -> None:
    goal = GoalFactory(mentorship=pair, shared_in_full=True, shared_with_manager=True)
    ActionItemFactory(goal=goal)
    MessageFactory(mentorship=pair, body="BODY-MARKER")
    meeting = met(pair)
    meeting.topic, meeting.place, meeting.notes = "TOPIC-MARKER", "PLACE-MARKER", "NOTES-MARKER"
    meeting.save()
    agreed(pair)
    for agreement in Agreement.objects.all():
        agreement.aims = "AIMS-MARKER"
        agreement.save()
    client = signed_in(manager)

    text = "".join(client.get(path).content.decode() for path in ["/manage/", *_paths(programme, pair)])

    assert "MARKER" not in text


def test_portfolio_lists_each_programme_once_with_live_pairs(
    programme: Programme, pair: Mentorship, manager: Person
) -> None:
    RoleGrantFactory(person=manager, role=OrganisationRole.ANALYST)

    rows = _rows(signed_in(manager).get("/manage/").context, "rows")

    assert [(row[0].pk, row[1]) for row in rows] == [(programme.pk, 1)]


def test_pairs_show_live_ones_or_closed_ones(programme: Programme, pair: Mentorship, manager: Person) -> None:
    closed = a_started_pair(programme)
    end_mentorship(by=None, mentorship=closed, now=clock.now())
    client = signed_in(manager)

    def shown(query: str) -> list[int]:
        return [row.id for row in _rows(client.get(f"/manage/{programme.slug}/pairs/{query}").context, "rows")]

    assert shown("") == shown("?show=live") == shown("?show=nonsense") == [pair.pk]
    assert shown("?show=ended") == [closed.pk]


def test_at_risk_shows_all_urgent_or_watched(programme: Programme, pair: Mentorship, manager: Person) -> None:
    watched = a_started_pair(programme, clock.now() - timedelta(days=16))
    a_started_pair(programme)  # nothing is amiss yet
    client = signed_in(manager)

    def shown(query: str) -> set[int]:
        cards = _rows(client.get(f"/manage/{programme.slug}/at-risk/{query}").context, "cards")
        return {card.pair.id for card in cards}

    everything, urgent, watch = shown(""), shown("?show=urgent"), shown("?show=watch")
    assert everything == shown("?show=nonsense") == urgent | watch == {pair.pk, watched.pk}
    assert not urgent & watch


def test_opening_a_pair_leaves_a_line_in_the_audit_log(programme: Programme, pair: Mentorship, manager: Person) -> None:
    signed_in(manager).get(f"/manage/{programme.slug}/pairs/{pair.pk}/")

    entry = AuditEntry.objects.get(verb="pair.open")
    assert (entry.actor_id, entry.subject) == (manager.pk, f"mentorship:{pair.pk}")


@pytest.mark.parametrize("page", ["pairs/", "at-risk/"])
def test_lists_cost_the_same_however_many_pairs(programme: Programme, manager: Person, page: str) -> None:
    client = signed_in(manager)
    spent: list[int] = []
    for count in (3, 47):
        for _ in range(count):
            a_started_pair(programme, clock.now() - timedelta(weeks=5))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/manage/{programme.slug}/{page}")
        spent.append(len(queries))

    assert spent[0] == spent[1]


def test_every_pair_can_be_reached_page_by_page(
    programme: Programme, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trellis.web.overview.views.PAGE", 2)
    live = [a_started_pair(programme) for _ in range(3)]
    closed = [a_started_pair(programme) for _ in range(3)]
    for one in closed:
        end_mentorship(by=None, mentorship=one, now=clock.now())
    client = signed_in(manager)

    def shown(show: str, page: int) -> list[int]:
        path = f"/manage/{programme.slug}/pairs/?show={show}&page={page}"
        return [row.id for row in _rows(client.get(path).context, "rows")]

    assert sorted(shown("live", 1) + shown("live", 2)) == [one.pk for one in live]
    assert shown("ended", 1) + shown("ended", 2) == [one.pk for one in reversed(closed)]
    assert client.get(f"/manage/{programme.slug}/pairs/?page=3").status_code == 404
