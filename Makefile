# Everything that a fresh machine needs is Python 3.11 or newer and make.
PYTHON ?= $(firstword $(foreach each,python3.13 python3.12 python3.11 python3,$(shell $(each) -c 'import sys; print("$(each)") if sys.version_info >= (3, 11) else sys.exit(1)' 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest

.PHONY: demo test e2e judge bench golden lock lint clean

## demo: a project from one command, its jobs worked by a real worker on an embedded Valkey
demo: $(VENV)/installed
	@$(BIN)/python -m tools.demo

## test: unit, golden, property and process-level tests; what needs Docker or a validator says so and is skipped
test: $(VENV)/installed-tests
	$(PYTEST) -n auto --dist loadgroup tests

## e2e: the rendered projects on real brokers; needs Docker with Compose
e2e: $(VENV)/installed-tests
	rm -f build/e2e.json
	QW_REQUIRE=1 $(PYTEST) -m e2e tests/e2e
	$(BIN)/python -m tools.support

## judge: every rendered tree judged by tools that no one here wrote
judge: $(VENV)/installed-tests
	tools/judges.sh
	QW_REQUIRE=1 $(PYTEST) -m tools tests

## bench: start-up, advice, rendering and checking, side by side with copier and cookiecutter
bench: $(VENV)/installed
	$(BIN)/python -m tools.bench

## golden: rewrites the golden trees after a wanted change of templates
golden: $(VENV)/installed-tests
	$(BIN)/python -m tools.golden

## lock: refreshes the pinned requirements of rendered projects
lock: $(VENV)/installed-tests
	$(BIN)/python -m tools.lock_requirements

lint: $(VENV)/installed-tests
	$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "queuewright needs Python 3.11 or newer; set PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "setting up $(VENV); this takes a minute"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --upgrade 'pip>=25.1'

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	@$(PIP) --editable .
	@touch $@

$(VENV)/installed-tests: $(VENV)/installed
	@echo "installing what the tests need"
	@$(PIP) --group test
	@touch $@

clean:
	rm -rf $(VENV) demo .tools build dist
