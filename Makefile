# Headwater's commands. `make demo` and `make test` set up what they need and run.
SHELL := /bin/bash
PY    := .venv/bin/python
BIN   := .venv/bin

.PHONY: setup demo test test-long check quick contracts artifacts fmt bench clean help

help:            ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.installed node_modules/.installed   ## install Python and Node tools (once)

.venv/.installed: constraints.txt pyproject.toml
	python3.11 -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

node_modules/.installed: package.json package-lock.json
	npm install --silent --no-save
	touch $@

clean:           ## remove what was built, keep the sources
	rm -rf .venv node_modules build contracts/out contracts/cache .pytest_cache .mypy_cache .ruff_cache
