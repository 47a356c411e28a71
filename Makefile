# Two commands do everything: `make site` and `make test`. Everything is written inside this folder
# (.venv, .clawpub, site) and in the package managers' caches.
export TMPDIR := $(CURDIR)/.clawpub/tmp
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
# Compiled once here, not at each start: where Python writes no bytecode, that is half of a command's start.
export UV_COMPILE_BYTECODE := 1
# Where the system keeps certificates, they count: a company's proxy signs with its own.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS := 1
endif
UV := .clawpub/uv/bin/uv
BIN := .venv/bin

.PHONY: site test lint extra golden bench soak clean help

site: .venv/.site-ready ## run the demo campaign, check every claim, build site/
	@began=$$(date +%s); \
	$(BIN)/clawpub demo && $(BIN)/clawpub build --search --cards && \
	echo "make site took $$(( $$(date +%s) - began )) s (setup: $$(cat .clawpub/setup-seconds) s, once)"

test: .venv/.test-ready lint ## check the code and run all tests
	$(BIN)/pytest -n 2

lint: .venv/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

extra: .venv/.site-ready ## install an optional dependency, as in: make extra NAME=bedrock
	$(UV) sync --frozen --inexact --no-dev --extra $(NAME)

golden: .venv/.test-ready ## rewrite the golden site; review the diff
	$(BIN)/python -m tests.golden

bench: .venv/.test-ready ## measure; figures are printed
	$(BIN)/python -m bench
	$(BIN)/python -m bench.claims
	$(BIN)/python -m bench.site
	$(BIN)/python -m bench.publish
	$(BIN)/python -m bench.runner
	$(BIN)/python -m bench.runner --shell --at 16 64
	$(BIN)/python -m bench.runner --runs 10000 --at 256 --times 1 --curve
	$(BIN)/python -m bench.crash
	$(BIN)/clawpub harness install openclaw@2026.4.22
	$(BIN)/python -m bench.harness

soak: .venv/.test-ready ## the long suites in full
	CLAWPUB_SOAK=1 $(BIN)/pytest -n 2

clean: ## remove what was made, but not the models
	rm -rf .venv site .site.previous .clawpub/uv .clawpub/tmp .clawpub/demo

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(UV):
	@mkdir -p .clawpub/tmp
	@.ci/bootstrap .clawpub/uv

.venv/.site-ready: pyproject.toml uv.lock generator/pages/browser_parts/package-lock.json | $(UV)
	@began=$$(date +%s); mkdir -p .clawpub/tmp; \
	$(UV) sync --frozen --inexact --no-dev --extra local --extra search --extra cards --extra serve && touch $@ && \
	{ $(BIN)/python -m generator.pages.browser_parts || true; } && \
	echo $$(( $$(date +%s) - began )) > .clawpub/setup-seconds

.venv/.test-ready: pyproject.toml uv.lock generator/pages/browser_parts/package-lock.json tests/browser/npm/package-lock.json | $(UV)
	@mkdir -p .clawpub/tmp
	$(UV) sync --frozen --inexact --extra local --extra search --extra cards --extra serve --extra publish --extra mail --extra ray --extra openclaw
	@$(BIN)/python -m generator.pages.browser_parts || true
	@$(BIN)/python -m tests.browser.npm || true
	@.ci/browser
	@touch $@
