// The question to the kernel's table of UNIX sockets about all that are connected, and its answers
// (sock_diag(7)).
//
// Pure: no sockets here, so tests and the fuzzer call it directly. See card_holder.h for its use.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace tlscore::token {

/// A file, as stat(2) tells one from another. Inode numbers are cut to the 32 bits that the kernel's table
/// has.
struct FileId {
  std::uint32_t device = 0;  ///< The kernel's own form: 12 bits of major number above 20 of minor number.
  std::uint32_t inode = 0;

  friend bool operator==(const FileId&, const FileId&) = default;
};

/// A connected UNIX socket.
struct UnixSocket {
  std::uint32_t inode = 0;           ///< As in the link "socket:[9060706]" of whoever holds it.
  std::uint32_t peer_inode = 0;      ///< Of the other end; 0 where the kernel does not tell.
  std::optional<FileId> bound_to{};  ///< The file that it, or the listener that accepted it, is bound to.
  std::optional<uid_t> owner{};      ///< Of whoever made it. Kernels before 5.3 do not tell.

  friend bool operator==(const UnixSocket&, const UnixSocket&) = default;
};

/// No single answer is longer than this.
inline constexpr std::size_t kMaxUnixDiagBytes = std::size_t{64} * 1024;

/// A netlink message that asks for all connected sockets: many answers, each with some of them.
[[nodiscard]] Bytes encode_unix_diag_request(std::uint32_t sequence);

/// Reads one answer to the request with that sequence number, and adds its sockets to `sockets`. True: it
/// was the last one.
///
/// Fails with Refused when the kernel will not tell, and with Malformed when this is no answer.
[[nodiscard]] Result<bool> parse_unix_diag_answer(ByteView answer, std::uint32_t sequence,
                                                  std::vector<UnixSocket>& sockets);

}  // namespace tlscore::token
