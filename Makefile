# For people and CI. Every target works as the first command typed in a fresh clone: tools/setup.sh installs what is missing.
# ARGS="…" is handed to the program behind a target: make test ARGS="test/queue -t reclaim"
SHELL := /bin/bash
.DEFAULT_GOAL := help
ENVIRONMENT ?= development
ARGS ?=

# npm puts node_modules/.bin first on the PATH of its scripts, so Node 24 runs them.
run := npm run --silent
template := cdk.out/ModelEvents-$(ENVIRONMENT).template.json
sources = $(shell find bin config contract lambda lib queue tools cdk.json package-lock.json -type f -not -path '*/dist/*' -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: help demo test test-deploy lint synth local package setup setup-redis setup-all setup-emulator

help: ## Show what can be typed here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup-redis ## Carry sample registrations from event to consumers, on a real Redis
	@$(run) build -- functions
	@$(run) demo -- $(ARGS)

test: setup-all setup-emulator ## Build, lint, check types, and run every test
	@$(run) build
	@$(MAKE) --no-print-directory checks
	@$(run) test -- $(ARGS)

test-deploy: setup-redis setup-emulator ## Deploy to an emulated account with the CDK CLI, and drive the deployed road
	@$(run) build -- functions
	@$(run) test -- test/deploy $(ARGS)

lint: setup ## Check types, rules and form without running a test
	@$(run) build -- consumer
	@$(MAKE) --no-print-directory checks

synth: setup ## Write the CloudFormation templates to cdk.out (ENVIRONMENT=development)
	@$(run) synth -- -c environment=$(ENVIRONMENT) $(ARGS)

local: setup-redis $(template) ## Keep the whole road running here, for work on the services around it
	@$(run) local -- $(ARGS)

package: setup ## Pack the consumer library into dist/package
	@$(run) build -- consumer
	@$(run) package

$(template): $(sources) | setup
	@$(run) synth -- -c environment=$(ENVIRONMENT)

setup:
	@tools/setup.sh
setup-redis:
	@tools/setup.sh redis
setup-all:
	@tools/setup.sh redis python
# The same modules as in local/aws-emulator.ts.
setup-emulator: setup
	@tools/python.sh moto flask flask_cors boto3 >/dev/null

# Two at a time, each one's output in one piece.
.PHONY: checks check-types check-rules check-form
checks:
	@$(MAKE) --no-print-directory -j2 -k -O check-rules check-types check-form
check-types:
	@$(run) check:types && echo 'types are right'
check-rules:
	@$(run) check:rules && echo 'rules are kept'
check-form:
	@$(run) check:form && echo 'form is kept'
