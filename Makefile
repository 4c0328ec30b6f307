# Needs git, make and Python 3.11 or newer; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install -qq --disable-pip-version-check

.PHONY: run test test-waiting test-others test-clients replicas fuzz soak check fix bench lock

# serve ./librechat.yaml, or the demo where there is none
run: $(VENV)/run.stamp
	@$(BIN)/endpoints-server serve

# everything CI runs: what waits for seconds to pass goes first, and most else takes what that
# leaves of the machine; what fills the machine has it to itself
WAITING := tests/acceptance/test_database_away.py tests/calls tests/replicas/test_ending.py tests/store/postgres tests/store/redis tests/store/spool tests/upstream
FILLING := tests/bench tests/replicas/test_shared.py tests/replicas/test_under_load.py tests/web/api/test_model_lists.py
test: check
	@$(MAKE) --jobs=2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) --no-print-directory test-waiting test-others
	@$(BIN)/pytest $(FILLING)
test-waiting:
	@$(BIN)/pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder $(WAITING)
test-others:
	@nice -n 10 $(BIN)/pytest --numprocesses=2 --dist=worksteal $(patsubst %,--ignore=%,$(WAITING) $(FILLING) tests/test_shape.py)

# real clients from npm and PyPI, or CLIENTS alone, against this server (needs node)
test-clients: $(VENV)/test.stamp
	@$(BIN)/python -m tests.clients $(CLIENTS)

# what replicas go through, in its long forms (RUN="hot 600"; tests/replicas/__main__.py has all)
replicas: $(VENV)/test.stamp
	@$(BIN)/python -m tests.replicas $(RUN)

# the fuzzer over all that reads foreign bytes (SECONDS=300)
fuzz: $(VENV)/test.stamp
	@$(INSTALL) --requirement tests/fuzz/requirements.txt
	@$(BIN)/python -m tests.fuzz $(SECONDS)

# two hours of calls, faults, departures and reloads, and whether anything grows (MINUTES=120)
soak: MINUTES = 120
soak: $(VENV)/test.stamp
	@$(BIN)/python -m tests.soak --minutes $(MINUTES)

# the fast checks: format, lint, types, imports, shape
check: $(VENV)/test.stamp
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest --quiet tests/test_shape.py

# format, and mend what ruff can mend
fix: $(VENV)/test.stamp
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet

# the benchmarks
bench: $(VENV)/test.stamp
	@$(BIN)/python -m tests.bench

# both lock files anew from pyproject.toml (needs uv)
lock: COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml
lock:
	@$(COMPILE) --upgrade --output-file requirements.lock
	@$(COMPILE) --upgrade --constraint requirements.lock --group dev --output-file requirements-dev.lock

$(BIN)/pip:
	@for python in $(PYTHON) python3.13 python3.12 python3.11; do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  $$python -m venv $(VENV) && exit; rm -rf $(VENV); exit 1; \
	done; echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3' >&2; exit 1

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/pip
	@$(INSTALL) --require-hashes -r $<
	@$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/test.stamp: requirements-dev.lock pyproject.toml | $(BIN)/pip
	@$(INSTALL) --require-hashes -r $<
	@$(INSTALL) --no-deps --editable .
	@touch $@ $(VENV)/run.stamp
