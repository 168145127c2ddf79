# Every command a person needs. Each does its own set-up; running it again is quick.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
PORT ?= 8000
LAN ?= 0
DYNAMODB ?= moto
TESTS ?= tests
WORKERS ?= 2
STEPS ?= 100000
STAGE ?= dev
STORAGE := $(addprefix tests/unit/runtime/,test_store.py test_transactions.py test_gathering.py test_meter.py)
ON_DYNAMODB ?= $(STORAGE) $(filter-out %/local_stack %/contract %/__pycache__,$(wildcard tests/integration/*)) $(wildcard tests/integration/local_stack/*dynamodb*)

.PHONY: help run test test-dynamodb test-stack lint format package deploy destroy rotate policies roles documents pictures bench-local bench-join bench-crowd bench-live bench-report bench-sweep bench-cost bench-cold bench-check bench-sound prove prove-properties prove-fuzz soak clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

run: .venv/ready-local $(if $(filter local,$(DYNAMODB)),.venv/ready-engine) ## Earshot at http://127.0.0.1:8000 (PORT=8001 elsewhere; LAN=1 with HTTPS for phones nearby; DYNAMODB=local keeps its data)
	@PORT=$(PORT) LAN=$(LAN) DYNAMODB=$(DYNAMODB) $(PY) -m infra.local

test: .venv/ready-dev .venv/ready-browser ## the whole suite, real browsers included (TESTS=tests/unit for a part)
	@$(PY) -m pytest -n $(WORKERS) -p tests.support.sharing_out $(TESTS)

test-dynamodb: .venv/ready-dev .venv/ready-engine ## storage and use cases on DynamoDB Local, AWS's own engine (needs Java 17 and Maven)
	@EARSHOT_TEST_ENGINE=local $(PY) -m pytest -n $(WORKERS) $(ON_DYNAMODB)

test-stack: .venv/ready-dev .venv-stack/ready ## the packaged template on an emulator of AWS: two meet by sound and get a report (some minutes)
	@$(PY) -m infra.packaging --stage dev --here --out out/stack
	@EARSHOT_STACK=1 $(PY) -m pytest -q -p no:randomly tests/stack

lint: .venv/ready-dev node_modules/.ready ## formats, types, import rules, templates, security
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m infra.packaging --stage prod --template-only --out out/lint
	.venv/bin/cfn-lint infra/resources.yaml infra/firewall.yaml out/lint/sam.yaml
	$(PY) -m infra.security infra/firewall.yaml out/lint/sam.yaml
	$(PY) -m bandit -q -c pyproject.toml -r app.py chalicelib
	infra/setup.sh npm run -s lint

format: .venv/ready-dev ## let the formatter have its way
	$(PY) -m ruff check --fix -q . ; $(PY) -m ruff format .

package: .venv/ready-dev ## the template that deploys and what its functions run, into out/ (STAGE=prod)
	@$(PY) -m infra.packaging --stage $(STAGE)

deploy: .venv/ready-dev ## the stage into your AWS account, or what has changed of it (STAGE=prod MAIL_FROM=…; docs/runbook.md)
	@$(PY) -m infra.deploying check --stage $(STAGE)
	@$(PY) -m infra.packaging --stage $(STAGE)
	@$(PY) -m infra.deploying deploy --stage $(STAGE)

destroy: .venv/ready-dev ## the stage and all of its data out of your AWS account, after asking (STAGE=prod)
	@$(PY) -m infra.deploying destroy --stage $(STAGE)

rotate: .venv/ready-dev ## a step of replacing a secret (STAGE=prod SECRET=cookies|edge STEP=announce|use|drop; docs/runbook.md)
	@$(PY) -m infra.deploying rotate --stage $(STAGE) $(if $(SECRET),--secret $(SECRET)) $(if $(STEP),--step $(STEP))

policies: .venv/ready-dev ## infra/policies, written anew from what the code may come to ask of AWS
	@$(PY) -m infra.reach

roles: .venv/ready-dev .venv/ready-browser ## the whole suite, and that infra/policies allow what it does
	@$(PY) -m pytest -n $(WORKERS) -p tests.support.sharing_out --roles tests

documents: .venv/ready-dev ## docs/openapi.json and docs/asyncapi.json, written anew from the code
	@$(PY) -m infra.documents

pictures: .venv/ready-dev .venv/ready-browser ## the pages' pictures in docs/pictures, from the real browser
	@EARSHOT_PICTURES=1 $(PY) -m pytest -p no:randomly tests/browser -k picture

bench-local: .venv/ready-local ## requests/s and socket round trip of the one-machine stack
	@$(PY) -m bench.local --check

bench-join: .venv/ready-dev ## what one join costs: ms, comparisons, DynamoDB requests and units
	@OMP_NUM_THREADS=1 $(PY) -m bench.join --check --json bench/results/join.json

bench-crowd: .venv/ready-dev ## 200 rooms of people on one network within ten seconds
	@OMP_NUM_THREADS=1 $(PY) -m bench.crowd --check --json bench/results/crowd.json
	@OMP_NUM_THREADS=1 $(PY) -m bench.flood --check --json bench/results/flood.json

bench-live: .venv/ready-local ## 500 sockets in one room: from showing a link to the last browser
	@$(PY) -m bench.live --check --json bench/results/live.json

bench-report: .venv/ready-dev ## what a report costs: meetings of 8 to 10 000 people
	@$(PY) -m bench.report --check --json bench/results/report.json

bench-sweep: .venv/ready-dev ## a million leases that run out within an hour, and a reaper that was away
	@$(PY) -m bench.sweep --check --json bench/results/sweep.json

bench-cost: .venv/ready-dev ## dollars of a join, a heartbeat, a report, a meeting and a month without any
	@$(PY) -m bench.cost --check --json bench/results/cost.json

bench-cold: .venv/ready-dev ## what each function imports at a cold start, beside Chalice and PynamoDB alone
	@OMP_NUM_THREADS=1 $(PY) -m bench.cold --check --json bench/results/cold.json

bench-check: .venv/ready-dev ## join, crowd, live, report and sweep, reduced: what CI runs
	@OMP_NUM_THREADS=1 $(PY) -m bench.join --small --check
	@OMP_NUM_THREADS=1 $(PY) -m bench.crowd --small --check
	@$(PY) -m bench.live --small --check
	@$(PY) -m bench.report --small --check
	@$(PY) -m bench.sweep --small --check

bench-sound: .venv/ready-dev ## error rates on a corpus in CORPUS (bench/sound/make simulates one)
	@test -n "$(CORPUS)" || { echo "Say which corpus: make bench-sound CORPUS=DIR. bench/sound/make simulates one."; exit 1; }
	@$(PY) -m bench.sound --corpus "$(CORPUS)" --cross 20000 --check

prove: bench-local bench-join bench-crowd bench-live bench-report bench-sweep bench-cost bench-cold prove-properties prove-fuzz ## every bench, property and fuzz in full; figures go to bench/results

prove-properties: .venv/ready-dev ## histories of joining by the ten thousand steps, and everything else that chance drives
	@HYPOTHESIS_PROFILE=thorough $(PY) -m pytest -n $(WORKERS) tests/properties

prove-fuzz: .venv/ready-dev ## ten thousand mutilated clips through the real application
	@EARSHOT_FUZZ_CASES=10000 EARSHOT_FUZZ_SEED=0 $(PY) -m pytest -q -s tests/properties/test_fuzz_joins.py

soak: .venv/ready-dev ## people's rights over their data, STEPS=… steps of any history (SEED=… to repeat one)
	@seed=$${SEED:-$$RANDOM}; echo "$(STEPS) steps; again: make soak STEPS=$(STEPS) SEED=$$seed"; \
	EARSHOT_SOAK=$(STEPS) EARSHOT_SEED=$$seed EARSHOT_STEPS=$(STEPS) $(PY) -m pytest -q -s -p no:randomly \
		--show-capture=no tests/properties/test_rights_machine.py

clean: ## forget the virtual environment and caches (not .earshot: it holds your local keys)
	rm -rf .venv .venv-stack node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/ready-local: requirements.txt requirements-local.txt
	@infra/setup.sh python requirements-local.txt && touch $@

.venv/ready-dev: requirements.txt requirements-local.txt requirements-dev.txt
	@infra/setup.sh python requirements-dev.txt && touch $@ .venv/ready-local

.venv/ready-browser: | .venv/ready-dev
	@infra/setup.sh browser && touch $@

.venv/ready-engine: infra/engine/pom.xml infra/engine/sha256sums | .venv/ready-local
	@infra/setup.sh engine && touch $@

.venv-stack/ready: infra/stack/requirements.txt
	@infra/setup.sh stack && touch $@

node_modules/.ready: package.json package-lock.json | .venv/ready-dev
	@infra/setup.sh web && touch $@
