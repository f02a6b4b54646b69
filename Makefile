# `make help` lists the targets. Each works in a fresh checkout: it makes what it needs first.
PYTHON ?= python3
ENV ?= local
VENV := .venv
BIN := $(VENV)/bin
SUPAOPS := $(BIN)/supaops
INSTALLED := $(VENV)/.installed
# The programs in .venv hold its path, so a checkout that was moved needs a new one.
$(shell [ ! -e $(INSTALLED) ] || [ "$$(cat $(INSTALLED))" = "$$(pwd -P)" ] || rm $(INSTALLED))

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-servers test-supabase check-supabase up down render plan apply verify doctor smoke lint format bench golden docs docs-serve lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## make .venv with the locked dependencies, and a PostgreSQL if there is none

$(INSTALLED): scripts/setup pyproject.toml requirements.lock requirements-embedded.lock
	@scripts/setup $(PYTHON) $(VENV)

demo: $(INSTALLED) ## from the YAML to a job that ran: the whole chain, on a private local stack
	@$(BIN)/python -m examples.game_platform.demo

test: $(INSTALLED) ## lint, types, layers and the whole test suite
	@scripts/test $(BIN)

test-servers: $(INSTALLED) ## the suite and the demo on each server, or on SERVERS="embedded ..."
	@scripts/test-servers $(BIN) $(SERVERS)

test-supabase: $(INSTALLED) ## the tests that hold for any Supabase, on two real ones; needs Docker
	@scripts/test-supabase $(BIN) $(SERVERS)

check-supabase: $(INSTALLED) ## push, lint, advisors and pgTAP under the real Supabase CLI, which comes from npm
	@cli=$$(scripts/supabase-cli) && SUPAOPS_SUPABASE_CLI=$$cli $(BIN)/pytest -q -m supabase

up: $(INSTALLED) ## start the local Supabase stack of this checkout
	@$(SUPAOPS) local up

down: $(INSTALLED) ## stop it; nothing is left running
	@$(SUPAOPS) local down

render: $(INSTALLED) ## print the SQL of ENV (default local)
	@$(SUPAOPS) render --env $(ENV)

plan: $(INSTALLED) ## show what an apply to ENV would change
	@$(SUPAOPS) plan --env $(ENV)

apply: $(INSTALLED) ## make the database of ENV as declared
	@$(SUPAOPS) apply --env $(ENV)

verify: $(INSTALLED) ## check the chain of ENV, link by link
	@$(SUPAOPS) verify --env $(ENV)

doctor: $(INSTALLED) ## say what is wrong in ENV, why it matters, and what to do
	@$(SUPAOPS) doctor --env $(ENV)

smoke: $(INSTALLED) ## send one real job through the chain of ENV
	@$(SUPAOPS) smoke --env $(ENV)

lint: $(INSTALLED) ## ruff, mypy --strict and the layers between the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(INSTALLED) ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(INSTALLED) ## measure; see benchmarks/README.md
	@scripts/bench $(BIN)

golden: $(INSTALLED) ## renew the golden files; read the difference before you commit it
	@scripts/golden $(BIN)

docs: $(INSTALLED) ## build the documentation into build/site; a broken link is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo build/site/index.html

docs-serve: $(INSTALLED) ## show the documentation on http://127.0.0.1:8000 while one writes
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve

lock: $(INSTALLED) ## renew the lock files from pyproject.toml
	@scripts/lock $(BIN)

clean: ## stop the local stack and remove everything that was made here
	@if [ -d .supaops ] && [ -x $(SUPAOPS) ]; then $(SUPAOPS) local down --purge; fi
	@rm -rf $(VENV) .supaops .bench build dist
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
