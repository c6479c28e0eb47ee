# `make lab` opens the course, `make test` tests the kit. Both set up .venv first, once.
PYTHON ?= python3
BIN := .venv/bin
EXTRAS ?=
WITH ?=
ALONE := spark browser
# compiled once: a test run starts hundreds of processes that read the same modules
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help lab test lowest site setup setup-test lint build data clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup:
	@$(PYTHON) install.py course $(EXTRAS)

setup-test:
	@$(PYTHON) install.py dev $(EXTRAS)

lab: setup  ## open the course in JupyterLab (CRMKIT_LANG=zh or en)
	@$(BIN)/crmkit practice --prepare
	@$(BIN)/crmkit lab

test: setup-test  ## run the tests; WITH="spark browser class" runs those that need more, too
	@echo "$(if $(filter-out $(WITH),$(ALONE) class),Tests without: $(filter-out $(WITH),$(ALONE) class). On two cores about twenty minutes.,All tests. On two cores about forty minutes.)"
	@$(BIN)/python -m pytest -n auto --dist loadgroup \
	  -m "not class_end_to_end $(foreach mark,$(filter-out $(WITH),$(ALONE)),and not $(mark))" $(PYTEST_ARGS)
	@$(if $(filter class,$(WITH)),$(BIN)/python -m pytest -m class_end_to_end $(PYTEST_ARGS))

lowest:  ## test the analysis functions on the oldest versions that pyproject.toml promises
	@CRMKIT_VERSIONS=lowest $(PYTHON) install.py dev
	@.venv-lowest/bin/python -m pytest -q -p no:cacheprovider $(PYTEST_ARGS) $(addprefix tests/,kpi segment stock profile campaign recommend clean tables)

site: setup-test  ## build the site, both languages, into build/site
	@$(BIN)/python docs/site/make.py

lint: setup-test  ## check style, types and the direction of imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports && $(BIN)/mypy

build: setup-test  ## build the notebooks from their sources
	@$(BIN)/crmkit build

data: setup-test  ## make the course shop's data again
	@$(BIN)/crmkit data

clean:  ## remove the environment and everything generated that is not in git
	rm -rf .venv .venv-lowest .pytest_cache .hypothesis .ruff_cache build dist
