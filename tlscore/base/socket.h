// A connected stream socket on an event loop.
#pragma once

#include <memory>

#include "tlscore/base/stream.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore {

/// Owns the descriptor. Its interest is registered once, edge-triggered, so that waiting costs no system
/// call.
class Socket final : public Stream {
 public:
  /// Takes over a connected (or connecting) stream socket of any family and makes it non-blocking.
  /// Fails with Internal when the loop cannot watch it.
  static Result<std::unique_ptr<Socket>> adopt(EventLoop& loop, UniqueFd fd);

  Result<std::optional<std::size_t>> try_read(std::span<std::uint8_t> buffer) override;
  Result<std::size_t> try_write(ByteView bytes) override;
  Task<Result<void>> readable(Cancel& cancel, TimeLimit limit) override;
  Task<Result<void>> writable(Cancel& cancel, TimeLimit limit) override;
  Task<Result<void>> finish_writing(Cancel& cancel, TimeLimit limit) override;
  void close(bool reset) override;

  /// As try_read, for a local socket: a descriptor that came with the octets goes to `descriptor`; more than
  /// one in a message are closed.
  Result<std::optional<std::size_t>> try_read_with_descriptor(std::span<std::uint8_t> buffer,
                                                              UniqueFd& descriptor);

  [[nodiscard]] int fd() const { return m_fd.get(); }

  void on_ready(std::move_only_function<void(bool can_read, bool can_write)> listener) override;

 private:
  explicit Socket(EventLoop& loop, UniqueFd fd) : m_loop(loop), m_fd(std::move(fd)) {}
  static void on_event(int fd, short what, void* self) noexcept;

  EventLoop& m_loop;
  UniqueFd m_fd;
  Event m_event;
  bool m_may_read = true;
  bool m_may_write = true;
  std::optional<Promise<void>> m_reader;
  std::optional<Promise<void>> m_writer;
  std::move_only_function<void(bool, bool)> m_listener;
};

/// A connected pair of non-blocking local stream sockets, both closed on exec.
[[nodiscard]] Result<std::pair<UniqueFd, UniqueFd>> make_socket_pair();

/// The sentence for an errno, e.g. "connection refused".
[[nodiscard]] std::string describe_errno(int number);

}  // namespace tlscore
