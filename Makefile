# Every target does its own set-up. `make` on its own lists them.

UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
export UV_COMPILE_BYTECODE = 1

DASHBOARD := packages/phonebook-server/src/phonebook_server/web/dashboard/index.html
DASHBOARD_SOURCES := dashboard/index.html dashboard/package.json dashboard/vite.config.ts dashboard/tsconfig.json \
	$(shell find dashboard/src dashboard/scripts -type f ! -name '*.test.*' ! -name schema.d.ts 2>/dev/null)
NODE := $(shell node -e 'Number(process.versions.node.split(".")[0]) < 20 || console.log("there")' 2>/dev/null)
SERVICES := $(patsubst packages/vendor-%/pyproject.toml,.venv/bin/phonebook-%,$(filter-out packages/vendor-sdk/%,$(wildcard packages/vendor-*/pyproject.toml))) \
	'node examples/javascript-service/service.js'
SERVER_SOURCES := $(shell find packages/phonebook-core/src packages/phonebook-server/src -name '*.py')

.PHONY: help run test test-browser test-dashboard test-long screenshots dashboard lint format conformance bench browser clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: .venv/.synced dashboard ## install what is needed and serve at http://127.0.0.1:8000
	@exec .venv/bin/phonebook serve

test: .venv/.synced dashboard test-dashboard browser ## install what is needed and run every test
	.venv/bin/python -m pytest -n 2 --dist loadfile

test-browser: .venv/.synced dashboard browser ## the tests in a real browser alone
	.venv/bin/python -m pytest tests/browser

test-dashboard: dashboard ## the dashboard's own tests: types, logic, size
ifdef NODE
	@cd dashboard && npm run --silent check && npm run --silent test && npm run --silent size
endif

screenshots: .venv/.synced dashboard browser ## every screen, light and dark, wide and narrow, in dashboard/screenshots/
	.venv/bin/python -m pytest tests/browser/screenshots.py

test-long: .venv/.synced ## the longer runs, such as 20,000 random histories of the link
	.venv/bin/python -m pytest -m slow

lint: .venv/.synced ## types, style and who may import whom
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

conformance: .venv/.synced examples/javascript-service/node_modules/.installed ## examine every service over real sockets, in about five minutes
	@.venv/bin/phonebook-vendor check $(SERVICES)

examples/javascript-service/node_modules/.installed: examples/javascript-service/package-lock.json
	@cd examples/javascript-service && npm ci --silent --no-audit --no-progress
	@touch $@

bench: .venv/.synced ## measure what is promised, in about five minutes; see benchmarks/README.md
	.venv/bin/python -m benchmarks.run

format: .venv/.synced ## put the code into the house's form
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

ifdef NODE
dashboard: $(DASHBOARD) # built when something in it, or in the API, has changed
else
dashboard:
	@echo "There is no Node 20 or newer: the dashboard is not built. The server says so at /."
endif

$(DASHBOARD): dashboard/src/api/schema.d.ts $(DASHBOARD_SOURCES)
	@echo "Building the dashboard …"
	@cd dashboard && npm run --silent build

dashboard/src/api/schema.d.ts: dashboard/.build/openapi.json dashboard/scripts/generate.mjs dashboard/node_modules/.installed
	@cd dashboard && npm run --silent generate

dashboard/.build/openapi.json: dashboard/.build/openapi.checked
	@:

dashboard/.build/openapi.checked: .venv/.synced $(SERVER_SOURCES)
	@mkdir -p dashboard/.build
	@.venv/bin/phonebook openapi >dashboard/.build/openapi.new
	@cd dashboard/.build && if cmp -s openapi.new openapi.json; then rm openapi.new; else mv openapi.new openapi.json; fi
	@touch $@

dashboard/node_modules/.installed: dashboard/package.json dashboard/package-lock.json
	@echo "Installing what the dashboard is built with …"
	@cd dashboard && npm ci --silent --no-progress
	@touch $@

browser: # Debian's chromium (without windows it is quicker), where it is missing and can be installed; without it the tests say so
	@command -v chromium-headless-shell >/dev/null || { \
		command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium-headless-shell >/dev/null 2>&1; \
	} || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
		command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium >/dev/null; \
	} || echo "chromium is not there and could not be installed: the pages will not be tested in a browser"

.venv/.synced: uv.lock pyproject.toml $(wildcard packages/*/pyproject.toml) | $(UV)
	$(UV) sync --locked --quiet
	@touch $@

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv

clean: ## remove everything that was built or installed
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf dashboard/node_modules dashboard/.build dashboard/screenshots dashboard/src/api/schema.d.ts $(dir $(DASHBOARD))
