// Lets a process with threads fork where umockdev's preload plays the USB: for tests, preloaded before it.
//
// umockdev takes a lock in every call that names a path. A child that is forked while another thread holds
// that lock would wait for it for ever, in the open() between fork and exec that GPGME does for instance. A
// child has no use for devices, so here it asks the kernel itself.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>

namespace {

bool is_child = false;

using Open = int (*)(const char*, int, ...);

mode_t mode_of(int flags, va_list rest) {
  const bool has_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return has_mode ? va_arg(rest, mode_t) : 0;
}

}  // namespace

extern "C" {

pid_t fork() {
  const auto child = reinterpret_cast<pid_t (*)()>(dlsym(RTLD_NEXT, "fork"))();
  if (child == 0) is_child = true;
  return child;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): glibc's names are reserved ones
int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  if (is_child) return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  return reinterpret_cast<Open>(dlsym(RTLD_NEXT, "open"))(path, flags, mode);
}

// Files of any size are the only ones where a number has 64 bits.
int open64(const char*, int, ...) __attribute__((alias("open")));

}  // extern "C"
