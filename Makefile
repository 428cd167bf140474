# Trellis. `make help` lists the verbs; two are enough to start: `make demo` and `make test`.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
STAGE ?= midway
STAMP := $(VENV)/.set-up
STAMP_DEV := $(VENV)/.set-up-dev
SEMANTIC := $(VENV)/.semantic
DEMO_DATA := data/demo-$(STAGE)
DEMO := TRELLIS_DATA=$(DEMO_DATA) TRELLIS_URL=http://localhost:$(PORT) TRELLIS_SQLITE_SYNC=NORMAL DJANGO_SETTINGS_MODULE=trellis.config.settings.demo
unexport PYTHONDONTWRITEBYTECODE # compile once, not at every start of a command, a worker or a test's own process
SUITE := $(PY) -m pytest -n 2 --dist worksteal
POSTGRES := $(PY) -m tests.databases.postgres
KEEP := --create-db --reuse-db # made anew, and left to the end of its server: nothing to wait for when a test is done
# They walk over every page for every reader, so that what they reach says little about what is tested: not measured.
CRAWLS := tests/trust tests/browser
# What no database can change is proven once, on SQLite: the engine, the house rules, how pages look, the content.
ONCE := tests/engine tests/architecture tests/browser/test_every_page.py tests/browser/test_offline.py \
	tests/trust/test_other_methods.py tests/journeys/test_every_template.py

.PHONY: help setup setup-dev semantic demo run test test-sqlite test-postgres warm coverage check bench bench-matching prove docs clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# ---- set-up: a virtual environment from the hashed locks; nothing to do when nothing changed -----------------------

$(VENV)/bin/pip:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: install it, or make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

