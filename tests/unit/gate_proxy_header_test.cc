// The header of the PROXY protocol, octet by octet.
#include "proxy/gate_proxy_header.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using namespace tlscore;

GateArrival arrival(std::string_view from, std::string_view to) {
  GateArrival made{.from = *SocketAddress::parse(from, 0x1234),
                   .to = *SocketAddress::parse(to, 443),
                   .server_name = std::nullopt,
                   .negotiated = {},
                   .client = {}};
  made.negotiated.cipher_suite = "";
  return made;
}

// signature, version 2 and PROXY
const std::string kStart = "0d0a0d0a000d0a515549540a21";

const std::string kTls13 = "210007" + to_hex(as_bytes("TLSv1.3"));

TEST(GateProxyHeader, NobodyOverIpv4) {
  // 30 octets for TCP over IPv4: two addresses, two ports, PP2_TYPE_SSL.
  EXPECT_EQ(to_hex(write_proxy_header(arrival("192.0.2.1", "198.51.100.7"))),
            kStart + "11001e" + "c0000201" + "c6336407" + "1234" + "01bb" + "20000f" + "0100000001" + kTls13);
}

TEST(GateProxyHeader, AMappedAddressIsAnIpv4Address) {
  EXPECT_EQ(write_proxy_header(arrival("::ffff:192.0.2.1", "::ffff:198.51.100.7")),
            write_proxy_header(arrival("192.0.2.1", "198.51.100.7")));
}

TEST(GateProxyHeader, SomebodyOverIpv6) {
  GateArrival made = arrival("2001:db8::1", "2001:db8::2");
  made.server_name = "a.b";
  made.negotiated.version = tls::Version::Tls12;
  made.negotiated.alpn = "x";
  made.negotiated.cipher_suite = "C";
  made.client.method = GateMethod::X509;
  made.client.vouched_for = true;
  made.client.fingerprint = "ab";
  made.client.mail_addresses = {"a@b"};
  EXPECT_EQ(to_hex(write_proxy_header(made)),
            kStart + "21" + "0056" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002" +
                "1234" + "01bb" + "010001" + "78" + "020003" + "612e62" + "200019" + "0700000000" + "210007" +
                to_hex(as_bytes("TLSv1.2")) + "220003" + "614062" + "230001" + "43" + "e00002" + "6162" +
                "e10004" + to_hex(as_bytes("x509")));
}

TEST(GateProxyHeader, AResumedSessionShowedNoCertificateOnThisConnection) {
  GateArrival made = arrival("192.0.2.1", "198.51.100.7");
  made.client.method = GateMethod::X509;
  made.client.vouched_for = true;
  made.negotiated.resumed = true;
  EXPECT_TRUE(to_hex(write_proxy_header(made)).contains("0500000000" + kTls13));
}

TEST(GateProxyHeader, AKeyThatNobodyVouchesForIsNotVerified) {
  GateArrival made = arrival("192.0.2.1", "198.51.100.7");
  made.client.method = GateMethod::Key;
  EXPECT_TRUE(to_hex(write_proxy_header(made)).contains("0700000001" + kTls13));
}

TEST(GateProxyHeader, LongValuesAreCut) {
  GateArrival made = arrival("192.0.2.1", "198.51.100.7");
  made.client.method = GateMethod::OpenPgp;
  made.client.vouched_for = true;
  made.client.user_ids = {std::string(70000, 'a')};
  const Bytes header = write_proxy_header(made);
  EXPECT_TRUE(as_text(header).contains(std::string(1024, 'a')));
  EXPECT_FALSE(as_text(header).contains(std::string(1025, 'a')));
}

}  // namespace
}  // namespace proxy
