# Every target does its own set-up. `make` on its own lists them.

UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
export UV_COMPILE_BYTECODE = 1

.PHONY: help run test test-long lint format bench browser clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: .venv/.synced ## install what is needed and serve at http://127.0.0.1:8000
	@exec .venv/bin/phonebook serve

test: .venv/.synced browser ## install what is needed and run every test
	.venv/bin/python -m pytest -n 2 --dist loadfile

test-long: .venv/.synced ## the longer runs, such as 20,000 random histories of the link
	.venv/bin/python -m pytest -m slow

lint: .venv/.synced ## types, style and who may import whom
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/.synced ## measure what is promised, in about five minutes; see benchmarks/README.md
	.venv/bin/python -m benchmarks.run

format: .venv/.synced ## put the code into the house's form
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

browser: # Debian's chromium, where it is missing and can be installed; without it the tests say so
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
		command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium >/dev/null; \
	} || echo "chromium is not there and could not be installed: the pages will not be tested in a browser"

.venv/.synced: uv.lock pyproject.toml $(wildcard packages/*/pyproject.toml) | $(UV)
	$(UV) sync --locked --quiet
	@touch $@

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv

clean: ## remove everything that was built or installed
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
