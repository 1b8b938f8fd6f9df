# The tests in a virtual machine. Part of the Makefile.

DEPS_VM := cpio e2fsprogs fakeroot kmod mmdebstrap qemu-system-x86 qemu-utils

.PHONY: deps-vm vm-package vm-test
deps-vm: deps-test deps-package
	$(call install_missing,$(DEPS_VM))

# The package of the binary that is built here; its own build would be a second one.
vm-package: deps-vm
	@$(MAKE) --no-print-directory build/latchkey
	@DEB_BUILD_OPTIONS=noautodbgsym $(MAKE) --no-print-directory deb DEB_FLAGS=--build=binary LATCHKEY_BINARY=$(CURDIR)/build/latchkey >build/deb.log 2>&1 || { cat build/deb.log; exit 1; }

## make vm-test     the package, installed in a virtual machine that has systemd, udev and USB (T=name: those whose name holds it)
vm-test: deps-vm
	@$(PYTHON) tests/run.py vm $(if $(T),-k "$(T)")
