# Flightrules. `make help` lists the targets; nothing here is promised that does not run.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SHELL := /bin/sh

.DEFAULT_GOAL := help
.PHONY: help demo test lint format types contracts unit unit-postgres coverage branches long mutation mutation-acts bench-service check-self bench docs schema parser lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null 2>&1 && py=$(PYTHON) || py=python3; \
	$$py -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Flightrules needs Python 3.11 or later"; exit 1; }; \
	test -x $(BIN)/python || $$py -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Byte code is written ahead, so that the first command is as fast as the second, wherever PYTHONDONTWRITEBYTECODE is set.
.PHONY: installed
installed: $(STAMP)
	@$(BIN)/python -m compileall -q src/flightrules

demo: installed ## the main job on the examples: one GO, one NO-GO, one CONDITIONAL GO
	@$(BIN)/python examples/demo.py

test: installed ## everything that must hold before a change lands
	@$(MAKE) --no-print-directory -j 2 lint types contracts
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory unit-postgres
	@$(MAKE) --no-print-directory check-self

lint: installed ## style, with every rule on
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: installed ## put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: installed ## mypy, strict
	$(BIN)/mypy

contracts: installed ## who may import whom
	$(BIN)/lint-imports --no-cache

# A certified OpenID provider to sign in with; without node and npm those tests say why they are skipped.
PROVIDER := tests/service/site/oidc_provider
$(PROVIDER)/node_modules/.installed: $(PROVIDER)/package-lock.json
	-@command -v npm >/dev/null 2>&1 && npm ci --prefix $(PROVIDER) --ignore-scripts --no-audit --no-fund --silent \
		&& touch $@

unit: installed $(PROVIDER)/node_modules/.installed ## all tests but the long ones, on all cores; leaves JUnit and coverage under reports/
	@mkdir -p reports
	COVERAGE_OMIT='*/flightrules/service/*' $(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow" \
		--junitxml=reports/junit.xml --ignore tests/service \
		--cov --cov-report=xml:reports/coverage.xml --cov-report=term:skip-covered
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow" --junitxml=reports/junit-service.xml tests/service

# What differs between the databases (locks, races, constraints, types, plain SQL) is asked of both each time; the rest in `make long`.
ON_BOTH := tests/service/records tests/service/door tests/service/jobs tests/service/people \
	tests/service/decisions/test_two_decide_at_once.py tests/service/decisions/test_who_was_let_in_first.py \
	tests/service/decisions/test_a_release_goes_by_poll.py tests/service/decisions/test_a_no_go_is_overridden.py \
	tests/service/emergencies/test_two_at_once.py tests/service/readiness/test_registers.py \
	tests/service/abuse/test_the_record_tells.py tests/service/abuse/test_stolen_tokens_give_no_power.py \
	tests/service/abuse/test_emergencies_are_no_way_round.py
unit-postgres: installed ## what may differ between the databases again, on a real PostgreSQL
	$(BIN)/python tools/with_postgresql.py $(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow" $(ON_BOTH) \
		--ignore tests/service/records/test_rows_are_recorded.py

coverage: installed ## coverage of everything, the service included; takes longer than `make test`
	@mkdir -p reports
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow" --cov \
		--cov-report=term:skip-covered --ignore tests/service/test_authorisation_matrix.py

long: installed ## the long forms: a thousand kills, ten thousand races, every mutation, restarts, more examples, the matrix on SQLite
	FLIGHTRULES_EFFORT=10 $(BIN)/python -m pytest -q -n auto --dist worksteal -m "slow or hypothesis"
	$(BIN)/python tools/with_postgresql.py $(BIN)/python -m pytest -q -n auto --dist worksteal tests/service \
		--ignore tests/service/faults_platform --ignore tests/service/faults --ignore tests/service/config

branches: installed $(PROVIDER)/node_modules/.installed ## every branch of the acts, the engine and the ledger is taken by the tests that concern it (ten minutes)
	$(BIN)/python tools/branches.py

mutation: installed ## change one thing at a time in who decides, and see whether its tests notice (fifteen minutes)
	$(BIN)/python tools/mutation.py

mutation-acts: installed ## the same in the acts of the service, one mutant in three (an hour)
	$(BIN)/python tools/mutation_of_acts.py decisions --every 3

bench-service: installed ## state changes, votes, decisions and gates through REST, recovery and the sweep, on both databases
	$(BIN)/python bench/service/run.py
	$(BIN)/python bench/service/decisions.py
	$(BIN)/python bench/service/while_judging.py
	$(BIN)/python bench/service/while_judging.py --criteria 10000 --rate 100
	$(BIN)/python bench/service/recovery.py
	$(BIN)/python bench/service/sweep.py

check-self: installed ## Flightrules goes out by its own rules
	-@$(BIN)/ruff check --quiet --output-format sarif --output-file reports/ruff.sarif .
	$(BIN)/flightrules check --release $$($(BIN)/python -c 'import flightrules; print(flightrules.__version__)')

bench: installed ## speed and memory against peers and floors, in interleaved rounds
	$(BIN)/python bench/run.py

docs: installed ## write the generated pages of the reference anew
	$(BIN)/python tools/generate_reference.py

schema: installed ## write the JSON Schema of the rulebook anew
	$(BIN)/flightrules schema > schema/flightrules.schema.json

parser: installed ## write the parser anew from the grammar of the sentence
	tools/generate_parser.sh > src/flightrules/rules/_sentence_tables.py

lock: ## lock the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements/dev.in -o requirements/dev.txt
	$(BIN)/python tools/lock_parts.py

clean: ## take away what was built
	rm -rf $(VENV) build dist reports .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*
