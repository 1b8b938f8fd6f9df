// Each protocol's first octets, and how many of them are needed.
#include "proxy/first_bytes.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using tlscore::as_bytes;

PortProtocol on_port(std::string_view text) {
  return classify_port_bytes(as_bytes(text));
}

TunnelProtocol in_tunnel(std::string_view text) {
  return classify_tunnel_bytes(as_bytes(text));
}

TEST(FirstBytes, OneOctetTellsSocksAndMostOfHttp) {
  EXPECT_EQ(on_port("\x04"), PortProtocol::Socks4);
  EXPECT_EQ(on_port("\x05"), PortProtocol::Socks5);
  EXPECT_EQ(on_port("G"), PortProtocol::Http);
  EXPECT_EQ(on_port("get /"), PortProtocol::Http);
}

TEST(FirstBytes, NothingTellsNothing) {
  EXPECT_EQ(on_port(""), PortProtocol::NeedMore);
  EXPECT_EQ(in_tunnel(""), TunnelProtocol::NeedMore);
}

TEST(FirstBytes, ThePrefaceOfHttp2IsNotTakenForHttp1) {
  for (const auto* start : {"P", "PR", "PRI", "PRI "})
    EXPECT_EQ(on_port(start), PortProtocol::NeedMore) << start;
  EXPECT_EQ(on_port("PRI *"), PortProtocol::Http2Preface);
  EXPECT_EQ(on_port("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), PortProtocol::Http2Preface);
  for (const auto* method : {"PO", "PRO", "PRIx", "PRI /"})
    EXPECT_EQ(on_port(method), PortProtocol::Http) << method;
}

TEST(FirstBytes, TlsNeedsTwoOctets) {
  EXPECT_EQ(on_port("\x16"), PortProtocol::NeedMore);
  EXPECT_EQ(on_port("\x16\x03"), PortProtocol::Tls);
  EXPECT_EQ(on_port("\x16\x02"), PortProtocol::Other);
  EXPECT_EQ(in_tunnel("\x16"), TunnelProtocol::NeedMore);
  EXPECT_EQ(in_tunnel("\x16\x03\x01"), TunnelProtocol::ClientHello);
  EXPECT_EQ(in_tunnel("\x16\x02"), TunnelProtocol::Other);
}

TEST(FirstBytes, AnythingElseIsOther) {
  for (const auto* text : {"\r\n", "\x80\x2e", " GET", "0", "\xff"})
    EXPECT_EQ(on_port(text), PortProtocol::Other);
  EXPECT_EQ(classify_port_bytes(tlscore::Bytes{0}), PortProtocol::Other);
}

TEST(FirstBytes, SshIsToldByItsWholePrefix) {
  for (const auto* start : {"S", "SS", "SSH"}) EXPECT_EQ(in_tunnel(start), TunnelProtocol::NeedMore) << start;
  EXPECT_EQ(in_tunnel("SSH-"), TunnelProtocol::Ssh);
  EXPECT_EQ(in_tunnel("SSH-2.0-OpenSSH_9.2\r\n"), TunnelProtocol::Ssh);
  EXPECT_EQ(in_tunnel("SSHx"), TunnelProtocol::Other);
  EXPECT_EQ(in_tunnel("SEARCH / HTTP/1.1"), TunnelProtocol::Other);
}

TEST(FirstBytes, NoAnswerNeedsMoreThanItSays) {
  for (int first = 0; first < 256; ++first) {
    const tlscore::Bytes octets(kMaxPortBytes, static_cast<std::uint8_t>(first));
    EXPECT_NE(classify_port_bytes(octets), PortProtocol::NeedMore);
    EXPECT_NE(classify_tunnel_bytes(std::span(octets).first(kMaxTunnelBytes)), TunnelProtocol::NeedMore);
  }
}

}  // namespace
}  // namespace proxy
