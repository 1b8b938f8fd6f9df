// Descriptors over a pair of sockets.
#include "tlscore/base/received_descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace tlscore {
namespace {

constexpr int kMost = 4;

/// Sends the descriptors in one message, and receives it.
std::vector<UniqueFd> through(const std::vector<int>& descriptors) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  const UniqueFd here(ends[0]);
  const UniqueFd there(ends[1]);
  char octet = 'x';
  iovec vector{&octet, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMost * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const std::size_t size = descriptors.size() * sizeof(int);
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(rights), descriptors.data(), size);
  }
  EXPECT_EQ(::sendmsg(here.get(), &message, 0), 1);
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  EXPECT_EQ(::recvmsg(there.get(), &message, MSG_CMSG_CLOEXEC), 1);
  return received_descriptors(message);
}

ino_t file_of(int descriptor) {
  struct stat status{};
  EXPECT_EQ(::fstat(descriptor, &status), 0);
  return status.st_ino;
}

TEST(ReceivedDescriptors, AreAllThatCameInTheirOrder) {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const UniqueFd zero(::open("/dev/zero", O_RDWR | O_CLOEXEC));
  const auto received = through({null.get(), zero.get(), null.get()});
  ASSERT_EQ(received.size(), 3U);
  EXPECT_EQ(file_of(received[0].get()), file_of(null.get()));
  EXPECT_EQ(file_of(received[1].get()), file_of(zero.get()));
  EXPECT_EQ(file_of(received[2].get()), file_of(null.get()));
}

TEST(ReceivedDescriptors, AreClosedWhenNobodyKeepsThem) {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const int next = ::dup(null.get());
  ASSERT_EQ(::close(next), 0);
  EXPECT_EQ(through({null.get(), null.get()}).size(), 2U);
  const UniqueFd again(::dup(null.get()));
  EXPECT_EQ(again.get(), next);
}

TEST(ReceivedDescriptors, AreNoneWhereNoneCame) {
  EXPECT_TRUE(through({}).empty());
}

}  // namespace
}  // namespace tlscore
