// A two-way stream of octets that a coroutine reads and writes: a socket, or TLS over one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "tlscore/base/bytes.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/future.h"
#include "tlscore/base/task.h"

namespace tlscore {

/// At most one coroutine reads and one writes at a time; they may be different ones. All on the loop's
/// thread.
class Stream {
 public:
  virtual ~Stream() = default;

  /// Takes what is there: how many octets, 0 at the end of the stream, or nothing when there is none now.
  /// Fails with Closed when the stream broke off (reset, or TLS without close_notify).
  virtual Result<std::optional<std::size_t>> try_read(std::span<std::uint8_t> buffer) = 0;

  /// Gives as many octets as are taken now, possibly 0. Fails with Closed when nobody will read them.
  virtual Result<std::size_t> try_write(ByteView bytes) = 0;

  /// Waits until try_read may give something again. Fails with TimedOut, or as `cancel` says.
  virtual Task<Result<void>> readable(Cancel& cancel, TimeLimit limit) = 0;

  /// Waits until try_write may take something again.
  virtual Task<Result<void>> writable(Cancel& cancel, TimeLimit limit) = 0;

  /// Says that nothing more will be written; reading goes on. Waits until what was written is on its way.
  virtual Task<Result<void>> finish_writing(Cancel& cancel, TimeLimit limit) = 0;

  /// Ends both directions at once; every wait ends with Closed. `reset`: the peer is to see that it was no
  /// ordinary end.
  virtual void close(bool reset) = 0;

  /// Has `listener` called at each edge, `can_read` or `can_write`, beside whoever waits: for what has to go
  /// out unasked, as TLS alerts do. One listener; a stream without edges of its own never calls it.
  virtual void on_ready(std::move_only_function<void(bool can_read, bool can_write)> listener);

  /// Waits for and takes at least one octet: how many, 0 at the end.
  Task<Result<std::size_t>> read(std::span<std::uint8_t> buffer, Cancel& cancel, TimeLimit limit);

  /// Writes all of `bytes`, which have to stay until then. The limit is for each wait, not for the whole.
  Task<Result<void>> write(ByteView bytes, Cancel& cancel, TimeLimit limit);
};

/// A stream that somebody else owns, who has to keep it as long.
class BorrowedStream final : public Stream {
 public:
  explicit BorrowedStream(Stream& lender) : m_lender(lender) {}

  Result<std::optional<std::size_t>> try_read(std::span<std::uint8_t> buffer) override {
    return m_lender.try_read(buffer);
  }
  Result<std::size_t> try_write(ByteView bytes) override { return m_lender.try_write(bytes); }
  Task<Result<void>> readable(Cancel& cancel, TimeLimit limit) override {
    return m_lender.readable(cancel, limit);
  }
  Task<Result<void>> writable(Cancel& cancel, TimeLimit limit) override {
    return m_lender.writable(cancel, limit);
  }
  Task<Result<void>> finish_writing(Cancel& cancel, TimeLimit limit) override {
    return m_lender.finish_writing(cancel, limit);
  }
  void close(bool reset) override { m_lender.close(reset); }
  void on_ready(std::move_only_function<void(bool can_read, bool can_write)> listener) override {
    m_lender.on_ready(std::move(listener));
  }

 private:
  Stream& m_lender;
};

}  // namespace tlscore
