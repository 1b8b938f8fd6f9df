// Two lists of names.
#include "tlscore/base/allowed_calls.h"

#include <array>

namespace tlscore {
namespace {

constexpr auto kAllowed = std::to_array<const char*>(
    {// files
     "access", "chdir", "chmod", "close", "close_range", "copy_file_range", "creat", "dup", "dup2", "dup3",
     "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat", "fchmodat2",
     "fchown", "fcntl", "fdatasync", "fgetxattr", "flock", "fstat", "fstatfs", "fsync", "ftruncate", "getcwd",
     "getdents", "getdents64", "getxattr", "inotify_add_watch", "inotify_init", "inotify_init1",
     "inotify_rm_watch", "lgetxattr", "link", "linkat", "lseek", "lstat", "mkdir", "mkdirat", "newfstatat",
     "open", "openat", "openat2", "pipe", "pipe2", "pread64", "preadv", "preadv2", "pwrite64", "pwritev",
     "pwritev2", "read", "readahead", "readlink", "readlinkat", "readv", "rename", "renameat", "renameat2",
     "rmdir", "sendfile", "splice", "stat", "statfs", "statx", "symlink", "symlinkat", "sync_file_range",
     "tee", "truncate", "umask", "unlink", "unlinkat", "utimensat", "vmsplice", "write", "writev",
     // sockets that are open, and waiting
     "accept", "accept4", "bind", "connect", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait",
     "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "getpeername", "getsockname", "getsockopt", "ioctl",
     "listen", "poll", "ppoll", "pselect6", "recvfrom", "recvmmsg", "recvmsg", "select", "sendmmsg",
     "sendmsg", "sendto", "setsockopt", "shutdown", "socketpair",
     // memory
     "brk", "madvise", "membarrier", "memfd_create", "mincore", "mlock", "mlock2", "mmap", "mprotect",
     "mremap", "mseal", "msync", "munlock", "munmap",
     // time and signals
     "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday", "kill",
     "nanosleep", "pause", "pidfd_open", "pidfd_send_signal", "restart_syscall", "rt_sigaction",
     "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
     "setitimer", "sigaltstack", "signalfd", "signalfd4", "tgkill", "time", "timer_create", "timer_delete",
     "timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create", "timerfd_gettime",
     "timerfd_settime", "times", "tkill", "wait4", "waitid",
     // threads, and ending
     "arch_prctl", "exit", "exit_group", "futex", "futex_requeue", "futex_wait", "futex_waitv", "futex_wake",
     "get_robust_list", "gettid", "prctl", "riscv_flush_icache", "rseq", "sched_get_priority_max",
     "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_getscheduler",
     "sched_yield", "set_robust_list", "set_tid_address",
     // about oneself
     "capget", "getcpu", "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp", "getpid",
     "getppid", "getpriority", "getrandom", "getresgid", "getresuid", "getrlimit", "getrusage", "getsid",
     "getuid", "prlimit64", "sched_setattr", "setrlimit", "sysinfo", "uname"});

constexpr auto kForbidden = std::to_array<const char*>(
    {// other processes
     "kcmp", "perf_event_open", "pidfd_getfd", "process_madvise", "process_vm_readv", "process_vm_writev",
     "ptrace",
     // keys, tracing, and calls that go around a filter
     "add_key", "bpf", "fanotify_init", "io_uring_enter", "io_uring_register", "io_uring_setup", "keyctl",
     "lookup_dcookie", "request_key", "userfaultfd",
     // mounts and namespaces
     "chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree",
     "pivot_root", "setns", "umount", "umount2", "unshare",
     // the machine
     "_sysctl", "acct", "adjtimex", "clock_adjtime", "clock_settime", "create_module", "delete_module",
     "finit_module", "get_kernel_syms", "init_module", "ioperm", "iopl", "kexec_file_load", "kexec_load",
     "migrate_pages", "modify_ldt", "move_pages", "nfsservctl", "open_by_handle_at", "personality",
     "query_module", "quotactl", "quotactl_fd", "reboot", "sethostname", "setdomainname", "settimeofday",
     "stime", "swapoff", "swapon", "syslog", "uselib", "vhangup", "vm86", "vm86old"});

}  // namespace

std::span<const char* const> allowed_calls() {
  return kAllowed;
}

std::span<const char* const> forbidden_calls() {
  return kForbidden;
}

}  // namespace tlscore
