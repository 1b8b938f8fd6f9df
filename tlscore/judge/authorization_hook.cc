// Memory, turns, and a denial for whatever goes wrong.
#include "tlscore/judge/authorization_hook.h"

#include <algorithm>

#include "tlscore/base/log.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/digest.h"

namespace tlscore::judge {
namespace {

Ruling ruling_of(const Outcome& outcome) {
  const auto kind = outcome.verdict == Verdict::Pass ? Ruling::Kind::Allow : Ruling::Kind::Deny;
  return {.kind = kind, .reason = outcome.reason};
}

}  // namespace

/// One of kMostAtOnce; the next who waits gets it without letting it go.
class AuthorizationHook::Turn {
 public:
  explicit Turn(AuthorizationHook& hook) : m_hook(hook) {}
  ~Turn() {
    while (!m_hook.m_waiting.empty()) {
      const Promise<bool> next = m_hook.m_waiting.front();
      m_hook.m_waiting.pop_front();
      if (next.settled()) continue;  // it has given up
      next.settle(true);
      return;
    }
    --m_hook.m_running;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Turn(Turn&&) = delete;
  Turn& operator=(Turn&&) = delete;

 private:
  AuthorizationHook& m_hook;
};

Task<Ruling> AuthorizationHook::ask(const AuthorizationQuestion& question, Cancel& cancel) {
  const auto line = write_hook_question(question);
  if (!line) co_return Ruling{.reason = line.error().message};
  OutcomeKey key{};
  const Bytes digest = x509::sha256(as_bytes(generation() + "\n" + *line));
  std::ranges::copy(digest, key.begin());
  if (const auto known = m_memory.find(key, x509::now())) co_return ruling_of(*known);
  const auto answer = co_await ask_in_turn(*line, cancel);
  if (!answer) {
    const bool is_withdrawn = cancel.requested();
    if (!is_withdrawn) {
      log(LogLevel::Error, "authorization by " + m_text + " failed, which denies: " + answer.error().message);
    }
    co_return Ruling{.reason = "it failed: " + answer.error().message};
  }
  Outcome outcome{.verdict = *answer->allow ? Verdict::Pass : Verdict::Fail, .reason = answer->reason};
  const std::chrono::seconds ttl = lifetime_of(*answer);
  const Ruling ruling = ruling_of(outcome);
  outcome.expires = x509::now() + ttl;
  if (ttl.count() > 0) m_memory.keep(key, std::move(outcome));
  co_return ruling;
}

Task<Result<HookAnswer>> AuthorizationHook::ask_in_turn(const std::string& line, Cancel& cancel) {
  if (m_running < kMostAtOnce) {
    ++m_running;
  } else {
    std::erase_if(m_waiting, [](const Promise<bool>& one) { return one.settled(); });
    if (m_waiting.size() >= kMostWaiting) co_return fail(ErrorKind::TooLarge, "too many wait for it");
    const Promise<bool> turn(m_loop);
    m_waiting.push_back(turn);
    const auto came = co_await turn.wait(cancel, kLimit);
    if (!came) co_return fail("it is asked too much at once", came.error());
  }
  const Turn turn(*this);
  auto answer = co_await ask_now(line, cancel);
  if (answer && !answer->allow) co_return fail(ErrorKind::Malformed, "its answer does not say allow");
  co_return answer;
}

}  // namespace tlscore::judge
