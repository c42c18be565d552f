# Headwater's commands. `make demo` and `make test` set up what they need and run.
SHELL  := /bin/bash
PYTHON ?= python3.11
BIN    := .venv/bin
# The binary itself: the npm launcher ends with 0 whatever forge says.
FORGE   = $$(ls ../node_modules/@foundry-rs/forge-*/bin/forge)

.PHONY: help setup demo test test-contracts test-python test-long check quick fmt artifacts vectors coverage bench bench-gas bench-vault bench-checks clean

help:            ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: .venv/.installed node_modules/.installed   ## install Python and Node tools (once)

.venv/.installed: constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes --no-deps -r constraints.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

node_modules/.installed: package.json package-lock.json
	npm install --silent --no-save
	touch $@

demo: setup      ## the main job on this machine, about a minute
	$(BIN)/headwater demo

test: test-contracts test-python   ## all tests but the long counts

test-contracts: setup
	cd contracts && $(FORGE) test

test-python: setup
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow"

test-long: setup   ## the long counts: fuzz 5,000, invariants 256 x 200, every slow test
	cd contracts && FOUNDRY_PROFILE=long $(FORGE) test
	$(BIN)/pytest -n 2 --dist loadgroup -m slow

check: setup     ## lint, types, layers, formatting, artifacts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd contracts && $(FORGE) fmt --check
	$(BIN)/python contracts/build.py --check

quick: setup     ## under a minute, while writing
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -m "not slow and not chain and not e2e and not media" tests/unit tests/property tests/conformance

fmt: setup       ## format everything
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd contracts && $(FORGE) fmt

artifacts: setup ## compile the contracts into the Python package
	$(BIN)/python contracts/build.py

bench: bench-gas bench-vault bench-checks   ## every measurement; results in bench/results

bench-gas bench-vault bench-checks: setup
	$(BIN)/python bench/$(subst bench-,bench_,$@).py

clean:           ## remove what was built, keep the sources
	rm -rf .venv node_modules build contracts/out contracts/cache .pytest_cache .mypy_cache .ruff_cache
