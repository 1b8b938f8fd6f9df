// The SOCKS4 and SOCKS4a request and its reply.
//
// There is no RFC: the form is that of Ying-Da Lee's two notes, "SOCKS: A protocol for TCP proxy across
// firewalls" and "SOCKS 4A". Pure parsing: no sockets and no libevent, so tests and the fuzzer call it
// directly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "proxy/authority.h"
#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace proxy {

enum class Socks4Command : std::uint8_t { Connect = 1, Bind = 2 };

/// CD of the reply. SOCKS4 knows no finer reasons for a refusal that would fit us.
enum class Socks4Reply : std::uint8_t { Granted = 0x5a, Refused = 0x5b };

/// One whole request. Owns its text; nothing points into the input. The user ID is read and forgotten: it
/// proves nothing.
struct Socks4Request {
  Socks4Command command;   ///< As sent, so it may be a value that SOCKS4 does not define.
  Authority destination;   ///< An IPv4 address, or the name of a 4a request. Port 0 only when not Connect.
  std::size_t wire_bytes;  ///< How much of the input it took; the caller drops that much.
};

/// Octets that a user ID and a host name may have, without the NUL that ends them.
inline constexpr std::size_t kMaxSocks4TextBytes = 255;

/// Reads one request from the front of `input`, which is only borrowed.
///
/// Returns std::nullopt while octets are missing: call again with more of them.
/// Fails with Malformed on a version that is not 4, a user ID or host over kMaxSocks4TextBytes, a host that
/// parse_host refuses, or port 0 in a CONNECT. Answer Socks4Reply::Refused.
[[nodiscard]] tlscore::Result<std::optional<Socks4Request>> parse_socks4_request(tlscore::ByteView input);

/// The eight octets of a reply. Address and port are zero: they mean something for BIND only.
[[nodiscard]] tlscore::Bytes make_socks4_reply(Socks4Reply reply);

}  // namespace proxy
