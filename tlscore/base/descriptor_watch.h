// Calls back whenever a descriptor can be read or written: for descriptors that are no Stream.
#pragma once

#include <memory>

#include "tlscore/base/event_loop.h"

namespace tlscore {

/// Watches a borrowed descriptor for as long as it exists itself; it has to go before the descriptor is
/// closed. Level-triggered: calls again until the cause is gone. On the loop's thread.
class DescriptorWatch {
 public:
  enum class For { Reading, Writing };

  /// `callback` may destroy the watch. Fails with Internal when the loop cannot watch the descriptor.
  static Result<std::unique_ptr<DescriptorWatch>> create(EventLoop& loop, int fd, For what, Work callback);

 private:
  explicit DescriptorWatch(Work callback) : m_callback(std::make_shared<Work>(std::move(callback))) {}
  static void on_ready(int fd, short what, void* self) noexcept;

  std::shared_ptr<Work> m_callback;  // shared, so that it outlives a watch that it destroys
  Event m_event;
};

}  // namespace tlscore
