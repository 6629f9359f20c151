# `make demo` shows it, `make test` proves it. Both need only Python 3.11 or newer, make and git.

.PHONY: demo test check bench packaging random-keys snapshots pictures clean
.SILENT:

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# Both variables change what Textual draws before a test can set them; a real keyring is only for the tests that ask for it.
PYTEST := env -u NO_COLOR -u TEXTUAL_THEME PYTHON_KEYRING_BACKEND=keyring.backends.fail.Keyring $(BIN)/python -m pytest

demo: $(VENV)/.demo
	$(BIN)/zoomgov demo $(ARGS)

test: $(VENV)/.dev
	$(PYTEST) -n auto $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# One or several of browse, export, responsive, store, sync and table; or all. ARGS go to each of them.
BENCH ?= sync
bench: $(VENV)/.dev
	for name in $(if $(filter all,$(BENCH)),table store browse export responsive sync,$(BENCH)); do \
		echo "== $$name"; \
		$(BIN)/python -m tests.benchmarks.$${name}_bench $(ARGS) || exit; \
	done

packaging: $(VENV)/.dev
	$(BIN)/python tests/packaging/check.py

# Keys at random until something ends the app; ARGS="--rounds 50 --first 100" plays others.
random-keys: $(VENV)/.dev
	$(BIN)/python -m tests.random_keys $(ARGS)

snapshots: $(VENV)/.dev
	$(PYTEST) -n auto --snapshot-update tests/screens $(ARGS)
	echo "Look at what changed: git diff --stat"

pictures: $(VENV)/.dev
	$(BIN)/python assets/make.py

clean:
	rm -rf $(VENV) build dist *.egg-info snapshot_report.html

# The stamps make a second run cheap; a changed pyproject.toml makes both anew.
$(VENV)/.demo: pyproject.toml | $(BIN)/python
	echo "Installing zoomgov into $(VENV) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[sim]'
	touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.demo
	echo "Installing what the tests need into $(VENV) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'  # knows --group
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	touch $@

$(BIN)/python:
	for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
		if $$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			$$python -m venv $(VENV); exit; \
		fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed, and none is on PATH." >&2; \
	echo "Install it (Debian: apt-get install python3-venv), or run make PYTHON=/path/to/python3 ..." >&2; \
	exit 1
