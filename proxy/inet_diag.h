// The question to the kernel's socket table about one TCP socket, and its answer (sock_diag(7)).
//
// Pure: no sockets here, so tests and the fuzzer call it directly. See peer_owner.h for its use.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "proxy/socket_address.h"
#include "tlscore/base/bytes.h"

namespace proxy {

/// The two ends of a TCP socket, as its holder sees them. Both of one family; no mapped addresses.
struct TcpEnds {
  SocketAddress local;
  SocketAddress remote;
};

/// What the table says of a socket.
struct TcpRow {
  std::uint8_t state = 0;   ///< As in <netinet/tcp.h>, e.g. TCP_ESTABLISHED.
  uid_t owner = 0;          ///< Of whoever made it; 0 also when nobody holds it any more.
  std::uint32_t inode = 0;  ///< 0 when nobody holds it any more.
};

/// No answer about a single socket is longer than this.
inline constexpr std::size_t kMaxInetDiagBytes = 4096;

/// A netlink message that asks for exactly this socket: one answer, no dump.
[[nodiscard]] tlscore::Bytes encode_inet_diag_request(const TcpEnds& socket, std::uint32_t sequence);

/// Reads the answer to the request with that sequence number.
///
/// Fails with NotFound when the kernel knows no such socket, with Refused when it will not tell, and with
/// Malformed when this is no answer, or one about another socket.
[[nodiscard]] tlscore::Result<TcpRow> parse_inet_diag_answer(tlscore::ByteView answer, const TcpEnds& asked,
                                                             std::uint32_t sequence);

}  // namespace proxy
