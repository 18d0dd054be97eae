# The README's two commands are `make demo` and `make test`; each target does its own set-up.
# PYTHON= names the Python of the virtual environment; else config/find_python.sh finds one.
DEMO_PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Python compiles the few modules that it loads when it loads them first, and keeps that.
export PYTHONDONTWRITEBYTECODE =
INSTALL = $(BIN)/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r

.DEFAULT_GOAL := help
.PHONY: help demo dev lint format tables test test-slow test-pythons test-machines serve lock sbom audit coverage messages screenshots torture soak bench tensorflow clean

help:  ## prints this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

$(BIN)/pip:
	@python=$$(sh config/find_python.sh) && "$$python" -m venv $(VENV)

$(VENV)/.installed: requirements-serve.lock | $(BIN)/pip
	@echo "Installing the packages of requirements-serve.lock (half a minute, once)…"
	@$(INSTALL) requirements-serve.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(BIN)/pip
	@echo "Installing the packages of requirements-dev.lock (a minute or two, once)…"
	@$(INSTALL) requirements-dev.lock
	@touch $@

$(VENV)/.installed-tensorflow: requirements.lock | $(BIN)/pip
	@echo "Installing the packages of requirements.lock, TensorFlow among them (2 GB, once)…"
	@$(INSTALL) requirements.lock
	@touch $@ $(VENV)/.installed

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
	$(BIN)/djlint --lint --quiet templates config/templates examples
	$(BIN)/oxlint --deny-warnings
	$(BIN)/lint-imports --no-logo
	$(BIN)/python manage.py check --fail-level WARNING
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(MEANWHILE) $(BIN)/mypy; status=$$?; wait; exit $$status

format: $(VENV)/.installed-dev  ## formats the Python code, and mends what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

tables: $(VENV)/.installed-dev  ## writes again what is made of the tables of fields and settings
	$(BIN)/python -m tests.tables

# Servers, processes and clocks on a busy machine: what fails is tried again at once (RERUN), and
# what has failed twice once more at the end, alone. Both are named.
PYTEST = sh tests/once_more.sh $(BIN)/python -m pytest
ON_POSTGRESQL = sh tests/once_more.sh $(BIN)/python -m tests.on_postgresql
BUSY = --reruns 1 -r aR -n auto --dist worksteal

test: MEANWHILE = $(BIN)/python -m tests.compile_kernels &
test: lint  ## the checks and the fast tests
	$(PYTEST) -m "not slow" $(BUSY)

MACHINES = $(addprefix tests/,test_image.py test_container.py test_fresh_machine.py)
# What another Python may see otherwise: reading text and pages, numba, pickles, processes.
ON_ANOTHER = $(addprefix tests/,runs catalog/reading recommender/index recommender/live recommender/search)

test-slow: $(VENV)/.installed-dev $(VENV)/.installed-tensorflow  ## the browser, TensorFlow and all that is slow; PostgreSQL
	@sh tests/install_chromium.sh
	@sh tests/unpack_servers.sh $(VENV)/debian
	$(BIN)/python -m tests.compile_kernels
	$(PYTEST) -m slow $(BUSY) tests/browser
	$(PYTEST) -m slow $(BUSY) --ignore=tests/browser $(addprefix --ignore=,$(MACHINES))
	$(ON_POSTGRESQL) -m "not slow" $(BUSY)
	$(ON_POSTGRESQL) --index -m "not slow" $(BUSY)

test-pythons: $(VENV)/.installed-dev  ## the fast tests on each Python from 3.11 on that this machine has
	$(BIN)/python -m tests.on_pythons

# Apart from `make test-slow`, whose time in CI they would double; a quarter of an hour and 3 GB.
test-machines: $(VENV)/.installed-dev  ## the container, a fresh Debian, and a part of the fast tests on another Python
	@sh tests/install_debootstrap.sh $(VENV)
	$(BIN)/python -m pytest -m slow $(MACHINES)
	$(BIN)/python -m tests.on_pythons --another -n auto -q $(ON_ANOTHER)

# Takes the packages as they are where they were installed by hand.
serve:  ## serves your own shop
	@test -x $(BIN)/gunicorn || $(MAKE) --no-print-directory $(VENV)/.installed
	@exec $(BIN)/python manage.py serve

# The whole trees of packages with their hashes, for every platform, out of the requirements. Where
# they need the same package they need the same version, but for h5py: see requirements-serve.txt.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

lock: $(VENV)/.installed-dev  ## pins all packages with their hashes, out of requirements*.txt
	@$(COMPILE) requirements.txt -o requirements.lock
	@cp requirements.lock requirements-serve.lock
	@$(COMPILE) --upgrade-package h5py requirements-serve.txt -o requirements-serve.lock
	@$(COMPILE) -c requirements.lock requirements-dev.txt -o requirements-dev.lock
	@$(COMPILE) --format pylock.toml -c requirements-serve.lock requirements-serve.txt \
		-o $(VENV)/pylock.toml
	@$(BIN)/python -m tests.wheels $(VENV)/pylock.toml

sbom: $(VENV)/.installed-dev  ## what is served with, with sums and licences, in sbom.cdx.json (CycloneDX)
	@$(BIN)/python -m tests.sbom sbom.cdx.json

# Asks PyPI about each package; nothing else is told to anybody.
audit: $(VENV)/.installed-dev  ## whether a locked package is known to be unsafe; needs the network
	@$(BIN)/pip-audit --disable-pip --require-hashes -r requirements.lock -r requirements-dev.lock

# Which lines no test has run; it takes half as long again.
coverage: $(VENV)/.installed-dev $(VENV)/.installed-tensorflow  ## which lines no test has run
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

# The sentences of pages and code into recommender/locale, and from there what Django reads; needs
# GNU gettext.
messages: $(VENV)/.installed-dev  ## collects and compiles the sentences to translate
	$(BIN)/python manage.py makemessages --all --no-wrap --no-obsolete --no-location \
		$(foreach folder,$(VENV) tests benchmarks examples demo build,--ignore=$(folder))
	$(BIN)/python manage.py compilemessages --ignore=$(VENV)

screenshots: $(VENV)/.installed-dev  ## a picture of every page, four widths, light and dark, in var/screenshots
	$(BIN)/python -m tests.screenshots var/screenshots

# Kills, swaps, damaged files and odd visitors at random, on loopback, for nine minutes; then a soak.
torture: $(VENV)/.installed-dev  ## ends processes and damages files at random, for nine minutes; then soaks
	$(BIN)/python -m tests.torture
	$(BIN)/python -m tests.torture soak

soak: $(VENV)/.installed-dev  ## pages, uploads, refreshes and swaps for fifteen minutes: nothing fails or grows
	$(BIN)/python -m tests.torture soak

bench: $(VENV)/.installed-dev $(VENV)/.installed-tensorflow  ## the figures of docs/benchmarks.md
	$(BIN)/python -m benchmarks

tensorflow: $(VENV)/.installed-tensorflow  ## adds TensorFlow: the reference runtime, for RUNTIME=tensorflow or a GPU

clean:  ## removes the environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage
