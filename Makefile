# `make demo` shows it, `make test` proves it. Both need only Python 3.11 or newer, make and git.

.PHONY: demo test test-core check audit bench packaging release random-keys fuzz soak snapshots pictures lock clean
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

# All tests but those of the user interface: see FRONTS in tests/conftest.py.
test-core: $(VENV)/.dev
	$(PYTEST) -n auto --core $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) audit

# Known holes in what requirements/run.txt names; where the database of pip-audit is out of reach it only says so.
audit: $(VENV)/.dev
	$(BIN)/python -m tests.packaging.audit

# One or several of browse, export, responsive, store, sync and table; or all. ARGS go to each of them. A missed goal
# fails it; ARGS=--no-gate only tells.
BENCH ?= sync
bench: $(VENV)/.dev
	missed=; \
	for name in $(if $(filter all,$(BENCH)),table store browse export responsive start sync,$(BENCH)); do \
		echo "== $$name"; \
		$(BIN)/python -m tests.benchmarks.$${name}_bench $(ARGS) || missed="$$missed $$name"; \
	done; \
	test -z "$$missed" || { echo "Goals missed, or it failed:$$missed" >&2; exit 1; }

packaging: $(VENV)/.dev
	$(BIN)/python -m tests.packaging.check $(ARGS)

# Checks, builds into dist/ and tags the commit that is checked out; DRY=1 does all but the tag. Before it: raise
# __version__ in zoomgov/__init__.py, move the changelog's entries from Unreleased to a section with version and date,
# commit. After it: push the tag.
release: $(VENV)/.dev
	$(BIN)/python -m tests.packaging.release check
	$(MAKE) check
	$(MAKE) test ARGS=
	$(MAKE) packaging ARGS="--keep dist"
	$(BIN)/python -m tests.packaging.release tag $(if $(DRY),--dry-run)

# Keys at random until something ends the app; ARGS="--rounds 50 --first 100" plays others.
random-keys: $(VENV)/.dev
	$(BIN)/python -m tests.random_keys $(ARGS)

# What others write, for every parser of it, in ever new examples; ARGS="--minutes 30" or "--list", see its --help.
fuzz: $(VENV)/.dev
	nice $(BIN)/python -m tests.fuzz $(ARGS)

# A simulated day of syncs with faults, browsing, comparing and exporting: fails when anything grows. Minutes.
soak: $(VENV)/.dev
	nice $(BIN)/python -m tests.soak $(ARGS)

snapshots: $(VENV)/.dev
	$(PYTEST) -n auto --snapshot-update tests/screens $(ARGS)
	echo "Look at what changed: git diff --stat"

pictures: $(VENV)/.dev
	$(BIN)/python assets/make.py
	$(BIN)/python assets/house.py

# Renew requirements/ after a change of pyproject.toml. What still fits stays as it is; ARGS=--upgrade takes the newest.
# Universal: one file holds for Linux, macOS and Windows and for every Python from 3.11. No address of an index is
# written, so that the files hold wherever packages are fetched from.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" $(ARGS)
lock: $(VENV)/.dev
	$(LOCK) pyproject.toml --group build --extra sim --extra xlsx --extra c1z --output-file requirements/run.txt
	$(LOCK) pyproject.toml --group dev --all-extras --constraint requirements/run.txt --output-file requirements/dev.txt
	$(LOCK) --group audit --output-file requirements/audit.txt

clean:
	rm -rf $(VENV) .venv-* build dist *.egg-info snapshot_report.html

# Only what requirements/ names, by hash: the project itself is built with the setuptools that is locked there, too.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# The stamps make a second run cheap; a change of what they depend on makes them anew.
$(VENV)/.demo: pyproject.toml zoomgov/__init__.py requirements/run.txt | $(BIN)/python
	echo "Installing zoomgov into $(VENV) ..."
	$(PIP) install --require-hashes --requirement requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.demo
	echo "Installing what the tests need into $(VENV) ..."
	$(PIP) install --require-hashes --requirement requirements/dev.txt
	touch $@

$(BIN)/python:
	for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
		if $$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			$$python -m venv $(VENV); exit; \
		fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed, and none is on PATH." >&2; \
	echo "Install it (Debian: apt-get install python3-venv), or run make PYTHON=/path/to/python3 ..." >&2; \
	exit 1
