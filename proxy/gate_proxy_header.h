// The PROXY protocol's header, version 2, in which a gate tells its backend who comes.
//
// The format is HAProxy's ("The PROXY protocol", sections 2.2 and 2.2.1 to 2.2.5). Beside the addresses it
// carries these type-length-values:
//
//   PP2_TYPE_ALPN       0x01  the protocol that was negotiated, if one was
//   PP2_TYPE_AUTHORITY  0x02  the server name from the ClientHello, if it had one
//   PP2_TYPE_SSL        0x20  client bits, verify, and inside: PP2_SUBTYPE_SSL_VERSION 0x21 ("TLSv1.3"),
//                             PP2_SUBTYPE_SSL_CN 0x22 (the client's identity), PP2_SUBTYPE_SSL_CIPHER 0x23
//   0xE0                      the client's fingerprint, as X-Latchkey-Fingerprint has it (gate_headers.h)
//   0xE1                      the method, as X-Latchkey-Method has it
//
// 0xE0 to 0xEF are the format's range for such use (PP2_TYPE_MIN_CUSTOM to PP2_TYPE_MAX_CUSTOM). `verify` is
// 0 where the keyring or a CA vouches for the client, else 1.
#pragma once

#include <optional>

#include "proxy/gate_client.h"
#include "proxy/socket_address.h"
#include "tlscore/tls/engine.h"

namespace proxy {

struct GateArrival {
  SocketAddress from;  ///< The client's end.
  SocketAddress to;    ///< The gate's.
  std::optional<std::string> server_name;
  tlscore::tls::Negotiated negotiated;
  GateClient client;
};

/// The whole header. Values are cut to 1024 octets each, so that it stays far below the format's 64 KiB.
[[nodiscard]] tlscore::Bytes write_proxy_header(const GateArrival& arrival);

}  // namespace proxy
