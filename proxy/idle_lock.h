// Locks the tokens when nobody has used them for as long as `lock_after_idle` says.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "proxy/tokens.h"

namespace proxy {

/// Used is a token while a connection that was opened with it is alive, or is being opened. On the loop's
/// thread.
class IdleLock {
 public:
  /// When such a connection was last alive: now, while there is one.
  using LastUse = std::function<std::chrono::steady_clock::time_point()>;

  /// `limit` 0: never.
  IdleLock(tlscore::EventLoop& loop, Tokens& tokens, LastUse last_use, std::chrono::milliseconds limit);

 private:
  void look();
  void look_again(std::chrono::milliseconds delay);

  tlscore::EventLoop& m_loop;
  Tokens& m_tokens;
  LastUse m_last_use;
  std::chrono::milliseconds m_limit;
  std::unique_ptr<tlscore::Timer> m_timer;
};

}  // namespace proxy
