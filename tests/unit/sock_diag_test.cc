// Netlink around questions to the kernel's socket tables: what is believed, and when asking ends.
#include "tlscore/base/sock_diag.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

namespace tlscore {
namespace {

constexpr std::uint32_t kSequence = 7;

Bytes message(std::uint16_t type, std::size_t body_bytes) {
  const nlmsghdr header{.nlmsg_len = static_cast<std::uint32_t>(sizeof(nlmsghdr) + body_bytes),
                        .nlmsg_type = type,
                        .nlmsg_flags = 0,
                        .nlmsg_seq = kSequence,
                        .nlmsg_pid = 0};
  Bytes whole(sizeof header + body_bytes);
  std::memcpy(whole.data(), &header, sizeof header);
  return whole;
}

/// A question about all UNIX sockets.
Bytes request() {
  unix_diag_req question{};
  question.sdiag_family = AF_UNIX;
  question.udiag_states = ~std::uint32_t{0};
  const ByteView octets(reinterpret_cast<const std::uint8_t*>(&question), sizeof question);
  return encode_sock_diag_request(octets, true, kSequence);
}

constexpr std::size_t kEnoughBytes = 65536;

TEST(SockDiag, AsksForOneOrForAll) {
  for (const bool dump : {false, true}) {
    const auto header = peek_netlink<nlmsghdr>(encode_sock_diag_request(Bytes(5), dump, kSequence));
    ASSERT_TRUE(header.has_value());
    EXPECT_EQ(header->nlmsg_len, sizeof(nlmsghdr) + 5);
    EXPECT_EQ(header->nlmsg_flags, dump ? NLM_F_REQUEST | NLM_F_DUMP : NLM_F_REQUEST);
    EXPECT_EQ(header->nlmsg_seq, kSequence);
  }
}

TEST(SockDiag, TakesMessagesOneByOneWithWhatPadsThem) {
  Bytes two = message(SOCK_DIAG_BY_FAMILY, 5);
  two.resize(two.size() + 3);
  const Bytes last = message(NLMSG_DONE, 4);
  two.insert(two.end(), last.begin(), last.end());
  ByteView rest(two);
  const auto row = take_sock_diag_message(rest, kSequence);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->kind, SockDiagKind::Row);
  EXPECT_EQ(row->body.size(), 5U);
  const auto done = take_sock_diag_message(rest, kSequence);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->kind, SockDiagKind::Done);
  EXPECT_TRUE(rest.empty());
}

TEST(SockDiag, RefusesWhatIsNoAnswer) {
  const auto kind_of = [](const Bytes& answer, std::uint32_t sequence) {
    ByteView rest(answer);
    const auto taken = take_sock_diag_message(rest, sequence);
    return taken ? ErrorKind::Internal : taken.error().kind;
  };
  const Bytes good = message(SOCK_DIAG_BY_FAMILY, 8);
  EXPECT_EQ(kind_of(good, kSequence + 1), ErrorKind::Malformed);
  EXPECT_EQ(kind_of(message(NLMSG_NOOP, 8), kSequence), ErrorKind::Malformed);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(kind_of(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), kSequence),
              ErrorKind::Malformed);
}

TEST(SockDiag, GivesAnswersUntilTheLastOne) {
  bool last = false;
  const auto asked = ask_sock_diag(request(), kEnoughBytes, [&](ByteView answer) -> Result<bool> {
    EXPECT_FALSE(last);
    while (!answer.empty()) last = TRY(take_sock_diag_message(answer, kSequence)).kind == SockDiagKind::Done;
    return last;
  });
  EXPECT_TRUE(asked.has_value());
  EXPECT_TRUE(last);
}

TEST(SockDiag, EndsWithTheFailureOfWhoReadsTheAnswer) {
  const auto asked = ask_sock_diag(request(), kEnoughBytes, [](ByteView) -> Result<bool> {
    return fail(ErrorKind::Refused, "not this one");
  });
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().message, "not this one");
}

TEST(SockDiag, RefusesAnAnswerThatIsTooLong) {
  const auto asked = ask_sock_diag(request(), 4, [](ByteView) -> Result<bool> { return true; });
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().kind, ErrorKind::Malformed);
}

TEST(SockDiag, FailsWhereTheKernelDoesNotAnswerAnyMore) {
  const auto asked = ask_sock_diag(request(), kEnoughBytes, [](ByteView) -> Result<bool> { return false; });
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().kind, ErrorKind::Internal);
}

}  // namespace
}  // namespace tlscore
