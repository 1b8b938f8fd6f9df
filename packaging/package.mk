# What packaging needs: an installation from this tree, the tarballs, and the Debian package. Part of the Makefile.

VERSION := $(shell sed -n 's/.*kVersion = "\(.*\)".*/\1/p' proxy/version.h)

# --- make install ------------------------------------------------------------------------------------------
PREFIX ?= /usr/local
SYSTEM_UNITS ?= $(PREFIX)/lib/systemd/system
USER_UNITS ?= $(PREFIX)/lib/systemd/user
UDEV_RULES ?= $(PREFIX)/lib/udev/rules.d
MAN := $(PREFIX)/share/man
# What is installed; another one may have been built elsewhere.
BINARY ?= $(OUT)/latchkey

# The texts, as FILE:PLACE. In each of them @bindir@ becomes the folder of the binary.
TEXTS := $(foreach f,$(wildcard packaging/man/*.[158]),$(f):$(MAN)/man$(subst .,,$(suffix $(f)))/$(notdir $(f))) \
	$(foreach f,$(wildcard packaging/units/system/*),$(f):$(SYSTEM_UNITS)/$(notdir $(f))) \
	$(foreach f,$(wildcard packaging/units/user/*),$(f):$(USER_UNITS)/$(notdir $(f))) \
	$(foreach f,$(wildcard udev/*.rules),$(f):$(UDEV_RULES)/$(notdir $(f))) \
	$(foreach f,$(wildcard packaging/completions/latchkey.bash),$(f):$(PREFIX)/share/bash-completion/completions/latchkey) \
	$(foreach f,$(wildcard packaging/completions/_latchkey),$(f):$(PREFIX)/share/zsh/vendor-completions/_latchkey) \
	$(foreach f,$(wildcard packaging/completions/latchkey.fish),$(f):$(PREFIX)/share/fish/vendor_completions.d/latchkey.fish) \
	$(foreach f,$(wildcard packaging/*.desktop),$(f):$(PREFIX)/share/applications/$(notdir $(f))) \
	$(foreach f,$(wildcard packaging/config.toml),$(f):$(PREFIX)/share/doc/latchkey/examples/config.toml)

.PHONY: install uninstall dist deb deps-package

## make install     installs what is built: PREFIX (default /usr/local) and DESTDIR say where; uninstall takes it out
install: $(BINARY)
	@install -D -m 755 $(BINARY) "$(DESTDIR)$(PREFIX)/bin/latchkey"
	@umask 022; for pair in $(TEXTS); do to="$(DESTDIR)$${pair#*:}"; mkdir -p "$${to%/*}"; \
	  sed 's|@bindir@|$(PREFIX)/bin|g' "$${pair%%:*}" > "$$to" && chmod 644 "$$to" || exit 1; done

uninstall:
	@rm -f "$(DESTDIR)$(PREFIX)/bin/latchkey" $(foreach pair,$(TEXTS),"$(DESTDIR)$(lastword $(subst :, ,$(pair)))")

# --- make dist, make deb -----------------------------------------------------------------------------------
DEPS_PACKAGE := debhelper dpkg-dev fakeroot lintian pkgconf systemd xz-utils
deps-package:
	$(call install_missing,$(DEPS_BUILD) $(DEPS_PACKAGE))

DIST := build/dist
XZ ?= xz -T1
STAMP = $$(dpkg-parsechangelog -S Timestamp)
TARBALL := $(DIST)/latchkey_$(VERSION).orig.tar.xz
TARBALL_MBEDTLS := $(DIST)/latchkey_$(VERSION).orig-mbedtls.tar.xz
# Of mbedTLS the library, and the scripts that its makefile wants to see; its tests and programs are not built here.
MBEDTLS_PARTS := library include 3rdparty scripts framework/scripts framework/exported.make framework/LICENSE LICENSE README.md ChangeLog

## make dist        two tarballs in build/dist: the committed tree, and the part of mbedTLS's source that is built
dist: deps-package $(MBEDTLS)/built
	@rm -rf $(DIST) && mkdir -p $(DIST)
	@git archive --prefix=latchkey-$(VERSION)/ HEAD | $(XZ) > $(TARBALL)
	@tar -C $(MBEDTLS)/src --transform='s,^,mbedtls/,' --exclude='*.o' --exclude='*.a' --sort=name --owner=0 --group=0 \
	  --numeric-owner --mode=u+rwX,go+rX,go-w --mtime=@$(STAMP) -c \
	  $$(cd $(MBEDTLS)/src && ls -d $(MBEDTLS_PARTS) 2>/dev/null) | $(XZ) > $(TARBALL_MBEDTLS)
	@ls $(DIST)/*.xz

## make deb         the Debian package of the committed tree in build/deb; it is built without a network
deb: dist
	@rm -rf build/deb && mkdir -p build/deb/latchkey-$(VERSION)/mbedtls && cp $(DIST)/*.xz build/deb
	@tar -C build/deb -xf $(TARBALL)
	@tar -C build/deb/latchkey-$(VERSION) -xf $(TARBALL_MBEDTLS)
	@cd build/deb/latchkey-$(VERSION) && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL CCACHE=$(CCACHE) \
	  LATCHKEY_BINARY=$(LATCHKEY_BINARY) dpkg-buildpackage -us -uc $(DEB_FLAGS)
	@ls build/deb/*.deb

# --- Tests of all this -------------------------------------------------------------------------------------
DEPS_PACKAGE_TEST := autopkgtest desktop-file-utils fish git man-db mandoc mmdebstrap python3-pytest strace udev zsh
deps-package-test: deps-package
	$(call install_missing,$(DEPS_PACKAGE_TEST))

.PHONY: deps-package-test package-test package-test-all
## make package-test  the package, its texts, units, udev rules and completions; package-test-all: in a clean root, too
package-test: deps-package-test
	@$(PYTHON) tests/run.py package
package-test-all: deps-package-test $(OUT)/latchkey
	@$(PYTHON) -m pytest -p no:cacheprovider -q --tb=short tests/package
