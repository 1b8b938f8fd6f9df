// Which protocol somebody speaks, told from the first octets alone.
//
// It decides who reads the rest, and nothing else: what the octets say is read by that reader's own parser.
#pragma once

#include <cstdint>

#include "tlscore/base/bytes.h"

namespace proxy {

/// What a client speaks on the port.
enum class PortProtocol : std::uint8_t {
  NeedMore,  ///< Not told yet; at most kMaxPortBytes are needed.
  Socks4,    ///< 4 or 4a.
  Socks5,
  Http,          ///< A letter: some method of HTTP/1.
  Http2Preface,  ///< `PRI *`: HTTP/2 with prior knowledge, which is refused.
  Tls,           ///< A browser told that the proxy itself speaks TLS, or somebody probing: closed.
  Other,         ///< Closed.
};

inline constexpr std::size_t kMaxPortBytes = 5;

[[nodiscard]] PortProtocol classify_port_bytes(tlscore::ByteView input);

/// What a client speaks inside a CONNECT or SOCKS tunnel. Silence is the caller's to time.
enum class TunnelProtocol : std::uint8_t {
  NeedMore,     ///< Not told yet; at most kMaxTunnelBytes are needed.
  ClientHello,  ///< 0x16 0x03: a TLS handshake record.
  Ssh,          ///< `SSH-` (RFC 4253, section 4.2).
  Other,        ///< Plaintext, for Latchkey to wrap.
};

inline constexpr std::size_t kMaxTunnelBytes = 4;

[[nodiscard]] TunnelProtocol classify_tunnel_bytes(tlscore::ByteView input);

}  // namespace proxy
