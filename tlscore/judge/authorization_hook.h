// A rule that asks another program: what all hooks have in common.
//
// How it is asked is authorization_exec.h and authorization_socket.h.
#pragma once

#include <deque>

#include "tlscore/base/future.h"
#include "tlscore/judge/authorization_json.h"
#include "tlscore/judge/outcome_memory.h"

namespace tlscore::judge {

/// Asks few at once and none for long, remembers answers for as long as they say (a denial for kFailLifetime
/// at most), and denies whenever it has no answer: that is logged as an error.
class AuthorizationHook : public AuthorizationRule {
 public:
  static constexpr std::size_t kMostAtOnce = 8;             ///< Further ones wait.
  static constexpr std::size_t kMostWaiting = 64;           ///< Further ones are denied.
  static constexpr std::chrono::milliseconds kLimit{5000};  ///< For an answer, and before it for one's turn.

  /// `text` is the rule's, for the log.
  AuthorizationHook(EventLoop& loop, std::string text) : m_loop(loop), m_text(std::move(text)) {}

  [[nodiscard]] Task<Ruling> ask(const AuthorizationQuestion& question, Cancel& cancel) override;

 protected:
  /// Asks once, with one line. The answer has `allow`. Takes kLimit at most; fails with any kind of error.
  [[nodiscard]] virtual Task<Result<HookAnswer>> ask_now(const std::string& line, Cancel& cancel) = 0;

  /// Another text after the hook itself has changed.
  [[nodiscard]] virtual std::string generation() const = 0;

  EventLoop& m_loop;

 private:
  class Turn;
  Task<Result<HookAnswer>> ask_in_turn(const std::string& line, Cancel& cancel);

  std::string m_text;
  std::size_t m_running = 0;
  std::deque<Promise<bool>> m_waiting;
  OutcomeMemory m_memory;
};

}  // namespace tlscore::judge
