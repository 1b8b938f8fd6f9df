# Latchkey. `make run` and `make test` are all that is needed; `make help` lists the rest.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

# --- What is built how -------------------------------------------------------------------------------------
# VARIANT: empty for the product; asan and tsan are compiled by clang into folders of their own. The fuzzers use
# asan's objects, which is why those count edges.
VARIANT ?=
OUT := build$(if $(VARIANT),/$(VARIANT))
.PRECIOUS: $(OUT)/obj/%.o $(OUT)/%.pch
MBEDTLS := build/mbedtls
PYTHON := /usr/bin/python3

CXX_ := $(if $(VARIANT),clang++-19,g++)
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Werror
SANITIZE_asan := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -O1
SANITIZE_tsan := -fsanitize=thread -O1
SANITIZE := $(SANITIZE_$(VARIANT))
HARDEN := $(if $(VARIANT),,-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fcf-protection)
INCLUDES := -I. -Itlscore -isystem $(MBEDTLS)/src/include -isystem $(MBEDTLS)/src/library -isystem /usr/include/p11-kit-1 -isystem /usr/include/PCSC
DEBUG := $(if $(VARIANT),-gline-tables-only,-g)
CXXFLAGS_ := -std=c++23 $(DEBUG) -fPIE -pthread $(WARNINGS) $(HARDEN) $(SANITIZE) $(INCLUDES) \
	-DMBEDTLS_USER_CONFIG_FILE='"latchkey_mbedtls.h"' -DMBEDTLS_ALLOW_PRIVATE_ACCESS -DTOML_EXCEPTIONS=0$(if $(CXXFLAGS), $(CXXFLAGS))
# Nobody waits for what a unit test itself computes, and everybody for its compiler. (A coroutine's tail calls are
# clang's always, g++'s when it is told.)
UNIT_OPTIMIZED := $(if $(VARIANT),-O0 -gline-tables-only,-Og -foptimize-sibling-calls -g1)
UNIT_CXXFLAGS := $(filter-out -O1 -O2 -g -D_FORTIFY_SOURCE=2,$(CXXFLAGS_)) $(UNIT_OPTIMIZED)
WRAPPED := $(shell cat tlscore/tls/wrapped_symbols.txt 2>/dev/null)
LDFLAGS_ := -pie -pthread $(SANITIZE) -Wl,-z,relro,-z,now $(foreach f,$(WRAPPED),-Wl,--wrap=$(f),-u,__wrap_$(f))$(if $(LDFLAGS), $(LDFLAGS))
LIBS := $(MBEDTLS)/lib/libmbedtls.a $(MBEDTLS)/lib/libmbedx509.a $(MBEDTLS)/lib/libmbedcrypto.a \
	-levent_core -levent_pthreads -lp11-kit -lpcsclite -ludev -lsystemd -lgpgme -lsodium -lldns -lmemcached -lpsl -lseccomp

