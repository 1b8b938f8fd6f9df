// Limits and signals of a process that holds session keys.
#include "proxy/protect_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace proxy {

void protect_process() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0));
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  // Two descriptors a connection, and some: as many as the system allows.
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
}

}  // namespace proxy
