// What is done at each of logind's words.
#include "proxy/session_guard.h"

#include <utility>

#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

/// A start waits so long for a logind that does not answer. It answers within milliseconds.
constexpr std::chrono::milliseconds kPatience{1000};

Task<void> lock(Tokens& tokens, LockReason reason, std::shared_ptr<void> until_then) {
  co_await tokens.lock(reason);
  until_then.reset();
}

}  // namespace

SessionGuard::SessionGuard(EventLoop& loop, MachineTokens& tokens) {
  udev::LogindWatcher::Listener listener{
      .on_suspend =
          [&loop, &tokens](std::shared_ptr<void> go_on) {
            spawn(loop, lock(tokens.tokens(), LockReason::Suspend, std::move(go_on)));
          },
      .on_screen_lock = [&loop, &tokens] { spawn(loop, lock(tokens.tokens(), LockReason::Screen, nullptr)); },
      .on_presence = [&tokens](bool is_here) { tokens.set_away(!is_here); }};
  auto watcher = udev::LogindWatcher::start(loop, std::move(listener), kPatience);
  if (watcher) {
    m_logind = std::move(*watcher);
  } else {
    log(LogLevel::Info, watcher.error().message);
  }
}

}  // namespace proxy