SOURCES := $(sort $(wildcard tlscore/*/*.cc pac/*.cc udev/*.cc openpgp-auth/*.cc proxy/*.cc proxy/*/*.cc))
MAIN := proxy/main.cc
INTERNALS := tlscore/tls/ssl_internals.c
OBJECTS := $(patsubst %.cc,$(OUT)/obj/%.o,$(filter-out $(MAIN),$(SOURCES))) $(INTERNALS:%.c=$(OUT)/obj/%.o)
UNIT_OBJECTS := $(patsubst %.cc,$(OUT)/obj/%.o,$(sort $(wildcard tests/unit/*.cc)))
BENCH_OBJECTS := $(patsubst %.cc,$(OUT)/obj/%.o,$(sort $(wildcard tests/bench/*.cc)) tests/unit/main.cc)
FUZZERS := $(patsubst tests/fuzz/%.cc,build/fuzz/%,$(sort $(wildcard tests/fuzz/*_fuzz.cc)))
TOKEN_MODULES := $(patsubst tests/modules/%.cc,build/modules/%.so,$(sort $(wildcard tests/modules/*.cc)))

# --- What Debian provides ----------------------------------------------------------------------------------
DEPS_BUILD := gcc g++ make dpkg-dev python3-minimal libevent-dev libp11-kit-dev libpcsclite-dev libudev-dev libsystemd-dev libgpgme-dev libsodium-dev libldns-dev libmemcached-dev libpsl-dev libseccomp-dev libboost1.81-dev \
	libtomlplusplus-dev nlohmann-json3-dev
DEPS_RUN := softhsm2 opensc-pkcs11 gpg ca-certificates curl dns-root-data libnss3-tools
DEPS_TEST := clang-19 clang-format-19 clang-tidy-22 libclang-rt-19-dev libgtest-dev python3-pytest python3-pytest-xdist umockdev \
	gir1.2-umockdev-1.0 python3-gi libpacparser1 nodejs npm openssl nginx-light haproxy gnutls-bin git wget proxychains4 openssh-client \
	openssh-server dbus-daemon libglib2.0-bin gsettings-desktop-schemas systemd chromium firefox-esr python3-requests opensc pinentry-tty util-linux iproute2 \
	vsmartcard-vpcd pcscd gnupg scdaemon python3-cryptography python3-grpcio ldnsutils nsd unbound unbound-host bind9-dnsutils memcached
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# Installs those of $(1) that are missing, and says which could not be had.
define install_missing
	@missing=$$(for p in $(1); do [ "$$(dpkg-query -W -f='$${db:Status-Abbrev}' $$p 2>/dev/null)" = "ii " ] || \
	  { [ $$p = npm ] && command -v npm >/dev/null; } || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing:" $$missing; \
	  { $(SUDO) apt-get -qq update && \
	    DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get -qq install -y --no-install-recommends $$missing >/dev/null; } || \
	  { echo "could not install:" $$missing >&2; \
	    echo "(is the network there? They are Debian 12's packages of these names.)" >&2; exit 1; }; fi
endef

.PHONY: all deps deps-test run test check unit functional asan tsan lint format fuzz fuzz-smoke bench clean \
	help npm modules show-flags
all: $(OUT)/latchkey

help:
	@sed -n 's/^## //p' Makefile packaging/package.mk tests/vm/vm.mk

## make run         install what is missing, build, make the software token, start the proxy with its demo party
run: deps
	@$(MAKE) --no-print-directory build/latchkey
	@exec build/latchkey run --first-steps

## make test        the same set-up, then every test; ends with "N passed, N failed" (VM=1: and vm-test, where QEMU can be installed)
test: deps-test
	@$(PYTHON) tests/run.py all $(if $(VM),--vm)

## make check       what one runs while working: unit and functional tests, format and layers
check: deps-test
	@$(PYTHON) tests/run.py check

## make unit        unit tests only
unit: deps-test
	@$(PYTHON) tests/run.py unit

## make functional  functional tests only (T=name: those whose name holds it)
functional: deps-test
	@$(PYTHON) tests/run.py functional $(if $(T),-k "$(T)")

## make asan        unit and functional tests under AddressSanitizer and UndefinedBehaviorSanitizer
asan: deps-test
	@$(PYTHON) tests/run.py asan

## make tsan        the same under ThreadSanitizer
tsan: deps-test
	@$(PYTHON) tests/run.py tsan

## make lint        format, clang-tidy, layers
lint: deps-test
	@$(PYTHON) tests/run.py lint

## make bench       what judgements cost
bench: deps-test
	@$(MAKE) --no-print-directory build/bench
	@build/bench --gtest_brief=1

## make fuzz-smoke  every fuzzer for a few seconds
fuzz-smoke: deps-test
	@$(PYTHON) tests/run.py fuzz-smoke

## make format      formats the sources as lint wants them
format: deps-test
	@clang-format-19 -i $$(git ls-files -co --exclude-standard '*.cc' '*.h')

## make clean       removes what was built, mbedTLS apart
clean:
	@find build -mindepth 1 -maxdepth 1 ! -name mbedtls -exec rm -rf {} + 2>/dev/null || true

deps:
	$(call install_missing,$(DEPS_BUILD) $(DEPS_RUN))
deps-test:
	$(call install_missing,$(DEPS_BUILD) $(DEPS_RUN) $(DEPS_TEST))

# --- Rules -------------------------------------------------------------------------------------------------
$(MBEDTLS)/built: tlscore/get-mbedtls.sh tlscore/mbedtls.version tlscore/latchkey_mbedtls.h
	@echo "getting and building mbedTLS"
	@tlscore/get-mbedtls.sh $(MBEDTLS)
	@touch $@

# The flags stand in files, so that a change of them builds again and nothing else does.
FLAGS = $(CXX_) $(CXXFLAGS_) $(LDFLAGS_)
UNIT_FLAGS = $(CXX_) $(UNIT_CXXFLAGS)
$(OUT)/flags $(OUT)/unit_flags: FORCE
	@mkdir -p $(OUT) && text='$(subst ','\'',$(if $(filter %unit_flags,$@),$(UNIT_FLAGS),$(FLAGS)))' && \
	  echo "$$text" | cmp -s - $@ || echo "$$text" > $@
FORCE:

# For the unit tests and for the sanitizers the compiler reads the standard library once, before all files. The product
# is compiled without, so that it is seen what a file forgets to include. (ccache does without, and is faster.)
PRECOMPILED := $(if $(CCACHE),,$(if $(VARIANT),$(OUT)/library.h.gch))
UNIT_PRECOMPILED := $(if $(CCACHE),,$(OUT)/unit_tests.h.gch)
PRECOMPILE := $(if $(VARIANT),-fpch-instantiate-templates,-w) -x c++-header
$(OUT)/library.h.gch: tests/precompiled/library.h $(OUT)/flags
	@$(CXX_) $(CXXFLAGS_) $(PRECOMPILE) $< -o $@
$(OUT)/unit_tests.h.gch: tests/precompiled/unit_tests.h tests/precompiled/library.h $(OUT)/unit_flags
	@$(CXX_) $(UNIT_CXXFLAGS) $(PRECOMPILE) $< -o $@

$(OUT)/obj/%.o: %.cc $(OUT)/flags $(PRECOMPILED) | $(MBEDTLS)/built
	@mkdir -p $(@D)
	@echo "  C++ $(if $(VARIANT),[$(VARIANT)] )$<"
	@$(CCACHE) $(CXX_) $(CXXFLAGS_) $(PRECOMPILED:%.gch=-include %) -MMD -MP -c $< -o $@

$(OUT)/obj/tests/unit/%.o: tests/unit/%.cc $(OUT)/unit_flags $(UNIT_PRECOMPILED) | $(MBEDTLS)/built
	@mkdir -p $(@D)
	@echo "  C++ $(if $(VARIANT),[$(VARIANT)] )$<"
	@$(CCACHE) $(CXX_) $(UNIT_CXXFLAGS) $(UNIT_PRECOMPILED:%.gch=-include %) -MMD -MP -c $< -o $@

# mbedTLS's private header is C and no C++.
$(OUT)/obj/%.o: %.c $(OUT)/flags | $(MBEDTLS)/built
	@mkdir -p $(@D)
	@echo "  C   $(if $(VARIANT),[$(VARIANT)] )$<"
	@$(if $(VARIANT),clang-19,gcc) -std=c17 $(filter-out -std=% -Wnon-virtual-dtor,$(CXXFLAGS_)) -MMD -MP -c $< -o $@

$(OUT)/latchkey.a: $(OBJECTS)
	@rm -f $@ && ar rcs $@ $(OBJECTS)

$(OUT)/latchkey: $(OUT)/obj/$(MAIN:.cc=.o) $(OUT)/latchkey.a
	@echo "  LD  $@"
	@$(CXX_) $(LDFLAGS_) $^ $(LIBS) -o $@

$(OUT)/unit_tests: $(UNIT_OBJECTS) $(OUT)/latchkey.a
$(OUT)/bench: $(BENCH_OBJECTS) $(OUT)/latchkey.a
$(OUT)/unit_tests $(OUT)/bench:
	@echo "  LD  $@"
	@$(CXX_) $(LDFLAGS_) $^ $(LIBS) -lgtest -lgtest_main -o $@

# Small programs that the functional tests use.
$(OUT)/dns_lookup $(OUT)/show_questions: $(OUT)/%: $(OUT)/obj/tests/tools/%.o $(OUT)/latchkey.a
	@echo "  LD  $@"
	@$(CXX_) $(LDFLAGS_) $^ $(LIBS) -o $@

fuzz:
	@$(MAKE) --no-print-directory VARIANT=asan $(FUZZERS)
build/fuzz/%: build/asan/obj/tests/fuzz/%.o build/asan/latchkey.a
	@echo "  LD  $@"
	@mkdir -p $(@D)
	@$(CXX_) $(LDFLAGS_) -fsanitize=fuzzer -Wl,--start-group $^ $(LIBS) -Wl,--end-group -o $@

# What clang-tidy reads the code with.
show-flags:
	@echo '$(subst ','\'',$(filter-out -fPIE -pie,$(CXXFLAGS_)))'

# Script engines and clients of the npm registry, for the tests.
npm: build/npm/installed
build/npm/installed: tests/npm/package.json tests/npm/package-lock.json tests/npm/.npmrc
	@echo "  NPM build/npm"
	@mkdir -p build/npm && cp $^ build/npm
	@npm --prefix build/npm ci --loglevel=error >/dev/null || \
	  { echo "could not get the packages of tests/npm/package.json (is the network there?)" >&2; exit 1; }
	@touch $@

# PKCS#11 modules that misbehave, and a driver of virtual readers, for the tests.
modules: $(TOKEN_MODULES)
build/modules/%.so: tests/modules/%.cc build/flags
	@mkdir -p $(@D)
	@g++ -std=c++23 -g -fPIC -shared $(WARNINGS) -I. -isystem /usr/include/p11-kit-1 -isystem /usr/include/PCSC $< -ldl -o $@

include packaging/package.mk
include tests/vm/vm.mk

-include $(shell [ -d $(OUT)/obj ] && find $(OUT)/obj -name '*.d')
