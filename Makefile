# make help lists the targets. Everything runs from .venv, which is made from hash-pinned requirements.
SHELL := /bin/sh
.DEFAULT_GOAL := help
# The first Python from 3.11 to 3.14 that is found; PYTHON=... chooses another.
PYTHON ?= $(shell deploy/scripts/find-python)
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: help demo test test-long test-pms proof bench pictures check fmt lint types migrations lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(VENV)/base.stamp ## Run everything with the demo hotel on 127.0.0.1:PORT (8000); DEMO_META=1 adds a double of Meta
	@exec $(BIN)/python manage.py demo

test: $(VENV)/dev.stamp ## Run the tests (real PostgreSQL, embedded); prints the slowest 20
	@exec env PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -m "not long" -n $${TEST_PROCESSES:-3} --maxschedchunk=2 --durations=20 $(ARGS)

test-long: $(VENV)/dev.stamp ## The tests that compute for a minute: golden sets, scripted guests, nothing invented, training again
	@exec env PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -m long -n 2 --maxschedchunk=1 --durations=20 $(ARGS)

test-pms: $(VENV)/dev.stamp ## Ask a live PMS the whole contract: make test-pms PMS_BASE_URL=... PMS_API_KEY=... PMS_HOTEL_ID=1
	@exec env PMS_BASE_URL="$(PMS_BASE_URL)" PMS_API_KEY="$(PMS_API_KEY)" PMS_HOTEL_ID="$(PMS_HOTEL_ID)" \
		PMS_ROOM_TYPE="$(PMS_ROOM_TYPE)" PMS_FROM="$(PMS_FROM)" $(BIN)/python -m tests.contracts

proof: $(VENV)/dev.stamp ## Promises at full size, figures to docs/proof/: make proof ROW=B1 (without ROW: all of them)
	@exec $(BIN)/python -m pytest --promise $(or $(ROW),all) --full --timeout=0 -p no:xdist -q $(ARGS)

bench: $(VENV)/dev.stamp ## How fast it is: a table, and JSON in docs/proof/ (WHAT=webhook, turns, ... one part of it)
	@exec $(BIN)/python -m tests.load $(WHAT) $(ARGS)

pictures: $(VENV)/dev.stamp ## The screens of README and docs, taken anew
	@exec $(BIN)/python -m tests.pictures

check: $(VENV)/dev.stamp ## Lint, types, architecture, migrations, deployment checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	deploy/scripts/check-deploy $(BIN)/python

fmt: $(VENV)/dev.stamp ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/dev.stamp ## Pin the requirements again, with hashes
	for name in base dev; do $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --quiet requirements/$$name.in -o requirements/$$name.txt; done

clean: ## Remove what was built (.venv, caches); your data in var/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache staticfiles

$(VENV)/base.stamp: requirements/base.txt
	@deploy/scripts/make-venv "$(PYTHON)" $(VENV) requirements/base.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt
	@deploy/scripts/make-venv "$(PYTHON)" $(VENV) requirements/dev.txt
	@touch $@ $(VENV)/base.stamp
