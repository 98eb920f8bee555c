# make help lists what there is to do.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test test-panel test-python test-distributed test-ray test-cluster test-matrix bench lint audit js docs dist clean tools mongod chromium

PYTHON ?= python3
# The repository's address, for the documentation's site and what is installed
REPOSITORY ?=
export PYTHON REPOSITORY
# Or each process compiles FiftyOne and PyTorch anew, and FiftyOne its plugins with each call
unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
STANDALONE := .tools/milvus-2.3.5/.done
CLUSTER := .tools/milvus-cluster-2.3.5/.done
NODE_MODULES := js/node_modules/.done
# Tests wait for servers more than they compute: three at a time keep two cores busy
WORKERS ?= 3
# What pytest ends with where it has no test to run
NO_TESTS := 5
AUDITED := fiftyone_milvus app operators panels demo __init__.py
BENCHMARKS = $(filter-out benchmarks/_%,$(wildcard benchmarks/*.py))

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: tools $(NODE_MODULES) .venv/.done-dev mongod $(if $(SKIP_STANDALONE),,$(STANDALONE)) $(if $(SKIP_CLUSTER)$(SKIP_STANDALONE),,$(CLUSTER)) chromium ## everything that work on the plugin needs

demo: .venv/.done-demo mongod ## the App with a ready-made dataset; DATASET=, MODEL=, PORT= and ADDRESS= choose others
	$(PY) -m demo $(if $(DATASET),--dataset "$(DATASET)") $(if $(MODEL),--model "$(MODEL)") $(if $(PORT),--port "$(PORT)") $(if $(ADDRESS),--address "$(ADDRESS)")

test: test-panel test-python test-distributed ## all tests; ARGS= goes to pytest, WORKERS= run at once

test-panel: tools $(NODE_MODULES) ## the panel's own tests
	$(if $(wildcard js/package.json),npm --prefix js run --if-present lint)
	$(if $(wildcard js/package.json),npm --prefix js run --if-present typecheck)
	$(if $(wildcard js/package.json),npm --prefix js test)

test-python: setup ## unit, integration and browser tests
	$(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not cluster and not ray$(if $(SKIP_STANDALONE), and not standalone)" $(ARGS)

# Both mostly wait for processes to start and to end
test-distributed: setup ## tests on a Ray and on a Milvus cluster, at once
	scripts/at_once.sh "$(MAKE) test-ray" "$(MAKE) test-cluster"

test-ray: setup ## tests on a Ray cluster
	$(PY) -m pytest -m "ray and not cluster$(if $(SKIP_STANDALONE), and not standalone)" $(ARGS) || [ $$? = $(NO_TESTS) ]

test-cluster: setup ## tests on a Milvus cluster
	$(if $(SKIP_CLUSTER)$(SKIP_STANDALONE),,$(PY) -m pytest -m cluster $(ARGS) || [ $$? = $(NO_TESTS) ])

test-matrix: .venv/.done-dev mongod ## the backend's contract with the lowest and highest versions
	scripts/test_matrix.sh

bench: .venv/.done-dev mongod $(STANDALONE) $(CLUSTER) ## benchmarks that print tables; BENCHMARKS= chooses some
	set -e; for program in $(BENCHMARKS); do echo "== $$program"; PYTHONPATH=. $(PY) "$$program"; done

lint: tools $(NODE_MODULES) .venv/.done-dev ## ruff, mypy and the panel's checks
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	scripts/check_types.sh
	$(if $(wildcard js/package.json),npm --prefix js run --if-present lint)
	$(if $(wildcard js/package.json),npm --prefix js run --if-present typecheck)

audit: .venv/.done-audit $(NODE_MODULES) ## looks for faults of security: bandit, and npm audit where the registry has it
	$(PY) -m bandit --quiet --configfile pyproject.toml --recursive $(AUDITED)
	scripts/audit_js.sh

js: $(NODE_MODULES) ## builds the panel into js/dist
	npm --prefix js run build

docs: .venv/.done-dev .venv/.done-docs mongod ## the documentation's site, in site/; REPOSITORY= is its repository's address
	PYTHONPATH=. $(PY) scripts/operators_page.py docs/operators.md
	$(PY) -m mkdocs build --strict

dist: ## the plugin as a zip file and the library as a wheel, in dist/; REPOSITORY= as well
	$(PYTHON) scripts/build_dist.py dist

clean: ## removes all that the other targets made
	rm -rf .venv .tools .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf js/node_modules build dist site test-results ./*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Quick enough to look again each time
tools:
	@scripts/check_tools.sh

mongod:
	@scripts/setup_mongod.sh

chromium:
	@scripts/setup_chromium.sh

# Stamped: made again when a file that determines them changes
.venv/.done-demo: pyproject.toml scripts/setup_python.sh
	scripts/setup_python.sh demo
	@touch $@

.venv/.done-dev: pyproject.toml scripts/setup_python.sh
	scripts/setup_python.sh demo,test,lint
	@touch $@ .venv/.done-demo

.venv/.done-docs: pyproject.toml scripts/setup_python.sh
	scripts/setup_python.sh docs
	@touch $@

.venv/.done-audit: pyproject.toml scripts/setup_python.sh
	scripts/setup_python.sh audit
	@touch $@

$(STANDALONE): scripts/setup_milvus_standalone.sh
	scripts/setup_milvus_standalone.sh
	@touch $@

$(CLUSTER): scripts/setup_milvus_cluster.sh
	scripts/setup_milvus_cluster.sh

$(NODE_MODULES): $(wildcard js/package.json js/package-lock.json) scripts/setup_js.sh
	scripts/setup_js.sh
	@mkdir -p $(@D) && touch $@
