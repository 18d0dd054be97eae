# The README's two commands are `make demo` and `make test`; each does its own set-up.
# PYTHON= names the Python of the virtual environment; else config/find_python.sh finds one.
DEMO_PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test serve lock messages coverage torture bench clean

$(VENV)/.installed: requirements.lock
	@test -x $(BIN)/pip || { python=$$(sh config/find_python.sh) && "$$python" -m venv $(VENV); }
	@echo "Installing the packages of requirements.lock (a minute or two, once)…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the packages of requirements-dev.lock…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.installed
	@exec $(BIN)/python manage.py demo --port $(DEMO_PORT)

test: $(VENV)/.installed-dev
	@sh tests/install_chromium.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# The tests' compiled loops come about on the other core meanwhile.
	$(BIN)/python -m tests.compile_kernels & $(BIN)/mypy; status=$$?; wait; exit $$status
	$(BIN)/lint-imports --no-logo
	$(BIN)/python manage.py check --fail-level WARNING
	@# In memory: what is checked are the migrations, not the state of a database here.
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest -m "not slow" -n auto --dist worksteal
	$(BIN)/python -m pytest -m slow -n auto --dist worksteal tests/browser
	$(BIN)/python -m pytest -m slow --ignore=tests/browser

# Takes the packages as they are where they were installed by hand.
serve:
	@test -x $(BIN)/gunicorn || $(MAKE) --no-print-directory $(VENV)/.installed
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/gunicorn --config config/gunicorn.py config.wsgi

# The whole trees of packages with their hashes, for every platform, out of the requirements. Where
# they need the same package they need the same version, but for h5py: see requirements-serve.txt.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

lock: $(VENV)/.installed-dev
	@$(COMPILE) requirements.txt -o requirements.lock
	@cp requirements.lock requirements-serve.lock
	@$(COMPILE) --upgrade-package h5py requirements-serve.txt -o requirements-serve.lock
	@$(COMPILE) -c requirements.lock requirements-dev.txt -o requirements-dev.lock

# Which lines no test has run; it takes half as long again.
coverage: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

# The sentences of pages and code into recommender/locale, and from there what Django reads; needs
# GNU gettext.
messages: $(VENV)/.installed
	$(BIN)/python manage.py makemessages --all --no-wrap --no-obsolete --no-location \
		$(foreach folder,$(VENV) tests benchmarks examples demo build,--ignore=$(folder))
	$(BIN)/python manage.py compilemessages --ignore=$(VENV)

# Kills, swaps, damaged files and odd visitors at random, on loopback, for nine minutes.
torture: $(VENV)/.installed-dev
	$(BIN)/python -m tests.torture

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage
