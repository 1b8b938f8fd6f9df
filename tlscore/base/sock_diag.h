// Questions to the kernel's socket tables (NETLINK_SOCK_DIAG, sock_diag(7)): the netlink around them.
//
// What is asked and what a row means is for those who ask: proxy/inet_diag.h about TCP,
// tlscore/token/unix_diag.h about UNIX sockets. All but ask_sock_diag is pure, so their tests and fuzzers
// call it directly.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace tlscore {

/// Of the only request on a netlink socket of ours.
inline constexpr std::uint32_t kSockDiagSequence = 1;

/// One question, or with `dump` one about all sockets that match. `question` is a family's request structure.
[[nodiscard]] Bytes encode_sock_diag_request(ByteView question, bool dump, std::uint32_t sequence);

enum class SockDiagKind : std::uint8_t {
  Row,   ///< One socket: the family's structure, then attributes.
  Done,  ///< The end of a dump.
  Error  ///< The kernel's refusal: begins with an int, the negative errno.
};

/// A netlink message. `body` points into what it was read from.
struct SockDiagMessage {
  SockDiagKind kind;
  ByteView body;
};

/// Takes a message off the front of `answer`. Fails with Malformed when it is cut short, answers another
/// question than that of `sequence`, or is of no kind that answers one.
[[nodiscard]] Result<SockDiagMessage> take_sock_diag_message(ByteView& answer, std::uint32_t sequence);

/// Sends a request to the kernel and gives each of its answers, one or more messages each, to `take`, until
/// that says true, "it was the last", or fails, which is the outcome then.
///
/// The kernel works within the calls: nothing is waited for. Fails with Internal when it cannot be asked or
/// does not answer, with Malformed when somebody else answers or an answer is longer than
/// `max_answer_bytes`, and with TooLarge after 4096 answers.
[[nodiscard]] Result<void> ask_sock_diag(ByteView request, std::size_t max_answer_bytes,
                                         const std::function<Result<bool>(ByteView answer)>& take);

/// The structure of the kernel's, in this machine's byte order, that stands at the front of `input`; nothing
/// when that is shorter.
template <class T>
[[nodiscard]] std::optional<T> peek_netlink(ByteView input) {
  if (input.size() < sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, input.data(), sizeof value);
  return value;
}

/// `input` without its first `size` octets and what pads them.
[[nodiscard]] inline ByteView behind_netlink(ByteView input, std::size_t size) {
  constexpr std::size_t kAlignment = 4;
  const std::size_t padded = (size + kAlignment - 1) / kAlignment * kAlignment;
  return input.subspan(std::min(padded, input.size()));
}

}  // namespace tlscore
