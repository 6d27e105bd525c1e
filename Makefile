# Two commands: `make demo` and `make test`. Each does all of its own set-up, and can be repeated.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

# The machine's own certificate authorities, a council's proxy's among them, where it has a list of them.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS := true
endif

.PHONY: setup python demo test packages fast practice-test chaos bench lint format lock

setup: $(VENV)/.installed

# On Debian, Python's venv module is a package of its own.
python:
	@test -n "$(PYTHON)" || { echo "Decant needs Python 3.11: on Debian 12, apt-get install python3 python3-venv" >&2; exit 3; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null && { apt-get update -q && apt-get install -y -q python3-venv; } \
	  || { echo "Python's venv module is missing: as root, apt-get install python3-venv" >&2; exit 3; }; }

$(VENV)/.installed: requirements/dev.txt requirements/bootstrap.txt pyproject.toml | python
	@echo "Setting up $(VENV): Python packages, by their hashes; up to a minute the first time." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@: # "compat" puts this folder on the path: a workspace's own folder "stacks" then hides nothing.
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@touch $@

demo: setup
	@$(BIN)/decant demo

test: lint packages fast practice-test

# The servers that tests start themselves: PostgreSQL, MariaDB, Samba, BIND, sshd.
packages: setup
	@$(BIN)/python -m tests.packages

fast: setup $(VENV)-checkov/.installed
	$(BIN)/pytest -q --tb short -n 2 -m "not practice" --durations 10

# Two at once, each with an estate of its own; what a file shares stays with one of them.
practice-test: setup
	$(BIN)/pytest -q --tb short -n 2 --dist loadfile --no-loadscope-reorder -m "practice and not chaos" --durations 15

# Every fault in every phase of every mover's moves, kills at random moments, and new examples for properties; as root, an hour or
# two. A table says what was lost where. The kill in every phase and another fault in each are part of `make test`.
chaos: setup packages
	$(BIN)/pytest -q -n 2 -m chaos
	$(BIN)/pytest -q -n 2 -m "not practice" --hypothesis-profile=search $$(grep -rl hypothesis --include='test_*.py' tests)

# Decant beside its peers; as root, on a quiet machine. The peers have an environment of their own.
bench: setup $(VENV)-benchmarks/.installed packages
	$(BIN)/python -m benchmarks inventory --json benchmarks/results/inventory.json; found=$$?; \
	  $(BIN)/python -m benchmarks scale --json benchmarks/results/scale.json; also=$$?; \
	  $(BIN)/python -m benchmarks plan --json benchmarks/results/plan.json; too=$$?; \
	  $(BIN)/python -m benchmarks stacks --json benchmarks/results/stacks.json; last=$$?; \
	  $(BIN)/python -m benchmarks move --json benchmarks/results/move.json; moved=$$?; \
	  $(BIN)/python -m benchmarks page; \
	  [ $$found -eq 0 ] && [ $$also -eq 0 ] && [ $$too -eq 0 ] && [ $$last -eq 0 ] && [ $$moved -eq 0 ]

$(VENV)-benchmarks/.installed: requirements/benchmarks.txt | setup
	@test -x $(VENV)-benchmarks/bin/python || $(PYTHON) -m venv $(VENV)-benchmarks
	@$(BIN)/uv pip sync --quiet --python $(VENV)-benchmarks/bin/python --require-hashes requirements/benchmarks.txt
	@touch $@

# Checkov has an environment of its own: it wants other versions than Decant.
$(VENV)-checkov/.installed: requirements/checkov.txt | setup
	@test -x $(VENV)-checkov/bin/python || $(PYTHON) -m venv $(VENV)-checkov
	@$(BIN)/uv pip sync --quiet --python $(VENV)-checkov/bin/python --require-hashes requirements/checkov.txt
	@touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# New versions within what the .in files allow. Hashes only: no address of a registry is recorded.
LOCK := $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-annotate --no-header
lock: setup
	$(LOCK) --upgrade requirements/dev.in -o requirements/dev.txt
	$(LOCK) requirements/runtime.in -c requirements/dev.txt -o requirements/runtime.txt
	$(LOCK) --upgrade requirements/benchmarks.in -o requirements/benchmarks.txt
	$(LOCK) --upgrade requirements/checkov.in -o requirements/checkov.txt
	$(LOCK) requirements/bootstrap.in -c requirements/dev.txt -o requirements/bootstrap.txt

