PYTHON ?= python3
PORT ?= 8000
SECONDS ?= 300
DATA ?= $(CURDIR)/var
export PORT DATA
# Compiled modules are kept: every start would compile the libraries anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PYTEST := $(BIN)/python -m pytest
# A file stays with one of them, which makes its world once; in their order, since the longest files have few tests.
TWO_WORKERS := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: run dev install develop test check services-test endure bench messages hooks requirements clean

run: export DJANGO_SETTINGS_MODULE = marketplace.config.settings.embedded
run: install  ## the whole market on this machine
	@exec $(BIN)/python -m marketplace.config.run

dev: export DJANGO_SETTINGS_MODULE = marketplace.config.settings.development
dev: DATA := $(DATA)/dev
dev: develop  ## one process for who changes the code: reload, debug pages, toolbar, a small sample under DATA/dev
	@$(MANAGE) prepare --sample
	@exec $(MANAGE) runserver 127.0.0.1:$(PORT)

install: .venv/.installed  ## what running needs

develop: .venv/.developed  ## and what testing needs

.venv/.installed: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.developed: .venv/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

test: develop  ## everything that needs no server, the browser tests included
	$(BIN)/python scripts/install_chromium.py
	env -u DATABASE_URL -u REDIS_URL -u ELASTICSEARCH_URL $(PYTEST) $(TWO_WORKERS) tests

check: develop  ## lint, types, imports, templates, migrations, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python scripts/check_templates.py
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) check
	$(BIN)/python scripts/check_translations.py

services-test: develop  ## what reads or writes the database, on PostgreSQL and Redis: DATABASE_URL, REDIS_URL
	$(PYTEST) $(TWO_WORKERS) --create-db -m "services or database and not browser" $(if $(DATABASE_URL),tests,tests/services)

endure: develop  ## `make run` through kills, strange files, a full disk and a wrong clock; SECONDS=3600 for an hour
	env -u DATABASE_URL -u REDIS_URL $(PYTEST) --endure $(SECONDS) -m endurance tests/functional/test_endurance.py

bench: develop  ## medians and ratios on the large world: DATABASE_URL
	$(BIN)/python -m tests.benchmarks

messages: develop  ## collect the texts and compile the translations
	$(BIN)/python scripts/translations.py update

hooks: develop  ## once a clone: the quick checks before each commit, and git's merging of translations
	$(BIN)/pre-commit install
	git config merge.translations.name "translations, text by text"
	git config merge.translations.driver ".venv/bin/python scripts/translations.py merge %O %A %B"
	git config merge.compiled.name "ours, until make messages compiles it anew"
	git config merge.compiled.driver true

requirements: develop  ## pin requirements from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:  ## forget the data of this folder's market
	rm -rf "$(DATA)"
