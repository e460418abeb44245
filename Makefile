# For people and CI. Every target works as the first command typed in a fresh clone: tools/setup.sh installs what is missing.
# ARGS="…" is handed to the program behind a target: make test ARGS="test/queue -t reclaim" (which leaves the Python tests out)
SHELL := /bin/bash
.DEFAULT_GOAL := help
ENVIRONMENT ?= development
ARGS ?=
# Redis engine of the tests: redis-7.0, redis-8 or valkey-8. By default Valkey 8, or what is installed if it is not available.
ENGINE ?=

# `make synth ENV=production` would otherwise build the development environment.
unknown := $(filter-out ENVIRONMENT ARGS SHELL,$(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name))))
ifneq ($(unknown),)
$(error Unknown variable $(unknown). Available: ENVIRONMENT=development, ARGS="…")
endif

# npm puts node_modules/.bin first on the PATH of its scripts, so Node 24 runs them.
run := npm run --silent
on_engine := tools/on-engine.sh "$(ENGINE)"
template := cdk.out/ModelEvents-$(ENVIRONMENT).template.json
sources = $(shell find bin config console contract lambda lib queue tools clients/node cdk.json package-lock.json -type f -not -path '*/dist/*' -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: help audit bench check demo test test-deploy test-engines test-faults test-load test-model test-python verify lint synth local screenshots dashboard-picture package setup setup-redis setup-all setup-emulator setup-spin

help: ## Show the available commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup-redis ## Deliver sample registrations from the registry's database to consumers through a real Redis
	@tools/python.sh boto3 >/dev/null
	@$(run) build -- functions
	@$(run) demo -- $(ARGS)

test: setup-all setup-emulator ## Build, lint, check types, and run every test (ENGINE=redis-8)
	@$(run) build
ifneq ($(filter-out --%,$(ARGS)),)
	@$(MAKE) --no-print-directory checks
	@$(on_engine) $(run) test -- $(ARGS)
else
	@$(on_engine) tools/test-all.sh $(ARGS)
endif

check: setup-redis setup-emulator ## Check types, lint, format, and run the tests that need no bundle, deployment or browser (one minute)
	@$(run) build -- consumer
	@$(MAKE) --no-print-directory -j2 -k -O checks check-tests

test-python: setup-all ## Run the tests of the Python package (ARGS="tests/registry -k crash")
	@$(on_engine) tools/test-python.sh $(ARGS)

test-deploy: setup-redis setup-emulator ## Deploy to an emulated account with the CDK CLI and test the deployed pipeline
	@$(run) build -- functions constructs
	@$(on_engine) $(run) test -- test/deploy $(ARGS)

test-model: setup-redis ## Search for five minutes for a sequence of operations that breaks the queues (ARGS="--seconds N --seed N --path P")
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" $(on_engine) tsx --require ./tools/lua-require.cjs test/model-based/main.ts $(ARGS)

verify: setup-spin ## Check a model of the queue protocol exhaustively, and that it fails without WAIT, nonce or check of types (spin)
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" tsx dev/verify/main.ts

test-engines: setup-all ## Run the queue, publisher, conformance and cluster tests and some faults on Redis 7.0, Redis 8 and Valkey 8 (ARGS="--write")
	@$(run) build >&2
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" tsx --require ./tools/lua-require.cjs dev/engines/main.ts $(ARGS)

test-faults: setup-all ## Inject one fault after the other under load and account for every event (ARGS="--only 1,4 --seed 7" ENGINE=redis-8)
	@$(run) build >&2
	@PATH="$$PWD/node_modules/.bin:$$PATH" $(on_engine) tsx --require ./tools/lua-require.cjs dev/faults/main.ts $(ARGS)

test-load: setup-redis ## Send 1000 messages a second for ten minutes, then a burst, and account for every event (ARGS="--rate 1000 --minutes 10")
	@$(run) build -- functions consumer >&2
	@PATH="$$PWD/node_modules/.bin:$$PATH" $(on_engine) tsx --require ./tools/lua-require.cjs dev/faults/sustained/main.ts $(ARGS)

bench: setup-redis ## Compare the throughput with other implementations (ARGS="--json --write" ENGINE=redis-8)
	@$(run) build -- functions consumer >&2
	@$(on_engine) $(run) bench -- $(ARGS)

lint: setup ## Check types, lint and format
	@$(run) build -- consumer
	@$(MAKE) --no-print-directory checks

audit: setup ## Check the deployed packages for security advisories
	@$(run) build -- functions >/dev/null
	@$(run) audit

synth: setup ## Write the CloudFormation templates to cdk.out (ENVIRONMENT=development)
	@$(run) synth -- -c environment=$(ENVIRONMENT) $(ARGS)

local: setup-redis $(template) ## Run the whole pipeline on this machine
	@$(run) local -- $(ARGS)

screenshots: setup-redis $(template) ## Update the screenshots of the console in docs/pictures
	@tools/setup.sh chromium
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" tsx --require ./tools/lua-require.cjs dev/local/console-pictures.ts

dashboard-picture: setup $(template) ## Render the dashboard with the metrics of a log of make test-load (ARGS=load.log)
	@tools/setup.sh chromium
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" tsx --require ./tools/lua-require.cjs dev/local/dashboard-picture.ts $(ARGS)

package: setup ## Pack the consumer library for Node, the CDK constructs and the package for Python into dist/package
	@$(run) build -- functions consumer constructs
	@$(run) package
	@"$$(tools/python.sh setuptools wheel)" tools/build-wheel.py dist/package

$(template): $(sources) | setup
	@$(run) synth -- -c environment=$(ENVIRONMENT)

setup:
	@tools/setup.sh
setup-redis:
	@tools/setup.sh redis
setup-all:
	@tools/setup.sh redis python postgresql aws chromium curl
setup-spin:
	@tools/setup.sh spin
# The same modules as in dev/emulators/aws-emulator.ts.
setup-emulator: setup
	@tools/python.sh moto flask flask_cors boto3 >/dev/null

# Two at a time, with the output of each in one piece.
.PHONY: checks check-types check-rules check-form check-python check-tests
checks:
	@$(MAKE) --no-print-directory -j2 -k -O check-rules check-types check-form check-python
check-types:
	@$(run) check:types && echo 'typecheck passed'
check-rules:
	@$(run) check:rules && echo 'lint passed'
check-form:
	@$(run) check:form && echo 'format passed'
check-tests:
	@$(on_engine) $(run) test -- --filter=./tools/jest/without-build.cjs $(ARGS)
check-python:
	@found=$$(node_modules/.bin/pyright -p clients/python --pythonpath "$$(tools/python.sh redis)") || { echo "$$found"; exit 1; }
	@echo 'typecheck of the Python package passed'
