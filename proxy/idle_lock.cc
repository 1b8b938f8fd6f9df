// A timer that goes off when the limit may have passed.
#include "proxy/idle_lock.h"

#include <algorithm>

namespace proxy {

using namespace tlscore;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

IdleLock::IdleLock(EventLoop& loop, Tokens& tokens, LastUse last_use, milliseconds limit)
    : m_loop(loop), m_tokens(tokens), m_last_use(std::move(last_use)), m_limit(limit) {
  if (limit.count() > 0) look_again(limit);
}

void IdleLock::look_again(milliseconds delay) {
  m_timer = m_loop.after(delay, [this] { look(); });
}

void IdleLock::look() {
  const auto now = steady_clock::now();
  // Idleness begins with arming at the earliest: a token that was unlocked just now is not unused.
  const auto unused_since = std::max(m_last_use(), m_tokens.armed_since());
  const auto unused = std::chrono::duration_cast<milliseconds>(now - unused_since);
  const bool is_over = unused >= m_limit;
  if (is_over) spawn(m_loop, m_tokens.lock(LockReason::Idle));
  look_again(is_over ? m_limit : m_limit - unused + milliseconds(1));
}

}  // namespace proxy
