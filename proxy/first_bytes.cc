// Compares first octets with what each protocol begins with.
#include "proxy/first_bytes.h"

#include <algorithm>
#include <string_view>

namespace proxy {
namespace {

using tlscore::ByteView;

constexpr std::string_view kTlsRecord = "\x16\x03";  // handshake, any TLS version
constexpr std::string_view kHttp2Preface = "PRI *";  // RFC 9113, section 3.4; no HTTP/1 method is PRI
constexpr std::string_view kSshIdentification = "SSH-";
static_assert(kHttp2Preface.size() == kMaxPortBytes && kSshIdentification.size() == kMaxTunnelBytes);

enum class Match { No, SoFar, Whole };

Match match(ByteView input, std::string_view pattern) {
  const std::size_t length = std::min(input.size(), pattern.size());
  if (tlscore::as_text(input.first(length)) != pattern.substr(0, length)) return Match::No;
  return length == pattern.size() ? Match::Whole : Match::SoFar;
}

bool is_letter(std::uint8_t octet) {
  return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
}

}  // namespace

PortProtocol classify_port_bytes(ByteView input) {
  if (input.empty()) return PortProtocol::NeedMore;
  if (input[0] == 4) return PortProtocol::Socks4;
  if (input[0] == 5) return PortProtocol::Socks5;
  const Match tls = match(input, kTlsRecord);
  const Match http2 = match(input, kHttp2Preface);
  if (tls == Match::Whole) return PortProtocol::Tls;
  if (http2 == Match::Whole) return PortProtocol::Http2Preface;
  if (tls == Match::SoFar || http2 == Match::SoFar) return PortProtocol::NeedMore;
  return is_letter(input[0]) ? PortProtocol::Http : PortProtocol::Other;
}

TunnelProtocol classify_tunnel_bytes(ByteView input) {
  const Match tls = match(input, kTlsRecord);
  const Match ssh = match(input, kSshIdentification);
  if (tls == Match::Whole) return TunnelProtocol::ClientHello;
  if (ssh == Match::Whole) return TunnelProtocol::Ssh;
  if (tls == Match::SoFar || ssh == Match::SoFar) return TunnelProtocol::NeedMore;
  return TunnelProtocol::Other;
}

}  // namespace proxy
