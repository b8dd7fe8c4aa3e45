# `make` alone prints this help. Everything lives in .venv; nothing is installed elsewhere but Chromium, for the
# browser tests, when we may.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
MODELS ?= static,motif-sprites,motif-sprites-without,motif-sprites-inverse
HOME_FOLDER := $(or $(TI2V_HOME),var)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/uv pip install --quiet -c constraints.txt
# Python may write bytecode here, whatever the environment says: without it each `ti2v serve` takes 3.0 s of
# processor time to start, with it 1.3 s. Ours is compiled at installation, and so is what a start and the
# statistics of annotators import; compiling every installed package would take 14 s.
export PYTHONDONTWRITEBYTECODE :=
COMPILE := $(BIN)/python -m compileall -q app benchmark models ti2v_bench migrations \
	&& $(BIN)/python -c 'import app.server, app.media.sandbox.fork_server, alembic.command, scipy.sparse, scipy.special'

.DEFAULT_GOAL := help

.PHONY: help
help: ## print what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.web ## start the service with the demo on http://127.0.0.1:8000 (PORT=8123 for another)
	@$(BIN)/ti2v up --port $(PORT)

# The checks and the tests of models/ run beside the other tests. The tests of models/ have a process of their own
# (one for every four cores), so that the other processes need not import torch and diffusers, 10 s of processor time.
# The other tests wait for browsers, servers and databases for a third of their time, so all cores stay busy.
CORES := $(shell getconf _NPROCESSORS_ONLN)
PYTEST := $(BIN)/pytest --durations=30 --dist worksteal

.PHONY: test
test: $(VENV)/.dev browser ## everything CI runs: lint, types, import rules, all tests on both databases
	@$(MAKE) --no-print-directory -j 3 check model-tests service-tests

.PHONY: model-tests
model-tests: $(VENV)/.dev
	$(PYTEST) -n $$(( ($(CORES) + 3) / 4 )) tests/models

.PHONY: service-tests
service-tests: $(VENV)/.dev
	$(PYTEST) -n $(CORES) tests --ignore tests/models

.PHONY: prove
prove: $(VENV)/.dev browser ## the promises at full size (docs/promises.md), on all real clips (TI2V_TEST_DATA)
	$(BIN)/pytest -m full_size --durations=0
	$(BIN)/python -m perf kills panels close_races canaries

.PHONY: check
check: $(VENV)/.dev ## lint, format, types, import rules, templates, names, links, prose
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/pytest -n0 --noconftest tests/whole/test_names.py tests/whole/test_docs.py tests/whole/test_prose.py

.PHONY: fix
fix: $(VENV)/.dev ## mend what tools can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates --reformat --quiet || true

.PHONY: perf
perf: $(VENV)/.dev ## measure speed and memory, print the table (PEERS=1: install and measure Potato too)
	$(BIN)/python -m perf

.PHONY: catalogues
catalogues: $(VENV)/.web ## add the new texts of the annotators' pages to the translations in app/languages/
	$(BIN)/python -m app.languages.extraction

.PHONY: screenshots
screenshots: $(VENV)/.dev browser ## take screenshots of every page in every window size, light and dark, into screenshots/
	$(BIN)/python -m tests.browser.screenshots

.PHONY: benchmark-data
benchmark-data: $(VENV)/.web ## draw the bundled benchmark again and compare it with the shipped files
	$(BIN)/ti2v benchmark redraw

# The key is made once; the server that `make run` started is asked for jobs of the models this machine can run.
.PHONY: worker
worker: $(VENV)/.worker ## start a worker beside `make run`: installs torch, makes clips with the models in this tree
	@mkdir -p $(HOME_FOLDER) && [ -s $(HOME_FOLDER)/worker.key ] \
	|| (umask 077; $(BIN)/ti2v key create --role worker --name "worker on $$(hostname)" > $(HOME_FOLDER)/worker.key)
	@$(BIN)/ti2v worker --server http://127.0.0.1:$(PORT) --key-file $(HOME_FOLDER)/worker.key --models $(MODELS)

# Debian's headless shell takes half the processor time of a whole Chromium; where it cannot be installed, the
# tests take any Chromium.
.PHONY: browser
browser:
	@command -v chromium-headless-shell >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get && timeout 120 apt-get update -qq \
	     && { apt-get install -y -qq chromium-headless-shell || apt-get install -y -qq chromium; }; } >/dev/null 2>&1 \
	|| command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	|| { echo "The browser tests need Chromium; install it with: sudo apt-get install chromium" >&2; exit 1; }

.PHONY: clean
clean: ## remove the environment and caches; your data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "TI2V Bench needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.web: pyproject.toml constraints.txt | $(BIN)/uv
	$(INSTALL) -e .
	@$(COMPILE)
	@touch $@

# The tests run real networks at toy size, so development needs the worker's part too.
$(VENV)/.dev: pyproject.toml constraints.txt $(VENV)/.torch | $(BIN)/uv
	$(INSTALL) -e '.[dev,worker,ray]'
	@$(COMPILE)
	@touch $@ $(VENV)/.web $(VENV)/.worker

# torch comes first and by pip: on many machines pip is set up with a CPU or CUDA wheel of torch, uv is not.
$(VENV)/.torch: | $(BIN)/uv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@touch $@

$(VENV)/.worker: pyproject.toml constraints.txt $(VENV)/.torch | $(BIN)/uv
	$(INSTALL) -e '.[worker]'
	@touch $@ $(VENV)/.web
