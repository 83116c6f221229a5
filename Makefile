# SPDX-License-Identifier: MIT
# The front door. Meson builds; this file knows the order of things. `make help` lists what there is.
PREFIX  ?= /usr/local
DESTDIR ?=

BUILD  := build
ASAN   := build-asan
TSAN   := build-tsan
VENV   := build/venv
PYTHON := $(VENV)/bin/python
SUITES ?= unit contract fault fuzz

# A sanitizer's report ends the program that earned it.
export ASAN_OPTIONS  ?= detect_leaks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS ?= halt_on_error=1:print_stacktrace=1
export TSAN_OPTIONS  ?= halt_on_error=1:second_deadlock_stack=1

.PHONY: all help deps venv demo test test-c test-e2e test-client test-tsan test-client-asan test-pythons check bench bench-blame bench-python accuracy install clean

all: deps $(BUILD)/build.ninja
	@ninja -C $(BUILD)

help:
	@echo 'make          the server, at $(BUILD)/flawless'
	@echo 'make demo     a sample application fails; see who gets which letter (ONCE=1: verify and leave)'
	@echo 'make test     all tests: unit, contract, fault and fuzz replay under sanitizers, end to end, Python client'
	@echo 'make test-tsan  what runs in threads again, under the thread sanitizer (TESTS=: what pytest shall run)'
	@echo 'make test-client-asan  the Python client again, its extension under sanitizers (TESTS=: the same)'
	@echo 'make test-pythons  the Python client with each of PYTHONS="python3.9 ...", or with all that PATH has'
	@echo 'make check    what a machine can say about style'
	@echo 'make bench    how fast it is, beside a bare HTTP server'
	@echo 'make bench-blame  how soon a new line has its owner, in a repository of 80,000 commits'
	@echo 'make bench-python  what the Python client costs, beside pure Python and sentry-sdk'
	@echo 'make accuracy how often it names the right person (REPO=path: in your repository; JSON=1)'
	@echo 'make install  into $$(DESTDIR)$$(PREFIX), /usr/local unless told'
	@echo 'make deps     installs what the build needs from the distribution'
	@echo 'make clean    removes what was built'

deps:
	@tools/deps

$(BUILD)/build.ninja: | deps
	meson setup $(BUILD) --prefix=$(PREFIX) --buildtype=release -Dtests=false

$(ASAN)/build.ninja: | deps
	meson setup $(ASAN) -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=true

$(TSAN)/build.ninja: | deps
	meson setup $(TSAN) -Db_sanitize=thread -Db_lundef=false -Dwerror=true

venv: deps
	@tools/venv $(VENV)

demo: all venv
	@$(PYTHON) demo/run.py

test: test-c test-e2e test-client

test-c: deps $(ASAN)/build.ninja
	@ninja -C $(ASAN)
	@for suite in $(SUITES); do suites="$$suites --suite $$suite"; done; \
	 meson test -C $(ASAN) --no-rebuild --verbose $$suites

# The same tests meet the sanitized server and the one that is shipped.
test-e2e: all venv $(ASAN)/build.ninja
	@ninja -C $(ASAN)
	@$(PYTHON) -m pytest tests/e2e --server $(ASAN)/flawless --release-server $(BUILD)/flawless

test-client: all venv
	@tools/deps --with redis
	@FLAWLESS_SERVER=$(CURDIR)/$(BUILD)/flawless $(PYTHON) -m pytest -ra client/python/tests

test-tsan: deps venv $(TSAN)/build.ninja
	@ninja -C $(TSAN)
	@meson test -C $(TSAN) --no-rebuild --suite unit --suite contract
	@$(PYTHON) -m pytest $(or $(TESTS),tests/e2e) --server $(TSAN)/flawless --release-server $(TSAN)/flawless

test-client-asan: venv
	@client/python/tests/sanitized $(PYTHON) $(TESTS)

test-pythons: all
	@tools/deps --with redis
	@client/python/tests/pythons $(CURDIR)/$(BUILD) $(PYTHONS)

check:
	@tools/deps --with check
	@tests/checks/run

bench: deps
	@tests/bench/run

bench-blame: all
	@python3 tests/bench/blame --flawless $(BUILD)/flawless

# In an environment of its own, with the newest sentry-sdk.
bench-python: deps
	@tools/venv $(BUILD)/bench-venv
	@$(BUILD)/bench-venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade sentry-sdk
	@$(BUILD)/bench-venv/bin/python tests/bench/client.py

accuracy: all
	@python3 tests/accuracy/measure.py --flawless $(BUILD)/flawless $(if $(REPO),--repo "$(REPO)") $(if $(JSON),--json)

install: all
	meson configure $(BUILD) --prefix=$(PREFIX)
	DESTDIR=$(DESTDIR) meson install -C $(BUILD)
	@# Without it a program that links with libflawless does not find it.
	@test -n "$(DESTDIR)" || test "$$(id -u)" -ne 0 || ldconfig

clean:
	rm -rf $(BUILD) $(ASAN) $(TSAN) build-release