define install
	@$(PY) -c 'import uv, setuptools' 2>/dev/null || $(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r boot.lock \
		|| echo "uv could not be installed; going on with pip"
	@if $(VENV)/bin/uv --version >/dev/null 2>&1; then \
		$(VENV)/bin/uv pip sync -q --python $(PY) --require-hashes $(1) boot.lock; \
	else \
		$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r $(1) && \
		sed '/^uv==/,$$d' boot.lock > $(VENV)/setuptools.lock && \
		$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r $(VENV)/setuptools.lock; \
	fi
	@if $(VENV)/bin/uv --version >/dev/null 2>&1; then \
		$(VENV)/bin/uv pip install -q --python $(PY) --no-deps --no-build-isolation --no-index -e .; \
	else $(VENV)/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .; fi
endef

setup: $(STAMP) ## install what running Trellis needs

# with the developers' lock in place there is more than enough
$(STAMP): requirements.lock boot.lock pyproject.toml | $(VENV)/bin/pip
	@if [ -e $(STAMP_DEV) ] && [ $(STAMP_DEV) -nt requirements.lock ] && [ $(STAMP_DEV) -nt pyproject.toml ]; then :; \
	else $(MAKE) --no-print-directory $(STAMP)-now; fi
	@touch $@

$(STAMP)-now:
	$(call install,$(if $(wildcard $(SEMANTIC)),semantic.lock,requirements.lock))
	@rm -f $(STAMP_DEV)

semantic: $(STAMP) ## also install what reads goals with a model (docs/how-to/read-goals-with-a-model.md)
	@if $(VENV)/bin/uv --version >/dev/null 2>&1; then \
		$(VENV)/bin/uv pip install -q --python $(PY) --require-hashes -r semantic.lock; \
	else $(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r semantic.lock; fi
	@touch $(SEMANTIC)

setup-dev: $(STAMP_DEV) ## install what testing and checking need as well

$(STAMP_DEV): dev.lock boot.lock pyproject.toml | $(VENV)/bin/pip
	$(call install,dev.lock)
	@touch $@ $(STAMP)

# ---- running ------------------------------------------------------------------------------------------------------

demo: $(STAMP) ## a demo organisation on http://localhost:8000 (PORT=8000 STAGE=launch|matching|midway|closing)
	@mkdir -p $(DEMO_DATA)
	@$(DEMO) $(PY) -m trellis.cli.main init --without-organisation >$(DEMO_DATA)/init.log 2>&1 || { cat $(DEMO_DATA)/init.log; exit 1; }
	@$(DEMO) $(PY) -m trellis.demo --stage $(STAGE)
	@$(DEMO) $(PY) -m trellis.cli.main serve --port $(PORT)

run: $(STAMP) ## serve the installation in ./data, or TRELLIS_DATA (make one first: .venv/bin/trellis init)
	@$(PY) -m trellis.cli.main serve --port $(PORT)

# ---- proving ------------------------------------------------------------------------------------------------------

test: $(STAMP_DEV) warm ## every test, on SQLite and then on PostgreSQL
	@$(PY) -m tests.databases.chromium
	@failed=; \
	echo "== SQLite =="; env -u DATABASE_URL $(SUITE) || failed=1; \
	echo "== PostgreSQL =="; $(POSTGRES) $(SUITE) $(KEEP) $(ONCE:%=--ignore=%) || failed=1; \
	test -z "$$failed" || { echo "THE SUITE FAILED: look above for FAILED."; exit 1; }

warm: $(STAMP_DEV) # the loops of matching, compiled once
	@$(PY) -m trellis_engine.matching.warm

coverage: $(STAMP_DEV) warm ## what the tests of each subject reach: nothing is judged by it, and it takes half as long again
	@rm -f .coverage .coverage.*
	@env -u DATABASE_URL $(SUITE) --cov --cov-report= $(CRAWLS:%=--ignore=%)
	@$(PY) -m coverage report --skip-covered --skip-empty | tail -n 40

test-sqlite: $(STAMP_DEV) warm
	@env -u DATABASE_URL $(SUITE)

test-postgres: $(STAMP_DEV) warm
	@$(POSTGRES) $(SUITE) $(KEEP)

check: $(STAMP_DEV) ## format, lint, types, floors, migrations, content, locks
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@TRELLIS_DATA=$$(mktemp -d) DJANGO_SETTINGS_MODULE=trellis.config.settings.test $(PY) manage.py makemigrations --check --dry-run
	@$(PY) -m trellis.content.validate
	@! grep -nE '://|^--(extra-)?index|find-links' *.lock || { echo "a lock names a package index; see docs/how-to"; exit 1; }
	@echo "All checks passed."

bench: $(STAMP_DEV) ## what is measured against a floor, as ratios
	@env -u DATABASE_URL $(PY) -m tests.bench
	@$(POSTGRES) $(PY) -m tests.bench

# three environments: mentor-match and matching install a module of the same name
BENCHES := .venv-bench
BENCH_STAMPS := $(BENCHES)/engines/.set-up $(BENCHES)/mentor-match/.set-up $(BENCHES)/matching-games/.set-up
$(BENCHES)/engines/.set-up: bench.lock
$(BENCHES)/mentor-match/.set-up: bench-mentor-match.lock
$(BENCHES)/matching-games/.set-up: bench-matching-games.lock
$(BENCH_STAMPS): boot.lock | $(VENV)/bin/pip
	@$(VENV)/bin/python -m venv $(@D)
	@$(VENV)/bin/uv --version >/dev/null 2>&1 || $(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r boot.lock \
		|| echo "uv could not be installed; going on with pip"
	@if $(VENV)/bin/uv --version >/dev/null 2>&1; then \
		$(VENV)/bin/uv pip sync -q --python $(@D)/bin/python --require-hashes $(filter bench%.lock,$^); \
	else $(@D)/bin/pip install -q --disable-pip-version-check --require-hashes -r $(filter bench%.lock,$^); fi
	@touch $@

bench-matching: $(BENCH_STAMPS) ## the matching engine beside its peers (BENCH="--quick", "--case one-500"; up to an hour)
	@PYTHONPATH=src $(BENCHES)/engines/bin/python -m tests.bench.matching \
		$(if $(BENCH),$(BENCH),--agreement 20000 --out docs/reference/bench-matching.md)

prove: $(STAMP_DEV) warm ## the figures and proofs behind what the README claims, into prove.json
	@$(PY) -m tests.prove

docs: ## where the documentation is
	@echo "The documentation is plain Markdown: start at docs/README.md (tutorial, how-to, reference, explanation, decisions)."

clean: ## remove the virtual environment and caches; never ./data
	rm -rf $(VENV) $(BENCHES) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage*
