# Everything a developer does, as targets. `make` alone lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PORT   ?= 8000
XDIST  ?= auto

.DEFAULT_GOAL := help
.PHONY: help run demo import test test-fast test-browser soak check lint types contracts openapi docs-check bench clean browser

help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}'

$(STAMP): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Marquee needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@echo "Setting up $(VENV) (first time only) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $(STAMP)

run: $(STAMP) ## Set up and start everything on this machine; prints URL and demo sign-ins
	@$(BIN)/python -m local --port $(PORT)

demo: $(STAMP) ## Buy a ticket over HTTP and watch the push arrive (starts a server of its own)
	@$(BIN)/python -m local.tour

import: $(STAMP) ## Import an Open Event archive or folder into the running server: make import FILE=path
	@$(BIN)/python -m local.importing "$(FILE)" --url http://127.0.0.1:$(PORT)

test: $(STAMP) browser ## Set up and run the whole test suite, fast tests first
	@$(BIN)/python -m pytest tests/architecture tests/unit -n $(XDIST)
	@$(BIN)/python -m pytest tests --ignore tests/architecture --ignore tests/unit -n $(XDIST) -m "not browser and not slow"
	@$(BIN)/python -m pytest tests -m "slow and not browser"
	@$(BIN)/python -m pytest tests -m browser

test-fast: $(STAMP) ## The fast half of the tests
	@$(BIN)/python -m pytest tests/architecture tests/unit -n $(XDIST)

soak: $(STAMP) ## Reliability tests with many more rounds
	@MARQUEE_ROUNDS=1000 $(BIN)/python -m pytest tests -m slow --timeout 3600

browser: ## Install Chromium for the browser tests, where that is possible
	@sh tests/install_chromium.sh

check: lint types contracts docs-check test ## Everything CI runs

lint: $(STAMP) ## ruff, formatting, unused and missing dependencies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/deptry .

types: $(STAMP) ## mypy --strict
	@$(BIN)/mypy

contracts: $(STAMP) ## One-way imports
	@$(BIN)/lint-imports

openapi: $(STAMP) ## Write docs/openapi.json and the generated parts of docs/
	@$(BIN)/python -m docs.generate

docs-check: $(STAMP) ## Fail when generated documents are out of date
	@$(BIN)/python -m docs.generate --check

bench: $(STAMP) ## Measure P1-P3 and P5 beside the 2016 way
	@$(BIN)/python -m bench

clean: ## Remove the virtual environment and local data
	rm -rf $(VENV) .local
