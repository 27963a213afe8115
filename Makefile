# Everything a developer does, as targets. `make` alone lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PORT   ?= 8000
XDIST  ?= auto
NODE   := web/.node/.installed
MODULES := web/node_modules/.package-lock.json
WEBSITE := web/dist/NOTICE.txt
# With the folders, whose time tells of removed files; without the types, which the build does not read.
WEB_SOURCES := $(shell find web/src web/public web/build ! -name schema.d.ts) web/package.json web/vite.config.ts
export PATH := $(abspath web/.node/bin):$(PATH):$(abspath $(BIN))

.DEFAULT_GOAL := help
.PHONY: web web-check web-types help run demo import test test-fast soak check lint types contracts openapi docs-check bench infra-lint deploy deploy-local release package package-check cost clean browser

help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}'

$(STAMP): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Marquee needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@echo "Setting up $(VENV) (first time only) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $(STAMP)

.venv-deploy/.installed: requirements-dev.txt
	@$(PYTHON) -m venv .venv-deploy
	@.venv-deploy/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

$(NODE): web/install_node.sh | $(STAMP)
	@PYTHON=$(abspath $(BIN))/python sh web/install_node.sh
	@touch $@

$(MODULES): web/package-lock.json | $(NODE)
	@echo "Installing the tools of the web client (first time only) …"
	@cd web && npm ci --silent
	@touch $@

$(WEBSITE): $(WEB_SOURCES) $(MODULES)
	@cd web && node_modules/.bin/vite build --logLevel warn

web: $(WEBSITE) ## Build the web client into web/dist

run: $(STAMP) $(WEBSITE) ## Set up and start everything on this machine (REBUILD=1: follow changes of web/)
	@$(BIN)/python -m local --port $(PORT) $(if $(REBUILD),--rebuild)

demo: $(STAMP) $(WEBSITE) ## Buy a ticket over HTTP and watch the push arrive (starts a server of its own)
	@$(BIN)/python -m local.demo.tour

import: $(STAMP) ## Import an Open Event archive or folder into the running server: make import FILE=path
	@$(BIN)/python -m local.demo.importing "$(FILE)" --url http://127.0.0.1:$(PORT)

test: $(STAMP) $(WEBSITE) browser ## Set up and run the whole test suite, fast tests first
	@$(BIN)/python -m pytest tests/architecture tests/unit -n $(XDIST)
	@$(BIN)/python -m pytest tests --ignore tests/architecture --ignore tests/unit --ignore tests/deploy -n $(XDIST) \
		-m "not browser and not slow"
	@$(BIN)/python -m pytest tests --ignore tests/deploy -n $(XDIST) --maxschedchunk 1 -m "slow and not browser"
	@$(BIN)/python -m pytest tests --ignore tests/deploy -n $(XDIST) -m browser

test-fast: $(STAMP) $(WEBSITE) ## The fast half of the tests
	@$(BIN)/python -m pytest tests/architecture tests/unit -n $(XDIST)

soak: $(STAMP) $(WEBSITE) ## Reliability tests with many more rounds and 10,000 fresh schedules of payments
	@MARQUEE_ROUNDS=1000 MARQUEE_BUYERS=200 MARQUEE_STORMS=100 MARQUEE_SCHEDULES=10000 MARQUEE_CUTS=20 MARQUEE_CUT_SECONDS=30 MARQUEE_MESSAGES=100 MARQUEE_ATTENDEES=10000 MARQUEE_SCANS=100000 $(BIN)/python -m pytest tests --ignore tests/deploy -m slow --timeout 3600

web-types: $(MODULES)
	@cd web && npm run --silent types > /dev/null

web-check: web-types $(WEBSITE) ## The web client: Biome, types, Vitest; what its build writes is committed
	@cd web && npm run --silent check
	@cd web && npm run --silent words > /dev/null
	@git diff --exit-code -- chalicelib/website/pages/scripts.json web/src/words

browser: ## Install Chromium for the browser tests, where that is possible
	@sh tests/install_chromium.sh

check: ## Everything CI runs
	@$(MAKE) $(WEBSITE)
	@$(MAKE) -j2 lint types contracts docs-check web-check infra-lint package-check
	@$(MAKE) test

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

docs-check: $(STAMP) $(WEBSITE) ## Fail when generated documents are out of date
	@$(BIN)/python -m docs.generate --check
	@$(BIN)/python -m bench.cost --check

bench: $(STAMP) $(WEBSITE) ## Measure P1-P3, P5, P8 and P12, reads beside the 2016 way
	@$(BIN)/python -m bench

.venv-infra/.installed: requirements-infra.txt
	@echo "Setting up .venv-infra (first time only) …"
	@$(PYTHON) -m venv .venv-infra
	@.venv-infra/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-infra.txt
	@touch $@

infra-lint: .venv-infra/.installed $(STAMP) ## Templates, policies, workflows; secrets in what git tracks
	@.venv-infra/bin/cfn-lint infra/stacks/*.yaml
	@.venv-infra/bin/checkov --config-file infra/stacks/.checkov.yaml
	@.venv-infra/bin/python -m infra.checks.scan_policies
	@.venv-infra/bin/zizmor --offline --no-progress --persona auditor .github
	@git ls-files -z | xargs -0 -n 200 -P 2 $(BIN)/detect-secrets-hook --baseline .secrets.baseline
	@echo "No secrets in tracked files."

deploy: $(STAMP) $(WEBSITE) ## Bring a stage up on AWS, or up to date: make deploy STAGE=dev (YES=1: ask nothing)
	@$(BIN)/python -m infra up --stage $(STAGE) $(if $(YES),--yes)

release: ## Pack the tagged version and its part of the changelog: make release TAG=v1.0.0
	@mkdir -p dist
	@git archive --format=tar.gz --prefix=marquee-$(TAG:v%=%)/ -o dist/marquee-$(TAG:v%=%).tar.gz HEAD
	@awk '/^## /{on=($$2==v)} on' v=$(TAG:v%=%) CHANGELOG.md > dist/notes.md
	@test -s dist/notes.md || { echo "CHANGELOG.md has no part for $(TAG)"; exit 1; }

deploy-local: .venv-deploy/.installed $(WEBSITE) ## Deploy to an AWS emulator here: up, smoke, demo, change, up, down, kills
	@.venv-deploy/bin/python -m pytest tests/deploy -n 2 --dist loadfile -v --timeout 900

package: $(STAMP) ## Build the layer of dependencies that the Lambda functions share
	@$(BIN)/python -m infra.package.build

package-check: $(STAMP) ## That layer and the application: small enough, and enough to run the product on
	@$(BIN)/python -m pytest tests/deploy/test_package.py -k "not download_for_every" --timeout 300

cost: $(STAMP) $(WEBSITE) ## Compute docs/cost.md
	@$(BIN)/python -m bench.cost

clean: ## Remove the virtual environment and local data
	rm -rf $(VENV) .venv-infra .venv-deploy .local web/.node web/node_modules web/dist
