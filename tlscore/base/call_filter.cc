// libseccomp builds the filter.
#include "tlscore/base/call_filter.h"

#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>

#include "tlscore/base/allowed_calls.h"

namespace tlscore {
namespace {

constexpr bool kIsSanitized =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    true;
#elif !defined(__has_feature)
    false;
#elif __has_feature(address_sanitizer)
    true;
#else
    __has_feature(thread_sanitizer);
#endif

constexpr std::uint64_t kNewNamespace =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

/// A filter under construction. The first error is kept, and whatever follows it does nothing.
class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : m_context(::seccomp_init(otherwise)), m_otherwise(otherwise) {}

  /// A name that this architecture, or this libseccomp, does not know is left out.
  void add(std::uint32_t action, const char* name, std::span<const scmp_arg_cmp> arguments = {}) {
    if (m_error != 0 || action == m_otherwise) return;
    if (m_context == nullptr) {
      m_error = -ENOMEM;
      return;
    }
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number < 0) return;
    m_error = ::seccomp_rule_add_array(m_context.get(), action, number,
                                       static_cast<unsigned>(arguments.size()), arguments.data());
  }

  [[nodiscard]] Result<void> load() {
    if (m_error == 0) m_error = ::seccomp_attr_set(m_context.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    if (m_error == 0) m_error = ::seccomp_load(m_context.get());
    if (m_error == 0) return {};
    return fail(ErrorKind::Unsupported,
                std::string("the kernel takes no filter of calls (seccomp): ") + std::strerror(-m_error));
  }

 private:
  struct Release {
    void operator()(void* context) const noexcept { ::seccomp_release(context); }
  };
  std::unique_ptr<void, Release> m_context;
  std::uint32_t m_otherwise;
  int m_error = 0;
};

constexpr std::uint32_t kRefuse = SCMP_ACT_ERRNO(EPERM);
constexpr std::uint32_t kUnknown = SCMP_ACT_ERRNO(ENOSYS);

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  // The kernel looks at 32 bits of an int, the filter at 64.
  return {argument, SCMP_CMP_MASKED_EQ, 0xffffffff, value};
}

void refuse_sockets(Filter& filter, const CallRules& rules) {
  constexpr std::uint64_t kAbove = AF_NETLINK;
  const auto refuse = [&filter](auto... comparisons) {
    const std::array<scmp_arg_cmp, sizeof...(comparisons)> all{comparisons...};
    filter.add(kRefuse, "socket", all);
  };
  for (std::uint64_t family = AF_UNIX + 1; family < kAbove; ++family) {
    if (rules.may_network && (family == AF_INET || family == AF_INET6)) continue;
    refuse(equals(0, family));
  }
  refuse(scmp_arg_cmp{0, SCMP_CMP_GT, kAbove, 0});
  constexpr int kNetlinkProtocols = 32;
  for (int protocol = 0; protocol < kNetlinkProtocols; ++protocol) {
    if (std::ranges::find(rules.netlink, protocol) != rules.netlink.end()) continue;
    refuse(equals(0, AF_NETLINK), equals(2, static_cast<std::uint64_t>(protocol)));
  }
}

/// What only some arguments make dangerous.
void refuse_by_argument(Filter& filter) {
  const auto refuse = [&filter](const char* name, auto... comparisons) {
    const std::array<scmp_arg_cmp, sizeof...(comparisons)> all{comparisons...};
    filter.add(kRefuse, name, all);
  };
  // Typing into a terminal that somebody else reads from.
  refuse("ioctl", equals(1, TIOCSTI));
  refuse("ioctl", equals(1, TIOCLINUX));
  // Being looked into again.
  refuse("prctl", equals(0, PR_SET_DUMPABLE), equals(1, 1));
  for (std::uint64_t flag = 1; flag <= kNewNamespace; flag <<= 1U) {
    if ((flag & kNewNamespace) != 0) refuse("clone", scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, flag, flag});
  }
}

/// Memory that can be written never becomes code.
void refuse_new_code(Filter& filter) {
  constexpr std::uint64_t kBoth = PROT_WRITE | PROT_EXEC;
  const std::array writable_code{scmp_arg_cmp{2, SCMP_CMP_MASKED_EQ, kBoth, kBoth}};
  const std::array to_code{scmp_arg_cmp{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC}};
  filter.add(kRefuse, "mmap", writable_code);
  filter.add(kRefuse, "mprotect", to_code);
  filter.add(kRefuse, "pkey_mprotect", to_code);
}

void add_forbidden(Filter& filter, const CallRules& rules) {
  for (const char* name : forbidden_calls()) filter.add(kRefuse, name);
  if (!rules.may_exec) {
    filter.add(kRefuse, "execve");
    filter.add(kRefuse, "execveat");
  }
  // Its flags are out of a filter's sight; glibc goes back to clone.
  filter.add(kUnknown, "clone3");
}

/// Lets through what it does not name.
Result<void> load_refusals(const CallRules& rules) {
  Filter filter(SCMP_ACT_ALLOW);
  add_forbidden(filter, rules);
  refuse_sockets(filter, rules);
  refuse_by_argument(filter);
  if (rules.only_listed) refuse_new_code(filter);
  return filter.load();
}

/// On top of the refusals: of two filters the stricter answer counts.
Result<void> load_list(const CallRules& rules) {
  Filter filter(kUnknown);
  for (const char* name : allowed_calls()) filter.add(SCMP_ACT_ALLOW, name);
  const std::array thread{scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD}};
  filter.add(SCMP_ACT_ALLOW, "clone", thread);
  for (const char* name : {"fork", "vfork"}) filter.add(kRefuse, name);
  // Which of them, the refusals say.
  filter.add(SCMP_ACT_ALLOW, "socket");
  add_forbidden(filter, rules);
  return filter.load();
}

}  // namespace

bool can_forbid_calls() {
  return !kIsSanitized;
}

Result<void> forbid_calls(const CallRules& rules) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail(ErrorKind::Unsupported, "the kernel lets programs gain rights (no_new_privs)");
  if (kIsSanitized) return {};
  TRY(load_refusals(rules));
  return rules.only_listed ? load_list(rules) : Result<void>();
}

void hide_process() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

}  // namespace tlscore
