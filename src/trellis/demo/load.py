"""Fill an empty demo database and say who can be signed in as."""

import argparse
import json
import sys
import time

from django.conf import settings

from trellis.demo.people import SIGN_INS
from trellis.demo.world import STAGES, seed
from trellis.kernel import clock
from trellis.people.models import Organisation


def load(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m trellis.demo", description=__doc__)
    parser.add_argument("--stage", choices=STAGES, default="midway", help="how far the main programme has come")
    chosen = parser.parse_args(arguments)
    if not settings.DEMO:
        print("The demo can only be loaded under trellis.config.settings.demo.", file=sys.stderr)  # noqa: T201  # a command's own words
        return 1
    if Organisation.objects.exists():
        _say(f"The demo is already loaded; delete the folder {settings.TRELLIS_DATA.name} to start afresh.")
    else:
        began = time.monotonic()
        seed(chosen.stage, clock.now())
        _write_sign_ins()
        _say(f"Loaded the demo organisation, stage {chosen.stage}, in {time.monotonic() - began:.1f} s.")
    _say(f"Sign in with one click at {settings.BASE_URL}/sign-in/ as:")
    for each in SIGN_INS:
        _say(f"  {each.given} {each.family}, {each.who}")
    return 0


def _write_sign_ins() -> None:
    """For the sign-in page, which shows a button for each."""
    rows = [
        {"key": each.key, "label": f"{each.given} {each.family}", "email": each.email, "who": each.who}
        for each in SIGN_INS
    ]  # fmt: skip
    (settings.TRELLIS_DATA / "demo_sign_ins.json").write_text(json.dumps(rows, indent=1))


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201  # as above; the floor of the commands lies higher
