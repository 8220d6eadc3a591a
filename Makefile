# The whole of daily work. Each target makes its own environment where that is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OTHERS := $(VENV)/others
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: setup sandbox test check bench others kills mutants words privacy clean

setup: $(VENV)/run.stamp        ## the environment, and the command `opspor`

$(VENV)/run.stamp: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Opspor needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[reports]'
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp
	$(PIP) --editable '.[dev]'
	@touch $@

sandbox: setup                  ## the whole bot on this machine, in a local web page
	$(BIN)/opspor sandbox $(ARGS)

test: $(VENV)/dev.stamp         ## every test; the browser's are skipped where there is no Chromium
	$(BIN)/python -m pytest --numprocesses=auto $(ARGS)

check: $(VENV)/dev.stamp        ## formatting, types, words, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m bot.locales.update --check
	$(BIN)/python -m pytest --numprocesses=auto $(ARGS)

bench: $(VENV)/dev.stamp        ## the figures of the README, on this machine; ARGS=--others beside other bots
	$(BIN)/python -m benchmarks $(ARGS)

kills: $(VENV)/dev.stamp        ## a bot killed five hundred times while people press, and what it lost; takes a quarter of an hour
	$(BIN)/python -m tests.kills $(ARGS)

others: $(VENV)/dev.stamp       ## what `make bench ARGS=--others` compares with, in an environment of its own
	$(PYTHON) -m venv $(OTHERS)
	$(OTHERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement benchmarks/others/requirements.txt
	cp benchmarks/others/package.json $(OTHERS)/
	if command -v npm >/dev/null; then cd $(OTHERS) && npm install --silent --no-audit --no-fund; else echo "no npm: grammY is left out"; fi

mutants: $(VENV)/dev.stamp      ## every small fault in flows and guards: which check notices it; takes hours of processor
	$(BIN)/python -m tests.mutants --jobs $$(nproc) $(ARGS)

words: $(VENV)/dev.stamp        ## take new and changed sentences into the .po files, and check them
	$(BIN)/python -m bot.locales.update $(ARGS)

privacy: setup                  ## the papers on data protection in docs/, made anew for the example municipality
	OPSPOR_MUNICIPALITY= $(BIN)/opspor privacy --directory docs

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
