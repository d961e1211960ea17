# Two commands matter: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PLACE ?= shizong
SCALE ?= 0.05
MONTHS ?= 12
SEED ?= 7
# One more than cores: tests wait a quarter of their time, for pages and other processes.
WORKERS ?= $(shell expr $$(nproc) + 1)
FUZZ_SECONDS ?= 600
PIN_FLAGS := --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
  --no-emit-find-links --no-annotate --no-header -q

export DO_NOT_TRACK = 1
export PYTHONUTF8 = 1

.DEFAULT_GOAL := help
.PHONY: help env env-dev run test lint format bench fuzz pollution docs check-full pins browser clean-data

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

env: $(VENV)/.installed ## the environment to run it, from hashed pins
env-dev: $(VENV)/.installed-dev ## the environment to develop and test it

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "xianqing needs Python 3.11 or newer and found $$($(PYTHON) --version 2>&1): install it, or name it with 'make PYTHON=/path/to/python3'."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The environment could not be made: install Debian's python3-venv and try again."; exit 1; }

$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing the pinned packages (once, a minute or two) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: env ## a synthetic county, the whole pipeline, a release, dashboards (SCALE=1 in full; another place: XIANQING_DATA_DIR=data/haikou make run PLACE=haikou)
	@$(BIN)/xianqing demo --place $(PLACE) --scale $(SCALE) --months $(MONTHS) --seed $(SEED)

browser:
	@bash scripts/browser.sh

test: env-dev browser lint ## everything, browser tests included
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder tests

lint: env-dev ## format, lint and types of Python and SQL
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy & types=$$!; \
	  $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests; sql=$$?; \
	  wait $$types && exit $$sql

format: env-dev ## rewrite Python and SQL in the house style
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/sqlfluff fix --processes 2 dbt_project/models dbt_project/tests

bench: env-dev ## speed as ratios to bare reading of the same files; writes docs/benchmarks.md
	@$(BIN)/python -m benchmarks.run --scale $(SCALE)

fuzz: env-dev ## every parser against hostile input, FUZZ_SECONDS (600) per target; finds go to tests/faults/finds
	@mkdir -p data/fuzz
	@for target in text xlsx xls parquet values protocol; do \
	  $(BIN)/python -m fuzz.run $$target -max_total_time=$(FUZZ_SECONDS) -print_final_stats=0 \
	    -artifact_prefix=data/fuzz/$$target- || exit 1; done

pollution: env-dev ## the suite of damaged files, with the other readers; writes docs/pollution.md
	@$(BIN)/python -m benchmarks.pollution --files 10500 --seed $(SEED) --peers

docs: env-dev ## regenerate docs/dictionary.md and the dbt sources
	@$(BIN)/xianqing dictionary --to docs/dictionary.md

check-full: env ## the county at full size against every published figure (about 8 minutes, 6 GB of disk)
	@$(BIN)/python -m pipelines.checking --place $(PLACE) --scale 1

pins: ## resolve requirements anew (needs uv); review the diff
	uv pip compile pyproject.toml --extra build --extra dev $(PIN_FLAGS) -U -o requirements-dev.txt
	uv pip compile pyproject.toml --extra build $(PIN_FLAGS) -c requirements-dev.txt -o requirements.txt

clean-data: ## remove the synthetic county (refuses a real installation)
	@$(BIN)/xianqing clear-synthetic
