// Octets that a client has sent and nobody has used yet.
#pragma once

#include "tlscore/base/stream.h"

namespace proxy {

/// Reads a stream piece by piece for a parser that may need more. Borrows the stream.
class InputBuffer {
 public:
  /// More than any header we read (64 KiB and what came with it).
  static constexpr std::size_t kMaxBytes = std::size_t{96} * 1024;

  explicit InputBuffer(tlscore::Stream& stream) : m_stream(&stream) {}

  [[nodiscard]] tlscore::ByteView view() const { return m_octets; }
  /// Forgets `count` octets from the front; at most what is there.
  void drop(std::size_t count);

  /// Waits for more: false at the end of the stream. Fails as reading does, and with TooLarge at kMaxBytes.
  tlscore::Task<tlscore::Result<bool>> more(tlscore::Cancel& cancel, tlscore::TimeLimit limit);

  [[nodiscard]] tlscore::Stream& stream() const { return *m_stream; }

 private:
  tlscore::Stream* m_stream;
  tlscore::Bytes m_octets;
};

}  // namespace proxy
