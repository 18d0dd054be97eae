# The README's two commands are `make demo` and `make test`; each target does its own set-up.
# PYTHON= names the Python of the virtual environment; else config/find_python.sh finds one.
DEMO_PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r

.DEFAULT_GOAL := help
.PHONY: help demo dev lint format test test-slow serve lock coverage messages torture bench clean

help:  ## prints this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

$(BIN)/pip:
	@python=$$(sh config/find_python.sh) && "$$python" -m venv $(VENV)

$(VENV)/.installed: requirements.lock | $(BIN)/pip
	@echo "Installing the packages of requirements.lock (a minute or two, once)…"
	@$(INSTALL) requirements.lock
	@touch $@

# Without TensorFlow: only slow tests need it.
$(VENV)/.installed-dev: requirements-dev.lock | $(BIN)/pip
	@echo "Installing the packages of requirements-dev.lock (a minute or two, once)…"
	@$(INSTALL) requirements-dev.lock
	@touch $@

demo: $(VENV)/.installed  ## shows the program at work with a drawn shop, at http://127.0.0.1:8000
	@exec $(BIN)/python manage.py demo --port $(DEMO_PORT)

dev: export VAR_DIR = $(CURDIR)/var/dev
dev: export MEDIA_ROOT = $(CURDIR)/var/dev/media
dev: export DATABASE_URL = sqlite:///$(CURDIR)/var/dev/catalog.sqlite3
dev: $(VENV)/.installed-dev  ## the drawn shop's site again, reloaded whenever code changes, with DEBUG
	@LOOKALIKE_DEMO=yes $(BIN)/python manage.py demo --no-serve
	@DEBUG=on exec $(BIN)/python manage.py runserver 127.0.0.1:$(DEMO_PORT)

# MEANWHILE: what `make test` does on the other core while mypy thinks. The migrations are checked
# in memory, as they are what counts, not the state of a database here.
lint: $(VENV)/.installed-dev  ## the checks: style, types, imports, migrations, templates, JavaScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet templates examples
	$(BIN)/oxlint --deny-warnings
	$(BIN)/lint-imports --no-logo
	$(BIN)/python manage.py check --fail-level WARNING
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(MEANWHILE) $(BIN)/mypy; status=$$?; wait; exit $$status

format: $(VENV)/.installed-dev  ## formats the Python code, and mends what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: MEANWHILE = $(BIN)/python -m tests.compile_kernels &
test: lint  ## the checks and the fast tests
	$(BIN)/python -m pytest -m "not slow" -n auto --dist worksteal

test-slow: $(VENV)/.installed $(VENV)/.installed-dev  ## the browser, TensorFlow and all that is slow; PostgreSQL
	@sh tests/install_chromium.sh
	$(BIN)/python -m tests.compile_kernels
	$(BIN)/python -m pytest -m slow -n auto --dist worksteal tests/browser
	$(BIN)/python -m pytest -m slow --ignore=tests/browser
	$(BIN)/python -m tests.on_postgresql -m "not slow" -n auto --dist worksteal

# Takes the packages as they are where they were installed by hand.
serve:  ## serves your own shop
	@test -x $(BIN)/gunicorn || $(MAKE) --no-print-directory $(VENV)/.installed
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/gunicorn --config config/gunicorn.py config.wsgi

# The whole trees of packages with their hashes, for every platform, out of the requirements. Where
# they need the same package they need the same version, but for h5py: see requirements-serve.txt.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

lock: $(VENV)/.installed-dev  ## pins all packages with their hashes, out of requirements*.txt
	@$(COMPILE) requirements.txt -o requirements.lock
	@cp requirements.lock requirements-serve.lock
	@$(COMPILE) --upgrade-package h5py requirements-serve.txt -o requirements-serve.lock
	@$(COMPILE) -c requirements.lock requirements-dev.txt -o requirements-dev.lock

# Which lines no test has run; it takes half as long again.
coverage: $(VENV)/.installed $(VENV)/.installed-dev  ## which lines no test has run
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

# The sentences of pages and code into recommender/locale, and from there what Django reads; needs
# GNU gettext.
messages: $(VENV)/.installed-dev  ## collects and compiles the sentences to translate
	$(BIN)/python manage.py makemessages --all --no-wrap --no-obsolete --no-location \
		$(foreach folder,$(VENV) tests benchmarks examples demo build,--ignore=$(folder))
	$(BIN)/python manage.py compilemessages --ignore=$(VENV)

# Kills, swaps, damaged files and odd visitors at random, on loopback, for nine minutes.
torture: $(VENV)/.installed-dev  ## ends processes and damages files at random, for nine minutes
	$(BIN)/python -m tests.torture

bench: $(VENV)/.installed $(VENV)/.installed-dev  ## the figures of docs/benchmarks.md
	$(BIN)/python -m benchmarks

clean:  ## removes the environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage
