"""`python -m trellis.demo --stage midway`: fill an empty demo database and write down who can be signed in as."""

import argparse
import json
import os
import sys
import time

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.config.settings.demo")
    django.setup()
    from django.conf import settings  # noqa: PLC0415  # Django's apps must be ready first

    from trellis.demo.people import SIGN_INS  # noqa: PLC0415
    from trellis.demo.world import STAGES, seed  # noqa: PLC0415
    from trellis.kernel import clock  # noqa: PLC0415
    from trellis.kernel.tenancy import every_organisation  # noqa: PLC0415
    from trellis.people.models import Organisation  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="trellis.demo", description=__doc__)
    parser.add_argument("--stage", choices=STAGES, default="midway", help="how far the main programme has come")
    chosen = parser.parse_args()
    if not settings.DEMO:
        print("The demo can only be loaded under trellis.config.settings.demo.", file=sys.stderr)  # noqa: T201
        return 1
    if Organisation.objects.exists():
        with every_organisation("only to look whether the demo is already there"):
            print("The demo is already loaded; delete its data folder to start afresh.")  # noqa: T201
        return 0
    began = time.monotonic()
    seed(chosen.stage, clock.now())
    rows = [
        {"key": each.key, "label": f"{each.given} {each.family}", "email": each.email, "who": each.who}
        for each in SIGN_INS
    ]  # fmt: skip
    (settings.TRELLIS_DATA / "demo_sign_ins.json").write_text(json.dumps(rows, indent=1))
    print(f"Loaded the demo organisation, stage {chosen.stage}, in {time.monotonic() - began:.1f} s.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
