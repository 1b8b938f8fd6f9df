// Preloaded after umockdev's library, into programs that load OpenSC's PKCS#11 module.
//
// umockdev finds each libc function that it stands before by dlsym(3), when it is first called. OpenSC's
// module starts a thread of GLib's from a constructor and waits for it; that thread's first read(2) then
// waits for the dynamic loader's lock, which the dlopen(3) that runs the constructor holds. So what such a
// thread may call is called here, before there is a second thread. No function of this file does anything
// else.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace {

constexpr int kNoDescriptor = -1;
constexpr const char* kNoFile = "/dev/null/none";

template <class... Results>
void ignore(Results...) {}

/// The calls fail; that they were made is all that counts.
[[gnu::constructor]] void call_each_once() {
  char octet = 0;
  struct stat about{};
  msghdr message{};
  const sockaddr nobody{};
  ignore(::read(kNoDescriptor, &octet, 1), ::write(kNoDescriptor, &octet, 1));
  ignore(::recv(kNoDescriptor, &octet, 1, 0), ::send(kNoDescriptor, &octet, 1, 0));
  ignore(::recvmsg(kNoDescriptor, &message, 0), ::connect(kNoDescriptor, &nobody, sizeof nobody));
  ignore(::open(kNoFile, O_RDONLY), ::access(kNoFile, R_OK), ::readlink(kNoFile, &octet, 1));
  ignore(::stat(kNoFile, &about), ::lstat(kNoFile, &about));
  ignore(::close(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  if (std::FILE* file = std::fopen(kNoFile, "r")) std::fclose(file);
}

}  // namespace
