# The tests in a virtual machine. Part of the Makefile.

DEPS_VM := cpio e2fsprogs fakeroot kmod mmdebstrap qemu-system-x86 qemu-utils

.PHONY: deps-vm vm-test
deps-vm: deps-test deps-package
	$(call install_missing,$(DEPS_VM))

## make vm-test     the package, installed in a virtual machine that has systemd, udev and USB (T=name: those whose name holds it)
vm-test: deps-vm
	@$(MAKE) --no-print-directory build/latchkey
	@DEB_BUILD_OPTIONS=noautodbgsym $(MAKE) --no-print-directory deb DEB_FLAGS=--build=binary LATCHKEY_BINARY=$(CURDIR)/build/latchkey >build/deb.log 2>&1 || { cat build/deb.log; exit 1; }
	@$(PYTHON) tests/run.py vm $(if $(T),-k $(T))
