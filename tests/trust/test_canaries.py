"""Markers in every confidential field; every person crawls every page; forbidden markers never appear."""

import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client

from tests.trust.crawl import crawl, signed_in
from tests.trust.readers import FIELDS, readers_of
from tests.trust.routes import readable_paths
from tests.trust.world import PRINCIPALS, World, build_world
from trellis.kernel.encryption import EncryptedTextField
from trellis.kernel.models import AuditEntry, EventRow, Job
from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.notifications.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def worlds(db: None) -> tuple[World, World]:
    return build_world("A"), build_world("B")


def _sightings(client: Client, paths: list[str], worlds: tuple[World, World]) -> set[tuple[str, str]]:
    """(world's letter, what is marked) for every marker that turns up anywhere."""
    text = "\n".join(seen.text for seen in crawl(client, paths))
    return {(world.letter, what) for world in worlds for what, marker in world.markers.items() if marker in text}


def test_every_encrypted_field_has_a_canary(worlds: tuple[World, World]) -> None:
    columns = {
        f"{model._meta.label}.{column.name}"
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, EncryptedTextField)
    }

    assert columns == set(FIELDS)
    for start in FIELDS.values():
        assert any(what.startswith(start) for what in worlds[0].markers), start


@pytest.mark.parametrize("name", [None, *PRINCIPALS])
def test_nobody_reads_what_is_not_theirs(
    worlds: tuple[World, World], name: str | None, record_property: Callable[[str, object], None]
) -> None:
    """Own pages by links, and every readable address of both worlds by guessing."""
    own, other = worlds
    client = signed_in(own, name)

    seen = _sightings(client, ["/", *readable_paths(own), *readable_paths(other)], worlds)

    may = {(own.letter, what) for what in own.markers if name in readers_of(what)[0]}
    must = {(own.letter, what) for what in own.markers if name in readers_of(what)[1]}
    record_property("markers_looked_for", sum(len(world.markers) for world in worlds))
    record_property("forbidden_sightings", len(seen - may))
    assert seen - may == set(), "forbidden sightings"
    assert must - seen == set(), "allowed sightings that are missing: the crawl is blind there"


def test_machines_carry_no_content(worlds: tuple[World, World]) -> None:
    """Mails, notices, audit lines, events and job arguments of a crawled world."""
    for name in ("mentee", "mentor", "programme_manager"):
        list(crawl(signed_in(worlds[0], name), ["/"]))

    with every_organisation("the test looks everywhere"):
        text = repr(
            [
                [message.message().as_string() for message in mail.outbox],
                list(Notice.objects.values_list("kind", "parameters", "path", "key")),
                list(AuditEntry.objects.values_list("verb", "subject", "facts")),
                list(EventRow.objects.values_list("kind", "fields")),
                list(Job.objects.values_list("name", "arguments", "result", "error")),
            ]
        )

    assert [what for world in worlds for what, marker in world.markers.items() if marker in text] == []


def test_database_holds_only_cipher(worlds: tuple[World, World]) -> None:
    """What a stolen dump shows: no marker in any column of any table."""
    marker = re.compile("|".join(re.escape(marker) for world in worlds for marker in world.markers.values()))
    found: list[str] = []
    with every_organisation("the test reads every raw column"):
        for model in apps.get_models():
            for column in model._meta.concrete_fields:
                if isinstance(column, EncryptedTextField):
                    continue
                for value in model._base_manager.values_list(column.attname, flat=True):
                    found += [f"{model.__name__}.{column.name}"] if marker.search(str(value)) else []

    assert found == []


def test_a_planted_leak_is_caught(worlds: tuple[World, World]) -> None:
    """A test of the test: content in a place that the programme manager reads is seen."""
    own, _other = worlds
    with organisation_scope(own.organisation.pk):
        own.programme.name = own.markers["goal.why.active"]
        own.programme.save()

    seen = _sightings(signed_in(own, "programme_manager"), ["/"], worlds)

    assert (own.letter, "goal.why.active") in seen


@pytest.mark.parametrize("name", ["mentee", "mentor", "bystander"])
def test_one_s_own_data_holds_one_s_own_words(worlds: tuple[World, World], name: str) -> None:
    """Everything that only they may read is in the file, and nothing that only somebody else may."""
    own, other = worlds

    text = signed_in(own, name).post("/account/data/download/").content.decode()

    theirs = {what for what in own.markers if readers_of(what)[0] == {name} and what.split(".")[0] != "round"}
    seen = {(world.letter, what) for world in worlds for what, marker in world.markers.items() if marker in text}
    assert {(own.letter, what) for what in theirs} - seen == set(), "missing"
    assert {what for letter, what in seen if letter == other.letter} == set()
    assert {what for _, what in seen if name not in readers_of(what)[0]} == set()
