// The kernel's socket table: what is asked, and which answers are believed.
#include "proxy/inet_diag.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace proxy {
namespace {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;

constexpr std::uint32_t kSequence = 7;

SocketAddress address(std::string_view text, std::uint16_t port) {
  return *SocketAddress::parse(text, port);
}

/// An answer as the kernel gives it, whose parts a test can spoil.
struct Answer {
  nlmsghdr header{.nlmsg_len = sizeof(nlmsghdr) + sizeof(inet_diag_msg),
                  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                  .nlmsg_flags = 0,
                  .nlmsg_seq = kSequence,
                  .nlmsg_pid = 0};
  inet_diag_msg row{};

  [[nodiscard]] Bytes encode() const {
    Bytes bytes(sizeof header + sizeof row);
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, &row, sizeof row);
    return bytes;
  }
};

class InetDiagTest : public testing::Test {
 protected:
  InetDiagTest() {
    answer.row.idiag_family = AF_INET;
    answer.row.idiag_state = TCP_ESTABLISHED;
    answer.row.idiag_uid = 1000;
    answer.row.idiag_inode = 4242;
    answer.row.id.idiag_sport = htons(50000);
    answer.row.id.idiag_dport = htons(6091);
    answer.row.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
    answer.row.id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
  }
  void expect_malformed(ByteView bytes) const {
    const auto parsed = parse_inet_diag_answer(bytes, asked, kSequence);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
  }
  void expect_malformed() const { expect_malformed(answer.encode()); }

  TcpEnds asked{.local = address("127.0.0.1", 50000), .remote = address("127.0.0.1", 6091)};
  Answer answer;
};

TEST_F(InetDiagTest, AsksForOneSocketAndNoDump) {
  const Bytes request = encode_inet_diag_request(asked, kSequence);
  nlmsghdr header{};
  inet_diag_req_v2 question{};
  ASSERT_EQ(request.size(), sizeof header + sizeof question);
  std::memcpy(&header, request.data(), sizeof header);
  std::memcpy(&question, request.data() + sizeof header, sizeof question);
  EXPECT_EQ(header.nlmsg_len, request.size());
  EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST);
  EXPECT_EQ(question.sdiag_protocol, IPPROTO_TCP);
  EXPECT_EQ(question.id.idiag_sport, htons(50000));
  EXPECT_EQ(question.id.idiag_dport, htons(6091));
}

TEST_F(InetDiagTest, ReadsStateOwnerAndInode) {
  const auto row = parse_inet_diag_answer(answer.encode(), asked, kSequence);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->state, TCP_ESTABLISHED);
  EXPECT_EQ(row->owner, 1000U);
  EXPECT_EQ(row->inode, 4242U);
}

TEST_F(InetDiagTest, ReadsAMappedAddressAsTheOneInIt) {
  answer.row.idiag_family = AF_INET6;
  for (auto* const end : {answer.row.id.idiag_src, answer.row.id.idiag_dst}) {
    end[3] = std::exchange(end[0], 0);
    end[2] = htonl(0xffff);
  }
  EXPECT_TRUE(parse_inet_diag_answer(answer.encode(), asked, kSequence).has_value());
}

TEST_F(InetDiagTest, IgnoresAttributesBehindTheRow) {
  Bytes bytes = answer.encode();
  bytes.resize(bytes.size() + 8);
  const auto length = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(bytes.data(), &length, sizeof length);
  EXPECT_TRUE(parse_inet_diag_answer(bytes, asked, kSequence).has_value());
}

TEST_F(InetDiagTest, RefusesAnAnswerThatIsCutAnywhere) {
  const Bytes bytes = answer.encode();
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    SCOPED_TRACE(testing::Message() << n << " octets");
    expect_malformed(ByteView(bytes).first(n));
  }
}

TEST_F(InetDiagTest, RefusesALengthThatIsNotTheMessages) {
  for (const std::uint32_t length : {0U, 15U, 16U, 87U, 89U, ~0U}) {
    answer.header.nlmsg_len = length;
    expect_malformed();
  }
}

TEST_F(InetDiagTest, RefusesTheAnswerToAnotherQuestion) {
  answer.header.nlmsg_seq = kSequence + 1;
  expect_malformed();
}

TEST_F(InetDiagTest, RefusesAnotherTypeOfMessage) {
  answer.header.nlmsg_type = NLMSG_DONE;
  expect_malformed();
}

TEST_F(InetDiagTest, RefusesARowThatDiffersInAnyOfTheFourAddresses) {
  const auto differs_in = [this](auto change) {
    const Answer good = answer;
    change(answer.row.id);
    expect_malformed();
    answer = good;
  };
  differs_in([](inet_diag_sockid& id) { id.idiag_sport = htons(50001); });
  differs_in([](inet_diag_sockid& id) { id.idiag_dport = htons(6092); });
  differs_in([](inet_diag_sockid& id) { id.idiag_src[0] = htonl(0x7f000002); });
  differs_in([](inet_diag_sockid& id) { id.idiag_dst[0] = htonl(0x7f000002); });
}

TEST_F(InetDiagTest, RefusesAnotherFamily) {
  answer.row.idiag_family = AF_UNIX;
  expect_malformed();
}

TEST_F(InetDiagTest, AnErrorIsNeverARow) {
  const auto kind_of = [this](int code) {
    answer.header.nlmsg_type = NLMSG_ERROR;
    Bytes bytes = answer.encode();
    std::memcpy(bytes.data() + sizeof(nlmsghdr), &code, sizeof code);
    return parse_inet_diag_answer(bytes, asked, kSequence).error().kind;
  };
  EXPECT_EQ(kind_of(-ENOENT), ErrorKind::NotFound);
  EXPECT_EQ(kind_of(-EPERM), ErrorKind::Refused);
  EXPECT_EQ(kind_of(INT_MIN), ErrorKind::Refused);
  EXPECT_EQ(kind_of(0), ErrorKind::Malformed) << "an acknowledgement, which was not asked for";
  EXPECT_EQ(kind_of(1), ErrorKind::Malformed);
}

}  // namespace
}  // namespace proxy
