# One file of everyday commands. Every target sets itself up.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup run dev test lint bench lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## create .venv and install the locked packages (skipped when done)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("content_pipeline needs Python 3.11 or later; set PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: setup ## produce three sandbox days of the account demo: no key, no network
	$(BIN)/content-pipeline produce --account demo --date 2026-01-05 --days 3

dev: setup ## open the Dagster UI on http://127.0.0.1:3000 over what run made
	$(BIN)/content-pipeline ui

test: setup lint ## lint, types, layers, then every test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: setup ## ruff, mypy, import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy content_pipeline
	$(BIN)/lint-imports

bench: setup ## run every benchmark and print its ratios
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

lock: setup ## resolve the newest allowed versions into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock

clean: ## remove what runs wrote
	rm -rf data/run
