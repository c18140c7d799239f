# Two commands to know: `make demo` and `make test`. Everything they need they set up themselves.
PYTHON ?= python3
SETUP = @$(PYTHON) -m tools.setup
ARGS ?=
NAME ?=
# one test process per core; ARGS is appended, so the last word is yours
PYTEST = .venv/bin/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test check bench hil fuzz firmware package setup format lock clean

help: ## show this list
	@echo "Turna: reports from rescue teams without a network, to the Secretariat and back"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-15s %s\n", $$1, $$2 }'
	@echo
	@echo "  For example: make demo ARGS=\"--handsets 8 --speed 10\""

demo: ## run a whole exercise on this machine (ARGS="--for 60 --speed 10 --seed 7 --json")
	$(SETUP) demo
	@.venv/bin/turna demo $(ARGS)

test: ## run all tests (ARGS="-k sealing -x")
	$(SETUP) test
	@$(PYTEST) -n auto --dist worksteal $(ARGS)

check: ## formatter, linters, type checkers, import contracts, compiler of the boards
	$(SETUP) check
	@.venv/bin/python -m tools.check $(NAME)

bench: ## measure, beside peers; NAME= for one benchmark
	$(SETUP) bench
	@.venv/bin/python -m benchmarks $(NAME) $(ARGS)

hil: ## the scenarios on boards: virtual ones, or real ones (ARGS="--hil=real --hil-allow-tx")
	$(SETUP) hil
	@$(PYTEST) hil_tests $(ARGS)

fuzz: ## feed parsers with coverage-guided nonsense; NAME= for one target
	$(SETUP) fuzz
	@.venv/bin/python -m tools.fuzz $(NAME) $(ARGS)

firmware: ## compile what goes on boards, as a mip package and a freezing manifest
	$(SETUP) check
	@.venv/bin/python -m tools.firmware $(ARGS)

package: ## build the gateway's Debian package for a 64-bit Raspberry Pi OS, into dist/
	$(SETUP) check
	@.venv/bin/python -m tools.package $(ARGS)

setup: ## set up everything at once, for instance before going off line
	$(SETUP) all

format: ## bring the code into the shape `make check` asks for
	$(SETUP) check
	@.venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format .

lock: ## choose dependency versions anew (ARGS=--upgrade for newer ones)
	@$(PYTHON) -m tools.lock $(ARGS)

clean: ## remove what set-up and the tools made
	rm -rf .venv .tools .stubs build dist
	rm -rf .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache .fuzz
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
