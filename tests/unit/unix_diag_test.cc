// The kernel's table of UNIX sockets: what is asked, and what is made of the answers.
#include "tlscore/token/unix_diag.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>

#include <cstring>

namespace tlscore::token {
namespace {

constexpr std::uint32_t kSequence = 7;

template <class T>
void append(Bytes& to, const T& value) {
  const auto* octets = reinterpret_cast<const std::uint8_t*>(&value);
  to.insert(to.end(), octets, octets + sizeof value);
}

template <class T>
void append_attribute(Bytes& to, std::uint16_t type, const T& value) {
  append(to, rtattr{.rta_len = sizeof(rtattr) + sizeof value, .rta_type = type});
  append(to, value);
}

Bytes message(std::uint16_t type, const Bytes& body) {
  Bytes whole;
  append(whole, nlmsghdr{.nlmsg_len = static_cast<std::uint32_t>(sizeof(nlmsghdr) + body.size()),
                         .nlmsg_type = type,
                         .nlmsg_flags = 0,
                         .nlmsg_seq = kSequence,
                         .nlmsg_pid = 0});
  whole.insert(whole.end(), body.begin(), body.end());
  return whole;
}

Bytes one_socket() {
  Bytes body;
  unix_diag_msg fixed{};
  fixed.udiag_ino = 100;
  append(body, fixed);
  append_attribute(body, UNIX_DIAG_VFS, unix_diag_vfs{.udiag_vfs_ino = 5, .udiag_vfs_dev = 9});
  append_attribute(body, UNIX_DIAG_PEER, std::uint32_t{101});
  append_attribute(body, 7, std::uint32_t{1000});
  return message(SOCK_DIAG_BY_FAMILY, body);
}

TEST(UnixDiag, ReadsSocketsUntilTheLastAnswer) {
  std::vector<UnixSocket> sockets;
  const auto first = parse_unix_diag_answer(one_socket(), kSequence, sockets);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(*first);
  const auto last = parse_unix_diag_answer(message(NLMSG_DONE, Bytes(4)), kSequence, sockets);
  ASSERT_TRUE(last.has_value());
  EXPECT_TRUE(*last);
  const UnixSocket expected{
      .inode = 100, .peer_inode = 101, .bound_to = FileId{.device = 9, .inode = 5}, .owner = 1000};
  EXPECT_EQ(sockets, std::vector{expected});
}

TEST(UnixDiag, RefusesAnAnswerThatIsCutShort) {
  const Bytes whole = one_socket();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    std::vector<UnixSocket> sockets;
    EXPECT_FALSE(parse_unix_diag_answer(ByteView(whole).first(size), kSequence, sockets)) << size;
  }
}

TEST(UnixDiag, RefusesAnAttributeThatClaimsMoreThanThereIs) {
  Bytes body;
  append(body, unix_diag_msg{});
  append(body, rtattr{.rta_len = 200, .rta_type = UNIX_DIAG_PEER});
  std::vector<UnixSocket> sockets;
  EXPECT_FALSE(parse_unix_diag_answer(message(SOCK_DIAG_BY_FAMILY, body), kSequence, sockets));
}

TEST(UnixDiag, RefusesAnAnswerToAnotherQuestion) {
  std::vector<UnixSocket> sockets;
  EXPECT_FALSE(parse_unix_diag_answer(one_socket(), kSequence + 1, sockets));
}

TEST(UnixDiag, AnErrorOfTheKernelIsARefusal) {
  std::vector<UnixSocket> sockets;
  const auto answer = parse_unix_diag_answer(message(NLMSG_ERROR, Bytes(4)), kSequence, sockets);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ErrorKind::Refused);
}

}  // namespace
}  // namespace tlscore::token
