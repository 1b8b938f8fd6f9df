// Octets in the order of the specification.
#include "proxy/gate_proxy_header.h"

#include <array>

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::size_t kMaxValueBytes = 1024;

constexpr std::uint8_t kAlpn = 0x01;
constexpr std::uint8_t kAuthority = 0x02;
constexpr std::uint8_t kSsl = 0x20;
constexpr std::uint8_t kSslVersion = 0x21;
constexpr std::uint8_t kSslCn = 0x22;
constexpr std::uint8_t kSslCipher = 0x23;
constexpr std::uint8_t kFingerprint = 0xe0;
constexpr std::uint8_t kMethod = 0xe1;

// Bits of PP2_TYPE_SSL's `client`.
constexpr std::uint8_t kClientSsl = 0x01;
constexpr std::uint8_t kClientCertConnection = 0x02;
constexpr std::uint8_t kClientCertSession = 0x04;

void append(Bytes& output, ByteView octets) {
  output.insert(output.end(), octets.begin(), octets.end());
}

void append_number(Bytes& output, std::size_t number) {
  output.push_back(static_cast<std::uint8_t>(number >> 8U));
  output.push_back(static_cast<std::uint8_t>(number));
}

void append_value(Bytes& output, std::uint8_t type, std::string_view value) {
  if (value.empty()) return;
  value = value.substr(0, kMaxValueBytes);
  output.push_back(type);
  append_number(output, value.size());
  append(output, as_bytes(value));
}

void append_addresses(Bytes& output, const SocketAddress& from, const SocketAddress& to) {
  append(output, from.octets());
  append(output, to.octets());
  append_number(output, from.port());
  append_number(output, to.port());
}

std::string ssl_value(const GateArrival& arrival) {
  const GateClient& client = arrival.client;
  const bool has_certificate = client.method != GateMethod::None;
  const bool is_vouched_for = client.vouched_for;
  std::uint8_t bits = kClientSsl;
  if (has_certificate) bits |= kClientCertSession;
  if (has_certificate && !arrival.negotiated.resumed) bits |= kClientCertConnection;
  Bytes value = {bits, 0, 0, 0, static_cast<std::uint8_t>(is_vouched_for ? 0 : 1)};
  append_value(value, kSslVersion, arrival.negotiated.version == tls::Version::Tls12 ? "TLSv1.2" : "TLSv1.3");
  append_value(value, kSslCn, client.identity());
  append_value(value, kSslCipher, arrival.negotiated.cipher_suite);
  return std::string(as_text(value));
}

}  // namespace

Bytes write_proxy_header(const GateArrival& arrival) {
  constexpr std::uint8_t kVersion2Proxy = 0x21;
  constexpr std::uint8_t kTcpOverIpv4 = 0x11;
  constexpr std::uint8_t kTcpOverIpv6 = 0x21;
  const SocketAddress from = arrival.from.unmapped();
  const SocketAddress to = arrival.to.unmapped();
  Bytes body;
  append_addresses(body, from, to);
  append_value(body, kAlpn, arrival.negotiated.alpn);
  append_value(body, kAuthority, arrival.server_name.value_or(""));
  const std::string ssl = ssl_value(arrival);
  body.push_back(kSsl);
  append_number(body, ssl.size());
  append(body, as_bytes(ssl));
  append_value(body, kFingerprint, arrival.client.fingerprint);
  append_value(body, kMethod, to_string(arrival.client.method));

  Bytes header = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
  header.push_back(kVersion2Proxy);
  header.push_back(from.family() == AF_INET6 ? kTcpOverIpv6 : kTcpOverIpv4);
  append_number(header, body.size());
  append(header, body);
  return header;
}

}  // namespace proxy
