// What somebody who has taken the proxy over would try: for tests, as a library that is preloaded into it.
//
// When the proxy accepts its first connection after the file $LATCHKEY_TEST_INTRUDE has come to be, each
// attempt is noted on standard error: "intruder: exec: refused". $LATCHKEY_TEST_OUTSIDE is a folder of the
// user's that is none of Latchkey's, with a `file` in it; $LATCHKEY_TEST_INSIDE one that is.
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

/// What is refused says so by EPERM or EACCES, or as if it led to another disk (Landlock, of a link), or is
/// not known to the kernel.
void note(const char* what, long outcome) {
  const int error = outcome < 0 ? errno : 0;
  const bool is_refused = error == EPERM || error == EACCES || error == EXDEV || error == ENOSYS;
  std::cerr << "intruder: " << what << ": " << (is_refused ? "refused" : "DONE " + std::to_string(error))
            << '\n';
}

std::string path(const char* folder, const char* name) {
  const char* const base = std::getenv(folder);
  return std::string(base == nullptr ? "/nowhere" : base) + "/" + name;
}

void start_programs() {
  std::string program = "/bin/true";
  const std::array<char*, 2> arguments{program.data(), nullptr};
  note("exec", ::execv(program.c_str(), arguments.data()));
  note("execveat", ::syscall(SYS_execveat, -1, program.c_str(), arguments.data(), arguments.data() + 1, 0));
  const long child = ::syscall(SYS_fork);
  if (child == 0) ::_exit(0);
  note("fork", child);
  const long other = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (other == 0) ::_exit(0);
  note("clone of a process", other);
  const void* const code =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  note("new code", code == MAP_FAILED ? -1 : 0);
}

void read_files() {
  const std::string file = path("LATCHKEY_TEST_OUTSIDE", "file");
  note("reading of a user's file", ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  note("list of a user's folder",
       ::open(path("LATCHKEY_TEST_OUTSIDE", "").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

void change_files() {
  const std::string file = path("LATCHKEY_TEST_OUTSIDE", "file");
  note("write of a user's file", ::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  note("cut of a user's file", ::truncate(file.c_str(), 0));
  note("removal of a user's file", ::unlink(file.c_str()));
  note("renaming of a user's file", ::rename(file.c_str(), path("LATCHKEY_TEST_INSIDE", "taken").c_str()));
  note("link to a user's file", ::link(file.c_str(), path("LATCHKEY_TEST_INSIDE", "link").c_str()));
  note("new file",
       ::open(path("LATCHKEY_TEST_OUTSIDE", "new").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  note("new folder", ::mkdir(path("LATCHKEY_TEST_OUTSIDE", "folder").c_str(), 0700));
  const int own = ::open(path("LATCHKEY_TEST_INSIDE", "own").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  note("file of its own", own);
  ::close(own);
}

void reach_others() {
  note("memory of another process", ::open("/proc/1/mem", O_RDONLY | O_CLOEXEC));
  note("trace of another process", ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr));
  note("being traced", ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
  note("packet socket", ::socket(AF_PACKET, SOCK_RAW, 0));
  note("kernel crypto socket", ::socket(AF_ALG, SOCK_SEQPACKET, 0));
  constexpr int kAudit = 9;
  note("audit socket", ::socket(AF_NETLINK, SOCK_RAW, kAudit));
  note("new namespace", ::unshare(CLONE_NEWUSER));
  note("keys of the kernel's", ::syscall(SYS_keyctl, 0, 0, 0, 0, 0));
  note("ring", ::syscall(SYS_io_uring_setup, 1, nullptr));
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  note("internet socket", socket);
  ::close(socket);
}

}  // namespace

/// In the place of the C library's.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): names there are the library's own
extern "C" int accept4(int listener, sockaddr* address, socklen_t* size, int flags) {
  using Accept = int (*)(int, sockaddr*, socklen_t*, int);
  static const auto real = reinterpret_cast<Accept>(::dlsym(RTLD_NEXT, "accept4"));
  static bool is_done = false;
  const char* const sign = std::getenv("LATCHKEY_TEST_INTRUDE");
  if (!is_done && sign != nullptr && ::access(sign, F_OK) == 0) {
    is_done = true;
    start_programs();
    read_files();
    change_files();
    reach_others();
  }
  return real(listener, address, size, flags);
}
