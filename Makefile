# Headwater's commands. `make demo` and `make test` set up what they need and run.
SHELL  := /bin/bash
PYTHON ?= python3.11
BIN    := .venv/bin
# The binary itself: the npm launcher ends with 0 whatever forge says.
FORGE   = $$(ls ../node_modules/@foundry-rs/forge-*/bin/forge)

.PHONY: help setup demo test test-contracts test-python test-long test-long-contracts test-long-python clients check slither prove coverage quick fmt artifacts bench bench-gas bench-vault bench-checks bench-copies bench-export bench-gyro bench-privacy bench-review clean

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

# Tools that pin what we do not (docs/adr/0012): an environment each, which nothing of ours imports.
.venv-%/.installed: contracts/tools/%.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/pip install -q --disable-pip-version-check --require-hashes -r $<
	touch $@

# Clients of what we write, hashed too, unless one needs an installer of its own (tests/clients/README.md).
.venv-client-%/.installed: tests/clients/%.txt
	$(PYTHON) -m venv .venv-client-$*
	if [ -f tests/clients/install_$*.sh ]; then bash tests/clients/install_$*.sh .venv-client-$*; \
	else .venv-client-$*/bin/pip install -q --disable-pip-version-check --require-hashes --no-deps -r $<; fi
	touch $@

# Other checkers that ours are measured against, hashed, an environment each.
.venv-peer-%/.installed: bench/peers/%.txt
	$(PYTHON) -m venv .venv-peer-$*
	.venv-peer-$*/bin/pip install -q --disable-pip-version-check --require-hashes --no-deps -r $<
	touch $@

PEERS := $(patsubst bench/peers/%.txt,.venv-peer-%/.installed,$(wildcard bench/peers/*.txt))

demo: setup      ## the main job on this machine, about a minute
	$(BIN)/headwater demo

test: test-contracts test-python   ## all tests but the long counts

test-contracts: setup
	cd contracts && $(FORGE) test

test-python: setup
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=20 -m "not slow"

CLIENTS := $(patsubst tests/clients/%.txt,.venv-client-%/.installed,$(wildcard tests/clients/*.txt))

clients: setup   ## open what we write with LeRobot, datasets, webdataset, mcap, rerun: each in its own environment
	$(MAKE) --no-print-directory -j2 $(CLIENTS)
	$(BIN)/python tests/clients/run.py

# Each part writes its own section, so that they can also be run one at a time.
test-long: test-long-contracts test-long-python prove   ## fuzz 5,000, invariants 256 x 200, every slow test, proofs; writes tests/long-result.md

test-long-contracts test-long-python: setup
	$(BIN)/python tests/long_result.py $(subst test-long-,,$@)

prove: setup .venv-halmos/.installed   ## prove the arithmetic for every input; about 90 s
	$(BIN)/python tests/long_result.py proofs

coverage: setup  ## lines and branches of contracts/src that tests reach; fails below 95 %
	$(BIN)/python contracts/tools/coverage.py

check: setup .venv-slither/.installed   ## lint, types, layers, formatting, artifacts, static analysis
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd contracts && $(FORGE) fmt --check
	$(BIN)/python contracts/build.py --check
	$(BIN)/python contracts/tools/analyse.py

slither: setup .venv-slither/.installed   ## static analysis; each finding has a reason in contracts/tools/accepted.json
	$(BIN)/python contracts/tools/analyse.py

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

bench: bench-gas bench-vault bench-checks bench-copies bench-export bench-gyro bench-privacy bench-review   ## every measurement; results in bench/results

.venv-mujoco/.installed .venv-crowd/.installed .venv-age/.installed: .venv-%/.installed: bench/%.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/pip install -q --disable-pip-version-check --require-hashes --no-deps -r $<
	touch $@

build/gyro_clips/.rendered: .venv-mujoco/.installed bench/gyro_clips.py
	MUJOCO_GL=osmesa .venv-mujoco/bin/python bench/gyro_clips.py build/gyro_clips --count 200
	touch $@

bench-gyro: setup build/gyro_clips/.rendered   ## gyro authenticity: 200 rendered clips (needs the package libosmesa6), the GoPro file
	$(BIN)/python bench/bench_gyro.py build/gyro_clips $(if $(wildcard ../shared/data/comma2k19),--data ../shared/data)

bench-gas bench-vault bench-checks bench-copies bench-export bench-privacy bench-review: setup
	$(BIN)/python bench/$(subst bench-,bench_,$@).py

bench-checks: $(PEERS)

bench-review: .venv-crowd/.installed

bench-vault: .venv-age/.installed

clean:           ## remove what was built, keep the sources
	rm -rf .venv .venv-slither .venv-halmos .venv-client-* .venv-peer-* .venv-mujoco .venv-crowd .venv-age node_modules build contracts/out contracts/cache .pytest_cache .mypy_cache .ruff_cache
