# Two commands do everything: `make demo` installs and shows the main job, `make test` installs and runs what CI runs.
# Both leave a virtual environment per Python behind (.venv, .venv-3.12 …) and touch nothing else.

# Every CPython from 3.11 on that starts, on the path or in pyenv's folder; the first makes .venv.
PYTHONS := $(shell for minor in 11 12 13 14 15; do \
	for python in python3.$$minor "$$HOME"/.pyenv/versions/3.$$minor.*/bin/python; do \
		"$$python" -c 'import ssl, sys; sys.exit((sys.implementation.name, sys.version_info[1]) != ("cpython", '$$minor'))' \
			2>/dev/null && echo "$$python" && break; \
	done; done; true)
FIRST := $(firstword $(PYTHONS))
OTHERS := $(wordlist 2, 9, $(PYTHONS))
BIN := .venv/bin

.PHONY: demo test check unit others wheel docs bench clean
.DEFAULT_GOAL := demo

ifeq ($(FIRST),)
$(error deliverystatus needs CPython 3.11 or later, and none was found)
endif

# The time is pinned, so that the stories read as on the day; exit code 1 says that an element went unread, and one does.
demo: .venv/demo
	$(BIN)/deliverystatus explain examples --now 2026-03-05T12:00:00Z || test $$? -eq 1

test: check unit others wheel

.venv/demo: pyproject.toml
	$(FIRST) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[cli]'
	touch $@

.venv/dev: pyproject.toml
	$(FIRST) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch .venv/demo $@

# Style, types, layers, generated pages.
check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/make_tables.py --check

# All tests, with branch coverage, on the first Python.
unit: .venv/dev
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -q -n 2
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

# All tests on every other Python, from the installed wheel's metadata but the checkout's sources.
others: $(foreach python,$(OTHERS),other-$(notdir $(patsubst %/bin/python,%,$(python))))

define OTHER
other-$(notdir $(patsubst %/bin/python,%,$(1))):
	$(1) -m venv .venv-$(notdir $(patsubst %/bin/python,%,$(1)))
	.venv-$(notdir $(patsubst %/bin/python,%,$(1)))/bin/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	.venv-$(notdir $(patsubst %/bin/python,%,$(1)))/bin/pytest -q -n 2
endef
$(foreach python,$(OTHERS),$(eval $(call OTHER,$(python))))

# What users get: the wheel, with nothing but the core's dependencies, and without the checkout in reach.
wheel: .venv/dev
	rm -rf .venv-wheel build/wheel
	$(FIRST) -m venv .venv-wheel
	.venv-wheel/bin/pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel .
	.venv-wheel/bin/pip install --quiet --disable-pip-version-check build/wheel/*.whl
	cd build && ../.venv-wheel/bin/python -W error ../tests/smoke_wheel.py

docs: .venv/dev
	$(BIN)/python docs/make_tables.py

bench: .venv/dev
	$(BIN)/python benchmarks/parse_and_fold.py

clean:
	rm -rf .venv .venv-* build .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
