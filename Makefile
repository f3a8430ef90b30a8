# Two commands do everything: `make demo` installs and shows the main job, `make test` installs and runs what CI runs.
# Both leave a virtual environment per Python behind (.venv, .venv-3.12 …) and touch nothing else.

# For each Python from 3.11 on: the CPython that is used, on the path or in pyenv's folder (3.12=/path/to/python), or why
# none is (3.14:not-found). One without ssl cannot install anything.
FOUND := $(shell for version in 3.11 3.12 3.13 3.14 3.15 3.16; do \
	result=$$version:not-found; \
	for python in python$$version "$$HOME"/.pyenv/versions/$$version.*/bin/python; do \
		"$$python" -c 'import sys; sys.exit((sys.implementation.name, "%d.%d" % sys.version_info[:2]) != ("cpython", "'$$version'"))' \
			2>/dev/null || continue; \
		"$$python" -c 'import ssl' 2>/dev/null && result=$$version=$$python && break; \
		result=$$version:no-ssl; \
	done; \
	echo "$$result"; done)
SKIPPED := $(foreach found,$(FOUND),$(if $(findstring =,$(found)),,$(found)))
USED := $(filter-out $(SKIPPED),$(FOUND))
VERSIONS := $(foreach used,$(USED),$(firstword $(subst =, ,$(used))))
python = $(patsubst $(1)=%,%,$(filter $(1)=%,$(USED)))

# The first makes .venv, in which everything runs; the tests and the wheel run on the others too.
FIRST := $(call python,$(firstword $(VERSIONS)))
OTHERS := $(wordlist 2, $(words $(VERSIONS)), $(VERSIONS))
BIN := .venv/bin
PIP := bin/pip --quiet --disable-pip-version-check

.PHONY: demo test check unit others wheel built docs bench clean $(OTHERS:%=other-%) $(VERSIONS:%=smoke-%)
.DEFAULT_GOAL := demo

ifeq ($(FIRST),)
$(error deliverystatus needs CPython 3.11 or later, and none was found ($(FOUND)))
endif

# The time is pinned, so that the stories read as on the day. One of their elements cannot be read, on purpose, so the only
# right exit code is 3.
demo: .venv/demo
	$(BIN)/deliverystatus explain examples --now 2026-03-05T12:00:00Z; test $$? -eq 3

test: check unit others wheel
	@echo "Tested on: $(USED)"
	@echo "Skipped: $(strip $(SKIPPED))"

.venv/demo: pyproject.toml
	$(FIRST) -m venv .venv
	.venv/$(PIP) install --editable '.[cli]'
	touch $@

.venv/dev: pyproject.toml
	$(FIRST) -m venv .venv
	.venv/$(PIP) install --editable '.[dev]'
	touch .venv/demo $@

# Style, types, layers, generated pages.
check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/make_tables.py --check
	$(BIN)/python docs/make_packs.py --check

# The proofs by enumeration run the same lines some million times: they are left out where lines are counted.
PROOFS := tests/laws/test_every_history.py tests/laws/test_join.py tests/laws/test_parse_is_total.py \
	tests/laws/test_suppression_laws.py tests/laws/test_suppression_machine.py tests/laws/test_suppression_incidents.py

# Pages whose examples go on where the one before ended, so that one process runs them.
PAGES := README.md docs

# All tests, with branch coverage, on the first Python.
unit: .venv/dev
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -q -n 2 tests $(PROOFS:%=--ignore=%)
	$(BIN)/coverage run -m pytest -q $(PAGES)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report
	$(BIN)/pytest -q -n 2 $(PROOFS)

# All tests on every other Python, on the checkout's sources; but the report's page is the same whoever wrote it.
others: $(OTHERS:%=other-%)

$(OTHERS:%=other-%): other-%:
	$(call python,$*) -m venv .venv-$*
	.venv-$*/$(PIP) install --editable '.[dev]'
	.venv-$*/bin/pytest -q -n 2 tests --ignore=tests/browser
	.venv-$*/bin/pytest -q $(PAGES)

# What users get: one wheel, on every Python, with nothing but the core's dependencies and without the checkout in reach.
wheel: $(VERSIONS:%=smoke-%)

built: .venv/dev
	rm -rf build/wheel
	.venv/$(PIP) wheel --no-deps --wheel-dir build/wheel .

$(VERSIONS:%=smoke-%): smoke-%: built
	rm -rf .venv-wheel-$*
	$(call python,$*) -m venv .venv-wheel-$*
	.venv-wheel-$*/$(PIP) install build/wheel/*.whl
	cd build && ../.venv-wheel-$*/bin/python -W error ../tests/smoke_wheel.py

docs: .venv/dev
	$(BIN)/python docs/make_tables.py
	$(BIN)/python docs/make_packs.py

bench: .venv/dev
	$(BIN)/python benchmarks/parse_and_fold.py
	$(BIN)/python benchmarks/diagnose.py
	$(BIN)/python benchmarks/mails.py
	$(BIN)/python benchmarks/suppression.py

clean:
	rm -rf .venv .venv-* build .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
