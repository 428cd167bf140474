import argparse
import os
from importlib import import_module
from pathlib import Path

import django
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

HERE = Path(__file__).parent


def main() -> None:
    names = sorted(file.stem.removeprefix("bench_") for file in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which, of {', '.join(names)}")
    chosen = parser.parse_args().names or names
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.config.settings.test")
    django.setup()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        print(f"Load average at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {connection.vendor}.")
        for name in chosen:
            print(f"\n== {name}")
            for line in import_module(f"tests.bench.bench_{name}").measure():
                print(line, flush=True)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
