"""The proof of a round for somebody who checks it elsewhere: who gets it, what is not in it, and when there is none."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.cli.test_verify import of_version_1
from tests.factories.matching import SKILLS, World, a_published_round, a_round, a_world
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeRoleFactory
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions import proof_files
from trellis.matching.models import Round
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import ProgrammeRoleKind, Side
from trellis_engine.matching.proof_checking import file_faults


@pytest.fixture
def found(world: World) -> Round:
    return a_round(world)


def address(found: Round, name: str = "round_proof_file") -> str:
    return reverse(name, args=[found.programme.slug, found.number])


def test_whoever_runs_the_programme_gets_a_file_that_holds(manager: Client, found: Round) -> None:
    page = manager.get(address(found, "round_proof")).content.decode()
    assert f'href="{address(found)}"' in page

    answer = manager.get(address(found))

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Content-Disposition"] == f'attachment; filename="proof-{found.programme.slug}-1.json"'
    assert "no-store" in answer["Cache-Control"]
    assert file_faults(json.loads(answer.content)) == ()


def test_the_same_round_gives_the_same_bytes(manager: Client, found: Round) -> None:
    assert manager.get(address(found)).content == manager.get(address(found)).content


def test_each_download_leaves_a_line_in_the_audit_log(manager: Client, world: World, found: Round) -> None:
    manager.get(address(found))

    entry = AuditEntry.objects.get(verb="round.download_proof")
    assert (entry.actor_id, entry.subject) == (world.manager.pk, f"round:{found.pk}")


def test_nothing_that_tells_who_somebody_is_or_what_they_said_is_in_it(
    manager: Client, world: World, organisation: Organisation
) -> None:
    words: set[str] = set()
    for side in (Side.MENTEE, Side.MENTOR):
        facts = {name: f"ZQ{name}.{side}QZ" for name in ("goal", "working_style")}
        many = {name: [f"ZQ{name}.{side}QZ"] for name in ("values", "aims", "interests", "experience")}
        enrolment = world.enrol(side, skills=[(SKILLS[0], 3)], availability=["Thu am"], **facts, **many)
        Person.objects.filter(pk=enrolment.person_id).update(
            unit="ZQunitQZ", location="ZQlocationQZ", job_title="ZQtitleQZ", languages=["xx"]
        )
        words |= {*facts.values(), "Thu am"}
    found = a_round(world, salt="ZQsaltQZ")
    people = Person.objects.filter(organisation=organisation)
    names = people.values_list("external_id", "given_name", "family_name", "account__email", "email")
    words |= {str(word) for row in names for word in row if word} | {found.salt} | set(SKILLS)

    text = manager.get(address(found)).content.decode()

    stated = Round.objects.get(pk=found.pk).inputs
    assert {word for word in words if word in stated} >= {"ZQgoal.menteeQZ", "Thu am"}  # it was there to be given out
    assert [word for word in [*words, "ZQ"] if word in text] == []


def test_a_manager_of_another_organisation_finds_nothing(
    client: Client, found: Round, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation, slug="theirs")
    client.force_login(theirs.manager.account)

    assert client.get(address(found)).status_code == 404


@pytest.mark.parametrize("kind", [ProgrammeRoleKind.ANALYST, None])
def test_whoever_does_not_run_the_programme_finds_nothing(
    client: Client, found: Round, kind: ProgrammeRoleKind | None
) -> None:
    person = PersonFactory(organisation=found.organisation)
    if kind:
        ProgrammeRoleFactory(programme=found.programme, person=person, kind=kind, organisation=found.organisation)
    client.force_login(person.account)

    assert client.get(address(found)).status_code in {403, 404}
    assert not AuditEntry.objects.filter(verb="round.download_proof").exists()


def test_it_is_read_only(manager: Client, found: Round) -> None:
    assert manager.post(address(found)).status_code == 405


def test_a_round_whose_proof_does_not_hold_gives_out_none(manager: Client, found: Round) -> None:
    assert found.certificate is not None
    found.certificate["pairs"][0]["score"] += 1
    found.save()

    answer = manager.get(address(found), follow=True)

    assert answer.redirect_chain[-1][0] == address(found, "round_proof")
    assert "The proof of this round does not hold, so there is nothing to give out." in answer.content.decode()
    assert address(found) not in answer.content.decode()


def test_a_round_too_large_for_a_file_names_the_other_way(
    manager: Client, found: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof_files, "MOST_PAIRS", 8)

    page = manager.get(address(found), follow=True).content.decode()

    assert "With 9 possible pairs this round is too large for a file; the most is 8." in page
    assert f"trellis verify --programme {found.programme.slug} --round 1" in page


def test_an_open_round_of_an_earlier_matcher_says_so_and_can_be_run_again(manager: Client, found: Round) -> None:
    of_version_1(found)

    page = manager.get(address(found, "round_proof")).content.decode()

    assert "Made by another version of the matcher" in page
    assert "This round was matched by version 1 of the matcher. This is version 2," in page
    assert f'action="{address(found, "round_again")}"' in page
    for claim in ("The certificate does not hold", "Something about this round was changed", "Checked just now"):
        assert claim not in page
    assert "This round was matched by version 1" in manager.get(address(found), follow=True).content.decode()
    again = manager.post(address(found, "round_again"))
    assert again["Location"] == reverse("round", args=[found.programme.slug, 2])


def test_a_published_round_of_an_earlier_matcher_leads_to_a_new_one(manager: Client, world: World) -> None:
    found = a_published_round(world)
    of_version_1(found)

    page = manager.get(address(found, "round_proof")).content.decode()

    assert "Made by another version of the matcher" in page
    assert f'<a class="btn sm" href="{reverse("rounds", args=[found.programme.slug])}">' in page
    assert address(found, "round_again") not in page


@pytest.mark.parametrize("name", ["round", "round_unmatched", "round_prices", "round_report", "round_certificate"])
def test_the_other_pages_of_a_round_of_an_earlier_matcher_open(manager: Client, found: Round, name: str) -> None:
    of_version_1(found)

    assert manager.get(address(found, name)).status_code == 200
