// Addresses in their text and system forms.
#include "proxy/socket_address.h"

#include <gtest/gtest.h>
#include <sys/un.h>

#include "tlscore/base/unique_fd.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;

SocketAddress address(std::string_view text, std::uint16_t port = 443) {
  return SocketAddress::parse(text, port).value_or(SocketAddress());
}

TEST(SocketAddress, PrintsWhatItParsed) {
  EXPECT_EQ(address("192.0.2.1").text(), "192.0.2.1:443");
  EXPECT_EQ(address("2001:DB8:0::1").text(), "[2001:db8::1]:443");
  EXPECT_EQ(address("2001:db8::1").address_text(), "2001:db8::1");
}

TEST(SocketAddress, ParsesNoNameNoShortFormNoZoneAndNoBrackets) {
  for (const std::string_view text :
       {"", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "fe80::1%lo", "[::1]",
        "192.0.2.1 ", "192.0.2.256", "1.2.3.4.5", ":::"}) {
    const auto parsed = SocketAddress::parse(text, 1);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
  }
}

TEST(SocketAddress, ATextWithANulInsideIsNoAddress) {
  EXPECT_FALSE(SocketAddress::parse(std::string_view("127.0.0.1\0.example", 18), 1).has_value());
}

TEST(SocketAddress, KnowsLoopbackInAllItsForms) {
  for (const std::string_view text : {"127.0.0.1", "127.255.1.2", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(address(text).is_loopback()) << text;
  }
  for (const std::string_view text : {"128.0.0.1", "0.0.0.0", "::", "::2", "::ffff:10.0.0.1", "7f00::1"}) {
    EXPECT_FALSE(address(text).is_loopback()) << text;
  }
}

TEST(SocketAddress, UnmapsOnlyMappedAddresses) {
  EXPECT_EQ(address("::ffff:192.0.2.1", 80).unmapped(), address("192.0.2.1", 80));
  EXPECT_EQ(address("::192.0.2.1").unmapped(), address("::192.0.2.1"));
  EXPECT_EQ(address("192.0.2.1").unmapped(), address("192.0.2.1"));
}

TEST(SocketAddress, DiffersByFamilyAddressAndPort) {
  EXPECT_NE(address("192.0.2.1"), address("192.0.2.2"));
  EXPECT_NE(address("192.0.2.1", 1), address("192.0.2.1", 2));
  EXPECT_NE(address("192.0.2.1"), address("::ffff:192.0.2.1"));
}

TEST(SocketAddress, CopiesNoOtherFamilyAndNothingTooShort) {
  const sockaddr_un local{.sun_family = AF_UNIX, .sun_path = "/x"};
  const auto other = SocketAddress::copy(reinterpret_cast<const sockaddr*>(&local), sizeof local);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().kind, ErrorKind::Unsupported);
  const SocketAddress v6 = address("::1");
  EXPECT_FALSE(SocketAddress::copy(v6.data(), sizeof(sockaddr_in6) - 1).has_value());
  EXPECT_EQ(*SocketAddress::copy(v6.data(), v6.size()), v6);
}

TEST(SocketAddress, IsMadeOfFourOrSixteenOctetsOnly) {
  const SocketAddress v6 = address("2001:db8::1", 7);
  EXPECT_EQ(*SocketAddress::from_octets(v6.octets(), 7), v6);
  EXPECT_EQ(*SocketAddress::from_octets(v6.octets().first(4), 7), address("32.1.13.184", 7));
  for (const std::size_t count : {0U, 3U, 5U, 15U}) {
    EXPECT_FALSE(SocketAddress::from_octets(v6.octets().first(count), 7).has_value()) << count;
  }
}

TEST(SocketAddress, AnUnconnectedSocketHasNoPeer) {
  const tlscore::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(fd.get(), address("127.0.0.1", 0).data(), address("127.0.0.1", 0).size()), 0);
  EXPECT_NE(SocketAddress::local_of(fd.get())->port(), 0);
  const auto peer = SocketAddress::peer_of(fd.get());
  ASSERT_FALSE(peer.has_value());
  EXPECT_EQ(peer.error().kind, ErrorKind::Closed);
}

}  // namespace
}  // namespace proxy
