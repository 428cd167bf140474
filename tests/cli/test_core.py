"""The command line itself: help, exit codes, where results and complaints go."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.people import OrganisationFactory, PersonFactory
from trellis.cli import output
from trellis.cli.main import COMMANDS, main, parser
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation, Person, RoleGrant

Captured = pytest.CaptureFixture[str]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def every_help() -> list[list[str]]:
    """All commands and their subcommands."""
    found = []
    for name, command in parser()._subparsers._group_actions[0].choices.items():  # type: ignore[union-attr]
        found.append([name])
        nested = command._subparsers._group_actions[0].choices if command._subparsers else {}
        found += [[name, action] for action in nested]
    return found


def test_every_command_explains_itself(capsys: Captured) -> None:
    for words in [[], *every_help()]:
        with pytest.raises(SystemExit) as end:
            main([*words, "--help"])
        assert end.value.code == output.OK
        assert capsys.readouterr().out.startswith(" ".join(["usage: trellis", *words]))


def test_the_core_commands_are_there() -> None:
    core = ["init", "serve", "worker", "check", "organisation", "backup", "restore"]

    assert [name for name in COMMANDS if name in core] == core
    assert [words[0] for words in every_help() if len(words) == 1][: len(core)] == core


def test_wrong_use_is_2(capsys: Captured) -> None:
    for words in [[], ["no-such-command"], ["organisation"], ["backup"]]:
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == output.USAGE


def test_help_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TRELLIS", "DJANGO"))}
    helped, refused = (
        subprocess.run(
            [sys.executable, "-m", "trellis.cli.main", *words], cwd=tmp_path, text=True, capture_output=True,
            env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)}, check=False,
        )
        for words in (["--help"], ["check"])
    )  # fmt: skip

    assert (helped.returncode, refused.returncode) == (output.OK, output.REFUSED)
    assert refused.stderr.splitlines() == [
        f"trellis: there is no installation in {tmp_path / 'data'}.",
        "  Run `trellis init`, or set TRELLIS_DATA to the folder of an existing one.",
    ]
    assert list(tmp_path.iterdir()) == []


def test_an_organisation_is_made_with_its_admin_and_a_link(db: None, capsys: Captured) -> None:
    code = main(
        [
            "organisation",
            "create",
            "Nordwind Logistik",
            "--admin-email",
            "Ann@Example.org",
            "--admin-name",
            "Ann Lee Åse",
        ]
    )

    said = capsys.readouterr().out.splitlines()
    organisation = Organisation.objects.get()
    with organisation_scope(organisation.pk):
        admin = Person.objects.get()
        roles = list(RoleGrant.objects.values_list("person", "role"))
    assert code == output.OK
    assert (organisation.slug, admin.email, admin.given_name, admin.family_name) == (
        "nordwind-logistik", "ann@example.org", "Ann", "Lee Åse",
    )  # fmt: skip
    assert roles == [(admin.pk, "admin")]
    assert said[0] == "Nordwind Logistik is ready (nordwind-logistik)."
    assert said[-1].strip().startswith("http://localhost:8000/invitation/")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["Ours", "--slug", "taken", "--admin-email", "a@example.org"], "There is an organisation with the short name"),
        (["Ours", "--slug", "not a slug", "--admin-email", "a@example.org"], "The short name in addresses may hold"),
        (["Ours", "--admin-email", "nobody"], "nobody is not an e-mail address."),
        (["  ", "--admin-email", "a@example.org"], "Please give the organisation a name"),
    ],
)
def test_an_organisation_that_cannot_be_made_is_refused(
    db: None, capsys: Captured, words: list[str], complaint: str
) -> None:
    OrganisationFactory(slug="taken")

    code = main(["organisation", "create", *words])

    assert code == output.REFUSED
    assert capsys.readouterr().err.startswith(f"trellis: {complaint}")
    assert Organisation.objects.count() == 1


def test_organisations_are_listed(db: None, capsys: Captured) -> None:
    OrganisationFactory(slug="b", name="Bee")
    OrganisationFactory(slug="a", name="Ant")

    main(["organisation", "list"])
    plain = capsys.readouterr().out.splitlines()
    main(["organisation", "list", "--json"])
    rows = json.loads(capsys.readouterr().out)

    assert [line.split()[:2] for line in plain] == [["slug", "name"], ["a", "Ant"], ["b", "Bee"]]
    assert [(row["slug"], row["name"]) for row in rows] == [("a", "Ant"), ("b", "Bee")]


def test_a_link_needs_the_organisation_where_there_are_several(db: None, capsys: Captured) -> None:
    mine, other = OrganisationFactory(slug="mine"), OrganisationFactory(slug="other")
    with organisation_scope(mine.pk):
        PersonFactory(organisation=mine, email="ann@example.org")
    with organisation_scope(other.pk):
        PersonFactory(organisation=other, email="bob@example.org")

    codes = [
        main(["organisation", "link", "ann@example.org"]),
        main(["organisation", "link", "ann@example.org", "--organisation", "nowhere"]),
        main(["organisation", "link", "bob@example.org", "--organisation", "mine"]),
        main(["organisation", "link", "ANN@example.org", "--organisation", "mine"]),
    ]

    said = capsys.readouterr()
    assert codes == [output.REFUSED, output.REFUSED, output.REFUSED, output.OK]
    assert [line for line in said.err.splitlines() if line.startswith("trellis:")] == [
        "trellis: There are several organisations. Add --organisation with one of: mine, other",
        "trellis: No organisation is called nowhere. There are: mine, other",
        "trellis: Nobody in this organisation has the address bob@example.org. Look in `trellis people list`.",
    ]
    assert said.out.startswith("http://localhost:8000/invitation/")


def test_a_link_without_any_organisation_says_what_to_do(db: None, capsys: Captured) -> None:
    assert main(["organisation", "link", "ann@example.org"]) == output.REFUSED
    assert capsys.readouterr().err.startswith("trellis: There is no organisation yet.")


def test_progress_is_drawn_on_a_terminal_only() -> None:
    shown, quiet = Terminal(), io.StringIO()

    for stream in (shown, quiet):
        bar = output.Progress("Import", stream)
        for done in (0, 1, 1, 2, 4):
            bar(done, 4)

    drawn = shown.getvalue().split("\r")[1:]
    assert [line.split()[-2] for line in drawn] == ["0", "25", "50", "100"]
    assert drawn[-1] == f"Import [{'#' * 30}] 100 %\n"
    assert quiet.getvalue() == ""


def test_progress_without_a_total_is_nought() -> None:
    shown = Terminal()

    output.Progress("Look", shown)(0, 0)

    assert "  0 %" in shown.getvalue()
