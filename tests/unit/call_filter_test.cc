// Each forbidden call, tried by a process that has given it up.
#include "tlscore/base/call_filter.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "tlscore/base/socket.h"

namespace tlscore {
namespace {

using Attempt = std::function<long()>;

/// What a child gets that has given up `rules`: 0, or an errno.
int outcome(const CallRules& rules, const Attempt& attempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!forbid_calls(rules)) ::_exit(255);
    errno = 0;
    ::_exit(attempt() < 0 ? errno : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

const CallRules kModule{.netlink = {NETLINK_KOBJECT_UEVENT}};
const CallRules kProxy{.may_network = true, .netlink = {NETLINK_SOCK_DIAG}, .only_listed = true};

class CallFilter : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (!can_forbid_calls()) GTEST_SKIP() << "a sanitizer's runtime calls what it likes";
  }
  [[nodiscard]] static const CallRules& rules() { return GetParam() ? kProxy : kModule; }
};

INSTANTIATE_TEST_SUITE_P(Shapes, CallFilter, testing::Bool(),
                         [](const auto& shape) { return shape.param ? "Proxy" : "Module"; });

TEST_P(CallFilter, StartsNoProgram) {
  EXPECT_EQ(outcome(rules(), [] { return ::execl("/bin/true", "true", nullptr); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_execveat, -1, "/bin/true", nullptr, nullptr, 0); }),
            EPERM);
}

TEST_P(CallFilter, LooksIntoNoOtherProcess) {
  EXPECT_EQ(outcome(rules(), [] { return ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::process_vm_readv(::getpid(), nullptr, 0, nullptr, 0, 0); }),
            EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_pidfd_getfd, 0, 0, 0); }), EPERM);
}

TEST_P(CallFilter, OpensNoSocketOfAnotherFamily) {
  for (const int family : {AF_PACKET, AF_ALG, AF_VSOCK, AF_BLUETOOTH, AF_X25, AF_KEY, 4000}) {
    SCOPED_TRACE(family);
    EXPECT_EQ(outcome(rules(), [family] { return ::socket(family, SOCK_RAW, 0); }), EPERM);
  }
  EXPECT_EQ(outcome(rules(), [] { return ::socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC); }), EPERM);
}

TEST_P(CallFilter, IgnoresWhatStandsAboveAnInt) {
  constexpr long kAbove = 1L << 32;
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_socket, kAbove | AF_ALG, SOCK_SEQPACKET, 0); }),
            EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_ioctl, 0, kAbove | TIOCSTI, "x"); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_prctl, kAbove | PR_SET_DUMPABLE, 1, 0, 0, 0); }),
            EPERM);
}

TEST_P(CallFilter, GoesAroundNothing) {
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_io_uring_setup, 1, nullptr); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_bpf, 0, nullptr, 0); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_keyctl, 0, 0, 0, 0, 0); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::unshare(CLONE_NEWUSER); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_mount, nullptr, nullptr, nullptr, 0, nullptr); }),
            EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::ioctl(0, TIOCSTI, "x"); }), EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }), EPERM);
}

TEST_P(CallFilter, MakesNoNamespaceByClone) {
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0); }),
            GetParam() ? ENOSYS : EPERM);
  EXPECT_EQ(outcome(rules(), [] { return ::syscall(SYS_clone3, nullptr, 0); }), ENOSYS);
}

TEST_P(CallFilter, StillHasThreadsFilesAndLocalSockets) {
  EXPECT_EQ(outcome(rules(),
                    [] {
                      int sum = 0;
                      std::thread([&sum] { sum = 1; }).join();
                      return sum - 1;
                    }),
            0);
  EXPECT_EQ(outcome(rules(), [] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }), 0);
  EXPECT_EQ(outcome(rules(), [] { return ::access("/dev/null", R_OK); }), 0);
}

TEST_P(CallFilter, GainsNoRights) {
  EXPECT_EQ(outcome(rules(), [] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) - 1; }), 0);
}

TEST_P(CallFilter, BindsThreadsThatAreThere) {
  const Attempt attempt = [] {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return -1L;
    long result = 0;
    int reason = 0;
    std::thread thread([&] {
      char go = 0;
      if (::read(ends[0], &go, 1) != 1) return;
      result = ::unshare(CLONE_NEWUSER);
      reason = errno;
    });
    const bool is_bound = forbid_calls(rules()).has_value();
    if (::write(ends[1], "x", 1) != 1) return -1L;
    thread.join();
    errno = reason;
    return is_bound ? result : 0L;
  };
  const pid_t child = ::fork();
  if (child == 0) ::_exit(attempt() < 0 ? errno : 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), EPERM);
}

class ModuleFilter : public CallFilter {};
class ProxyFilter : public CallFilter {};
INSTANTIATE_TEST_SUITE_P(Shape, ModuleFilter, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Shape, ProxyFilter, testing::Values(true));

TEST_P(ModuleFilter, HasNoNetworkUnlessItIsSaid) {
  for (const int family : {AF_INET, AF_INET6}) {
    const Attempt attempt = [family] { return ::socket(family, SOCK_STREAM, 0); };
    EXPECT_EQ(outcome(kModule, attempt), EPERM);
    EXPECT_EQ(outcome({.may_network = true}, attempt), 0);
  }
}

TEST_P(ModuleFilter, HearsFromUdev) {
  const Attempt attempt = [] { return ::socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT); };
  EXPECT_EQ(outcome(kModule, attempt), 0);
  EXPECT_EQ(outcome({}, attempt), EPERM);
}

TEST_P(ProxyFilter, MakesNoProcess) {
  EXPECT_EQ(outcome(kProxy, [] { return ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }), ENOSYS);
}

TEST_P(ProxyFilter, MakesNoCode) {
  const Attempt map = [] {
    const void* page =
        ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1L : 0L;
  };
  EXPECT_EQ(outcome(kProxy, map), EPERM);
  const Attempt change = [] {
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return static_cast<long>(::mprotect(page, 4096, PROT_READ | PROT_EXEC));
  };
  EXPECT_EQ(outcome(kProxy, change), EPERM);
}

TEST_P(ProxyFilter, KnowsNoCallThatAServerDoesNotNeed) {
  EXPECT_EQ(outcome(kProxy, [] { return ::syscall(SYS_semget, 1, 1, 0); }), ENOSYS);
  EXPECT_EQ(outcome(kProxy, [] { return ::syscall(SYS_setuid, 0); }), ENOSYS);
}

TEST_P(ProxyFilter, HasTheNetworkAndAsksForSocketsOwners) {
  EXPECT_EQ(outcome(kProxy, [] { return ::socket(AF_INET6, SOCK_STREAM, 0); }), 0);
  EXPECT_EQ(outcome(kProxy, [] { return ::socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG); }), 0);
}

TEST(HideProcess, AllowsNeitherCoresNorALookInside) {
  const pid_t child = ::fork();
  if (child == 0) {
    hide_process();
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    ::_exit(core.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace tlscore
