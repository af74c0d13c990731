# One entry for everything a person or a machine does with this project. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Many processes start in tests and benchmarks: what one has compiled the others read, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The stamp files make `install` free when nothing changed.
$(VENV)/.runtime: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: install
install: $(VENV)/.runtime ## make .venv with the loa command

.PHONY: run
run: $(VENV)/.runtime ## start everything; on an empty database this is the demo
	@$(BIN)/loa run

.PHONY: test
test: $(VENV)/.dev ## install what tests need and run them all
	@scripts/ensure-browser
	$(BIN)/python -m pytest

.PHONY: check
check: $(VENV)/.dev ## format, lint, types, direction of imports, size of functions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/house_rules.py

.PHONY: format
format: $(VENV)/.dev ## reformat the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: lock
lock: ## resolve the lock files again (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --extra postgres --group dev pyproject.toml -o requirements-dev.lock
	uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --extra postgres -c requirements-dev.lock pyproject.toml -o requirements.lock

.PHONY: clean
clean: ## remove the environment and caches (not your data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: albums
albums: $(VENV)/.dev ## the album test over 10,000 shuffled runs, the reminder histories over 1,000 (long)
	LOA_ALBUM_RUNS=10000 $(BIN)/python -m pytest tests/stories/test_groups.py -k two_albums
	LOA_HISTORIES=1000 $(BIN)/python -m pytest tests/stories/test_reminding.py -k whatever

.PHONY: bench
bench: $(VENV)/.dev ## one table: our speed, memory and lateness beside those of others (about seven minutes)
	$(BIN)/python -m benchmarks

.PHONY: bench-national
bench-national: $(VENV)/.dev ## 34 federations on this machine, with 1, 2 and 4 processes on PostgreSQL (about ten minutes)
	$(BIN)/python -m benchmarks.national

COUNT ?= 200
.PHONY: score
score: $(VENV)/.dev ## how well plans are read: the founding documents where they are at hand, and generated ones
	@$(BIN)/python -m scripts.plan_score $(COUNT)

.PHONY: kill
kill: $(VENV)/.dev ## the kill test over a whole day: 200 events and pushes, killed at every commit and in every send
	LOA_KILL_HOURS=7 $(BIN)/python -m pytest tests/kill --numprocesses=2 -s

.PHONY: errors
errors: $(VENV)/.dev ## walk the whole error tables of Zalo: what each number makes the channel do
	$(BIN)/python -m pytest tests/channels/test_zalo_oa_errors.py

.PHONY: contract
contract: $(VENV)/.dev ## the contract suite over every channel, and 5,000 texts with mark-up for each of them
	LOA_MARKUP_CASES=5000 $(BIN)/python -m pytest tests/contract

.PHONY: swarm
swarm: $(VENV)/.dev ## four processes on PostgreSQL, killed at random for ten minutes: every effect once
	LOA_SWARM_MINUTES=10 $(BIN)/python -m pytest tests/swarm --numprocesses=0 -s

.PHONY: soak
soak: $(VENV)/.dev ## a day on a fast clock with faults in 2 % of all requests: flat memory, no stuck row (four minutes)
	$(BIN)/python -m benchmarks.soak
